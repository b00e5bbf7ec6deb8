"""Groups what was asked by likeness, and finds the topic nearest to each group."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from bot.content.schema import Topic
from bot.content.text import normalized
from bot.review.contacts import without_contacts
from bot.storage.feedback import Asked

Floats = NDArray[np.float32]
Encode = Callable[[Sequence[str]], Floats]
"""Turns ``n`` texts into an array of shape (n, d), rows of length 1."""

ALIKE = 0.75
"""Cosine from which two questions are in one group. Of the pairs in ``tests/questions`` that far apart, half have the
same answer; at 0.7 it is a quarter."""


class Group(NamedTuple):
    """Questions that are alike. No text has an e-mail address or phone number in it.

    Attributes:
        questions: The wordings, the one asked most first.
        asked: How many turns asked one of them.
        outcomes: How many of those turns had each outcome; a turn can have two.
        last: When the latest came, in seconds since 1970.
        given: Content ids of what was answered or offered, most frequent first.
        reasons: Why visitors found the answer unhelpful.
        nearest: Id of the topic with the nearest title or phrasing; empty if there is no topic.
        likeness: Cosine between that and the middle of the group.
    """

    questions: list[str]
    asked: int
    outcomes: dict[str, int]
    last: float
    given: list[str]
    reasons: list[str]
    nearest: str
    likeness: float


class _Nearest(NamedTuple):
    topic: str
    likeness: float


def grouped(asked: Iterable[Asked], topics: Iterable[Topic], encode: Encode, encode_content: Encode) -> list[Group]:
    """The groups, the one asked most first.

    Args:
        asked: What was asked, in any order.
        topics: Where the nearest is looked for.
        encode: The sentence encoder.
        encode_content: The same, best through a cache. Visitors' words never go through it: a cache outlives them.
    """
    wordings: dict[str, list[Asked]] = {}
    for one in sorted(asked, key=lambda one: -one.at):
        shown = one._replace(text=_line(one.text), reason=_line(one.reason or ""))
        wordings.setdefault(normalized(shown.text), []).append(shown)
    ordered = sorted(wordings.values(), key=lambda turns: -len(turns))
    if not ordered:
        return []
    vectors = encode([turns[0].text for turns in ordered])
    rows = _led(vectors)
    middles = np.array([vectors[members].mean(axis=0) for members in rows])
    middles /= np.linalg.norm(middles, axis=1, keepdims=True)
    nearest = _nearest(middles, topics, encode_content)
    groups = [_group([ordered[row] for row in members], *near) for members, near in zip(rows, nearest)]
    return sorted(groups, key=lambda group: (-group.asked, -group.last))


def _line(text: str) -> str:
    return " ".join(without_contacts(text).split())


def _led(vectors: Floats) -> list[list[int]]:
    """Rows in groups: each joins the nearest group whose first row is like it, or leads a new one.

    The leader algorithm (Hartigan 1975): one pass and no table of all pairs, which for a busy month would not fit into
    memory. What comes first leads, so the order matters.
    """
    leaders: list[int] = []
    groups: list[list[int]] = []
    for row, vector in enumerate(vectors):
        likeness = vectors[leaders] @ vector
        best = int(likeness.argmax()) if leaders else -1
        if leaders and likeness[best] >= ALIKE:
            groups[best].append(row)
        else:
            leaders.append(row)
            groups.append([row])
    return groups


def _nearest(middles: Floats, topics: Iterable[Topic], encode: Encode) -> list[_Nearest]:
    """The nearest topic of each row of ``middles``."""
    texts = [(topic.id, text) for topic in topics for text in (topic.title, *topic.phrasings)]
    if not texts:
        return [_Nearest("", 0.0)] * len(middles)
    cosines = middles @ encode([text for _, text in texts]).T
    best = cosines.argmax(axis=1)
    return [_Nearest(texts[column][0], float(cosines[row, column])) for row, column in enumerate(best)]


def _group(wordings: Sequence[Sequence[Asked]], topic: str, likeness: float) -> Group:
    turns = [turn for wording in wordings for turn in wording]
    return Group(
        questions=[wording[0].text for wording in wordings],
        asked=len(turns),
        outcomes=dict(Counter(outcome for turn in turns for outcome in turn.outcomes)),
        last=max(turn.at for turn in turns),
        given=[key for key, _ in Counter(turn.topic for turn in turns if turn.topic).most_common()],
        reasons=list(dict.fromkeys(turn.reason for turn in turns if turn.reason)),
        nearest=topic,
        likeness=likeness,
    )
