"""Environment variables that libraries read when they are imported; set them before anything else is."""

from __future__ import annotations

import os

QUIET = {
    "RASA_TELEMETRY_ENABLED": "false",  # Rasa would report usage to its maker over the network
    "SQLALCHEMY_SILENCE_UBER_WARNING": "1",
    "LOG_LEVEL": "ERROR",  # as Rasa reads it: no progress bars of its own
    "TF_CPP_MIN_LOG_LEVEL": "3",
}

ONE_THREAD = {"OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1"}
"""One message is too little work to share: a second thread of the linear algebra library only spins."""


def prepare() -> None:
    """Keeps libraries quiet; what the operator has set stays."""
    for name, value in QUIET.items():
        os.environ.setdefault(name, value)


def prepare_for_messages() -> None:
    """Also tunes the process for answering single messages rather than for training."""
    prepare()
    for name, value in ONE_THREAD.items():
        os.environ.setdefault(name, value)
