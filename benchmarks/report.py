"""What a benchmark reports: figures with their targets, a table for people and a file for machines."""

from __future__ import annotations

import json
import os
import platform
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timezone
from pathlib import Path
from typing import Any, Literal, Optional

from rich.console import Console
from rich.table import Table

from bot.errors import AssistantError
from bot.runtime.settings import ROOT

RESULTS = ROOT / "benchmarks" / "results"
"""Folder of the result files; ignored by git."""

Unit = Literal["share", "ratio", "s", "cpu_s", "ms", "kB", "MB", "per_s"]
"""``share``: 0 to 1. ``ratio``: one figure divided by another. ``s``: seconds by the clock. ``cpu_s``: seconds of CPU,
over all cores. ``ms``: milliseconds by the clock. ``kB``: 1,000 bytes. ``MB``: 1,000,000 bytes. ``per_s``: so many
a second."""

_FORMATS: dict[Unit, str] = {
    "share": "{:.3f}",
    "ratio": "{:.3f}",
    "s": "{:.2f} s",
    "cpu_s": "{:.1f} CPU s",
    "ms": "{:.1f} ms",
    "kB": "{:.2f} kB",
    "MB": "{:.0f} MB",
    "per_s": "{:.0f} /s",
}

Say = Callable[[str], None]
"""Shows which step is running."""


class BenchmarkError(AssistantError):
    """A benchmark cannot run here; the text is one line that says what is missing."""


class BenchmarkSkippedError(BenchmarkError):
    """A benchmark has nothing to measure with; the others go on."""


@dataclass(frozen=True)
class Figure:
    """One measured value.

    Attributes:
        name: What was measured, for the table.
        measured: The value, in ``unit``.
        unit: See :data:`Unit`.
        at_least: Target from below, if there is one.
        at_most: Target from above, if there is one.
    """

    name: str
    measured: float
    unit: Unit
    at_least: Optional[float] = None
    at_most: Optional[float] = None

    @property
    def met(self) -> Optional[bool]:
        """Whether the value reaches its target; None without a target."""
        if self.at_least is None and self.at_most is None:
            return None
        low = self.at_least is None or self.measured >= self.at_least
        return low and (self.at_most is None or self.measured <= self.at_most)

    def row(self) -> tuple[str, str, str, str]:
        """Cells of the table: name, measured, target, met."""
        bounds = ((">=", self.at_least), ("<=", self.at_most))
        target = " ".join(f"{sign} {self._shown(bound)}" for sign, bound in bounds if bound is not None)
        met = {None: "", True: "[green]yes[/green]", False: "[red]no[/red]"}[self.met]
        return self.name, self._shown(self.measured), target, met

    def _shown(self, value: float) -> str:
        return _FORMATS[self.unit].format(value)


@dataclass
class Report:
    """What one benchmark found.

    Attributes:
        name: Name of the benchmark, and of its result file.
        title: Heading of the table.
        figures: The table's rows.
        details: What is too long for the table; goes to the file only.
        more: Further tables to print.
    """

    name: str
    title: str
    figures: list[Figure]
    details: dict[str, Any] = field(default_factory=dict)
    more: list[Table] = field(default_factory=list)

    def write(self, folder: Path = RESULTS) -> Path:
        """Writes ``<folder>/<name>.json`` and returns its path."""
        folder.mkdir(parents=True, exist_ok=True)
        content = {
            "benchmark": self.name,
            "date": datetime.now(timezone.utc).isoformat(timespec="seconds"),
            "machine": machine(),
            "figures": [{**vars(figure), "met": figure.met} for figure in self.figures],
            "details": self.details,
        }
        path = folder / f"{self.name}.json"
        path.write_text(json.dumps(content, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
        return path

    def show(self, console: Console) -> None:
        """Prints the table."""
        table = Table(title=self.title, title_justify="left")
        table.add_column("Figure")
        table.add_column("Measured", justify="right")
        table.add_column("Target", justify="right")
        table.add_column("Met")
        for figure in self.figures:
            table.add_row(*figure.row())
        for each in (table, *self.more):
            console.print(each)


def machine() -> dict[str, Any]:
    """What the figures depend on: cores, Python and system; ``load`` is the mean of the last minute (1.0: one core)."""
    return {
        "cores": os.cpu_count(),
        "python": platform.python_version(),
        "system": f"{platform.system()} {platform.machine()}",
        "load": round(os.getloadavg()[0], 2),
    }
