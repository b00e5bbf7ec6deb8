"""``review``: what visitors asked in vain, in groups. It needs the content and the encoder, not Rasa."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any, Optional

import typer
from rich.console import Console
from rich.table import Table
from rich.text import Text

from bot.cli.parts import as_csv, as_json, shown_day, start_of_day, visible
from bot.errors import Errors, ReviewError
from bot.runtime.settings import ROOT, Settings, load_settings, prepare_data_folder
from bot.storage.database import open_database
from bot.storage.feedback import OUTCOMES, Asked, Outcome, asked_in_vain

if TYPE_CHECKING:
    from bot.review.groups import Group

_DAY = 24 * 3600.0
_FORMATS = ("table", "csv", "json")

messages = Console(stderr=True, highlight=False, soft_wrap=True)


def register(app: typer.Typer) -> None:
    """Adds this command to ``python -m bot``."""
    app.command()(review)


def review(
    since: Optional[str] = typer.Option(None, help="Only asked on this day or later, such as 2026-11-01."),
    outcome: Optional[str] = typer.Option(None, help=f"Only with this outcome: {', '.join(OUTCOMES)}."),
    form: str = typer.Option("table", "--format", help=f"{', '.join(_FORMATS)}."),
    as_phrasings: Optional[str] = typer.Option(
        None, metavar="TOPIC", help="Instead, print the questions nearest to this topic as lines of its file."
    ),
) -> None:
    """Shows what got no good answer, alike together; e-mail addresses and phone numbers are masked."""
    if outcome is not None and outcome not in OUTCOMES:
        raise typer.BadParameter(f"write one of {', '.join(OUTCOMES)}", param_hint="--outcome")
    if form not in _FORMATS:
        raise typer.BadParameter(f"write one of {', '.join(_FORMATS)}", param_hint="--format")
    start = start_of_day(since, "--since") or 0.0
    # Here, as the other commands must not wait for them.
    from bot.content.check import all_phrasings, questions_of_sets
    from bot.content.store import read_content
    from bot.content.text import normalized
    from bot.nlu.encoder import shared_encoder
    from bot.nlu.vectors import VectorCache
    from bot.review.groups import grouped
    from bot.review.phrasings import as_yaml, new_phrasings

    settings = load_settings()
    content = read_content(ROOT)
    topic = content.topic(as_phrasings)
    if as_phrasings is not None and topic is None:
        raise ReviewError(Errors.E060.format(topic=as_phrasings))
    encode = shared_encoder().encode
    asked = _asked(settings, start, [outcome] if outcome else list(OUTCOMES))
    cache = VectorCache(shared_encoder(), settings.data_folder / "cache")
    groups = grouped(asked, content.topics.values(), encode, cache.encode)
    if topic is not None:
        taken = {*all_phrasings(ROOT)[0], *(normalized(question) for _, _, question in questions_of_sets(ROOT))}
        lines = new_phrasings(groups, topic, taken, encode)
        typer.echo(as_yaml(lines), nl=False)
        path = topic.path.relative_to(ROOT)
        messages.print(f"{len(lines)} to paste under `examples:` in {path}: only those that it answers.", markup=False)
    elif form == "csv":
        typer.echo(as_csv([_row(group) for group in groups]), nl=False)
    elif form == "json":
        typer.echo(as_json([_entry(group) for group in groups]))
    else:
        _show(groups)


def _asked(settings: Settings, since: float, outcomes: list[Outcome]) -> list[Asked]:
    """What was asked in vain in conversations that are still to be kept, whether retention has run today or not."""
    prepare_data_folder(settings.data_folder)
    engine = open_database(settings.store_url)
    with engine.connect() as connection:
        return asked_in_vain(connection, since, outcomes, kept_since=time.time() - settings.retention_days * _DAY)


def _entry(group: Group) -> dict[str, Any]:
    """A group for a program."""
    return {
        "question": group.questions[0],
        "asked": group.asked,
        **{outcome: group.outcomes.get(outcome, 0) for outcome in OUTCOMES},
        "nearest_topic": group.nearest,
        "likeness": round(group.likeness, 2),
        "last_asked": shown_day(group.last),
        "given": group.given,
        "also_asked": group.questions[1:],
        "reasons": group.reasons,
    }


def _row(group: Group) -> dict[str, Any]:
    """A group for a spreadsheet: lists in one cell."""
    return {name: " | ".join(value) if isinstance(value, list) else value for name, value in _entry(group).items()}


def _show(groups: list[Group]) -> None:
    table = Table("asked", *OUTCOMES, "question", "nearest topic", "likeness", "last asked")
    for group in groups:
        entry = _entry(group)
        others = len(group.questions) - 1
        # As text: what a visitor typed in square brackets is no markup.
        question = Text(visible(group.questions[0]) + (f" (and {others} more like it)" if others else ""))
        counts = (str(entry[name]) for name in ("asked", *OUTCOMES))
        table.add_row(*counts, question, entry["nearest_topic"], f"{group.likeness:.2f}", entry["last_asked"])
    if groups:
        Console(width=160).print(table)
    turns = sum(group.asked for group in groups)
    typer.echo(f"{turns} question{'s' if turns != 1 else ''} in {len(groups)} group{'s' if len(groups) != 1 else ''}.")
