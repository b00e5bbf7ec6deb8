"""Places on the map and how far apart they are."""

from __future__ import annotations

import math
from dataclasses import dataclass

EARTH_RADIUS_KM = 6371.0
KM_A_MILE = 1.609344


@dataclass(frozen=True)
class Place:
    """A place in the United States.

    Attributes:
        city: Empty if only the state is known.
        state: Postal abbreviation.
        state_name: The state in full.
        latitude: Degrees north; for a state, of its middle.
        longitude: Degrees east.
    """

    city: str
    state: str
    state_name: str
    latitude: float
    longitude: float

    @property
    def name(self) -> str:
        """As a person would write it, such as ``Denver, Colorado``."""
        if self.state == "DC":
            return "Washington, DC"
        return f"{self.city}, {self.state_name}" if self.city else self.state_name


def distance_km(first: Place, second: Place) -> float:
    """Great-circle distance by the haversine formula, in kilometres.

    >>> round(distance_km(Place("", "", "", 41.88, -87.63), Place("", "", "", 38.25, -85.76)), -1)
    430.0
    """
    north, north_too = math.radians(first.latitude), math.radians(second.latitude)
    half_east = math.radians(second.longitude - first.longitude) / 2
    half = math.sin((north_too - north) / 2) ** 2 + math.cos(north) * math.cos(north_too) * math.sin(half_east) ** 2
    return 2 * EARTH_RADIUS_KM * math.asin(math.sqrt(half))
