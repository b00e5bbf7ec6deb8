"""Topic, situation or paper: what is decided by the names in the content, whatever the classifier made of the rest.

The names, topics and papers are those of the project; only the classifier's word is given.
"""

from typing import Optional

import pytest

from bot.content.finder import Finder
from bot.content.store import ContentStore
from bot.nlu.decision import Decision, Understood, beside_topic, decide


@pytest.fixture(scope="module")
def finder(content_store: ContentStore) -> Finder:
    return Finder(content_store.content)


def topic(identity: str, confidence: float = 0.8) -> Understood:
    """The classifier's word that a topic is asked for."""
    return Understood("faq", identity, confidence, f"faq/{identity}")


def task(intent: str, confidence: float = 0.8) -> Understood:
    """Its word that a message has another intent."""
    return Understood(intent, None, confidence, intent)


def unsure(best: str = "faq/icc", confidence: float = 0.3) -> Understood:
    """Its word that it is not sure; the likeliest label."""
    return Understood("nlu_fallback", None, confidence, best)


NOT_OURS = unsure("out_of_scope", 0.2)


def asked(decision: Optional[Decision]) -> Optional[tuple[str, set[str]]]:
    """Intent and content ids of a decision."""
    return decision and (decision.intent, {f"{target.kind}/{target.id}" for target in decision.targets})


SITUATIONS = {
    "a bare name": ("Ukraine?", unsure(), {"situation/ukraine"}),
    "a bare person": ("kony", NOT_OURS, {"person/joseph_kony"}),
    "a bare case": ("kenya case status", unsure(), {"situation/kenya"}),
    "a question about a case": ("was gbagbo charged", task("situation"), {"person/laurent_gbagbo"}),
    "two cases": ("putin or duterte", task("situation"), {"person/vladimir_putin", "person/rodrigo_duterte"}),
    "a weak name in a question about a case": ("was Russia charged", task("situation"), {"situation/ukraine"}),
    "a strong name hides weak ones": ("did italy free almasri", task("situation"), {"person/osama_almasri_njeem"}),
    "a follow-up that names something": ("what happened since in Kenya", task("whats_since"), {"situation/kenya"}),
    "news of a case": ("news on the venezuela probe", task("news"), {"situation/venezuela"}),
    "not sure, with the Court": ("libya and the icc thing", NOT_OURS, {"situation/libya"}),
    "not sure, but likely ours": ("what now for libya", unsure("faq/at_large"), {"situation/libya"}),
    "not sure, someone handed over": ("the libya man they handed over", NOT_OURS, {"situation/libya"}),
    "asked for as a paper, but how it stands": (
        "so colombia how is it",
        task("find_papers", 0.5),
        {"situation/colombia"},
    ),
    "Americans charged, not sure": ("can bush be charged", unsure("faq/us_signature"), {"situation/us_persons"}),
    "Americans and the Court, not sure": ("us troops tortured, hague?", NOT_OURS, {"situation/us_persons"}),
}


@pytest.mark.parametrize("case", SITUATIONS)
def test_where_a_situation_stands_is_asked(finder: Finder, case: str) -> None:
    text, understood, named = SITUATIONS[case]
    found = asked(decide(text, understood, finder))
    assert found is not None
    assert found[0] == "situation"
    assert named <= found[1]
    assert not any(key.startswith("paper/") for key in found[1])


FIRST = {
    "putin arrest warrant": ("at_large", "person/vladimir_putin"),
    "why was bashir not arrested in south africa": ("enforcement", "person/omar_al_bashir"),
    "has duterte been convicted": ("results", "person/rodrigo_duterte"),
    "was obama a war criminal": ("war_crimes", "situation/us_persons"),
    "was an american soldier ever charged": ("americans_jurisdiction", "situation/us_persons"),
    "will bush be arrested": ("americans_jurisdiction", "situation/us_persons"),
    "guantanamo": ("americans_jurisdiction", "situation/us_persons"),
}


@pytest.mark.parametrize("text", FIRST)
def test_a_situation_comes_before_a_topic_that_gives_way_and_keeps_it_as_a_choice(finder: Finder, text: str) -> None:
    identity, key = FIRST[text]
    decision = decide(text, topic(identity), finder)
    assert decision is not None
    assert (decision.intent, decision.topic) == ("situation", identity)
    assert key in {f"{target.kind}/{target.id}" for target in decision.targets}


STAYS = {
    "can the court try american soldiers": topic("americans_jurisdiction"),
    "could a us president be charged": topic("americans_jurisdiction"),
    "why did trump sanction the court": topic("us_sanctions"),
    "is ukraine a member": topic("members"),
    "did bush unsign the treaty": topic("us_signature"),
    "what is the crime of aggression": topic("aggression", 0.95),
    "what are reparations for victims": topic("reparations", 0.95),
    "is the icc part of the untied nations": topic("icc_un"),
    "how do I write to my congress person": topic("contact_congress"),
    "what is the icc": topic("icc"),
    "hello": task("greet"),
    "obama birthday": NOT_OURS,
    "kenya coffee": NOT_OURS,
    "blair witch movie": NOT_OURS,
    "bosco chocolate syrup": NOT_OURS,
    "how do i become a reporter": NOT_OURS,
    "papers about my cat": NOT_OURS,
    "some text of a song": NOT_OURS,
    "Ukraine became a member how?": unsure("faq/joining"),
    "we are sudanese and want to sign up": unsure("sign_up_organization"),
    "I have proof of what happened in darfur": unsure("report_crime"),
    "did hungary hand over netanyahu or leave": unsure("faq/leaving"),
}


@pytest.mark.parametrize("text", STAYS)
def test_the_classifiers_word_stands(finder: Finder, text: str) -> None:
    assert decide(text, STAYS[text], finder) is None


PAPERS = {
    "anything on drones?": task("find_papers"),
    "what does AMICC say about Kenyatta": task("find_papers"),
    "analysis of why nato troops are in afghanistan": topic("objection_troops", 0.5),
    "piece on crimea": task("situation", 0.8),
    "hres209": topic("congress_votes", 0.6),
    "flotila artcle": unsure(),
    "papers on ukraine": task("list_papers"),
    "security council and icc relationship": topic("security_council", 0.75),
    "palestine preliminary examination": task("situation"),
    "amicc on reparations": topic("reparations", 0.9),
    "shared interest in the victim": unsure("faq/victims_role"),
    "in depth stuff for the kenya violence": task("find_papers", 0.65),
    "drones": unsure(),
    "an essay on suspects who hide": unsure("faq/fair_trial"),
    "the piece on illegal wars and invasions": topic("aggression", 0.6),
    "can a president be prosecuted, a paper on that": task("follow_help", 0.5),
}


@pytest.mark.parametrize("text", PAPERS)
def test_papers_are_asked_for(finder: Finder, text: str) -> None:
    decision = decide(text, PAPERS[text], finder)
    assert decision is not None
    assert decision.intent == "find_papers"


def test_a_question_about_a_case_that_names_none_is_not_understood(finder: Finder) -> None:
    assert decide("was he convicted", task("situation"), finder) == Decision("nlu_fallback", ())


def test_a_question_about_a_case_that_is_sure_is_none_for_a_paper(finder: Finder) -> None:
    assert asked(decide("is there something on the kony trial", task("situation", 0.97), finder)) == (
        "situation",
        {"person/joseph_kony"},
    )


def test_who_someone_is_keeps_all_names(finder: Finder) -> None:
    assert asked(decide("who is kony", task("who_is"), finder)) == ("who_is", {"person/joseph_kony"})


def test_something_shorter_stays_about_papers(finder: Finder) -> None:
    found = asked(decide("something shorter on kenya", task("shorter"), finder))
    assert found is not None
    assert found[0] == "find_papers"


BESIDE = {
    "is the crime of aggression punished": (topic("aggression"), ["paper/aggression"]),
    "does aggression by putin count": (topic("aggression"), ["paper/aggression", "situation/ukraine"]),
    "would a us president be charged": (topic("americans_jurisdiction"), ["situation/us_persons"]),
    "what do americans think of it": (topic("public_opinion"), []),
    "a cia job": (topic("work_at_court"), []),
    "a summary on how survivors are paid back": (topic("reparations", 0.6), ["paper/reparations"]),
    "what is the icc": (topic("icc"), []),
}


@pytest.mark.parametrize("text", BESIDE)
def test_what_goes_with_a_question_beside_its_topic(finder: Finder, text: str) -> None:
    understood, keys = BESIDE[text]
    assert beside_topic(text, understood, finder) == keys
