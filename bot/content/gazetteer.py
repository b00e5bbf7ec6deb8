"""Names and coordinates of US places, in a small table.

The ``zipcodes`` package knows 42,789 ZIP codes, and keeps 30 MB for them once it is asked. What is needed of them fits
in 4 MB, so a child process asks, writes the table to its standard output and ends: 1.3 s. The table is kept in a file.
"""

from __future__ import annotations

import contextlib
import io
import os
import subprocess
import sys
import tempfile
from collections import defaultdict
from collections.abc import Mapping
from functools import cache
from importlib.metadata import version
from pathlib import Path
from typing import Any, NamedTuple, Optional
from zipfile import BadZipFile

import numpy as np
import numpy.typing as npt

from bot.content.text import normalized

FORMAT = 1
"""Raise it when :func:`build` makes another table of the same packages."""

_SPELLED_OUT = {"st": "saint", "ft": "fort", "mt": "mount"}


def place_key(name: str) -> str:
    """A place's name for comparison: normalized, with "St", "Ft" and "Mt" spelled out.

    >>> place_key("St. Louis")
    'saint louis'
    """
    return " ".join(_SPELLED_OUT.get(word, word) for word in normalized(name).split())


class Entry(NamedTuple):
    """A place of the table.

    Attributes:
        city: As a person writes it; for a county, with the word.
        state: Postal abbreviation.
        latitude: Degrees north, mean of its ZIP codes.
        longitude: Degrees east.
        weight: How many ZIP codes it has, which goes with how many people are likely to mean it.
    """

    city: str
    state: str
    latitude: float
    longitude: float
    weight: int


class Gazetteer:
    """Finds places by exact name, ZIP code or state."""

    def __init__(self, tables: Mapping[str, npt.NDArray[Any]]) -> None:
        """Keeps the tables that :func:`build` has made.

        Attributes:
            names: All names, normalized.
            states: Name of each state or territory by its postal abbreviation.
            state_names: Abbreviation by normalized name or older abbreviation, such as ``calif``.
            countries: Normalized English names of all countries.
        """
        self._table = tables["names"]
        self._zips = tables["zips"]
        self.states = {row[0].decode(): row[1].decode() for row in tables["states"].tolist()}
        self.state_names = {
            normalized(name.decode()): row[0].decode() for row in tables["states"].tolist() for name in row[1:]
        }
        self.countries = frozenset(name.decode() for name in tables["countries"].tolist())
        self.names: list[str] = [name.decode() for name in np.unique(self._table["name"]).tolist()]

    def named(self, name: str) -> list[Entry]:
        """Places with a normalized name, the heaviest first."""
        key = name.encode()
        first, last = (int(np.searchsorted(self._table["name"], key, side)) for side in ("left", "right"))
        found = [_entry(*row.tolist()[1:]) for row in self._table[first:last]]
        # A name may be spelled in two ways in one state.
        heaviest = {entry.state: entry for entry in sorted(found, key=lambda entry: entry.weight)}
        return sorted(heaviest.values(), key=lambda entry: -entry.weight)

    def zip_code(self, code: str) -> Optional[Entry]:
        """The place of a ZIP code of five digits; None if there is no such code."""
        place = int(np.searchsorted(self._zips["zip"], int(code)))
        if place >= len(self._zips) or self._zips["zip"][place] != int(code):
            return None
        city, state, latitude, longitude = self._zips[place].tolist()[1:]
        return _entry(city, state, latitude, longitude, 1)

    def state(self, abbreviation: str) -> Optional[Entry]:
        """The middle of a state, as its ZIP codes have it."""
        inside = self._zips[self._zips["state"] == abbreviation.encode()]
        if not len(inside):
            return None
        middle = float(inside["latitude"].mean()), float(inside["longitude"].mean())
        return Entry("", abbreviation, *middle, len(inside))


def _entry(city: bytes, state: bytes, latitude: float, longitude: float, weight: int) -> Entry:
    return Entry(city.decode(), state.decode(), latitude, longitude, weight)


def build() -> dict[str, npt.NDArray[Any]]:
    """Makes the tables from the packages ``zipcodes`` (places), ``us`` (states) and ``phonenumbers`` (countries)."""
    import us
    import zipcodes
    from phonenumbers.geodata.locale import LOCALE_DATA

    zips: list[tuple[int, str, str, float, float]] = []
    points: dict[tuple[str, str, str], list[tuple[float, float]]] = defaultdict(list)
    for state in us.STATES_AND_TERRITORIES:
        # One state at a time: all at once take 110 MB.
        for row in zipcodes.filter_by(state=state.abbr):  # type: ignore[no-untyped-call]  # the package has no types
            point = float(row["lat"]), float(row["long"])
            if point == (0.0, 0.0):
                continue
            zips.append((int(row["zip_code"]), row["city"].encode(), state.abbr, *point))
            for city in {row["city"], *row["acceptable_cities"], row["county"]} - {""}:
                points[place_key(city), city, state.abbr].append(point)
    table = [
        (name.encode(), city.encode(), state, *np.mean(places, axis=0), len(places))
        for (name, city, state), places in points.items()
    ]
    place = [("latitude", "f4"), ("longitude", "f4")]
    names = np.array(sorted(table), dtype=[("name", "S40"), ("city", "S40"), ("state", "S2"), *place, ("weight", "u2")])
    states = [
        (state.abbr, state.name, (state.ap_abbr or state.name).replace(".", "")) for state in us.STATES_AND_TERRITORIES
    ]
    countries = {normalized(_english(LOCALE_DATA[code])) for code in LOCALE_DATA} - {""}
    codes = np.array(sorted(zips), dtype=[("zip", "u4"), ("city", "S32"), ("state", "S2"), *place])
    return {
        "names": names,
        "zips": codes,
        "states": np.array(states, dtype=[("abbr", "S2"), ("name", "S32"), ("ap", "S32")]),
        "countries": np.array(sorted(name.encode() for name in countries), dtype="S48"),
    }


def _english(names: Mapping[str, str]) -> str:
    """A country's English name; where it equals that of another language, the package has ``*`` and that language."""
    name = names.get("en", "")
    return names.get(name[1:], "") if name.startswith("*") else name


@cache
def gazetteer(folder: Optional[Path] = None) -> Gazetteer:
    """The one gazetteer of this process.

    Args:
        folder: Where the table is kept from one start to the next; None keeps it nowhere. A file that is damaged or
            cannot be written costs time only.
    """
    versions = "-".join(version(name) for name in ("zipcodes", "us", "phonenumbers"))
    path = folder / f"places-{FORMAT}-{versions}.npz" if folder else None
    try:
        return _loaded(path.read_bytes()) if path else _loaded(_made())
    except (OSError, ValueError, KeyError, BadZipFile):
        output = _made()
        _keep(output, path)
        return _loaded(output)


def _made() -> bytes:
    command = [sys.executable, "-m", "bot.content.gazetteer"]
    return subprocess.run(command, stdout=subprocess.PIPE, check=True, cwd=Path(__file__).parents[2]).stdout


def _loaded(content: bytes) -> Gazetteer:
    with np.load(io.BytesIO(content), allow_pickle=False) as tables:
        return Gazetteer(dict(tables))


def _keep(content: bytes, path: Optional[Path]) -> None:
    """Writes beside and moves into place: two processes at once never leave half a file."""
    if path is None:
        return
    with contextlib.suppress(OSError):
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(dir=path.parent, suffix=".tmp")
        with os.fdopen(handle, "wb") as file:
            file.write(content)
        os.replace(name, path)


if __name__ == "__main__":
    buffer = io.BytesIO()
    np.savez(buffer, **build())
    sys.stdout.buffer.write(buffer.getvalue())
