"""Commands of ``python -m bot``. Each imports what it needs itself, so that ``check`` does not wait for Rasa."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Optional

import typer
from rich.console import Console

from bot.cli import records, review, website
from bot.cli.channels import channels
from bot.cli.notices import notices
from bot.cli.replicas import replicas
from bot.errors import AssistantError, ContentError
from bot.runtime import environment
from bot.runtime.settings import ROOT, Settings, load_settings

app = typer.Typer(no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False, rich_markup_mode=None)
website.register(app)
records.register(app)
review.register(app)
app.add_typer(channels, name="channels")
app.add_typer(notices, name="notices")
app.add_typer(replicas, name="replicas")
messages = Console(stderr=True, highlight=False, soft_wrap=True)
_MODEL = typer.Option(None, show_default=False, help="Another model file than that of the models folder.")


def main() -> None:
    """Runs a command; an error that a person can mend ends it with one clear line and status 1."""
    try:
        app()
    except ContentError as error:
        for problem in error.problems:
            messages.print(str(problem), markup=False)
        messages.print(f"{len(error.problems)} to mend. The rules: docs/editing.md")
        sys.exit(1)
    except AssistantError as error:
        messages.print(f"Error: {error}", markup=False)
        sys.exit(1)


@app.command()
def check() -> None:
    """Checks content and training data; says what is wrong, with file and line. Trains nothing."""
    from bot.content.check import check_project

    settings = load_settings()
    messages.print("Checking the content ...")
    report = check_project(ROOT, settings.data_folder / "cache")
    typer.echo(str(report))


@app.command()
def train(force: bool = typer.Option(False, help="Train even if the model is current.")) -> None:
    """Checks the content and trains the model, if what it was trained from has changed."""
    settings = load_settings()
    check()
    _train(settings, force)


def _train(settings: Settings, force: bool = False) -> None:
    from bot.runtime.training import is_current

    if not force and is_current(ROOT, settings.models):
        typer.echo("The model is current: nothing to train.")
        return
    _rasa(settings)
    from bot.runtime.training import train as train_model

    messages.print("Training; about a minute ...")
    path = train_model(ROOT, settings.models)
    typer.echo(f"Trained: {_shown(path)}")


def _shown(path: Path) -> str:
    return str(path.relative_to(ROOT)) if path.is_relative_to(ROOT) else str(path)


def _rasa(settings: Settings, log_level: Optional[str] = None) -> None:
    """Makes Rasa importable: logging first, then the stand-ins for TensorFlow."""
    from bot.runtime import logs, tensorflow_free

    logs.configure(log_level or settings.log_level, settings.log_format)
    tensorflow_free.install()


@app.command()
def serve(
    model: Optional[Path] = _MODEL,
    trust: bool = typer.Option(False, help="Allow that model file though it was not trained here."),
) -> None:
    """Serves the assistant on this machine; stop it with Ctrl-C."""
    environment.prepare_for_messages()
    settings = load_settings()
    _check_model(settings, model, trust)
    from bot.runtime.preflight import check_start

    for warning in check_start(settings):
        messages.print(f"Warning: {warning}", markup=False)
    _rasa(settings)
    from bot.runtime.serving import serve as run_server

    messages.print("Loading; a few seconds ...")
    run_server(settings, lambda: _how_to_talk(settings), model)


def _check_model(settings: Settings, model: Optional[Path] = None, trust: bool = False) -> None:
    """Refuses a model that is not known or of other code, and says if it is not the newest."""
    from bot.errors import Errors
    from bot.runtime.training import check_pipeline, is_current, trust_model, verified_model

    if model:
        if trust:
            trust_model(settings.models, model)
            messages.print(f"Warning: {model} is trusted from now on; it can run any code.", markup=False)
        verified_model(settings.models, model)
    elif not is_current(ROOT, settings.models):
        verified_model(settings.models)
        check_pipeline(ROOT, settings.models)
        messages.print("Note: " + Errors.E003)


def _how_to_talk(settings: Settings) -> None:
    # An address that listens for everyone is no place to go to.
    host = "127.0.0.1" if settings.interface in ("0.0.0.0", "::") else settings.interface
    address = f"http://[{host}]:{settings.port}" if ":" in host else f"http://{host}:{settings.port}"
    messages.print(f"Ready. Open {address}/ in a browser to talk to the assistant,", markup=False)
    messages.print("or talk in another terminal with: make chat. Stop with Ctrl-C.")


@app.command()
def chat(
    database: Optional[str] = typer.Option(None, help="SQLAlchemy address of a database; else a temporary one."),
) -> None:
    """Talks to the assistant in the terminal."""
    environment.prepare_for_messages()
    settings = load_settings()
    _check_model(settings)
    _rasa(settings, "WARNING")
    from bot.cli.talk import chat as run_chat

    run_chat(settings, database)


@app.command()
def ask(
    database: Optional[str] = typer.Option(None, help="SQLAlchemy address of a database; else a temporary one."),
) -> None:
    """Answers messages from standard input, one a line, as JSON; an empty line starts a new conversation."""
    environment.prepare_for_messages()
    settings = load_settings()
    _check_model(settings)
    _rasa(settings, "WARNING")
    from bot.cli.talk import ask as run_ask

    run_ask(settings, database)
