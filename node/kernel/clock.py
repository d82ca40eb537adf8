"""The one source of the time of day; tests put a clock of their own in its place."""

from collections.abc import Callable
from datetime import UTC, datetime

Clock = Callable[[], datetime]


def utc() -> datetime:
    """The present instant, in UTC."""
    return datetime.now(UTC)
