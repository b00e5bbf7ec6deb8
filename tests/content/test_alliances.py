"""What is documented of alliances, and faults that staff make in the file."""

import shutil
from pathlib import Path

import pytest

from bot.content.alliances import ALLIANCES, Alliance, named_alliance, read_alliances
from bot.content.places import find_place
from bot.content.store import ContentStore
from bot.errors import ContentError
from bot.runtime.settings import ROOT
from content.project import Project


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A project that has nothing but the alliances."""
    (tmp_path / ALLIANCES.parent).mkdir()
    shutil.copy(ROOT / ALLIANCES, tmp_path / ALLIANCES)
    return tmp_path


def change(folder: Path, old: str, new: str) -> None:
    path = folder / ALLIANCES
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")


def test_none_is_said_to_be_active(content_store: ContentStore) -> None:
    for alliance in content_store.content.alliances.values():
        assert "activ" not in alliance.line.replace("activity", "")
        assert alliance.as_of[:4] in alliance.line


@pytest.mark.parametrize(
    ("old", "new", "fault"),
    [
        ("label: Chicago Alliance", "label: Chicago Alliance for the ICC", "label: ensure this value has at most 20"),
        ("standing: alliance", "standing: active", "standing: unexpected value"),
        ("state: IL", "state: Illinois", "state: string does not match"),
        ("longitude: -87.63", "longitude: west", "longitude: value is not a valid float"),
        ('as_of: "2010"', "as_of: last year", "as_of: write the date as 2015"),
        ("id: kentucky", "id: chicago", "'chicago' has this id, name or label already"),
        ("covers: city", "covers: city\n  phone: none", "phone: extra fields not permitted"),
    ],
)
def test_a_fault_is_named_with_its_line(folder: Path, old: str, new: str, fault: str) -> None:
    lines = (folder / ALLIANCES).read_text(encoding="utf-8").splitlines()
    line = next(number for number, text in enumerate(lines, start=1) if old in text)
    change(folder, old, new)
    with pytest.raises(ContentError) as caught:
        read_alliances(folder)
    (problem,) = caught.value.problems
    assert problem.message.startswith(fault)
    assert problem.line == line + new.count("\n")


def test_a_project_without_the_file_has_no_alliances(tmp_path: Path) -> None:
    assert read_alliances(tmp_path) == {}


@pytest.mark.parametrize("text", ["Kentucky Coalition for the ICC", "kentucky coalition", "KENTUCKY COALITION!"])
def test_an_alliance_is_known_by_name_and_label(content_store: ContentStore, text: str) -> None:
    named = named_alliance(content_store.content.alliances, text)
    assert named is not None
    assert named.id == "kentucky"


def near(alliances: dict[str, Alliance], text: str) -> set[str]:
    place = find_place(text).place
    assert place is not None
    return {one.id for one in alliances.values() if one.is_near(place)}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("60614", {"chicago"}),
        ("Milwaukee", {"chicago"}),
        ("Illinois", {"chicago"}),
        ("Cairo, IL", set()),
        ("Paducah, KY", {"kentucky"}),  # 300 km from Louisville, but in the state that it covers
        ("Kentucky", {"kentucky"}),
        ("Cincinnati", {"kentucky"}),
        ("Indiana", set()),
        ("Denver", set()),
        ("Trenton NJ", {"philadelphia", "new_york"}),
    ],
)
def test_what_is_near(content_store: ContentStore, text: str, expected: set[str]) -> None:
    assert near(content_store.content.alliances, text) == expected


def test_an_alliance_that_staff_add_is_served_without_training(project: Project) -> None:
    path = project.root / ALLIANCES
    path.parent.mkdir(exist_ok=True)
    path.write_text("alliances: []\n", encoding="utf-8")
    store = ContentStore(project.root)
    shutil.copy(ROOT / ALLIANCES, path)
    assert store.refresh()
    assert set(store.content.alliances) >= {"chicago", "kentucky"}
    served = store.content
    path.write_text("alliances:\n- id: half\n", encoding="utf-8")
    assert not store.refresh()
    assert store.content is served
