"""Measurements, each beside the stock alternative where there is one. ``make bench`` runs them; they are no tests."""
