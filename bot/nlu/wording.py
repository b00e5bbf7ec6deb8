"""What the words of a message say of what is wanted: something to read, the news of a case, facts or possibilities.

All functions take the words of ``folded(text)``.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence

from rapidfuzz import distance, process

from bot.content.text import word_set

READING = word_set(
    "paper papers analysis analyses article articles publication publications essay essays outline outlines pdf pdfs "
    "writeup download abstract"
)
"""Words that ask for something to read wherever they stand."""
_PIECES = word_set(
    "piece pieces text texts report reports study studies memo memos brief briefs briefing briefings document "
    "documents research reading material explainer summary"
)
"""Words that ask for it only with "your" or before one of these: "a piece on drones", not "a piece of cake"."""
_SOMETHING = word_set("one anything something stuff thing")
_MORE = word_set("longer shorter else deeper detailed written")
_ABOUT = word_set("on about regarding concerning that which where asking by")
_TOLD = frozenset(("on", "about"))
_WRITING = word_set("written write wrote published publish analyzed analysed")
_AUTHORS = word_set("amicc you u your ur yall they coalition group organization organisation")
_READER, _MAY = frozenset(("i", "we")), word_set("to can could may should")
ASKED_OF_US = _PIECES | word_set(
    "read anything something say says said amicc you your u take view position got discuss discusses cover covers "
    "covered deal deals"
)
"""Words that, with the intent of asking for papers, ask for what AMICC wrote."""
OF_AMICC = frozenset(("amicc", "coalition"))
QUESTION = word_set("what who why how when where which is are was were does do did can could should would will")
COURT = frozenset(("icc", "hague"))
ABOUT_CASES = word_set("case cases situation situations investigation investigations trial update status news")
"""Words by which one asks how a case stands, whatever its name."""

CHARGED = word_set(
    "charge charged charges arrest arrested trial trials tried prosecute prosecuted prosecution indict indicted "
    "investigate investigated investigation investigations convict convicted conviction guilty sentenced jail jailed "
    "prison imprisoned custody detained warrant warrants crime crimes criminal criminals torture tortured courtroom "
    "killings"
)
"""Words of crimes and of what is done about them."""
_BECAME = CHARGED - word_set("crime crimes criminal criminals tried killings") | word_set(
    "became become surrendered extradited handed verdict acquitted fugitive punished cases"
)
"""Words by which one asks what became of a suspect, and hardly of anything else."""
_PAST = word_set("was were did has have had been ever")
_POSSIBLE = word_set("can could may might would should if")

_SHORTEST, _SLIP = 6, 0.74
"""Letters and similarity from which a word that is no English word is a misspelled one: "artcle", "analisys"."""


def asks_for_reading(words: Sequence[str], is_word: Callable[[str], bool]) -> bool:
    """Whether a message asks for something to read, slips of the hand allowed.

    Args:
        words: Its words.
        is_word: Whether a word is spelled right.
    """
    padded = ["", "", *words, "", ""]
    authored = not _AUTHORS.isdisjoint(words)
    for place, word in enumerate(words):
        earlier, before, _, after, later = padded[place : place + 5]
        if word in READING and not (_is_own(before, word) or (word.startswith("article") and _is_number(after))):
            return True
        if word in _PIECES and (after in _ABOUT or before in ("your", "ur") or (after == "of" and word[:5] != "piece")):
            return True
        if word in _WRITING and (authored or after in _ABOUT):
            return True
        if word in _SOMETHING and (after in _TOLD or (after in _MORE and later in _TOLD)):
            return True
        if word == "read" and (after in _TOLD or before in _MAY or (before in _READER and earlier in _MAY)):
            return True
        if len(word) >= _SHORTEST and not is_word(word) and _misspelled(word):
            return True
    # "the aggression one", "a link to the drones thing"
    return "link" in words or ("the" in words and words[-1] == "one")


def _is_own(before: str, word: str) -> bool:
    """Whether it is no paper that is asked for: "an overview for my paper", "only on paper", "a piece of paper"."""
    return before in ("my", "our") or (word == "paper" and before in ("of", "on"))


def _is_number(word: str) -> bool:
    """Whether a word is the number of an article: "16", "8bis", "iii"."""
    return word != "" and (word[0].isdecimal() or set(word) <= set("ivx"))


def _misspelled(word: str) -> bool:
    near = process.extractOne(word, READING, scorer=distance.OSA.normalized_similarity, score_cutoff=_SLIP)
    return near is not None and near[0][0] == word[0]


def about_a_case(words: Collection[str]) -> bool:
    """Whether a message asks what became of someone, or of a case."""
    return not _BECAME.isdisjoint(words)


def about_charges(words: Collection[str]) -> bool:
    """Whether a message speaks of charges, crimes or a trial."""
    return not CHARGED.isdisjoint(words)


def asks_what_was(words: Collection[str]) -> bool:
    """Whether a message asks for what has happened, rather than what could."""
    return not _PAST.isdisjoint(words) and _POSSIBLE.isdisjoint(words)
