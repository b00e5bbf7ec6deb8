"""What the content tests share."""

from pathlib import Path

import pytest

from content.project import Project


@pytest.fixture(scope="session")
def vector_cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Vectors of the small project's phrasings, so that each is encoded once a session."""
    return tmp_path_factory.mktemp("vectors")


@pytest.fixture
def project(tmp_path: Path, vector_cache: Path) -> Project:
    """A small sound project in a folder of its own."""
    return Project(tmp_path / "project", vector_cache)
