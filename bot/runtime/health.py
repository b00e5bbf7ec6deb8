"""``/health`` and ``/ready``: what a supervisor or a load balancer asks."""

from __future__ import annotations

import asyncio

from sanic import Blueprint, response
from sanic.request import Request
from sanic.response import HTTPResponse

from bot.errors import StorageError
from bot.runtime.agent import Assistant

PATIENCE = 2.0
"""Seconds that the database has to answer."""


async def parts(assistant: Assistant) -> dict[str, bool]:
    """Which parts work: ``model``, ``content``, ``database``."""
    try:
        await asyncio.wait_for(assistant.store.ping(), PATIENCE)
        database = True
    except (StorageError, asyncio.TimeoutError):
        database = False
    return {
        "model": assistant.processor is not None,
        "content": bool(assistant.content.content.topics),
        "database": database,
    }


def health_routes(assistant: Assistant) -> Blueprint:
    """Routes that say how the server is; they are open, and say no more than that."""
    routes = Blueprint("health")

    @routes.get("/health")
    async def health(_: Request) -> HTTPResponse:
        """The process is alive: restart it if this does not answer."""
        return response.json({"status": "ok"}, headers={"Cache-Control": "no-store"})

    @routes.get("/ready")
    async def ready(_: Request) -> HTTPResponse:
        """Messages can be answered: send none while this is not 200."""
        state = {part: "ok" if works else "down" for part, works in (await parts(assistant)).items()}
        up = "down" not in state.values()
        return response.json(
            {"status": "ready" if up else "not ready", "parts": state},
            status=200 if up else 503,
            headers={"Cache-Control": "no-store"},
        )

    return routes
