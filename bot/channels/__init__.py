"""Channels: what comes in is cleaned here, what goes out is formatted here."""
