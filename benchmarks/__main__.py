"""``python -m benchmarks``: runs benchmarks, prints a table for each and writes ``benchmarks/results/<name>.json``."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Annotated, Any, Optional

import typer
from rich.console import Console
from rich.markup import escape
from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn
from rich.table import Table

from benchmarks import banking, channels, forms, papers, questions, scale, soak, startup, turns, web, widget
from benchmarks.report import BenchmarkSkippedError, Figure, Report, Say
from bot.errors import AssistantError
from bot.runtime.settings import ROOT

HELD_OUT_TARGETS: dict[str, dict[str, float]] = {
    "right": {"at_least": 0.85},
    "wrong": {"at_most": 0.04},
    "found": {"at_least": 0.95},
    "far": {"at_most": 0.02},
    "near": {"at_most": 0.20},
}
"""``tune.tsv`` has no targets: thresholds are set on it, so what it shows is too good."""

_MEANINGS = {
    "right": "answered right, of questions in scope",
    "wrong": "answered wrong, of questions in scope",
    "found": "right answer given or offered",
    "far": "answered, of questions on other subjects",
    "near": "answered, of questions on our subject without a topic",
}

messages = Console(stderr=True, highlight=False, soft_wrap=True)


def measure_questions(_: bool, say: Say) -> Report:
    """Answers both question sets; see :mod:`benchmarks.questions`."""
    sets = {name: questions.read_set(name) for name in ("held_out", "tune")}
    asked = [question for one in sets.values() for question in one]
    say(f"questions: {len(asked):,} questions")
    results = questions.answer(asked)
    figures: list[Figure] = []
    details: dict[str, Any] = {}
    for name, own in sets.items():
        part, results = results[: len(own)], results[len(own) :]
        targets = HELD_OUT_TARGETS if name == "held_out" else {}
        summary = questions.summary(part)
        for key, value in summary.items():
            figures.append(Figure(f"{name}, {key}: {_MEANINGS[key]}", value, "share", **targets.get(key, {})))
        details[name] = {
            "questions": len(own),
            "summary": summary,
            "curve": questions.curve(part),
            "worst": questions.worst(part),
        }
    return Report("questions", "Question sets", figures, details, [_curve_table(details), *_worst_tables(details)])


def _curve_table(details: dict[str, Any]) -> Table:
    """Right answers against leaks for each answer threshold, both sets side by side."""
    keys = ("right", "wrong", "found", "near", "far")
    table = Table(title="Figures by answer threshold: held_out / tune", title_justify="left")
    for column in ("threshold", *keys):
        table.add_column(column, justify="right")
    for point, other in zip(details["held_out"]["curve"], details["tune"]["curve"]):
        table.add_row(f"{point['threshold']:.2f}", *(f"{point[key]:.3f} / {other[key]:.3f}" for key in keys))
    return table


def _worst_tables(details: dict[str, Any]) -> list[Table]:
    """The mistakes made with most confidence, a table a set."""
    tables = []
    for name, found in details.items():
        table = Table("question", "answered", "expected", "confidence", title=f"Worst lines of {name}")
        for line in found["worst"]:
            expected = ", ".join(line["expected"]) or "no answer"
            table.add_row(escape(line["question"]), line["answered"], expected, f"{line['confidence']:.2f}")
        tables.append(table)
    return tables


BENCHMARKS: dict[str, Callable[[bool, Say], Report]] = {
    "banking": banking.measure,
    "channels": channels.measure,
    "forms": forms.measure,
    "papers": papers.measure,
    "questions": measure_questions,
    "scale": scale.measure,
    "soak": soak.measure,
    "startup": startup.measure,
    "turns": turns.measure,
    "web": web.measure,
    "widget": widget.measure,
}

_CHOICES = f"{', '.join(BENCHMARKS)}; default all."


@contextmanager
def _steps() -> Iterator[Say]:
    """Shows the running step: live with its time on a terminal, a line each elsewhere."""
    if not messages.is_terminal:
        yield lambda text: messages.print(text, markup=False)
        return
    columns = (SpinnerColumn(), TextColumn("{task.description}"), TimeElapsedColumn())
    with Progress(*columns, console=messages, transient=True) as progress:
        task = progress.add_task("")

        def say(text: str) -> None:
            progress.reset(task, description=text)

        yield say


def _one(name: str, stock: bool) -> None:
    try:
        with _steps() as say:
            report = BENCHMARKS[name](stock, say)
    except BenchmarkSkippedError as reason:
        messages.print(str(reason), markup=False)
        return
    path = report.write()
    report.show(Console())
    messages.print(f"Written: {path.relative_to(ROOT)}\n", markup=False)


def _each_in_its_process(names: list[str], stock: bool) -> None:
    """Runs several; what one leaves in memory must not slow the next."""
    failed = []
    for name in names:
        command = [sys.executable, "-m", "benchmarks", name, *(["--stock"] if stock else [])]
        if subprocess.run(command, cwd=ROOT, check=False).returncode:
            failed.append(name)
    if failed:
        messages.print(f"Failed: {', '.join(failed)}")
        raise typer.Exit(1)


def main(
    names: Annotated[Optional[list[str]], typer.Argument(metavar="[NAME]...", help=_CHOICES)] = None,
    stock: Annotated[bool, typer.Option("--stock", help="Also measure stock Rasa; 15 minutes more.")] = False,
) -> None:
    """Measures the assistant. Targets that are not met do not fail the command."""
    chosen = list(dict.fromkeys(names or BENCHMARKS))
    unknown = [name for name in chosen if name not in BENCHMARKS]
    if unknown:
        messages.print(f"Error: no benchmark {unknown[0]}; there are {', '.join(BENCHMARKS)}", markup=False)
        raise typer.Exit(2)
    if len(chosen) > 1:
        _each_in_its_process(chosen, stock)
        return
    try:
        _one(chosen[0], stock)
    except AssistantError as error:
        messages.print(f"Error: {error}", markup=False)
        raise typer.Exit(1) from error


if __name__ == "__main__":
    app = typer.Typer(add_completion=False, pretty_exceptions_enable=False, rich_markup_mode=None)
    app.command()(main)
    app()
