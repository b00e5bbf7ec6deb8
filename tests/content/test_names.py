"""Names of papers, situations and people in a text, by the content as it is."""

import pytest

from bot.content.finder import Finder
from bot.content.knowledge import Knowledge, Person, Situation
from bot.content.names import Names
from bot.content.schema import Source
from bot.content.store import ContentStore


@pytest.fixture(scope="module")
def names(content_store: ContentStore) -> Names:
    return Finder(content_store.content).names


def found(names: Names, text: str) -> set[str]:
    """Content ids of all that a text names."""
    return {f"{target.kind}/{target.id}" for mention in names.find(text) for target in mention.targets}


EXACT = {
    "Ukraine": {"situation/ukraine", "paper/ukraine"},
    "is UKRAINE's case open?": {"situation/ukraine", "paper/ukraine"},
    "ukraines": {"situation/ukraine", "paper/ukraine"},
    "blé goudé and BLE GOUDE": {"person/charles_ble_goude"},
    "Mavi Marmara": {"situation/flotilla", "paper/flotilla"},
    "the gaza flotilla": {"situation/flotilla", "paper/flotilla"},
    "the Kenyan cases": {"situation/kenya", "paper/kenya"},
    "H.Res. 209": {"paper/house_resolution"},
    "hres209": {"paper/house_resolution"},
    "Who is Mr. Kony?": {"person/joseph_kony"},
    "Kenya and Colombia": {"situation/kenya", "paper/kenya", "situation/colombia", "paper/colombia"},
    "the weather today": set(),
    "": set(),
    "???": set(),
}


@pytest.mark.parametrize("text", EXACT)
def test_names_are_found_whatever_their_case_accents_and_punctuation(names: Names, text: str) -> None:
    assert found(names, text) == EXACT[text]


MISSPELLED = {
    "netanyaho": "person/benjamin_netanyahu",
    "venezuella": "situation/venezuela",
    "philipines": "situation/philippines",
    "lords resistence army": "situation/uganda",
    "secuirty council": "paper/security_council",
    "kenyata": "person/uhuru_kenyatta",
    "min aung hlaign": "person/min_aung_hlaing",
}


@pytest.mark.parametrize("text", MISSPELLED)
def test_slips_of_the_hand_do_not_hide_a_name(names: Names, text: str) -> None:
    assert MISSPELLED[text] in found(names, f"what about {text} now")


@pytest.mark.parametrize(
    "text", ["a marginal influence", "an uncertain question", "can you", "general remarks", "the gala"]
)
def test_words_that_are_spelled_right_are_no_misspelled_names(names: Names, text: str) -> None:
    assert found(names, text) == set()


@pytest.mark.parametrize("text", ["koby", "mali"[:3], "uhur"])
def test_short_names_must_be_spelled_right(names: Names, text: str) -> None:
    assert found(names, text) == set()


def test_the_longest_name_wins(names: Names) -> None:
    assert "situation/palestine" not in found(names, "gaza flotilla")
    assert "situation/palestine" in found(names, "gaza")


def test_mentions_stand_in_the_order_of_the_text(names: Names) -> None:
    mentions = names.find("first Kenya, then the gaza flotilla")
    assert [(mention.start, mention.end) for mention in mentions] == [(1, 2), (4, 6)]


@pytest.mark.parametrize(
    ("text", "strong"), [("Ukraine", True), ("Russia", False), ("Americans", False), ("Kony", True)]
)
def test_only_some_names_mean_a_situation_wherever_they_stand(names: Names, text: str, strong: bool) -> None:
    targets = [target for mention in names.find(text) for target in mention.targets if target.kind != "paper"]
    assert {target.strong for target in targets} == {strong}


def test_a_folded_name_is_known(names: Names) -> None:
    assert "gaza flotilla" in names
    assert "gaza flotila" not in names


def test_no_content_names_nothing() -> None:
    assert Names(Knowledge()).find("Ukraine") == ()


def test_a_person_means_the_situation(names: Names) -> None:
    (mention,) = names.find("Putin")
    assert {target.situation for target in mention.targets if target.kind == "person"} == {"ukraine"}


def test_a_name_that_is_weak_and_a_persons_is_strong() -> None:
    source = Source(name="A source", url="", as_of="2015")
    person = Person(name="Ann Example", aliases=["Example"], line="Someone, as of 2015.")
    situation = Situation(
        id="one",
        title="One",
        label="One case",
        question="What of one?",
        status="As of 2015 nothing.",
        short="As of 2015 nothing.",
        as_of="2015",
        sources=[source],
        aliases=["Oneland"],
        weak_aliases=["Example"],
        people=[person],
    )
    (mention,) = Names(Knowledge(situations={"one": situation})).find("example")
    assert [(target.kind, target.strong) for target in mention.targets] == [("person", True), ("situation", False)]
