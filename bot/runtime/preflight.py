"""What can be known to stand in the way of a start before Rasa is imported, which takes seconds."""

from __future__ import annotations

import errno
import socket

from bot.channels.sessions import signing_keys
from bot.errors import Errors, StartError
from bot.runtime.attention import staff_warnings
from bot.runtime.mail import load_mailer
from bot.runtime.settings import Settings, prepare_data_folder
from bot.storage.database import open_database


def check_start(settings: Settings) -> list[str]:
    """Makes sure that the server can listen, write its data and use its database, whose tables it brings up to date.

    The mail server is not asked: visitors are answered without it. They are without Redis too, but without a warning
    nobody would know that each replica counts alone.

    Returns:
        What whoever starts it should know.

    Raises:
        StartError: One of them it cannot, or a setting lacks another.
    """
    load_mailer(settings)
    check_address(settings.interface, settings.port)
    prepare_data_folder(settings.data_folder)
    session_keys(settings)
    engine = open_database(settings.store_url)
    try:
        return [*redis_warnings(settings), *staff_warnings(settings, engine)]
    finally:
        engine.dispose()


def redis_warnings(settings: Settings) -> list[str]:
    """One sentence or two if there should be a Redis that does not answer."""
    if not settings.redis_url:
        return []
    from bot.channels.shared_limits import failure  # takes long to import

    reason = failure(settings.redis_url.get_secret_value())
    return [Errors.E045.format(reason=reason)] if reason else []


def session_keys(settings: Settings) -> list[str]:
    """The keys that sign visitors' sessions.

    Raises:
        StartError: BOT_SECRET has to be set, or a key cannot be used.
    """
    secret = settings.secret.get_secret_value() if settings.secret else None
    shared = settings.open_to_others or not settings.store_url.startswith("sqlite")
    return signing_keys(secret, settings.data_folder, shared)


def check_address(interface: str, port: int) -> None:
    """Makes sure that the server can listen there.

    Raises:
        StartError: The interface is not one of this machine, or the port is taken.
    """
    try:
        found = socket.getaddrinfo(interface or "no address", port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
        family, kind, _, _, address = found[0]
        with socket.socket(family, kind) as probe:
            # As the server itself does: a port that only waits for old connections to end is free.
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(address)
    except OSError as error:
        if error.errno in (errno.EADDRINUSE, errno.EACCES):
            raise StartError(Errors.E020.format(interface=interface, port=port)) from error
        raise StartError(Errors.E022.format(interface=interface, reason=error.strerror or error)) from error
