"""Serves the assistant over HTTP."""

from __future__ import annotations

import asyncio
import ipaddress
import signal
import socket
from collections.abc import Callable
from typing import Any

from prometheus_client import start_http_server
from rasa.core.run import configure_app
from sanic import Sanic

from bot import metrics
from bot.channels.rest import MAX_BODY, LoopbackChannel
from bot.content.store import ContentStore, shared_store
from bot.errors import Errors, StartError
from bot.runtime.agent import Assistant, load_assistant
from bot.runtime.settings import ROOT, Settings, prepare_data_folder
from bot.runtime.training import verified_model
from bot.storage.conversations import ConversationStore
from bot.storage.database import open_database

RELOAD_SECONDS = 1.0
"""How often content files are looked at for changes."""


def check_address(interface: str, port: int) -> None:
    """Makes sure that the server may and can listen there.

    Raises:
        StartError: The interface is open to others, or the port is taken.
    """
    try:
        loopback = interface == "localhost" or ipaddress.ip_address(interface).is_loopback
    except ValueError:
        loopback = False
    if not loopback:
        raise StartError(Errors.E022.format(interface=interface))
    family = socket.AF_INET6 if ":" in interface else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        # As the server itself does: a port that only waits for old connections to end is free.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((interface, port))
        except OSError as error:
            raise StartError(Errors.E020.format(interface=interface, port=port)) from error


def build_assistant(settings: Settings, database_url: str) -> Assistant:
    """The assistant as the settings want it.

    Raises:
        ModelError: There is no sound model.
        StartError: The database cannot be used.
    """
    model = verified_model(settings.models)
    store = ConversationStore(open_database(database_url))
    return load_assistant(model, shared_store(ROOT), store, settings.action_endpoint)


def serve(settings: Settings, on_ready: Callable[[], None]) -> None:
    """Serves until it is told to stop.

    Args:
        settings: Where to listen and what to use.
        on_ready: Called once the server accepts connections.

    Raises:
        ModelError: There is no sound model.
        StartError: The address, data folder or database cannot be used.
    """
    check_address(settings.interface, settings.port)
    prepare_data_folder(settings.data_folder)
    assistant = build_assistant(settings, settings.store_url)
    serve_metrics(settings, assistant)
    app = build_app(assistant, on_ready)
    app.run(host=settings.interface, port=settings.port, access_log=False, motd=False, debug=False)


def serve_metrics(settings: Settings, assistant: Assistant) -> None:
    """Serves the metrics on a port of their own, which visitors never reach; does nothing without the setting.

    Raises:
        StartError: The port is taken.
    """
    if settings.metrics_port is None:
        return
    pool: Any = assistant.store.engine.pool
    metrics.CONNECTIONS.set_function(pool.checkedout)
    try:
        start_http_server(settings.metrics_port, settings.metrics_interface)
    except OSError as error:
        message = Errors.E020.format(interface=settings.metrics_interface, port=settings.metrics_port)
        raise StartError(message.replace("BOT_PORT", "BOT_METRICS_PORT")) from error


def build_app(assistant: Assistant, on_ready: Callable[[], None]) -> Sanic:
    """Rasa's server with our channel and without its API, which would give full control to anyone."""
    app = configure_app([LoopbackChannel()], enable_api=False)
    app.config.REQUEST_MAX_SIZE = 2 * MAX_BODY
    app.ctx.agent = assistant

    async def start(_: Sanic, loop: Any) -> None:
        loop.add_signal_handler(signal.SIGHUP, assistant.content.refresh)
        app.ctx.watch = loop.create_task(_watch_content(assistant.content))
        on_ready()

    async def stop(_: Sanic, __: Any) -> None:
        app.ctx.watch.cancel()

    app.register_listener(start, "after_server_start")
    app.register_listener(stop, "before_server_stop")
    return app


async def _watch_content(content: ContentStore) -> None:
    """Swaps the content in when an editor has changed it."""
    while True:
        await asyncio.sleep(RELOAD_SECONDS)
        await asyncio.to_thread(content.refresh)
