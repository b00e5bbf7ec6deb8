"""Whether a message asks for something, as far as its words show; and taking a question apart from an answer."""

from __future__ import annotations

import re
from typing import NamedTuple, Optional

from bot.content.text import normalized

_ASKING = (
    r"(?:what|wat|wats|who|whom|whose|why|how|when|where|which|what's|whats|who's|is|are|am|was|were|can|could|do|does|did|"
    r"should|would|has|have|tell me|show me)"
)
_OPENING = re.compile(rf"(?:(?:and|but|also|so|ok|okay|well|by the way|btw|oh|hey|please)[\s,]+)*{_ASKING}\b", re.I)
_REQUEST = re.compile(
    r"^(?:please )?(?:(?:show|tell|give|send) me|search (?:for|the|your|papers)|look up|"
    r"(?:find|list|show) (?:me )?(?:all |the |any |your |some |amicc s )*"
    r"(?:papers?|articles?|analys[ei]s|topics?|alliances?)|"
    r"(?:i want|i d like|i would like|i need|let me) to (?:know|ask|see|read|talk|speak|search)|"
    r"(?:can|could|would|will) you|what about|how about|do you)\b"
)
_CLAUSES = re.compile(
    r"(?<=[.!?;\n])\s+|,\s+(?=(?:and|but|also|by the way|btw|so|what|who|why|how|when|where|which)\b)|"
    r"\s+(?=(?:and|but|also|by the way|btw)\s+(?:what|who|why|how|when|where|which|is|are|can|does|do)\b)",
    re.I,
)
_FEWEST_WORDS = 3
"""Shorter messages that begin as a question does can be names: "Do Kim", "Will Court", "How Chen"."""


def asks(typed: str) -> bool:
    """Whether a message is a question or a clear request, by its words alone.

    >>> asks("what is wicc"), asks("Will Court"), asks("Do Hyun Kim"), asks("show me papers on drones")
    (True, False, False, True)
    """
    if typed.rstrip().endswith("?"):
        return True
    words = typed.split()
    if len(words) < _FEWEST_WORDS or looks_like_a_name(words):
        return False
    return bool(_OPENING.match(typed) or _REQUEST.match(normalized(typed)))


def looks_like_a_name(words: list[str]) -> bool:
    """Whether each word begins with a capital letter, as the words of a name do."""
    return len(words) > 1 and all(word[0].isupper() for word in words)


class Apart(NamedTuple):
    """A message taken apart.

    Attributes:
        answer: The part that may answer the step.
        question: The part that asks.
    """

    answer: str
    question: str


def apart(typed: str) -> Optional[Apart]:
    """Takes the questions of a message apart from the rest; None unless it has both.

    >>> apart("my email is a@b.org, and what is wicc?")
    Apart(answer='my email is a@b.org', question='what is wicc?')
    """
    clauses = [clause.strip() for clause in _CLAUSES.split(typed) if clause and clause.strip()]
    asking = [clause for clause in clauses if asks(_without_joint(clause))]
    rest = [clause for clause in clauses if clause not in asking]
    if not asking or not rest:
        return None
    return Apart(" ".join(rest).rstrip(" ,;."), " ".join(_without_joint(clause) for clause in asking))


def _without_joint(clause: str) -> str:
    return re.sub(r"^(?:and|but|also|so|by the way|btw)[\s,]+", "", clause, flags=re.IGNORECASE)
