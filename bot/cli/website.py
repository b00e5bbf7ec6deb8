"""``widget`` and ``export html``: what a webmaster may want as files."""

from __future__ import annotations

import sys
from pathlib import Path

import typer

from bot.runtime.settings import ROOT

export = typer.Typer(help="Writes content as files.", no_args_is_help=True)


def widget() -> None:
    """Writes the widget's script, as the server gives it, to standard output."""
    from bot.channels.site.script import widget_script

    sys.stdout.buffer.write(widget_script(ROOT / "widget"))


@export.command()
def html(output: str = typer.Option(..., help="Folder for the pages; made if missing.")) -> None:
    """Writes all questions and answers as plain HTML pages that need no server."""
    from bot.channels.site.faq import export_html
    from bot.content.store import read_content

    folder = Path(output)
    count = export_html(read_content(ROOT), folder)
    typer.echo(f"Wrote {count} files. Open: {folder / 'index.html'}")


def register(app: typer.Typer) -> None:
    """Adds these commands to ``python -m bot``."""
    app.command()(widget)
    app.add_typer(export, name="export")
