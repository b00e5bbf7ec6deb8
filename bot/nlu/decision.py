"""Decides what a message asks for where the classifier alone cannot know: a topic, a situation or a paper.

The classifier knows how people ask; the names in the content say about what. A bare name is a question about its
situation or paper. Where a topic and a situation both fit, the situation comes first and keeps the topic as a choice,
unless the topic is the clearer answer: one that is asked of any country, or one whose own phrasings give that name.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple, Optional

from rapidfuzz import distance, process

from bot.content.finder import Finder
from bot.content.knowledge import PAPER, PERSON, SITUATION
from bot.content.names import SHORTEST, Mention, Target
from bot.content.search import terms
from bot.content.text import folded

FIND_PAPERS, LIST_PAPERS, LATEST_PAPER = "find_papers", "list_papers", "latest_paper"
WHO_IS = "who_is"
SHORTER = "shorter"
FOLLOW_UPS = ("tell_more", "whats_since", SHORTER, "more", "follow_why")
"""Said of the reply before, unless the message names something itself: "what has happened since in Kenya"."""
NEWS = "news"
FALLBACK, OUT_OF_SCOPE = "nlu_fallback", "out_of_scope"
NOT_SURE = (FALLBACK, OUT_OF_SCOPE)

PAPER_NEAR = 0.9
"""Score of the search from which a paper is meant that is asked for in words the classifier is not sure of."""
MOST = 6
"""Names of one message that are kept."""

_READING = (
    *(
        "paper",
        "papers",
        "analysis",
        "analyses",
        "article",
        "articles",
        "publication",
        "publications",
        "study",
        "essay",
    ),
    *("written", "write", "wrote", "published", "publish", "outline", "pdf", "reading"),
)
_ASKED_OF_US = frozenset(
    [
        "read",
        "anything",
        "something",
        "report",
        "reports",
        "say",
        "says",
        "said",
        "amicc",
        "you",
        "your",
        "u",
        "take",
        "view",
        "position",
        "got",
        "discuss",
        "discusses",
        "cover",
        "covers",
        "covered",
        "deal",
        "deals",
        "document",
        "documents",
        "text",
        "texts",
        "piece",
        "brief",
        "memo",
        "research",
        "explainer",
    ]
)
_COURT = frozenset(("icc", "hague"))
_ABOUT_CASES = frozenset(
    ["case", "cases", "situation", "situations", "investigation", "investigations", "trial", "update", "status", "news"]
)
_SLIP = 0.82
"""Least similarity of a misspelled word for reading: "artcle" is one, "punished" is not."""


class Understood(NamedTuple):
    """What the classifier made of a message.

    Attributes:
        intent: The intent; ``faq`` for topics.
        topic: Id of the topic if it is one.
        confidence: Between 0 and 1.
        best: The label that was thought most probable, whatever the intent.
    """

    intent: str
    topic: Optional[str]
    confidence: float
    best: str


class Decision(NamedTuple):
    """What a message asks for.

    Attributes:
        intent: The intent to act on.
        targets: What the text names that matters for it.
        topic: Id of the topic that fits too, to be offered first.
    """

    intent: str
    targets: tuple[Target, ...]
    topic: Optional[str] = None


def decide(text: str, understood: Understood, finder: Finder) -> Optional[Decision]:
    """What a message asks for; None if the classifier's word stands.

    Args:
        text: The message.
        understood: What the classifier made of it.
        finder: Finds the names of the content that is served.
    """
    mentions = finder.names.find(text)
    if not mentions:
        return Decision(FALLBACK, ()) if understood.intent == SITUATION else None
    everything = _targets(mentions)
    named = tuple(target for target in everything if target.kind != PAPER)
    strong = tuple(target for target in named if target.strong)
    cases = strong or named
    papers = tuple(target for target in everything if target.kind == PAPER)
    words, bare = set(folded(text).split()), _is_bare(text, mentions)

    reading = any(_is_reading(word) for word in words)

    if understood.intent == WHO_IS:
        return Decision(WHO_IS, everything)
    if understood.intent in FOLLOW_UPS and cases and not reading and understood.intent != SHORTER:
        return Decision(SITUATION, cases)
    if understood.intent in (LIST_PAPERS, *FOLLOW_UPS) or (
        understood.intent == FIND_PAPERS and (reading or words & _ASKED_OF_US)
    ):
        return Decision(FIND_PAPERS, everything)
    if reading and (bare or understood.topic) and (cases or _paper_is_near(text, finder)):
        return Decision(FIND_PAPERS, everything)
    if bare and (strong or (cases and understood.intent in NOT_SURE)):
        return Decision(SITUATION, cases, understood.topic)
    if bare and papers and not understood.topic:
        return Decision(FIND_PAPERS, papers)
    if understood.intent == FIND_PAPERS:
        return Decision(SITUATION, cases) if cases else Decision(FIND_PAPERS, everything)
    if understood.intent == SITUATION:
        return _situation(cases, papers)
    if understood.topic and strong and _gives_way(understood.topic, strong, finder):
        return Decision(SITUATION, strong, understood.topic)
    if understood.intent == NEWS and strong:
        return Decision(SITUATION, strong)
    if understood.intent in NOT_SURE:
        return _not_sure(text, words, understood, strong, everything, finder)
    return None


def _not_sure(
    text: str,
    words: set[str],
    understood: Understood,
    strong: tuple[Target, ...],
    everything: tuple[Target, ...],
    finder: Finder,
) -> Optional[Decision]:
    """What the names in a text speak for when the classifier is not sure."""
    ours = understood.best != OUT_OF_SCOPE
    if understood.intent == FALLBACK and understood.best == FIND_PAPERS and _paper_is_near(text, finder):
        return Decision(FIND_PAPERS, everything)
    wanted = any(target.kind == PERSON for target in strong)
    if strong and (words & _COURT or (understood.intent == FALLBACK and (ours or wanted))):
        return Decision(SITUATION, strong)
    return None


def _is_reading(word: str) -> bool:
    """Whether a word asks for something to read, slips of the hand allowed."""
    return word in _READING or (
        len(word) > SHORTEST
        and process.extractOne(word, _READING, scorer=distance.OSA.normalized_similarity, score_cutoff=_SLIP)
        is not None
    )


def _paper_is_near(text: str, finder: Finder) -> bool:
    return bool(finder.search(text, (PAPER,), PAPER_NEAR))


def _situation(cases: tuple[Target, ...], papers: tuple[Target, ...]) -> Decision:
    """A question about a case: which one the names say. Without any there is nothing to answer it with."""
    if cases:
        return Decision(SITUATION, cases)
    return Decision(FIND_PAPERS, papers) if papers else Decision(FALLBACK, ())


def _gives_way(topic: str, strong: Sequence[Target], finder: Finder) -> bool:
    """Whether a topic leaves the first place to the situations that a question names."""
    known = finder.content.topics.get(topic)
    if known is not None and known.gives_way is not None:
        return known.gives_way
    own = finder.situations_named_by(topic)
    return not any(target.situation in own for target in strong)


def _targets(mentions: Sequence[Mention]) -> tuple[Target, ...]:
    """All that is named, each once, in the order of the text."""
    return tuple(dict.fromkeys(target for mention in mentions for target in mention.targets))[:MOST]


def _is_bare(text: str, mentions: Sequence[Mention]) -> bool:
    """Whether a text is nothing but names and words by which one asks."""
    words = folded(text).split()
    for mention in mentions:
        words[mention.start : mention.end] = [""] * (mention.end - mention.start)
    return not [term for term in terms(" ".join(words)) if term not in _ABOUT_CASES]
