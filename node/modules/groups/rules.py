"""Who may put a post before our group, and in which form its followers take what is in it: pure."""

from collections.abc import Iterable
from datetime import timedelta
from enum import StrEnum
from typing import Final

PINS: Final = 5
"""Posts that one page shows first."""
MOST_WAITING: Final = 20
"""Posts of one server that may wait for a keeper at a time."""
MOST_AN_HOUR: Final = 10
"""Posts of one person from elsewhere that are shown at once in an hour; more wait."""
HOUR: Final = timedelta(hours=1)
AGAIN: Final = timedelta(days=30)
"""How long what a server says it is, is believed."""
LONGEST: Final = 1000
"""Characters of a reason."""

TAKE_ACTS: Final = frozenset({"lemmy", "piefed", "mbin", "kbin", "nodebb", "mitra", "folkmoot"})
"""Programs that read activities in groups (FEP-1b12), by the name in NodeInfo."""
OURS: Final = "https://w3id.org/commons-node/ns#cap-"
GROUPS: Final = ("fep/1b12", "fep-1b12")
"""How an `implements` that names FEP-1b12 ends."""


class Who(StrEnum):
    """Who may put a post before all who follow the community."""

    KEEPERS = "keepers"
    MEMBERS = "members"
    FOLLOWERS = "followers"
    ANYBODY = "anybody"


class Fate(StrEnum):
    """What becomes of a post that was put before the group."""

    SHOWN = "shown"
    WAITS = "waits"
    LEFT = "left"


class State(StrEnum):
    """Where a post stands that was put before the group."""

    WAITS = "waits"
    SHOWN = "shown"
    DECLINED = "declined"
    OUT = "out"


def fate(
    who: Who,
    *,
    held: bool,
    keeper: bool,
    member: bool,
    follower: bool,
    silenced: bool,
    often: bool,
) -> Fate:
    """What becomes of a post.

    Args:
        who: may put one before the group.
        held: what comes from elsewhere waits for a keeper.
        keeper: its author keeps the node.
        member: its author is a member.
        follower: its author follows the group.
        silenced: the community does not show its author around.
        often: its author had many shown just now.
    """
    if member:
        return Fate.SHOWN if keeper or who is not Who.KEEPERS else Fate.LEFT
    if who in (Who.KEEPERS, Who.MEMBERS) or (who is Who.FOLLOWERS and not follower):
        return Fate.LEFT
    return Fate.WAITS if held or silenced or often else Fate.SHOWN


def takes_acts(software: str | None, implemented: Iterable[str]) -> bool:
    """Whether a server takes activities in groups: by what it says it can, else by its program.

    >>> takes_acts("Lemmy", ()), takes_acts("mastodon", ()), takes_acts(None, [OURS + "match-1"])
    (True, False, True)
    """
    said = (one.rstrip("/").lower() for one in implemented)
    if any(one.startswith(OURS) or one.endswith(GROUPS) for one in said):
        return True
    return (software or "").lower() in TAKE_ACTS
