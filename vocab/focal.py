"""The point of a picture that must be seen where only a part of it is shown.

Source: Mastodon, "Focal points" (docs.joinmastodon.org/api/guidelines/#focal-points).
"""

from collections.abc import Sequence
from typing import Any

STEPS = 4
"""Into how many parts each side of a picture is divided for showing it."""


def point(said: Any) -> list[float] | None:
    """A point as a document says it: two numbers from -1 to 1, to the right and up.

    >>> point([0, -0.5]), point([2, 0]), point([True, 0]), point([float("nan"), 0]), point("0,0")
    ([0.0, -0.5], None, None, None, None)
    """
    if not isinstance(said, Sequence) or isinstance(said, str) or len(said) != 2:
        return None
    numbers = [one for one in said if isinstance(one, int | float) and not isinstance(one, bool)]
    fits = len(numbers) == 2 and all(-1 <= one <= 1 for one in numbers)
    return [float(one) for one in numbers] if fits else None


def classes(said: Any) -> str:
    """The classes of the stylesheet that show a picture around a point; "" for its middle.

    >>> classes([0, 1]), classes([-1, -0.4]), classes([0, 0]), classes(None)
    ('fx-2 fy-0', 'fx-0 fy-3', '', '')
    """
    found = point(said)
    if found is None:
        return ""
    across, down = (round((1 + one) * STEPS / 2) for one in (found[0], -found[1]))
    return f"fx-{across} fy-{down}" if (across, down) != (STEPS // 2, STEPS // 2) else ""
