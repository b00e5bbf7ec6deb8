"""A proxy that holds every request back: what a slow server looks like from outside."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import aiohttp
from aiohttp import web
from conftest import free_port, wait_for


@contextmanager
def delaying_proxy(target: str, seconds: float) -> Iterator[str]:
    """Passes requests on to a server after a delay; gives its own address."""
    port, ready, done = free_port(), threading.Event(), threading.Event()

    async def forward(request: web.Request) -> web.Response:
        await asyncio.sleep(seconds)
        body = await request.read()
        async with (
            aiohttp.ClientSession() as session,
            session.request(request.method, target + request.path, data=body) as response,
        ):
            return web.Response(status=response.status, body=await response.read())

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
