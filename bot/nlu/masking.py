"""Puts one name in place of all: what is asked about a situation is asked alike of each.

The classifier learns from a few names how people ask; with the stand-ins it understands the same question about any
situation or person in ``knowledge/``, one added since training too.
"""

from __future__ import annotations

from bot.content.knowledge import PERSON, SITUATION
from bot.content.names import Mention, Names
from bot.content.text import folded

STAND_INS = {SITUATION: "ukraine", PERSON: "putin"}


def masked(text: str, names: Names) -> str:
    """The text with a stand-in for each name that means a situation or a person wherever it stands.

    Names that occur in other questions as well, such as "Russia", stay.
    """
    mentions = [mention for mention in names.find(text) if _kind(mention)]
    if not mentions:
        return text
    words = folded(text).split()
    for mention in reversed(mentions):
        words[mention.start : mention.end] = [STAND_INS[_kind(mention)]]
    return " ".join(words)


def _kind(mention: Mention) -> str:
    """The kind of what a name means wherever it stands; empty if that is no situation and no person."""
    return next((target.kind for target in mention.targets if target.strong and target.kind in STAND_INS), "")
