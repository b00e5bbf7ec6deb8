"""Routes of the pages."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import NamedTuple

from sanic import Blueprint
from sanic.exceptions import NotFound
from sanic.request import Request
from sanic.response import HTTPResponse

from bot.channels.openapi import openapi
from bot.channels.site import faq
from bot.channels.site.assets import REVALIDATE, Asset
from bot.channels.site.script import widget_script
from bot.content.store import Content, ContentStore
from bot.errors import Errors, StartError

PAGES = {"/": "demo.html", "/chat": "chat.html", "/integrate": "integrate.html", "/preview": "preview.html"}
"""Files of the widget's folder by the path at which they are served."""

CHAT = "chat"

PAGE_POLICY = "; ".join(
    [
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self' data:",
        "connect-src 'self'",
        "form-action 'self'",
        "base-uri 'none'",
        "frame-src 'self'",
        "frame-ancestors 'self'",
        "require-trusted-types-for 'script'",
        "trusted-types 'none'",
    ]
)
"""Content Security Policy of our own pages: nothing from elsewhere, no inline code or style, no text parsed as HTML."""

SCRIPT_CACHE = "public, max-age=3600"
"""How long browsers keep the script: a new version reaches returning visitors within the hour."""

_READ = ("GET", "HEAD")
_PAGE: Mapping[str, str] = {"Content-Security-Policy": PAGE_POLICY}
_OPEN: Mapping[str, str] = {"Cross-Origin-Resource-Policy": "cross-origin", "Access-Control-Allow-Origin": "*"}
"""For what every site may load: the script, and the description of the API."""


class _File(NamedTuple):
    """Something that stays the same while the server runs."""

    asset: Asset
    headers: Mapping[str, str]
    cache: str = REVALIDATE


class Site:
    """Everything is read, joined and compressed at the start; only the pages of answers follow the content."""

    def __init__(self, widget: Path, content: ContentStore) -> None:
        """Reads the files.

        Args:
            widget: The widget's folder.
            content: What the pages of answers say.

        Raises:
            StartError: A file is missing.
        """
        self._files = {
            "/chat.js": _File(Asset.named("chat.js", widget_script(widget)), _OPEN, SCRIPT_CACHE),
            "/openapi.json": _File(Asset.named("openapi.json", json.dumps(openapi()).encode()), _OPEN),
            f"/{faq.STYLE}": _File(Asset.named(faq.STYLE, faq.style_sheet()), {}),
        }
        for path, name in PAGES.items():
            self._files[path] = _File(Asset.named(name, _read(widget / name)), _PAGE)
        for file in sorted((widget / "assets").glob("*.*")):
            self._files[f"/assets/{file.name}"] = _File(Asset.named(file.name, _read(file)), {})
        self._content = content
        self._answers: tuple[Content, dict[str, Asset]] = (content.content, {})

    def blueprint(self) -> Blueprint:
        """The routes."""
        routes = Blueprint("site", strict_slashes=True)  # links are relative: one page, one address

        async def file(request: Request) -> HTTPResponse:
            found = self._files[request.path]
            return found.asset.response(request, found.cache, found.headers)

        async def questions(request: Request) -> HTTPResponse:
            page = self._answer("", lambda content: faq.index_page(content, chat=CHAT))
            return page.response(request, headers=_PAGE)

        async def question(request: Request, identity: str) -> HTTPResponse:
            topic = self._content.content.topics.get(identity)
            if topic is None:
                raise NotFound
            page = self._answer(identity, lambda content: faq.topic_page(content, topic, chat=f"../{CHAT}"))
            return page.response(request, headers=_PAGE)

        for number, path in enumerate(self._files):
            routes.add_route(file, path, methods=_READ, name=f"file_{number}")
        routes.add_route(questions, "/faq", methods=_READ)
        routes.add_route(question, "/faq/<identity:str>", methods=_READ)
        return routes

    def _answer(self, name: str, render: Callable[[Content], str]) -> Asset:
        """A page made from the content, kept until the content changes."""
        content = self._content.content
        if self._answers[0] is not content:
            self._answers = (content, {})
        pages = self._answers[1]
        if name not in pages:
            pages[name] = Asset.named("answer.html", render(content).encode())
        return pages[name]


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise StartError(Errors.E043.format(path=path)) from error
