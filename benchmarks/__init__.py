"""Measurements, each beside the stock alternative where there is one. ``make bench`` runs them; they are no tests."""

from bot.runtime import environment

# Before anything imports numpy: what is measured is the process as an operator runs it.
environment.prepare_for_messages()
