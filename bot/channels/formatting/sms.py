"""What an SMS costs: its alphabet and its segments.

Source of the alphabet and the lengths: 3GPP TS 23.038 (GSM 7-bit default alphabet and its extension table) and
TS 23.040 (a message of several segments loses the room of seven, respectively three, characters to its header).
"""

from __future__ import annotations

from math import ceil

_BASIC = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§"
    "¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
_EXTENSION = frozenset("^{}\\[~]|€\f")
"""Each takes two places."""

_LIKE = str.maketrans(
    {
        "\u2018": "'",
        "\u2019": "'",
        "\u201a": "'",
        "\u201c": '"',
        "\u201d": '"',
        "\u201e": '"',
        "\u00ab": '"',
        "\u00bb": '"',
        "\u2010": "-",
        "\u2011": "-",
        "\u2012": "-",
        "\u2013": "-",
        "\u2014": "-",
        "\u2212": "-",
        "\u2022": "-",
        "\u2026": "...",
        "\u00a0": " ",
        "\u2009": " ",
        "\u202f": " ",
        "\u00b4": "'",
        "`": "'",
        "\t": " ",
    }
)
"""Typographic characters, and what says the same in the GSM alphabet: one dash must not double the price."""


def for_sms(text: str) -> str:
    """The text with typographic characters replaced; letters of other alphabets stay."""
    return text.translate(_LIKE)


def segments(text: str) -> int:
    """How many segments a text takes.

    >>> segments("a" * 160), segments("a" * 161), segments("ş" * 70), segments("ş" * 71), segments("")
    (1, 2, 1, 2, 0)
    """
    characters = set(text)
    if characters <= _BASIC | _EXTENSION:
        length = len(text) + sum(text.count(character) for character in _EXTENSION & characters)
        alone, each = 160, 153
    else:
        length = len(text.encode("utf-16-le")) // 2
        alone, each = 70, 67
    return ceil(length / (alone if length <= alone else each))
