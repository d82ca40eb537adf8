"""What can be said of somebody, and for how long it holds; no I/O."""

from datetime import datetime, timedelta
from enum import StrEnum

HOLDS = timedelta(days=730)
"""After this a vouch has faded; saying it again makes it new."""


class What(StrEnum):
    """What somebody says of somebody."""

    MET = "met"
    EXCHANGED = "exchanged"
    KEYS = "keys"


def holds(at: datetime, now: datetime) -> bool:
    """Whether what was said then still stands."""
    return at + HOLDS > now
