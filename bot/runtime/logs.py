"""Logging: to standard error, without visitors' words."""

from __future__ import annotations

import hashlib
import logging
import sys
import warnings
from types import TracebackType
from typing import Optional, Union

import structlog

from bot.errors import where

_LINE = "%(asctime)s %(levelname)s %(name)s: %(message)s"


_ExcInfo = Union[tuple[type[BaseException], BaseException, Optional[TracebackType]], tuple[None, None, None]]


def _trace(exc_info: _ExcInfo) -> str:
    return where(exc_info[1])


class _TextLines(logging.Formatter):
    """Lines for people. Neither the text of an exception nor the variables of its frames are shown."""

    def formatException(self, ei: _ExcInfo) -> str:  # noqa: N802 - the name is that of the standard library
        """See :func:`bot.errors.where`."""
        return _trace(ei)


def bind_turn(conversation: str, message: str) -> None:
    """Names the turn that log lines of this task belong to: hashes, from which neither id can be found again."""
    structlog.contextvars.bind_contextvars(conversation=_hashed(conversation), request=_hashed(message))


def _hashed(identity: str) -> str:
    return hashlib.sha256(identity.encode("utf-8", "surrogatepass")).hexdigest()[:12]


def _json_lines() -> logging.Formatter:
    return structlog.stdlib.ProcessorFormatter(
        foreign_pre_chain=[
            structlog.contextvars.merge_contextvars,
            structlog.stdlib.add_log_level,
            structlog.stdlib.add_logger_name,
            structlog.processors.TimeStamper(fmt="iso"),
        ],
        processors=[
            structlog.stdlib.ProcessorFormatter.remove_processors_meta,
            structlog.processors.ExceptionRenderer(_trace),
            structlog.processors.JSONRenderer(default=str),
        ],
    )


def configure(level: str, form: str = "text") -> None:
    """Sets up logging for the process; call it before Rasa is imported.

    Args:
        level: Least level shown, such as ``INFO``.
        form: ``text`` for people, ``json`` for programs: one object a line, with the turn's ids.
    """
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(_json_lines() if form == "json" else _TextLines(_LINE))
    logging.basicConfig(level=level, handlers=[handler], force=True)
    # Rasa and its libraries log at INFO what matters to their developers only.
    for name in ("rasa", "rasa_sdk", "alembic", "sanic", "apscheduler", "matplotlib", "urllib3", "asyncio"):
        logging.getLogger(name).setLevel(max(logging.getLevelName(level), logging.WARNING))
    configure_structlog(level)
    # Sanic switches deprecation warnings on for the whole process when it is imported; import it first, then silence.
    import sanic.app  # noqa: F401

    warnings.filterwarnings("ignore", category=DeprecationWarning)
    warnings.filterwarnings("ignore", module="rasa|sanic|pkg_resources|sqlalchemy")


def configure_structlog(level: str) -> None:
    """Sends Rasa's structured logs the same way.

    The text of exceptions and the variables of frames are left out: they hold visitors' words.
    """
    structlog.configure(
        processors=[
            structlog.stdlib.add_log_level,
            structlog.processors.ExceptionRenderer(_trace),
            structlog.processors.EventRenamer("event"),
            _without_words,
            structlog.processors.JSONRenderer(default=str),
        ],
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
        wrapper_class=structlog.make_filtering_bound_logger(max(logging.getLevelName(level), logging.WARNING)),
        cache_logger_on_first_use=True,
    )


_WORDS = ("text", "user_text", "parse_data_text", "message", "rasa_event", "rasa_events", "slot_values")


def _without_words(_: object, __: str, event: structlog.types.EventDict) -> structlog.types.EventDict:
    """Drops the fields in which Rasa logs what a visitor typed."""
    return {key: value for key, value in event.items() if key not in _WORDS}
