"""What several commands of the staff share: days as they are typed and shown, and CSV that is safe to open."""

from __future__ import annotations

import csv
import io
from datetime import date, datetime, timezone
from typing import Any, Optional

import typer

_STARTS_A_FORMULA = ("=", "+", "-", "@", "\t", "\r")
"""First characters that a spreadsheet runs as a formula (OWASP, CSV injection)."""


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
    return "'" + cell if cell.startswith(_STARTS_A_FORMULA) else cell


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
