"""Bold, links and escaping, as each platform writes them."""

from __future__ import annotations

import html
from typing import Optional

from bot.channels.capabilities import Markup

_MRKDWN = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;"})


def escaped(text: str, markup: Markup) -> str:
    """The text as it is, for a platform that reads some characters as commands."""
    if markup == "mrkdwn":
        return text.translate(_MRKDWN)
    return html.escape(text, quote=False) if markup == "html" else text


def bold(text: str, markup: Markup) -> str:
    """The text in bold where the platform has it; a text with the mark itself inside stays plain."""
    if markup == "html":
        return f"<b>{escaped(text, markup)}</b>"
    if markup in ("mrkdwn", "whatsapp") and "*" not in text and "\n" not in text:
        return f"*{escaped(text, markup)}*"
    return escaped(text, markup)


def link(name: str, url: Optional[str], markup: Markup) -> str:
    """A name that leads somewhere; the address is written out where it cannot hide behind the name."""
    if not url:
        return escaped(name, markup)
    if markup == "html":
        return f'<a href="{html.escape(url)}">{escaped(name, markup)}</a>'
    if markup == "mrkdwn":
        return f"<{escaped(url, markup).replace('|', '%7C')}|{escaped(name, markup)}>"
    return f"{name}: {url}"
