"""When two texts are the same text to a visitor."""

from __future__ import annotations

import re
import unicodedata

_NOT_WORD = re.compile(r"[^\w]+")


def normalized(text: str) -> str:
    """Folds case, accents' composition, punctuation and spacing away.

    >>> normalized("  Why should the U.S. support the ICC?! ")
    'why should the u s support the icc'
    """
    return _NOT_WORD.sub(" ", unicodedata.normalize("NFKC", text).casefold()).strip()


def folded(text: str) -> str:
    """Like :func:`normalized`, without accents too: for names that many type without them.

    >>> folded("Blé Goudé's case")
    'ble goude s case'
    """
    plain = "".join(letter for letter in unicodedata.normalize("NFKD", text) if not unicodedata.combining(letter))
    return normalized(plain)


def has_words(text: str) -> bool:
    """Whether the text holds a letter or a digit of any script: an emoji or a question mark alone does not."""
    return any(character.isalnum() for character in text)


def word_set(text: str) -> frozenset[str]:
    """The words of a text, each once: for lists of words that are to be read by people too.

    >>> sorted(word_set("to be or not to be"))
    ['be', 'not', 'or', 'to']
    """
    return frozenset(text.split())
