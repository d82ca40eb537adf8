"""Time zones: the names people may choose, and the one this machine is in."""

import os
from functools import cache
from pathlib import Path
from typing import Final
from zoneinfo import available_timezones

from web.fields import Wrong
from web.language import mark

_REGIONS: Final = (
    "Africa/", "America/", "Antarctica/", "Asia/", "Atlantic/", "Australia/", "Europe/",
    "Indian/", "Pacific/",
)  # fmt: skip


@cache
def names() -> tuple[str, ...]:
    """Every zone with a region and a city, and UTC."""
    return ("UTC", *sorted(name for name in available_timezones() if name.startswith(_REGIONS)))


def zone(typed: str) -> str:
    """The zone somebody means by a name or a city, in any case.

    Raises:
        Wrong: there is none.
    """
    plain = typed.strip().lower().replace(" ", "_")
    for name in names():
        if plain in {name.lower(), name.lower().rpartition("/")[2]}:
            return name
    raise Wrong(mark("We do not know this time zone. Write it as in Europe/Berlin."))


def here() -> str:
    """The zone this machine is set to; UTC if it does not say."""
    said = os.environ.get("TZ", "").lstrip(":")
    link = Path("/etc/localtime")
    place = str(link.readlink()).partition("zoneinfo/")[2] if link.is_symlink() else ""
    return next((name for name in (said, place) if name in names()), "UTC")
