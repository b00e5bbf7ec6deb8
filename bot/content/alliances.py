"""Local alliances and other local work that is documented, read from ``knowledge/alliances.yml``."""

from __future__ import annotations

from pathlib import Path
from typing import Literal, Optional

from pydantic import BaseModel, Field, ValidationError, validator

from bot.content.geography import Place, distance_km
from bot.content.schema import MAX_LABEL, Source, partial_date, web_address
from bot.content.text import normalized
from bot.content.yaml_lines import YamlFile
from bot.errors import ContentError, Problem

ALLIANCES = Path("knowledge") / "alliances.yml"

NEAR_KM = 240.0
"""What is no farther away is near: 150 miles, two and a half hours by car."""


class Alliance(BaseModel):
    """An alliance, or other local work for the Court.

    Attributes:
        id: Of ``[a-z0-9_]+``.
        name: As the sources have it.
        label: At most 20 characters, for a button.
        standing: ``alliance``, or ``activity`` for what was never called one.
        city: Where it was.
        state: Postal abbreviation.
        covers: Whether it is for a city or the whole state.
        latitude: Degrees north.
        longitude: Degrees east, so negative in the United States.
        as_of: Date of the newest fact.
        line: What is documented, in one sentence with its dates.
        sources: Where it was read.
        url: Its own address; empty until one is documented.
    """

    id: str = Field(regex=r"^[a-z0-9_]+$")
    name: str = Field(min_length=3)
    label: str = Field(min_length=2, max_length=MAX_LABEL)
    standing: Literal["alliance", "activity"]
    city: str = Field(min_length=2)
    state: str = Field(regex="^[A-Z]{2}$")
    covers: Literal["city", "state"]
    latitude: float = Field(ge=-15, le=72)
    longitude: float = Field(ge=-180, le=180)
    as_of: str
    line: str = Field(min_length=10)
    sources: list[Source] = Field(min_items=1)
    url: str = ""

    class Config:
        extra = "forbid"
        frozen = True

    _as_of = validator("as_of", pre=True, allow_reuse=True)(partial_date)
    _url = validator("url", allow_reuse=True)(web_address)

    @property
    def key(self) -> str:
        """The content id, such as ``alliance/chicago``."""
        return f"alliance/{self.id}"

    @property
    def place(self) -> Place:
        """Where it was."""
        return Place(self.city, self.state, self.state, self.latitude, self.longitude)

    def is_near(self, place: Place) -> bool:
        """Whether someone in a place would go there: a city within reach, or the same state."""
        if place.state == self.state and (self.covers == "state" or not place.city):
            return True
        return bool(place.city) and distance_km(place, self.place) <= NEAR_KM


def read_alliances(root: Path) -> dict[str, Alliance]:
    """Reads a project's alliances by id; a file that is not there counts as empty.

    Raises:
        ContentError: With every fault, by line.
    """
    path = root / ALLIANCES
    if not path.exists():
        return {}
    file = YamlFile(path)
    found: dict[str, Alliance] = {}
    problems: list[Problem] = []
    for index, fields in enumerate(file.entries("alliances")):
        try:
            alliance = Alliance(**fields)
        except (ValidationError, TypeError) as error:
            faults = error.errors() if isinstance(error, ValidationError) else [{"loc": (), "msg": str(error)}]
            for fault in faults:
                steps = tuple(fault["loc"])
                message = f"{'.'.join(map(str, steps))}: {fault['msg']}"
                problems.append(Problem(path, file.line("alliances", index, *steps), message))
            continue
        same = [other for other in found.values() if _names(other) & _names(alliance)]
        if same:
            message = f"{same[0].id!r} has this id, name or label already: give each entry its own"
            problems.append(Problem(path, file.line("alliances", index, "id"), message))
        found[alliance.id] = alliance
    if problems:
        raise ContentError(problems)
    return found


def _names(alliance: Alliance) -> set[str]:
    return {alliance.key, normalized(alliance.name), normalized(alliance.label)}


def named_alliance(alliances: dict[str, Alliance], text: str) -> Optional[Alliance]:
    """The alliance whose name or label a text is; None if it is none's."""
    words = normalized(text)
    return next((one for one in alliances.values() if words in _names(one)), None)
