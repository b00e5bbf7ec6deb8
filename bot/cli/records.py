"""``records`` and ``retention``: what visitors left for the staff, and deleting what is old. None of it needs Rasa."""

from __future__ import annotations

from typing import Any, Optional, cast

import typer
from rich.console import Console
from rich.table import Table
from rich.text import Text

from bot.cli.parts import as_csv, as_json, shown_day, start_of_day, visible
from bot.errors import Errors, StorageError
from bot.runtime import tensorflow_free
from bot.runtime.attention import staff_warnings
from bot.runtime.settings import Settings, load_settings, prepare_data_folder
from bot.storage.database import open_database
from bot.storage.records import KINDS, STATUSES, Record, RecordStore, Status, Wanted
from bot.storage.submissions import find_reference

_DAY = 24 * 3600.0

messages = Console(stderr=True, highlight=False, soft_wrap=True)
records = typer.Typer(help="What visitors left for AMICC's staff.", no_args_is_help=True)
retention = typer.Typer(help="Deletes what is old.", no_args_is_help=True)

_FORMATS = ("table", "csv", "json")
_FORMATS_HELP = f"{', '.join(_FORMATS)}."
_KIND = typer.Option(None, help=f"Only of this kind: {', '.join(KINDS)}.")
_STATUS = typer.Option(None, help=f"Only with this status: {', '.join(STATUSES)}.")
_STATE = typer.Option(None, help="Only from this US state, such as KY.")
_SINCE = typer.Option(None, help="Only left on this day or later, such as 2026-11-01.")
_UNTIL = typer.Option(None, help="Only left before this day.")


def register(app: typer.Typer) -> None:
    """Adds these commands to ``python -m bot``."""
    app.add_typer(records, name="records")
    app.add_typer(retention, name="retention")


@records.command("list")
def list_records(
    form: str = typer.Option("table", "--format", help=_FORMATS_HELP),
    kind: Optional[str] = _KIND,
    status: Optional[str] = _STATUS,
    state: Optional[str] = _STATE,
    since: Optional[str] = _SINCE,
    until: Optional[str] = _UNTIL,
) -> None:
    """Shows records, newest first, and what staff should know before they read them."""
    settings = load_settings()
    store = _store(settings)
    for warning in staff_warnings(settings, store.engine):
        messages.print(f"Warning: {warning}", markup=False)
    _write(store.find(_wanted(kind, status, state, since, until)), form)


@records.command()
def show(reference: str = typer.Argument(help="Such as R-7K3QX-9MAB2.")) -> None:
    """Shows all of one record, and marks it read if it was new."""
    store = _store(load_settings())
    record = _found(store, reference)
    if record.status == "new":
        store.mark(record.reference, "read")
    for name, value in _row(record).items():
        # Set in, so that no line of a value can pass for another field.
        typer.echo(f"{name}: " + visible(str(value), keep="\n").replace("\n", "\n    "))


@records.command()
def export(
    form: str = typer.Option("csv", "--format", help=_FORMATS_HELP),
    kind: Optional[str] = _KIND,
    status: Optional[str] = _STATUS,
    state: Optional[str] = _STATE,
    since: Optional[str] = _SINCE,
    until: Optional[str] = _UNTIL,
) -> None:
    """Writes records to standard output, for a spreadsheet or a program."""
    _write(_store(load_settings()).find(_wanted(kind, status, state, since, until)), form)


def _write(found: list[Record], form: str) -> None:
    """Writes records to standard output in one of the formats."""
    if form == "csv":
        typer.echo(as_csv([_row(record) for record in found]), nl=False)
    elif form == "json":
        typer.echo(as_json([_row(record) for record in found]))
    elif form == "table":
        _print_table(found)
    else:
        raise typer.BadParameter(f"write one of {', '.join(_FORMATS)}", param_hint="--format")


def _print_table(found: list[Record]) -> None:
    table = Table("number", "left on", "kind", "state", "status", "name", "e-mail")
    for record in found:
        name = record.fields.get("organization") or record.fields.get("person_name") or ""
        row = (record.reference, shown_day(record.created_at), record.kind, record.state or "", record.status)
        email = record.fields.get("email") or record.email or ""
        # As text: what a visitor typed in square brackets is no markup, and must not end the list.
        table.add_row(*row, Text(visible(str(name))), Text(visible(str(email))))
    Console(width=160).print(table)
    typer.echo(f"{len(found)} record{'s' if len(found) != 1 else ''}.")


@records.command()
def mark(reference: str, status: str = typer.Argument(help="new, read or handled.")) -> None:
    """Sets the status of a record."""
    if status not in ("new", "read", "handled"):
        raise typer.BadParameter("write new, read or handled", param_hint="status")
    store = _store(load_settings())
    record = _found(store, reference)
    store.mark(record.reference, cast(Status, status))
    typer.echo(f"{record.reference} is marked {status}.")


@records.command()
def delete(reference: str, yes: bool = typer.Option(False, "--yes", help="Do not ask.")) -> None:
    """Deletes a record for good."""
    store = _store(load_settings())
    record = _found(store, reference)
    if not yes:
        typer.confirm(f"Delete {record.reference} for good?", abort=True)
    store.delete(record.reference)
    typer.echo(f"{record.reference} is deleted.")


@retention.command()
def run() -> None:
    """Deletes old conversations, notices and what was withdrawn; ends forms that were left open. Run it daily."""
    settings = load_settings()
    tensorflow_free.install()  # the log's events are Rasa's
    from bot.storage.retention import Kept, run_retention

    done = run_retention(_engine(settings), Kept(conversations=settings.retention_days * _DAY))
    typer.echo(f"Deleted {done.conversations} conversations and {done.records} withdrawn records.")
    typer.echo(f"Ended {done.forms} forms that were left open. Deleted {done.notices} old notices.")


def _row(record: Record) -> dict[str, Any]:
    """A record flat: its own columns, then its answers."""
    own = {
        "number": record.reference,
        "earlier_numbers": " ".join(record.references[1:]),
        "kind": record.kind,
        "status": record.status,
        "state": record.state,
        "left_on": shown_day(record.created_at),
        "changed_on": shown_day(record.updated_at),
        "consented_on": shown_day(record.consent_at),
        "consent_text": record.consent_version,
    }
    return {**own, **{name: value for name, value in record.fields.items() if name not in own}}


def _wanted(
    kind: Optional[str], status: Optional[str], state: Optional[str], since: Optional[str], until: Optional[str]
) -> Wanted:
    for name, value, allowed in (("--kind", kind, KINDS), ("--status", status, STATUSES)):
        if value is not None and value not in allowed:
            raise typer.BadParameter(f"write one of {', '.join(allowed)}", param_hint=name)
    if state is not None and len(state) != 2:
        raise typer.BadParameter("write its two letters, such as KY", param_hint="--state")
    return Wanted(
        kind=cast(Any, kind),
        status=cast(Any, status),
        state=state.upper() if state else None,
        since=start_of_day(since, "--since"),
        until=start_of_day(until, "--until"),
    )


def _found(store: RecordStore, typed: str) -> Record:
    record = store.get(find_reference(typed) or typed)
    if record is None:
        raise StorageError(Errors.E034.format(reference=typed))
    return record


def _store(settings: Settings) -> RecordStore:
    return RecordStore(_engine(settings))


def _engine(settings: Settings) -> Any:
    prepare_data_folder(settings.data_folder)
    return open_database(settings.store_url)
