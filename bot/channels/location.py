"""A shared location as words that a visitor could have typed."""

from __future__ import annotations

from functools import cache
from typing import Any, Optional

import numpy as np
import zipcodes

FARTHEST_KM = 60.0
"""A ZIP code area farther away than this does not say where somebody is."""
_EARTH_KM = 6371.0


@cache
def _areas() -> tuple[list[str], Any]:
    """Names of all ZIP code areas with a place, and their positions as unit vectors."""
    everything: list[dict[str, str]] = zipcodes.list_all()  # type: ignore[no-untyped-call]  # it has no types
    places = [each for each in everything if each["lat"] and each["long"] and each["city"]]
    names = [f"{each['city'].title()}, {each['state']} {each['zip_code']}" for each in places]
    return names, _vectors(np.array([[float(each["lat"]), float(each["long"])] for each in places]))


def _vectors(degrees: Any) -> Any:
    latitude, longitude = np.radians(degrees).T
    return np.stack(
        [np.cos(latitude) * np.cos(longitude), np.cos(latitude) * np.sin(longitude), np.sin(latitude)], axis=-1
    )


def spoken_place(latitude: Any, longitude: Any) -> Optional[str]:
    """City, state and ZIP code nearest to a position in degrees; None outside the United States or for nonsense.

    >>> spoken_place(41.8827, -87.6233)
    'Chicago, IL 60603'
    """
    if not all(isinstance(value, (int, float)) and not isinstance(value, bool) for value in (latitude, longitude)):
        return None
    if not (-90 <= latitude <= 90 and -180 <= longitude <= 180):
        return None
    names, vectors = _areas()
    cosines = vectors @ _vectors(np.array([[latitude, longitude]]))[0]
    nearest = int(np.argmax(cosines))
    distance = _EARTH_KM * float(np.arccos(min(1.0, cosines[nearest])))
    return names[nearest] if distance <= FARTHEST_KM else None
