"""Where a notice is, never closer than about a kilometre; pure.

A place becomes a cell the moment it is read, and only the cell is kept, sent and compared. Cells
lie on one fixed grid, so that nothing is learnt by asking again from somewhere else.
"""

import functools
import math
import re
from typing import Final

from vocab.things import Place
from vocab.values import dataclass

DEGREE: Final = 100
"""Cells are counted in hundredths of a degree."""
AROUND: Final = 36_000
KM: Final = 1.11
"""Kilometres in a hundredth of a degree to the north."""
RADIUS: Final = 1500
"""Metres from the middle of a cell that hold all of it, up to the Arctic Circle."""
WIDEST: Final = 20_000
"""A place that is wider than this many metres says nothing about nearness."""
NAME: Final = 80
EARTH_KM: Final = 6371

_STEPS: Final = tuple(step for step in range(1, AROUND + 1) if AROUND % step == 0)
_NUMBER: Final = r"-?\d{1,3}(?:[.,]\d{1,15})?"
_WRITTEN: Final = re.compile(
    rf"(?:geo:)?({_NUMBER}) ?°? ?([NS])? ?[,; ] ?({_NUMBER}) ?°? ?([EWO])?(?:\?.*)?",
    re.IGNORECASE,
)


@dataclass(frozen=True, kw_only=True)
class Cell:
    """At least a kilometre each way; the hundredths of a degree of its middle, north and east."""

    north: int
    east: int


def cell(latitude: float, longitude: float) -> Cell | None:
    """The cell that holds a point; None for what is no point.

    >>> cell(52.516275, 13.377704)
    Cell(north=5252, east=1338)
    """
    if not (abs(latitude) <= 90 and abs(longitude) <= 180):
        return None
    north = round(latitude * DEGREE)
    step = _step(north)
    east = round(longitude * DEGREE / step) * step
    return Cell(north=north, east=(east + AROUND // 2) % AROUND - AROUND // 2)


def _step(north: int) -> int:
    """How many hundredths of a degree to the east make a kilometre at this latitude.

    It divides the circle evenly: a narrow cell left over would be a finer place.
    """
    wide = KM * math.cos(math.radians(north / DEGREE))
    return next((step for step in _STEPS if step * wide >= 1), AROUND)


def written(text: str) -> Cell | None:
    """The cell of coordinates as people copy them from a map; None if they are none.

    >>> written("52.516275, 13.377704") == written("52,516275; 13,377704") == cell(52.52, 13.38)
    True
    """
    found = _WRITTEN.fullmatch(" ".join(text.split()))
    if found is None:
        return None
    north, east = (float(found[n].replace(",", ".")) for n in (1, 3))
    south, west = (found[2] or "").upper() == "S", (found[4] or "").upper() == "W"
    return cell(-north if south else north, -east if west else east)


def shown(where: Cell) -> str:
    """The middle of a cell, as people write it.

    >>> shown(Cell(north=5252, east=1338))
    '52.52, 13.38'
    """
    return f"{where.north / DEGREE:.2f}, {where.east / DEGREE:.2f}"


def apart(one: Cell, other: Cell) -> int:
    """The distance of the middles of two cells, in whole kilometres; 0 within one cell."""
    return _apart(one.north, other.north, other.east - one.east)


# kept by numbers: finding a distance by two cells takes longer than working it out
@functools.lru_cache(maxsize=16384)
def _apart(from_: int, to: int, east: int) -> int:
    north, south = math.radians(from_ / DEGREE), math.radians(to / DEGREE)
    half = math.sin((south - north) / 2) ** 2
    half += math.cos(north) * math.cos(south) * math.sin(math.radians(east / DEGREE) / 2) ** 2
    return round(2 * EARTH_KM * math.asin(min(1, math.sqrt(half))))


def told(name: str | None, where: Cell | None) -> Place | None:
    """A place as it travels (W13); None without a cell, since a place on the wire has one."""
    if where is None:
        return None
    return Place(
        name=name or None,
        latitude=round(where.north / DEGREE, 2),
        longitude=round(where.east / DEGREE, 2),
        radius=RADIUS,
        units="m",
    )


def heard(place: object) -> Cell | None:
    """The cell of a place that arrived; None for what is none, or says too little."""
    if not isinstance(place, Place) or place.latitude is None or place.longitude is None:
        return None
    wide = (place.radius or 0) > WIDEST and place.units == "m"
    return None if wide else cell(place.latitude, place.longitude)
