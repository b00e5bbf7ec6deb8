"""Serves the assistant over HTTP."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any, Optional

from prometheus_client import start_http_server
from rasa.core.channels.channel import InputChannel, register
from redis.asyncio import Redis
from sanic import Sanic

from bot import metrics
from bot.channels import http
from bot.channels.limits import Limit, RateLimit, SenderLimit
from bot.channels.platform import Shared
from bot.channels.sessions import Sessions
from bot.channels.shared_limits import SharedRateLimit, connect
from bot.channels.site.pages import Site
from bot.channels.web import WebChannel, WebLimits
from bot.content import finder, places
from bot.content.store import ContentStore, shared_store
from bot.errors import Errors, StartError
from bot.runtime import notices
from bot.runtime.agent import Assistant, load_assistant
from bot.runtime.channels import messaging_channels
from bot.runtime.health import health_routes
from bot.runtime.mail import load_mailer
from bot.runtime.preflight import session_keys
from bot.runtime.settings import ROOT, Settings
from bot.runtime.training import verified_model
from bot.storage.conversations import ConversationStore
from bot.storage.database import open_database

RELOAD_SECONDS = 1.0
"""How often content files are looked at for changes."""
MAX_REQUEST = 1_000_000
"""Bytes of a request that are read at all; each channel has its own limit."""
KEEP_ALIVE_SECONDS = 75
"""How long an idle connection is kept: longer than the 60 seconds of nginx, so that the proxy closes first."""


def build_assistant(settings: Settings, database_url: str, model: Optional[Path] = None) -> Assistant:
    """The assistant as the settings want it.

    Args:
        settings: Its settings.
        database_url: Where conversations are kept.
        model: Another model than that of the models folder; its checksum must be in the manifest.

    Raises:
        ModelError: There is no sound model.
        StartError: The database cannot be used.
    """
    path = verified_model(settings.models, model)
    store = ConversationStore(open_database(database_url))
    content = shared_store(ROOT)
    finder.keep_vectors_in(settings.data_folder / "cache")
    prepare_search()
    return load_assistant(path, content, store, settings.action_endpoint)


def prepare_search() -> None:
    """Makes what finds names, papers and places now, so that no visitor waits for it."""
    finder.shared_finder().index  # noqa: B018 - made when it is first asked for
    places.shared_finder()


def serve(settings: Settings, on_ready: Callable[[], None], model: Optional[Path] = None) -> None:
    """Serves until it is told to stop; :func:`bot.runtime.preflight.check_start` comes before it.

    Args:
        settings: Where to listen and what to use.
        on_ready: Called once the server accepts connections.
        model: See :func:`build_assistant`.

    Raises:
        ModelError: There is no sound model.
        StartError: A key or the database cannot be used.
    """
    keys = session_keys(settings)
    site = Site(ROOT / "widget", shared_store(ROOT))
    assistant = build_assistant(settings, settings.store_url, model)
    serve_metrics(settings, assistant)
    app = build_app(settings, assistant, site, keys, on_ready)
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
    metrics.POOL.set_function(pool.size)
    try:
        start_http_server(settings.metrics_port, settings.metrics_interface)
    except OSError as error:
        message = Errors.E020.format(interface=settings.metrics_interface, port=settings.metrics_port)
        raise StartError(message.replace("BOT_PORT", "BOT_METRICS_PORT")) from error


def rate_limit(name: str, per_minute: int, redis: Optional[Redis]) -> Limit:
    """A limit that replicas share if there is a Redis, else one of this process."""
    return SharedRateLimit(name, per_minute, redis) if redis else RateLimit(per_minute)


def web_channel(settings: Settings, assistant: Assistant, keys: list[str], redis: Optional[Redis]) -> WebChannel:
    """The channel of the website."""
    limits = WebLimits(
        origins=settings.allowed_origins,
        proxies=settings.trusted_proxies,
        session=rate_limit("session", settings.rate_session, redis),
        address=rate_limit("address", settings.rate_address, redis),
    )
    return WebChannel(Sessions(keys), assistant.content, assistant.store, limits)


def build_app(
    settings: Settings, assistant: Assistant, site: Site, keys: list[str], on_ready: Callable[[], None]
) -> Sanic:
    """The server with our channels.

    Rasa's own server is not used: it greets at ``/``, and its API would give full control to anyone.
    """
    app = Sanic("assistant", configure_logging=False)
    app.config.REQUEST_MAX_SIZE = MAX_REQUEST
    app.config.KEEP_ALIVE_TIMEOUT = KEEP_ALIVE_SECONDS
    app.ctx.agent = assistant
    http.install(app, settings.allowed_origins)
    redis = connect(settings.redis_url.get_secret_value()) if settings.redis_url else None
    channels: list[InputChannel] = [web_channel(settings, assistant, keys, redis)]
    sender_limit = SenderLimit(rate_limit("sender", settings.rate_sender, redis))
    channels += messaging_channels(settings, Shared(keys, assistant.content, sender_limit, assistant.store))
    register(channels, app, route="/webhooks/")
    app.blueprint(health_routes(assistant))
    app.blueprint(site.blueprint())
    notices.install(app, assistant.store.engine, load_mailer(settings))

    async def start(_: Sanic, loop: Any) -> None:
        look = asyncio.Event()
        loop.add_signal_handler(signal.SIGHUP, look.set)
        app.ctx.watch = loop.create_task(_watch_content(assistant.content, look))
        on_ready()

    async def stop(_: Sanic, __: Any) -> None:
        app.ctx.watch.cancel()
        if redis:
            await redis.close()

    app.register_listener(start, "after_server_start")
    app.register_listener(stop, "before_server_stop")
    return app


async def _watch_content(content: ContentStore, look: asyncio.Event) -> None:
    """Swaps the content in when an editor has changed it; at once when ``look`` is set."""
    while True:
        with suppress(asyncio.TimeoutError):
            await asyncio.wait_for(look.wait(), RELOAD_SECONDS)
        look.clear()
        if await asyncio.to_thread(content.refresh):
            await asyncio.to_thread(prepare_search)
