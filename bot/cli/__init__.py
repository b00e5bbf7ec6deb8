"""The command line: ``python -m bot``."""

from bot.runtime import environment

# Before the commands are imported: with them come libraries that read it.
environment.prepare()

from bot.cli.app import main  # noqa: E402

__all__ = ["main"]
