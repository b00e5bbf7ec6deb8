"""Decides what a message asks for where the classifier alone cannot know: a topic, a situation or a paper.

The classifier knows how people ask; the names in the content say about what. A bare name is a question about its
situation or paper. Where a topic and a situation both fit, the situation comes first and keeps the topic as a choice,
unless the topic is the clearer answer: one that is asked of any country, or one whose own phrasings give that name.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple, Optional

from bot.content.finder import DESCRIBED, MAYBE, Finder
from bot.content.knowledge import PAPER, SITUATION
from bot.content.names import Mention, Target
from bot.content.search import terms
from bot.content.text import folded
from bot.nlu.wording import (
    ABOUT_CASES,
    ASKED_OF_US,
    COURT,
    OF_AMICC,
    QUESTION,
    about_a_case,
    about_charges,
    asks_for_reading,
    asks_what_was,
)

FIND_PAPERS, LIST_PAPERS, LATEST_PAPER = "find_papers", "list_papers", "latest_paper"
WHO_IS = "who_is"
SHORTER = "shorter"
FOLLOW_UPS = ("tell_more", "whats_since", SHORTER, "more", "follow_why", "where_to_read")
"""Said of the reply before, unless the message names something itself: "what has happened since in Kenya"."""
NEWS = "news"
FALLBACK, OUT_OF_SCOPE = "nlu_fallback", "out_of_scope"
NOT_SURE = (FALLBACK, OUT_OF_SCOPE)
TASKS = ("report_crime", "legal_advice", "sign_up_volunteer", "sign_up_organization", "start_alliance", "talk_to_human")
"""Who wants one of these may name a country without asking where its case stands."""

READABLE = (*NOT_SURE, "faq", SITUATION, NEWS, "tell_more", "follow_help")
"""Intents whose message asks for a paper after all if it asks for something to read and a paper is near."""

PAPER_NEAR, PAPER_MEANT = 0.6, 0.9
"""Scores of the search from which a paper is meant by who asks for something to read: where the classifier leaves room
for that, and where it is sure of something else."""
LIKELY, SURE, CERTAIN = 0.6, 0.7, 0.9
"""Confidences from which asking for papers counts against names, a topic is sure, and a question about a case is one
whatever else its words say."""
MOST_OF_TITLE = 0.75
"""Share of a title's words that make a message the title, whatever else it may be."""
MOST = 6
"""Names of one message that are kept."""


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
    words = folded(text).split()
    case = understood.intent == SITUATION and understood.confidence >= CERTAIN
    reading = not case and asks_for_reading(words, finder.names.is_word)
    if not mentions:
        return _without_names(text, understood, reading, finder)
    everything, cases = _targets(mentions), _cases(mentions)
    strong = cases and cases[0].strong
    papers = tuple(target for target in everything if target.kind == PAPER)
    spoken, bare = set(words), _is_bare(words, mentions)

    if understood.intent == WHO_IS:
        return Decision(WHO_IS, everything)
    if understood.intent in FOLLOW_UPS and cases and not reading and understood.intent != SHORTER:
        return Decision(SITUATION, cases)
    if understood.intent in (LIST_PAPERS, *FOLLOW_UPS) or (
        understood.intent == FIND_PAPERS and (reading or spoken & ASKED_OF_US)
    ):
        return Decision(FIND_PAPERS, everything)
    if reading and (_paper_is_meant(text, understood, finder) or (cases and (bare or _is_open(understood)))):
        return Decision(FIND_PAPERS, everything)
    if bare and (strong or (cases and not papers and understood.intent in NOT_SURE)):
        return Decision(SITUATION, cases, understood.topic)
    if bare and papers and not _topic_says(understood.topic, words, mentions, finder):
        return Decision(FIND_PAPERS, papers)
    if spoken.isdisjoint(QUESTION) and finder.titled(text, 3, MOST_OF_TITLE):
        return Decision(FIND_PAPERS, everything)
    if not spoken.isdisjoint(OF_AMICC) and _goes_with(understood, papers, finder):
        return Decision(FIND_PAPERS, papers)
    if understood.intent == FIND_PAPERS and papers and understood.confidence >= LIKELY:
        return Decision(FIND_PAPERS, everything)
    if understood.intent == FIND_PAPERS:
        return Decision(SITUATION, cases) if cases else Decision(FIND_PAPERS, everything)
    if understood.intent == SITUATION:
        return _situation(cases, papers)
    if understood.topic and _gives_way(understood.topic, words, mentions, finder):
        return Decision(SITUATION, cases, understood.topic)
    if understood.intent == NEWS and strong:
        return Decision(SITUATION, cases)
    if understood.intent in NOT_SURE:
        return _not_sure(text, words, understood, mentions, finder)
    return None


def beside_topic(text: str, understood: Understood, finder: Finder) -> list[str]:
    """Content ids of what goes with a question beside the topic that answers it: at most a paper and a situation.

    The paper is one that goes with the topic, and is named, or described by who asks for something to read. Names that
    occur in other questions as well count only where charges are the matter.
    """
    found = finder.names.find(text)
    if not found and not _is_open(understood):
        return []
    words = folded(text).split()
    charges = about_charges(set(words))
    mentions = [mention for mention in found if charges or all(target.strong for target in mention.targets)]
    papers = [target.id for target in _targets(mentions) if target.kind == PAPER]
    if not papers and _is_open(understood) and asks_for_reading(words, finder.names.is_word):
        papers = finder.papers_described(text, MAYBE)
    known = finder.content.knowledge.papers
    paper = [f"{PAPER}/{one}" for one in papers if understood.topic in known[one].topics]
    return [*paper[:1], *(f"{SITUATION}/{target.situation}" for target in _cases(mentions)[:1])]


def _without_names(text: str, understood: Understood, reading: bool, finder: Finder) -> Optional[Decision]:
    """What a message asks for that gives no name: a paper only if one is near."""
    if reading and (_room_for_paper(understood) or _paper_is_meant(text, understood, finder)):
        return Decision(FIND_PAPERS, ())
    if reading and _is_open(understood) and finder.papers_described(text, DESCRIBED):
        return Decision(FIND_PAPERS, ())
    if understood.intent == FALLBACK and finder.titled(text):
        return Decision(FIND_PAPERS, ())
    return Decision(FALLBACK, ()) if understood.intent == SITUATION else None


def _not_sure(
    text: str, words: Sequence[str], understood: Understood, mentions: Sequence[Mention], finder: Finder
) -> Optional[Decision]:
    """What the names in a text speak for when the classifier is not sure."""
    cases, spoken, unsure = _cases(mentions), set(words), understood.intent == FALLBACK
    if unsure and understood.best == FIND_PAPERS and finder.papers_near(text, PAPER_MEANT):
        return Decision(FIND_PAPERS, _targets(mentions))
    if unsure and finder.titled(text):
        return Decision(FIND_PAPERS, _targets(mentions))
    if not cases:
        return None
    ours = unsure and understood.best != OUT_OF_SCOPE
    likely = finder.content.topic(understood.best)
    stays = unsure and likely and likely.gives_way is False and not spoken.isdisjoint(QUESTION)
    if stays or understood.best in TASKS:
        # "Ukraine became a member how?": the topic and the situation are both offered.
        return None
    if cases[0].strong:
        asked = spoken & COURT or ours or _are_one_case(cases) or (unsure and about_a_case(spoken))
    else:
        # "Russia" alone does not make a case; charges do, unless the topic that is likeliest says otherwise.
        first = not (likely and likely.gives_way) or _gives_way(likely.id, words, mentions, finder)
        asked = first and about_charges(spoken) and (spoken & COURT or ours)
    return Decision(SITUATION, cases) if asked else None


def _are_one_case(cases: Sequence[Target]) -> bool:
    """Whether two names of one situation are given: "congo warlord lubanga" is about that, with no other word of it."""
    return len(cases) > 1 and len({target.situation for target in cases}) == 1


def _goes_with(understood: Understood, papers: Sequence[Target], finder: Finder) -> bool:
    """Whether what AMICC is asked about is the subject of a paper that is named: its topic, or nothing that is sure."""
    known = finder.content.knowledge.papers
    topics = {topic for target in papers for topic in known[target.id].topics}
    unsure = understood.intent in NOT_SURE or _is_open(understood)
    return understood.topic in topics or (bool(papers) and unsure)


def _room_for_paper(understood: Understood) -> bool:
    """Whether the classifier leaves it open what someone asks for: then it is something to read, found or not."""
    return understood.intent == FALLBACK and understood.best != OUT_OF_SCOPE


def _is_open(understood: Understood) -> bool:
    """Whether a topic was found that is not sure."""
    return understood.topic is not None and understood.confidence < SURE


def _paper_is_meant(text: str, understood: Understood, finder: Finder) -> bool:
    """Whether who asks for something to read asks for a paper of ours."""
    sure = understood.intent == OUT_OF_SCOPE or (understood.topic and not _is_open(understood))
    least = PAPER_MEANT if sure else PAPER_NEAR
    return understood.intent in READABLE and bool(finder.papers_near(text, least))


def _situation(cases: tuple[Target, ...], papers: tuple[Target, ...]) -> Decision:
    """A question about a case: which one the names say. Without any there is nothing to answer it with."""
    if cases:
        return Decision(SITUATION, cases)
    return Decision(FIND_PAPERS, papers) if papers else Decision(FALLBACK, ())


def _gives_way(topic: str, words: Sequence[str], mentions: Sequence[Mention], finder: Finder) -> bool:
    """Whether a topic leaves the first place to the situations that a question names.

    Names that occur in other questions as well count only where charges are the matter.
    """
    known, cases = finder.content.topics.get(topic), _cases(mentions)
    if known is None or not cases:
        return False
    charges = about_charges(set(words)) or (known.gives_way and asks_what_was(words))
    if not (cases[0].strong or charges):
        return False
    if known.gives_way is None:
        return finder.situations_named_by(topic).isdisjoint(target.situation for target in cases)
    if cases[0].strong:
        return known.gives_way
    # A topic on Americans tells what may happen to them; what did happen, or what of someone, the situation tells.
    named = {term for mention in mentions for term in terms(" ".join(words[mention.start : mention.end]))}
    return known.gives_way and (asks_what_was(words) or named.isdisjoint(terms(known.title)))


def _topic_says(topic: Optional[str], words: Sequence[str], mentions: Sequence[Mention], finder: Finder) -> bool:
    """Whether a topic's own phrasings give one of the names in a text, or one is misspelled, so that it is not sure."""
    if topic is None:
        return False
    own = finder.names_given_by(topic)
    named = [" ".join(words[mention.start : mention.end]) for mention in mentions]
    return any(name in own or name not in finder.names for name in named)


def _cases(mentions: Sequence[Mention]) -> tuple[Target, ...]:
    """The situations and persons that are named: those whose names always mean them, or else the others."""
    named = tuple(target for target in _targets(mentions) if target.kind != PAPER)
    return tuple(target for target in named if target.strong) or named


def _targets(mentions: Sequence[Mention]) -> tuple[Target, ...]:
    """All that is named, each once, in the order of the text."""
    return tuple(dict.fromkeys(target for mention in mentions for target in mention.targets))[:MOST]


def _is_bare(words: Sequence[str], mentions: Sequence[Mention]) -> bool:
    """Whether a text is nothing but names and words by which one asks."""
    rest = list(words)
    for mention in mentions:
        rest[mention.start : mention.end] = [""] * (mention.end - mention.start)
    return not [term for term in terms(" ".join(rest)) if term not in ABOUT_CASES]
