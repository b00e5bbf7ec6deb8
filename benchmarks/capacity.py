"""What more load needs, from the cost of a turn: the rules and the table of docs/capacity.md.

``python -m benchmarks.capacity`` makes the page's table follow from the figure that the page states. Whoever measures
anew changes that figure and runs it.
"""

from __future__ import annotations

import math
import re
from pathlib import Path
from typing import NamedTuple

from bot.runtime.settings import ROOT
from bot.storage.database import POOL_SIZE

PAGE = ROOT / "docs" / "capacity.md"
HEAD = (
    "| Load | Messages a second | Replicas, one core each | Database connections | Turns a day | What gives way next |"
)
SHARE = 0.5
"""Share of the most that a replica answers at which it is run, so that one can be lost."""
TRANSACTIONS = 3
"""Of a turn: whether it was answered before, its state and latest events, the new state and events."""
DAY = 86_400

_STATED = re.compile(r"one replica answers (\d+(?:\.\d+)?) messages a second at most".replace(" ", r"\s+"))
_TABLE = re.compile(re.escape(HEAD) + r"\n(?:\|.*\n)+")
_NEXT = {
    1: "the two cores: give the database a machine of its own",
    10: "PostgreSQL's writes: some {transactions} short transactions a second; a fast disk, and `synchronous_commit` "
    "left on",
    1000: "one PostgreSQL: connections first (a pooler in transaction mode), then writes. Conversations share nothing, "
    "so they can be divided among several databases by a hash of their id; this code does not do that",
}


class Need(NamedTuple):
    """What a load needs.

    Attributes:
        times: The load, as a multiple of what one replica answers at most.
        per_second: Messages a second.
        replicas: Processes, each with a core of its own.
        connections: To the database, of all replicas together.
        turns_a_day: Messages a day.
    """

    times: int
    per_second: float
    replicas: int
    connections: int
    turns_a_day: float

    def cells(self) -> tuple[str, ...]:
        """A row of the table; the last cell says what gives way next."""
        return (
            f"{self.times:,} times" if self.times > 1 else "measured",
            f"{self.per_second:,.0f}",
            f"{self.replicas:,}",
            f"{self.connections:,}",
            _in_words(self.turns_a_day),
            _NEXT[self.times].format(transactions=f"{_rounded(self.per_second * TRANSACTIONS):,.0f}"),
        )


def needs(per_second: float) -> list[Need]:
    """What the measured load, and 10 and 1,000 times as much, need.

    Args:
        per_second: The most messages a second that one replica answers: one by the seconds that a turn costs it.
    """
    found = []
    for times in _NEXT:
        # Not by way of the load: dividing that by what a replica takes may round to one replica more.
        replicas = math.ceil(times / SHARE)
        load = times * per_second
        found.append(Need(times, load, replicas, replicas * POOL_SIZE, load * DAY))
    return found


def stated(page: str) -> float:
    """The most messages a second that one replica answers, as a page says it.

    Raises:
        ValueError: It does not.
    """
    found = _STATED.search(page)
    if found is None:
        raise ValueError(f"{PAGE.name}: 'one replica answers ... messages a second at most' is missing")
    return float(found[1])


def renewed(page: str) -> str:
    """A page with the table that follows from its figure.

    Raises:
        ValueError: It has no such figure or no table.
    """
    rows = [f"| {' | '.join(need.cells())} |" for need in needs(stated(page))]
    table = "\n".join([HEAD, "|---" * HEAD.count(" | ") + "|---|", *rows, ""])
    text, count = _TABLE.subn(lambda _: table, page)
    if count != 1:
        raise ValueError(f"{PAGE.name}: the table that begins with '{HEAD}' is missing")
    return text


def renew(path: Path = PAGE) -> None:
    """Writes a page's table anew.

    Raises:
        ValueError: See :func:`renewed`.
    """
    path.write_text(renewed(path.read_text(encoding="utf-8")), encoding="utf-8")


def _rounded(number: float) -> float:
    """To two digits: what is measured is no more exact."""
    return float(f"{number:.2g}")


def _in_words(number: float) -> str:
    for size, name in ((1e9, "billion"), (1e6, "million")):
        if number >= size:
            return f"{_rounded(number / size):,g} {name}"
    return f"{_rounded(number):,.0f}"


if __name__ == "__main__":
    renew()
