"""A proxy that holds calls of one action back: what a slow action looks like from outside."""

from __future__ import annotations

import asyncio
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import aiohttp
from aiohttp import web
from conftest import free_port, wait_for


@contextmanager
def delaying_proxy(target: str, action: str, seconds: float) -> Iterator[str]:
    """Passes requests on to an action server, those for one action after a delay; gives its own address."""
    port, ready, done = free_port(), threading.Event(), threading.Event()

    async def forward(request: web.Request) -> web.Response:
        body = await request.read()
        if json.loads(body)["next_action"] == action:
            await asyncio.sleep(seconds)
        async with (
            aiohttp.ClientSession() as session,
            session.request(request.method, target + request.path, data=body) as response,
        ):
            return web.Response(status=response.status, body=await response.read(), content_type=response.content_type)

    async def run() -> None:
        application = web.Application(client_max_size=10_000_000)
        application.router.add_route("*", "/{path:.*}", forward)
        runner = web.AppRunner(application)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", port).start()
        ready.set()
        while not done.is_set():
            await asyncio.sleep(0.05)
        await runner.cleanup()

    thread = threading.Thread(target=lambda: asyncio.run(run()), daemon=True)
    thread.start()
    wait_for(ready.is_set, "the proxy")
    try:
        yield f"http://127.0.0.1:{port}"
    finally:
        done.set()
        thread.join(10)
