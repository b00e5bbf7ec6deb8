"""``python -m bot``: the command line of the assistant."""

from bot.cli import main

if __name__ == "__main__":
    main()
