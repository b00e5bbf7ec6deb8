"""Cuts text where a reader would pause."""

from __future__ import annotations

import re
from collections.abc import Callable

_PAUSES = (re.compile(r"\n"), re.compile(r"[.!?][\"')\]]?(?=\s)"), re.compile(r"(?=\s)"))
"""Line, sentence, word: the best place first."""

ELLIPSIS = " ..."


def cut(text: str, fits: Callable[[str], bool]) -> tuple[str, str]:
    """The longest beginning of a text that fits, cut at the end of a line, a sentence or a word, and what remains.

    Args:
        text: Plain text.
        fits: Whether a beginning fits; what fits does so at any shorter length too.

    Returns:
        Beginning and remainder; the beginning is empty if nothing fits.
    """
    if fits(text):
        return text, ""
    low, high = 0, len(text)
    while low < high:
        middle = (low + high + 1) // 2
        if fits(text[:middle].rstrip() + ELLIPSIS):
            low = middle
        else:
            high = middle - 1
    for pause in _PAUSES:
        ends = [found.end() for found in pause.finditer(text, 0, low + 1) if low // 2 < found.end() <= low]
        if ends:
            mark = ELLIPSIS if pause is _PAUSES[-1] else ""
            return text[: ends[-1]].rstrip() + mark, text[ends[-1] :].lstrip()
    return (text[:low].rstrip() + ELLIPSIS, text[low:].lstrip()) if low else ("", text)
