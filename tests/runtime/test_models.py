"""Which model files are loaded: the one that was trained here, and those that an operator trusts."""

import io
import shutil
import tarfile
from collections.abc import Callable
from pathlib import Path

import pytest
from served import Server, Visitor, project_copy, refused_start

from bot.runtime.training import MANIFEST_NAME, MODEL_NAME


@pytest.fixture
def models(tmp_path: Path, model_path: Path) -> Path:
    """A folder with the trained model, which a test may change."""
    folder = tmp_path / "models"
    shutil.copytree(model_path.parent, folder)
    return folder


def repacked(model: Path, new: Path, edit: Callable[[str], str]) -> Path:
    """A copy of a model in which the description of its graph reads otherwise."""
    with tarfile.open(model) as source, tarfile.open(new, "w:gz") as target:
        for member in source:
            file = source.extractfile(member)
            content = file.read() if file else b""
            if Path(member.name).name == "metadata.json":
                content = edit(content.decode()).encode()
                member.size = len(content)
            target.addfile(member, io.BytesIO(content) if file else None)
    assert new.read_bytes() != model.read_bytes()
    return new


def test_a_model_from_elsewhere_is_not_loaded_unless_it_is_trusted(tmp_path: Path, models: Path, no_rasa: str) -> None:
    other = repacked(models / MODEL_NAME, tmp_path / "other.tar.gz", lambda text: text + " ")
    before = (models / MANIFEST_NAME).read_bytes()
    error = refused_start(tmp_path, options=["--model", other], BOT_MODELS=models, PYTHONPATH=no_rasa)
    assert str(other) in error
    assert "--trust" in error
    assert (models / MANIFEST_NAME).read_bytes() == before


def test_a_trusted_model_is_served_and_known_from_then_on(tmp_path: Path, models: Path) -> None:
    other = repacked(models / MODEL_NAME, tmp_path / "other.tar.gz", lambda text: text + " ")
    for options in (["--model", other, "--trust"], ["--model", other]):
        server = Server(tmp_path / str(len(options)), options=options, BOT_MODELS=models)
        try:
            assert Visitor(server).ask("Is the US a member?")
            assert ("is trusted from now on" in server.said()) is ("--trust" in options)
        finally:
            server.stop()


def test_a_model_of_other_code_is_refused_in_one_line(tmp_path: Path, models: Path) -> None:
    """As after an update of the code without training."""
    old = repacked(
        models / MODEL_NAME, tmp_path / "old.tar.gz", lambda text: text.replace("bot.nlu.exact", "bot.nlu.gone")
    )
    error = refused_start(tmp_path, options=["--model", old, "--trust"], BOT_MODELS=models)
    assert str(old) in error
    assert error.endswith("Run: make train")


def test_a_model_of_an_older_pipeline_is_refused(tmp_path: Path, model_path: Path, no_rasa: str) -> None:
    project = project_copy(tmp_path, model_path)
    with (project / "bot" / "nlu" / "wording.py").open("a") as module:
        module.write("\n# newer than the model\n")
    error = refused_start(tmp_path, project, PYTHONPATH=no_rasa)
    assert "other code" in error
    assert error.endswith("Run: make train")


def test_a_model_of_older_phrasings_is_served_with_a_note(tmp_path: Path, model_path: Path) -> None:
    """An editor's page goes on; the new phrasing is understood after training."""
    project = project_copy(tmp_path, model_path)
    (topic,) = (project / "data" / "nlu" / "faq").rglob("us_member.yml")
    text = topic.read_text(encoding="utf-8")
    topic.write_text(text.replace("  examples: |\n", "  examples: |\n    - membership of these states, how so\n"))
    server = Server(tmp_path, project)
    try:
        assert Visitor(server).ask("Is the US a member?")
        assert "Note: The model was trained with other phrasings" in server.said()
    finally:
        server.stop()


def test_a_model_file_that_is_missing_is_named(tmp_path: Path, models: Path, no_rasa: str) -> None:
    for options in (["--model", tmp_path / "no.tar.gz"], ["--model", tmp_path / "no.tar.gz", "--trust"]):
        assert "no.tar.gz" in refused_start(tmp_path, options=options, BOT_MODELS=models, PYTHONPATH=no_rasa)
