"""What was understood of a message, as Rasa's parse data hold it: read and made in one place."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable, Mapping
from typing import Any, Optional

from bot.content.finder import shared_finder
from bot.content.knowledge import PAPER, PERSON, SITUATION, THEME, Knowledge, Situation

UNRESOLVED, TWO_QUESTIONS = "unresolved", "two_questions"
_NAMED = (PAPER, SITUATION, PERSON, THEME)

_UNCLEAR = frozenset(("nlu_fallback", "out_of_scope"))
SURE = 0.6
"""Confidence from which each of two questions in one message is clear."""
_COURTESIES = frozenset(("greet", "thanks", "affirm", "deny"))
"""Intents of what is said in politeness before the question that matters."""
_COURTESY = re.compile(
    r"(?:(?:hi|hello|hey|hiya|yo|good (?:morning|afternoon|evening|day)|morning|thanks|thank you|thx|ty|ok|okay|yes|"
    r"yeah|no|nope|sorry|please|pls|cool|great)(?: there| all| everyone| again| so much| a lot)?\b[\s,.!]*)+",
    re.IGNORECASE,
)
_FEWEST_WORDS = 2
_PRONOUN = re.compile(r"\b(it|its|they|them|that|this|those|these|he|she|him|her)\b", re.IGNORECASE)
_ASKS = "how|what|who|why|when|where|which|can|could|is|are|was|were|does|do|did|will|would|should"
_BETWEEN = re.compile(rf"(?<=[?])\s+|\n+|;\s+|,?\s+(?:and|also|and also|plus)\s+(?=(?:{_ASKS})\b)", re.IGNORECASE)


def taken_for(text: str, intent: str, **details: Any) -> dict[str, Any]:
    """Parse data of a message that was understood without the pipeline."""
    found = {"name": intent, "confidence": 1.0}
    return {"text": text, "intent": found, "intent_ranking": [found], "entities": [], **details}


def named(parsed: Mapping[str, Any]) -> list[str]:
    """Content ids that a message names, or is about by its context."""
    entities = parsed.get("entities") or []
    own = [f"{entity['entity']}/{entity['value']}" for entity in entities if entity.get("entity") in _NAMED]
    return own or list(parsed.get("about") or [])


def beside_topic(parsed: Mapping[str, Any]) -> list[str]:
    """Content ids of what goes with a question beside the topic that answers it."""
    return list(parsed.get("beside") or [])


def ids_of(keys: list[str], kind: str) -> list[str]:
    """The ids among content ids that are of a kind."""
    return [key.partition("/")[2] for key in keys if key.startswith(kind + "/")]


def split_questions(text: str) -> Optional[tuple[str, str]]:
    """The two questions of a message; None if there are not exactly two.

    A second one that needs the first to be understood ("what is it and how does it work") is no question of its own.
    """
    parts = [part.strip() for part in _BETWEEN.split(text) if part and part.strip()]
    if len(parts) != 2 or any(len(part.split()) < 2 for part in parts) or _PRONOUN.search(parts[1]):
        return None
    return parts[0], parts[1]


def situations_named(keys: list[str], knowledge: Knowledge) -> list[Situation]:
    """The situations that content ids name, themselves or by a person, each once; unknown ids are left out."""
    found: dict[str, Situation] = {}
    for key in keys:
        kind, _, identity = key.partition("/")
        if kind == PERSON and identity in knowledge.people:
            situation = knowledge.people[identity][1]
            found[situation.id] = situation
        elif kind == SITUATION and identity in knowledge.situations:
            found[identity] = knowledge.situations[identity]
    return list(found.values())


async def both_questions(
    text: str, parsed: dict[str, Any], parse: Callable[[str], Awaitable[dict[str, Any]]]
) -> dict[str, Any]:
    """Parse data for two clear questions if a message has two, with their content ids as ``about``; else as parsed."""
    parts = split_questions(text)
    if parts is None:
        return parsed
    keys = [_answer(await parse(part)) for part in parts]
    if None in keys or keys[0] == keys[1]:
        return parsed
    return taken_for(text, TWO_QUESTIONS, about=keys)


async def behind_courtesy(
    text: str, parsed: dict[str, Any], parse: Callable[[str], Awaitable[dict[str, Any]]]
) -> dict[str, Any]:
    """Parse data for the clear question that follows a greeting, a thank-you, a yes or a no; else as parsed."""
    found = _COURTESY.match(text)
    if not found or parsed["intent"]["name"] not in _COURTESIES:
        return parsed
    rest = text[found.end() :]
    if len(rest.split()) < _FEWEST_WORDS:
        return parsed
    again = await parse(rest)
    clear = again["intent"]["confidence"] >= SURE and again["intent"]["name"] not in (*_COURTESIES, *_UNCLEAR)
    return again if clear else parsed


def _answer(parsed: Mapping[str, Any]) -> Optional[str]:
    """The content id that a message is clearly answered with."""
    intent = parsed["intent"]
    if intent["confidence"] < SURE:
        return None
    if intent["name"] == "faq":
        return str(parsed["response_selector"]["faq"]["response"]["intent_response_key"])
    if intent["name"] == "find_papers":
        found = shared_finder().papers(parsed["text"])
        return f"{PAPER}/{found[0]}" if found else None
    situations = situations_named(named(parsed), shared_finder().content.knowledge)
    return situations[0].key if intent["name"] == SITUATION and len(situations) == 1 else None
