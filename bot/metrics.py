"""What is counted and timed, for Prometheus: all metrics of the project, listed in docs/operations.md too.

No label ever holds what a visitor typed, who they are or which conversation it is: labels are channels, outcomes and
stages, a few dozen values in all.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager

from prometheus_client import Counter, Gauge, Histogram

_SECONDS = (0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)

TURNS = Counter("amicc_turns", "Messages that got a reply.", ["channel", "outcome"])
STAGES = Histogram("amicc_turn_seconds", "Time of a turn's stages.", ["stage"], buckets=_SECONDS)
"""``wait`` for the conversation's lock, ``understand`` (pipeline), ``store``, and ``whole``, waiting included."""
FAILURES = Counter("amicc_turn_failures", "What went wrong in turns.", ["reason"])
"""``conflict``: run again because another process was first; ``storage``: not stored; ``silent``: no reply was made."""
CHANNEL_ERRORS = Counter("amicc_channel_errors", "Messages refused or not delivered.", ["channel", "reason"])
"""``not genuine`` and what else a request is refused for; ``not delivered``: the platform did not take a reply;
``repeated``: a message came again and was dropped, as platforms deliver twice now and then;
``redis``: Redis did not answer and the process counts rates alone, under ``web`` whichever channel it is."""
CONTENT_RELOADS = Counter("amicc_content_reloads", "Changes of content files noticed.", ["result"])
"""``accepted``, or ``refused``: the old content is still served."""
NOTICES = Gauge("amicc_notices", "Notices to staff that are not sent.", ["state"])
"""``waiting``: new, or to be tried again; ``failed``: given up. Of the whole database, so the same in all replicas."""
CONNECTIONS = Gauge("amicc_database_connections", "Database connections in use.")
POOL = Gauge("amicc_database_pool_size", "Database connections that are kept open for use.")


@contextmanager
def timed(stage: str) -> Iterator[None]:
    """Times a stage of a turn, failures included."""
    start = time.perf_counter()
    try:
        yield
    finally:
        observe(stage, start)


def observe(stage: str, start: float) -> None:
    """Notes a stage that began at a value of :func:`time.perf_counter` and ends now."""
    STAGES.labels(stage).observe(time.perf_counter() - start)
