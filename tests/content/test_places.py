"""Places as people type them."""

import csv
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.content.gazetteer import gazetteer
from bot.content.places import Found, PlaceFinder, distance_km
from bot.runtime.settings import ROOT

CASES = Path(__file__).with_name("places.tsv")
LEAST_RIGHT = 0.97


@pytest.fixture(scope="module")
def finder() -> PlaceFinder:
    return PlaceFinder(gazetteer(), ROOT / "knowledge" / "places.yml")


def cases() -> list[tuple[str, str]]:
    with CASES.open(encoding="utf-8", newline="") as file:
        return [(row["input"], row["expected"]) for row in csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE)]


def shown(found: Found) -> str:
    """What was found, as the table of cases writes it."""
    if found.place:
        return f"{found.place.city}, {found.place.state}" if found.place.city else found.place.state
    return {"ambiguous": "?", "abroad": "abroad"}.get(found.kind, "none")


def test_the_cases_are_many_and_differ() -> None:
    assert len({text for text, _ in cases()}) == len(cases()) >= 200


def test_places_are_found_as_people_type_them(finder: PlaceFinder) -> None:
    wrong = [(text, expected, got) for text, expected in cases() if (got := shown(finder.find(text))) != expected]
    print(f"{len(cases())} places, {1 - len(wrong) / len(cases()):.1%} right; wrong: {wrong}")
    assert len(wrong) <= (1 - LEAST_RIGHT) * len(cases()), wrong


@given(st.text(max_size=200))
def test_any_text_can_be_searched(finder: PlaceFinder, text: str) -> None:
    found = finder.find(text)
    assert (len(found.places) == 1) == (found.kind == "found")
    assert bool(found.abroad) == (found.kind == "abroad")


CITIES = ["Denver, CO", "Boise, ID", "Ann Arbor, MI", "San Juan, PR", "Anchorage, AK", "Louisville, KY"]


@given(
    st.sampled_from(CITIES),
    st.sampled_from(
        ["{}", "im in {}", "near {}?", "anyone in {} please", "I live in {}", "hi from {}", "what about {}?"]
    ),
    st.sampled_from([str, str.upper, str.lower]),
)
def test_a_city_with_its_state_is_found_in_a_sentence_whatever_its_case(
    finder: PlaceFinder, city: str, sentence: str, case: Callable[[str], str]
) -> None:
    assert shown(finder.find(case(sentence.format(city)))) == city


@pytest.mark.parametrize("code", ["60614", "02139", "99501"])
@pytest.mark.parametrize("sentence", ["{}", "zip {}", "I am at {}-1234", "{}!"])
def test_a_zip_code_is_found_with_its_coordinates(finder: PlaceFinder, code: str, sentence: str) -> None:
    found = finder.find(sentence.format(code))
    assert found == finder.find(code)
    assert found.kind == "found"


def test_candidates_are_the_likeliest_and_name_their_states(finder: PlaceFinder) -> None:
    names = [place.name for place in finder.find("springfield").places]
    assert names[:3] == ["Springfield, Illinois", "Springfield, Massachusetts", "Springfield, Missouri"]
    assert len(names) == 5


@pytest.mark.parametrize(
    ("first", "second", "kilometres"),
    [("60601", "40202", 430), ("New York", "Los Angeles", 3940), ("Honolulu", "Anchorage", 4480), ("DC", "20500", 5)],
)
def test_distances_are_those_of_the_map(finder: PlaceFinder, first: str, second: str, kilometres: int) -> None:
    here, there = finder.find(first).place, finder.find(second).place
    assert here is not None
    assert there is not None
    assert (
        distance_km(here, there)
        == pytest.approx(distance_km(there, here))
        == pytest.approx(kilometres, rel=0.02, abs=6)
    )


def test_the_packages_that_know_the_places_are_not_loaded_here() -> None:
    lines = [
        "import sys",
        "from bot.content.gazetteer import gazetteer",
        "gazetteer()",
        "print({'us', 'zipcodes'} & {*sys.modules})",
    ]
    command = [sys.executable, "-c", "\n".join(lines)]
    assert subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout == "set()\n"
