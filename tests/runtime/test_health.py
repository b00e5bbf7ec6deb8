"""Readiness names the part that is down. For the database, which takes a server: ``tests/channels/test_web.py``."""

import asyncio
import copy
import socket
from collections.abc import Callable
from dataclasses import replace
from typing import Any
from uuid import uuid4

import pytest
import requests
from conftest import PATIENCE
from sanic import Sanic

from bot.runtime.agent import Assistant
from bot.runtime.health import health_routes


def asked(assistant: Assistant, path: str) -> requests.Response:
    """What a load balancer gets from a server with this assistant."""

    async def served() -> requests.Response:
        Sanic.test_mode = True  # more than one application in a process
        app = Sanic(f"test-{uuid4().hex}", configure_logging=False)
        app.blueprint(health_routes(assistant))
        listener = socket.create_server(("127.0.0.1", 0))
        server: Any = await app.create_server(sock=listener, return_asyncio_server=True)
        await server.startup()
        address = f"http://127.0.0.1:{listener.getsockname()[1]}{path}"
        try:
            return await asyncio.to_thread(requests.get, address, headers={"Connection": "close"}, timeout=PATIENCE)
        finally:
            server.close()
            await server.wait_closed()

    # Sanic sets uvloop as the policy; a second loop of it in one thread hangs when it is closed.
    loop = asyncio.SelectorEventLoop()
    try:
        return loop.run_until_complete(served())
    finally:
        loop.run_until_complete(loop.shutdown_default_executor())
        loop.close()


def without_model(assistant: Assistant) -> None:
    assistant.processor = None


def without_content(assistant: Assistant) -> None:
    assistant.content = copy.copy(assistant.content)
    assistant.content.content = replace(assistant.content.content, topics={})


@pytest.mark.parametrize(("part", "take"), [("model", without_model), ("content", without_content)])
def test_the_part_that_is_down_is_named(assistant: Assistant, part: str, take: Callable[[Assistant], None]) -> None:
    works = {"model": "ok", "content": "ok", "database": "ok"}
    ready = asked(assistant, "/ready")
    assert (ready.status_code, ready.json()) == (200, {"status": "ready", "parts": works})
    take(assistant)
    response = asked(assistant, "/ready")
    assert response.status_code == 503
    assert response.json() == {"status": "not ready", "parts": {**works, part: "down"}}
    assert asked(assistant, "/health").status_code == 200, "a restart would not help"
