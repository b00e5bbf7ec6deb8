"""Which of the questions asked in vain can become phrasings of a topic, as its file takes them."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable

import numpy as np

from bot.content.check import SAME_MEANING
from bot.content.schema import Topic
from bot.content.text import has_words, normalized
from bot.review.contacts import has_contacts
from bot.review.groups import Encode, Group

LIKE_ENOUGH = 0.55
"""Likeness to the topic from which a group's questions are offered: in ``tests/questions`` nine of ten questions that
have an answer reach it, and one of twenty that are about something else."""

_MARKUP = re.compile(r"[\[\]{}\\]")
"""What Rasa or YAML could read as more than text."""


def new_phrasings(groups: Iterable[Group], topic: Topic, taken: Collection[str], encode: Encode) -> list[str]:
    """Questions of the groups nearest to a topic that its file can take: ``check`` refuses none of them.

    Args:
        groups: What was asked.
        topic: The topic.
        taken: All phrasings and test questions, normalized.
        encode: The sentence encoder.
    """
    near = (group for group in groups if group.nearest == topic.id and group.likeness >= LIKE_ENOUGH)
    usable = [question for group in near for question in group.questions if _is_usable(question, taken)]
    known = encode(topic.phrasings)
    kept = []
    for question in usable:
        vector = encode([question])
        if not (known.size and (known @ vector[0]).max() > SAME_MEANING):
            kept.append(question)
            known = np.concatenate([known, vector]) if known.size else vector
    return kept


def _is_usable(question: str, taken: Collection[str]) -> bool:
    text = normalized(question)
    return has_words(text) and text not in taken and not has_contacts(question) and not _MARKUP.search(question)


def as_yaml(phrasings: Iterable[str]) -> str:
    """Phrasings as lines of an ``examples`` block."""
    return "".join(f"    - {phrasing}\n" for phrasing in phrasings)
