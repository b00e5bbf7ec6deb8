"""What several commands of the staff share: days as they are typed and shown, and output that is safe to look at."""

from __future__ import annotations

import csv
import io
import json
import re
from datetime import date, datetime, timezone
from typing import Any, Optional

import typer

_STARTS_A_FORMULA = re.compile(
    r"[\t\r\n]|[\s\0-\x1f\x7f-\x9f\u200b-\u200f\u2060\ufeff]*[=+\-@\uff1d\uff0b\uff0d\uff20]"
)
"""How a cell begins that a spreadsheet may run as a formula (OWASP, CSV injection), also in full-width characters and
behind what it may drop: spaces and what is invisible."""
_UNSAFE = re.compile(r"[\0-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069\ud800-\udfff]")
"""What steers a terminal (ESC and the like), breaks a line, turns the direction of writing, or cannot be written."""
_NAMED = {"\n": "\\n", "\r": "\\r", "\t": "\\t"}


def visible(text: str, keep: str = "") -> str:
    r"""A text of a visitor's as a terminal may show it: what could do anything else stands as its escape, as in JSON.

    >>> visible("a\x1b[2Jb")
    'a\\u001b[2Jb'

    Args:
        text: Any text.
        keep: Characters that are left as they are.
    """

    def shown(found: re.Match[str]) -> str:
        character = found[0]
        return character if character in keep else _NAMED.get(character, f"\\u{ord(character):04x}")

    return _UNSAFE.sub(shown, text)


def as_json(value: object) -> str:
    """A value as JSON for programs that a terminal can show too."""
    # Line breaks within values are escaped by then: what is left of them is the layout.
    return visible(json.dumps(value, indent=1, ensure_ascii=False), keep="\n")


def as_csv(rows: list[dict[str, Any]]) -> str:
    """Rows as CSV that a spreadsheet shows and does not run: what would begin a formula gets an apostrophe."""
    names = list(dict.fromkeys(name for row in rows for name in row))
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(names)
    for row in rows:
        writer.writerow([_harmless("" if row.get(name) is None else str(row[name])) for name in names])
    return text.getvalue()


def _harmless(cell: str) -> str:
    shown = visible(cell, keep="\n\t")
    return "'" + shown if _STARTS_A_FORMULA.match(cell) else shown


def start_of_day(day: Optional[str], name: str) -> Optional[float]:
    """The first second of a day, in seconds since 1970 (UTC); None for None.

    Args:
        day: As typed: ``2026-11-01``.
        name: The option that it was given to.

    Raises:
        BadParameter: It is no day.
    """
    if day is None:
        return None
    try:
        start = date.fromisoformat(day)
    except ValueError:
        raise typer.BadParameter("write the day as 2026-11-01", param_hint=name) from None
    return datetime(start.year, start.month, start.day, tzinfo=timezone.utc).timestamp()


def shown_day(seconds: float) -> str:
    """The day (UTC) of a time in seconds since 1970."""
    return datetime.fromtimestamp(seconds, timezone.utc).strftime("%Y-%m-%d")
