"""``python -m bot``: the command line of the assistant."""

from bot.runtime import environment

# Before the commands are imported: with them come libraries that read it.
environment.prepare()

from bot.cli import main  # noqa: E402

if __name__ == "__main__":
    main()
