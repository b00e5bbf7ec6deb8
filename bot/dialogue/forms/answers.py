"""What a validator says of an answer."""

from __future__ import annotations

from typing import Any, NamedTuple, Union


class Taken(NamedTuple):
    """An answer that fits.

    Attributes:
        value: As it is kept: JSON.
        shown: As the visitor reads it in the summary.
    """

    value: Any
    shown: str


class Refused(NamedTuple):
    """An answer that does not fit.

    Attributes:
        reason: What is wrong with it; empty if the step's example says enough.
        choices: What it could mean, at most 20 characters each.
        meant: Whether it was surely meant for the step, whatever the classifier takes it for.
    """

    reason: str = ""
    choices: tuple[str, ...] = ()
    meant: bool = False


Verdict = Union[Taken, Refused]
