"""What a visitor points at: "2", "the second one", a label, "tell me more", "why?", "who is he?".

Everything a reference stands for is put in words that the visitor could have typed, or in content ids; so a reference
is answered exactly as the full question would be, on every channel.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import takewhile
from typing import NamedTuple, Optional

from bot.content.knowledge import PERSON
from bot.content.store import Content
from bot.content.text import normalized
from bot.dialogue.context import Context
from bot.dialogue.reply import Choice

OUT_OF_RANGE, NOTHING, NO_REASON, NO_MORE = "out_of_range", "nothing_meant", "no_reason", "nothing_more"
MISREAD = "misread"
"""Why a reference stands for nothing; each has a response ``utter_<reason>``."""

FOLLOW_UPS = frozenset(
    {"tell_more", "whats_since", "shorter", "more", "follow_why", "follow_help", "who_is", "where_to_read", MISREAD}
)
"""Intents of what is said about the reply before."""
HELP_TOPIC = "how_to_advocate"
"""What "how can I help with that?" means where the topic has nothing nearer."""

_CARDINALS = ["one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve"]
_ORDINALS = [
    "first",
    "second",
    "third",
    "fourth",
    "fifth",
    "sixth",
    "seventh",
    "eighth",
    "ninth",
    "tenth",
    "eleventh",
    "twelfth",
]
_PLACES = {
    **{word: place for place, word in enumerate(_CARDINALS, start=1)},
    **{word: place for place, word in enumerate(_ORDINALS, start=1)},
}
_THING = "one|option|paper|choice|answer|article|analysis|link|question|topic|result|item"
_PLACE = re.compile(
    rf"""(?:(?:ok|okay|yes|and|then|please|i|want|would|like|to|d|ll|choose|pick|select|take|open|read|show|give|tell|me|more
    |about|what|how|let|s|go|with|for|see)\s)*
    (?P<sign>(?:the|option|number|no|nr|choice|answer|paper)\s)*
    (?P<place>\d{{1,2}}(?:st|nd|rd|th)?|last|{"|".join(_PLACES)})
    (?P<thing>\s(?:{_THING}))?(?:\s(?:please|then|thanks))*""",
    re.VERBOSE,
)
_WHAT_ABOUT = re.compile(
    r"(?:(?:ok|okay|so|well|and|but|then)[\s,]+)*(?:what|how)\s+about\s+(?P<rest>.+)", re.IGNORECASE
)
_PRONOUNS = frozenset(["it", "that", "this", "them", "these", "those", "him", "her", "he", "she", "they"])
_PERSON = re.compile(r"\b(?:s?he|him|(?P<whose>his))\b", re.IGNORECASE)
_PAGE = re.compile(r"(?P<asked>.+?),?\s+page\s+(?P<page>\d{1,3})\s*[.!?]*\s*", re.IGNORECASE)
_MORE = {"more", "more please", "the rest", "rest", "continue"}
_QUESTION_WORDS = frozenset(
    ("when", "where", "how", "how long", "how many", "how much", "which", "which one", "since when", "for how long")
)


class Pick(NamedTuple):
    """What a message picks from the last reply's options.

    Attributes:
        choice: The option; None if it points at one that is not there.
        problem: Why there is none.
    """

    choice: Optional[Choice]
    problem: str = ""


class Meaning(NamedTuple):
    """What a follow-up stands for: one of three.

    Attributes:
        text: Words to be understood in its place.
        about: Content ids that it is about; the intent stays.
        problem: Why it stands for nothing.
    """

    text: str = ""
    about: tuple[str, ...] = ()
    problem: str = ""


def picked(text: str, context: Context, content: Content, in_form: bool = False) -> Optional[Pick]:
    """What a message picks by number, place or label; None if it does not look like a pick.

    Args:
        text: The message.
        context: The conversation's context.
        content: What is served; tells papers from other options for "the last one".
        in_form: Whether a form is asking: there, a number that is no option is an answer to it.
    """
    words = normalized(text)
    options = context.options
    for option in options:
        if words == normalized(option.label):
            return Pick(option)
    found = _PLACE.fullmatch(words)
    if not found:
        return None
    place = _place(found["place"], options, content)
    if 1 <= place <= len(options):
        return Pick(options[place - 1])
    pointed = found["place"].isdecimal() or found["sign"] or found["thing"]
    if in_form or not pointed:
        return None
    return Pick(None, OUT_OF_RANGE if options else NOTHING)


def _place(word: str, options: Sequence[Choice], content: Content) -> int:
    """The place that a word means, counted from 1; 0 if none."""
    if word == "last":
        items = list(takewhile(lambda option: normalized(option.text) in content.by_name, options))
        return len(items) or len(options)
    return _PLACES.get(word) or int(re.sub(r"\D", "", word))


def is_question_word(text: str) -> bool:
    """Whether a message is a question word and no more: what it asks of is not said."""
    return normalized(text) in _QUESTION_WORDS


def split_page(text: str) -> tuple[str, int]:
    """A question and the page of its list, as in "papers on drones, page 2"; page 1 if it names none."""
    found = _PAGE.fullmatch(text)
    return (found["asked"], int(found["page"])) if found else (text, 1)


def new_subject(text: str, context: Context) -> str:
    """What "what about X?" asks for in the middle of a conversation: X; other messages as they are."""
    found = _WHAT_ABOUT.fullmatch(text.strip(" ?!."))
    if not found or not context.subject:
        return text
    rest = found["rest"].strip()
    return "tell me more" if normalized(rest) in _PRONOUNS else rest


def named_person(text: str, context: Context, content: Content, people: Sequence[str]) -> str:
    """A message with the person's name for "he" or "she", if only one can be meant; else as it is.

    Args:
        text: The message.
        context: The conversation's context.
        content: What is served.
        people: Ids of persons that the visitor named last, the latest first.
    """
    if not _PERSON.search(text):
        return text
    meant = _people(context, content, people)
    if len(meant) != 1:
        return text
    name = content.knowledge.people[meant[0].partition("/")[2]][0].name
    return _PERSON.sub(lambda found: f"{name}'s" if found["whose"] else name, text)


def follow_up(
    intent: str, named: Sequence[str], context: Context, content: Content, people: Sequence[str] = ()
) -> Optional[Meaning]:
    """What a follow-up stands for; None if the message is none, or says itself what it is about.

    Args:
        intent: What the message was understood as.
        named: Content ids that the message names.
        context: The conversation's context.
        content: What is served.
        people: Ids of persons that the visitor named last, the latest first.
    """
    if intent not in FOLLOW_UPS or named:
        return None
    if intent == "more":
        pages = [option for option in context.options if split_page(option.text)[1] > 1]
        if pages:
            return Meaning(text=pages[0].text)
        if context.options and not context.subject:
            return Meaning(problem=NO_MORE)
        intent = "tell_more"
    if intent == "follow_help":
        topic = content.topics.get(_followed(context, content, "how_help") or HELP_TOPIC)
        return Meaning(text=topic.title) if topic else Meaning(problem=NOTHING)
    if intent == MISREAD:
        return Meaning(problem=MISREAD)
    if not context.subject:
        return Meaning(problem=NOTHING)
    if intent == "follow_why":
        topic = content.topics.get(_followed(context, content, "why") or "")
        return Meaning(text=topic.title) if topic else Meaning(problem=NO_REASON)
    if intent == "who_is":
        meant = _people(context, content, people)
        return Meaning(about=tuple(meant)) if meant else Meaning(problem=NOTHING)
    return _about_subject(intent, context, content)


def _about_subject(intent: str, context: Context, content: Content) -> Meaning:
    """More, fewer words, or what came later, of what the last reply was about."""
    main = context.subject[0]
    paper = content.knowledge.paper(main)
    only_card_shown = paper and any(option.text == paper.asked for option in context.options)
    if paper and (intent == "where_to_read" or (intent == "tell_more" and only_card_shown)):
        return Meaning(text=paper.asked)
    if paper and intent == "shorter" and (shorter := content.knowledge.papers.get(paper.shorter or "")):
        return Meaning(text=shorter.asked)
    return Meaning(about=(main,))


def _followed(context: Context, content: Content, kind: str) -> Optional[str]:
    """The topic that a follow-up of a kind leads to from the topic talked about."""
    topic = content.topic(context.subject[0]) if context.subject else None
    return topic.follow_ups.get(kind) if topic and topic.intent == context.subject[0] else None


def _people(context: Context, content: Content, named: Sequence[str]) -> list[str]:
    """The persons that "he" or "they" can mean: the one named last, or those of the situation talked about."""
    subjects = [content.knowledge.situation(key) for key in context.subject]
    papers = [content.knowledge.paper(key) for key in context.subject[:1]]
    situations = {situation.id for situation in subjects if situation}
    situations.update(identity for paper in papers if paper for identity in paper.situations)
    known = content.knowledge.people
    own = [identity for identity, (_, situation) in known.items() if situation.id in situations]
    latest = [identity for identity in named if identity in own]
    return [f"{PERSON}/{identity}" for identity in latest[:1] or own]


def asks_for_rest(text: str, rest: str) -> bool:
    """Whether a message asks for what of the last reply did not fit; never if nothing is left."""
    return bool(rest) and normalized(text) in _MORE
