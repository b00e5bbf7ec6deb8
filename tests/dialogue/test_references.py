"""What a visitor points at, each kind of reference, on the content as it is."""

from collections.abc import Callable
from typing import Optional

import pytest

from bot.content.store import Content, ContentStore
from bot.dialogue.answers import answer
from bot.dialogue.context import Context
from bot.dialogue.papers import paper_list, themes_reply
from bot.dialogue.references import (
    HELP_TOPIC,
    NO_MORE,
    NO_REASON,
    NOTHING,
    OUT_OF_RANGE,
    Meaning,
    asks_for_rest,
    follow_up,
    named_person,
    new_subject,
    picked,
    split_page,
)
from bot.dialogue.reply import Reply


@pytest.fixture(scope="module")
def content(content_store: ContentStore) -> Content:
    return content_store.content


def after(reply: Reply) -> Context:
    """The context that a reply leaves."""
    return Context(subject=reply.topic, options=reply.options)


@pytest.fixture(scope="module")
def listed(content: Content) -> Context:
    """After a list of three papers, more of them on the next page, and "Papers by theme"."""
    papers = list(content.knowledge.papers.values())
    choices = themes_reply(content, "papers", 1).choices[:1]
    return after(paper_list("Here.", papers, "latest papers", 1, choices))


def about(content: Content, key: str) -> Context:
    """The context after the full answer about something."""
    reply = answer(content, key)
    assert reply is not None
    return after(reply)


EMPTY = Context()

PLACES = {
    "1": 1,
    "2": 2,
    "02": 2,
    " 3. ": 3,
    "(2)": 2,
    "#2": 2,
    "two": 2,
    "Two!": 2,
    "second": 2,
    "the second": 2,
    "the second one": 2,
    "2nd": 2,
    "the 3rd paper": 3,
    "option 2": 2,
    "Option two": 2,
    "number 1": 1,
    "no 3": 3,
    "the first one please": 1,
    "tell me more about the second one": 2,
    "i would like to read the third paper": 3,
    "ok, let's go with option 3, thanks": 3,
    "and the first?": 1,
    "what about the second one": 2,
    "4": 4,
    "fifth": 5,
    "the last one": 3,
    "last": 3,
}
"""What is typed after a list of three papers and two other choices, and the place meant."""


@pytest.mark.parametrize(("text", "place"), PLACES.items())
@pytest.mark.parametrize("in_form", [False, True])
def test_a_place_picks_the_option_that_stands_there(
    text: str, place: int, in_form: bool, listed: Context, content: Content
) -> None:
    pick = picked(text, listed, content, in_form)
    assert pick is not None
    assert pick.choice == listed.options[place - 1]


def test_the_last_one_is_the_last_option_where_none_leads_to_a_paper(content: Content) -> None:
    context = about(content, "faq/why_support")
    pick = picked("the last one", context, content)
    assert pick is not None
    assert pick.choice == context.options[-1]


@pytest.mark.parametrize("change", [str, str.upper, lambda label: f"  {label}?! "])
def test_a_label_picks_whatever_its_case_and_punctuation(
    change: Callable[[str], str], listed: Context, content: Content
) -> None:
    for option in listed.options:
        pick = picked(change(option.label), listed, content)
        assert pick is not None
        assert pick.choice == option


@pytest.mark.parametrize("text", ["9", "the ninth one", "option 12", "the seventh paper", "number eleven", "0"])
def test_a_place_where_nothing_stands_is_out_of_range(text: str, listed: Context, content: Content) -> None:
    pick = picked(text, listed, content)
    assert pick is not None
    assert (pick.choice, pick.problem) == (None, OUT_OF_RANGE)


@pytest.mark.parametrize("text", ["2", "the second one", "option 2", "the ninth one"])
def test_a_place_without_any_options_points_at_nothing(text: str, content: Content) -> None:
    pick = picked(text, EMPTY, content)
    assert pick is not None
    assert (pick.choice, pick.problem) == (None, NOTHING)


@pytest.mark.parametrize("text", ["two", "second", "last"])
def test_a_bare_word_of_number_is_left_to_the_classifier_where_there_are_no_options(
    text: str, content: Content
) -> None:
    assert picked(text, EMPTY, content) is None


@pytest.mark.parametrize("text", ["40202", "2", "9", "the ninth one"])
def test_in_a_form_a_number_that_is_no_option_is_an_answer(text: str, content: Content) -> None:
    assert picked(text, EMPTY, content, in_form=True) is None


def test_in_a_form_a_number_beyond_the_options_is_an_answer_too(listed: Context, content: Content) -> None:
    assert picked("18", listed, content, in_form=True) is None


@pytest.mark.parametrize(
    "text",
    ["two papers on drones", "the second world war", "first amendment", "who was first", "article 16", "1 2", "123"],
)
def test_a_number_in_a_question_picks_nothing(text: str, listed: Context, content: Content) -> None:
    assert picked(text, listed, content) is None


def test_a_later_reply_without_choices_ends_them(content: Content) -> None:
    pick = picked("2", after(Reply(text="You are welcome.")), content)
    assert pick is not None
    assert pick.problem == NOTHING


@pytest.mark.parametrize(
    ("text", "asked", "page"),
    [
        ("Papers on drones, page 2", "Papers on drones", 2),
        ("papers on drones page 12?", "papers on drones", 12),
        ("latest papers", "latest papers", 1),
        ("page 2", "page 2", 1),
        ("which page of the statute", "which page of the statute", 1),
    ],
)
def test_a_question_may_name_a_page(text: str, asked: str, page: int) -> None:
    assert split_page(text) == (asked, page)


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("what about Ukraine?", "Ukraine"),
        ("and what about Ukraine", "Ukraine"),
        ("ok, so how about the drones paper?", "the drones paper"),
        ("what about it?", "tell me more"),
        ("what about him", "tell me more"),
        ("and Colombia?", "and Colombia?"),  # two words with a name: the classifier knows that
        ("what is it about?", "what is it about?"),
    ],
)
def test_what_about_something_asks_for_it(text: str, meant: str, content: Content) -> None:
    assert new_subject(text, about(content, "paper/drones")) == meant


def test_what_about_something_stays_as_it_is_where_nothing_was_talked_about() -> None:
    assert new_subject("what about Ukraine?", EMPTY) == "what about Ukraine?"


FOLLOW_UPS = ["tell_more", "whats_since", "shorter", "more", "follow_why", "follow_help", "who_is"]


@pytest.mark.parametrize("intent", FOLLOW_UPS)
def test_a_follow_up_that_names_something_is_about_that(intent: str, content: Content) -> None:
    assert follow_up(intent, ["situation/ukraine"], about(content, "paper/drones"), content) is None


def test_other_messages_are_no_follow_ups(content: Content) -> None:
    assert follow_up("faq", [], about(content, "paper/drones"), content) is None


@pytest.mark.parametrize("intent", [intent for intent in FOLLOW_UPS if intent != "follow_help"])
def test_a_follow_up_of_nothing_points_at_nothing(intent: str, content: Content) -> None:
    assert follow_up(intent, [], EMPTY, content) == Meaning(problem=NOTHING)


@pytest.mark.parametrize("intent", ["tell_more", "whats_since", "shorter", "more"])
@pytest.mark.parametrize("key", ["paper/drones", "situation/ukraine", "faq/why_support"])
def test_a_follow_up_is_about_what_was_told_last(intent: str, key: str, content: Content) -> None:
    assert follow_up(intent, [], about(content, key), content) == Meaning(about=(key,))


def test_more_of_a_paper_of_which_only_the_card_was_shown_is_the_paper(listed: Context, content: Content) -> None:
    first = next(iter(content.knowledge.papers.values()))
    assert follow_up("tell_more", [], listed, content) == Meaning(text=first.asked)


def test_something_shorter_than_the_kenyan_paper_is_its_outline(content: Content) -> None:
    outline = content.knowledge.papers["kenya_outline"]
    assert follow_up("shorter", [], about(content, "paper/kenya"), content) == Meaning(text=outline.asked)


def test_more_of_a_list_is_its_next_page(listed: Context, content: Content) -> None:
    assert follow_up("more", [], listed, content) == Meaning(text="latest papers, page 2")


def test_more_of_choices_about_nothing_is_none(content: Content) -> None:
    options = about(content, "faq/why_support").options
    assert follow_up("more", [], Context(options=options), content) == Meaning(problem=NO_MORE)


@pytest.mark.parametrize(
    ("key", "intent", "topic"),
    [
        ("faq/why_support", "follow_help", None),
        ("faq/americans_jurisdiction", "follow_why", "jurisdiction"),
        ("faq/americans_jurisdiction", "follow_help", "how_to_advocate"),
        ("paper/drones", "follow_help", HELP_TOPIC),
        ("situation/ukraine", "follow_help", HELP_TOPIC),
    ],
)
def test_why_and_how_to_help_lead_to_topics(key: str, intent: str, topic: Optional[str], content: Content) -> None:
    expected = topic or content.topics[key.partition("/")[2]].follow_ups["how_help"]
    meaning = follow_up(intent, [], about(content, key), content)
    assert meaning == Meaning(text=content.topics[expected].title)


def test_how_to_help_needs_no_subject(content: Content) -> None:
    assert follow_up("follow_help", [], EMPTY, content) == Meaning(text=content.topics[HELP_TOPIC].title)


@pytest.mark.parametrize("key", ["paper/drones", "situation/ukraine"])
def test_why_after_what_has_no_reason_says_so(key: str, content: Content) -> None:
    assert follow_up("follow_why", [], about(content, key), content) == Meaning(problem=NO_REASON)


@pytest.mark.parametrize(
    ("key", "named", "people"),
    [
        ("situation/darfur", ["omar_al_bashir"], ["omar_al_bashir"]),
        ("situation/darfur", ["vladimir_putin", "ali_kushayb", "omar_al_bashir"], ["ali_kushayb"]),
        ("situation/darfur", [], ["omar_al_bashir", "ali_kushayb"]),
        ("paper/bashir", ["omar_al_bashir"], ["omar_al_bashir"]),
    ],
)
def test_who_is_he_means_the_person_named_last_of_what_is_talked_about(
    key: str, named: list[str], people: list[str], content: Content
) -> None:
    meaning = follow_up("who_is", [], about(content, key), content, named)
    assert meaning is not None
    assert set(meaning.about) == {f"person/{person}" for person in people}


def test_who_is_he_of_a_situation_without_persons_points_at_nothing(content: Content) -> None:
    assert follow_up("who_is", [], about(content, "situation/georgia"), content, ["vladimir_putin"]) == Meaning(
        problem=NOTHING
    )


def test_he_is_replaced_by_the_only_person_that_can_be_meant(content: Content) -> None:
    context = about(content, "situation/darfur")
    said = named_person("where is he now?", context, content, ["omar_al_bashir"])
    assert said == "where is Omar al-Bashir now?"
    assert named_person("where is he now?", context, content, []) == "where is he now?"


@pytest.mark.parametrize("text", ["more", "MORE", "the rest", "Continue."])
def test_the_rest_is_asked_for_only_if_something_is_left(text: str) -> None:
    assert asks_for_rest(text, "what is left")
    assert not asks_for_rest(text, "")
    assert not asks_for_rest(text + " papers", "what is left")
