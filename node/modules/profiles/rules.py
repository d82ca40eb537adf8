"""What a member may show, and up to where it may be matched."""

from enum import StrEnum

from node.kernel.access import Reach


class Kind(StrEnum):
    """The cards of a profile."""

    GIFT = "gift"
    SKILL = "skill"
    ASSET = "asset"
    MISSION = "mission"


ONLY_ONE = frozenset({Kind.GIFT, Kind.MISSION})
"""What a member has one of."""

MOST = 60
"""Cards of one member."""


def scope(reach: str, *, wanted: bool) -> str:
    """Up to where a card may be used in matching: nowhere else, unless its owner wants it."""
    if not wanted:
        return "localOnly"
    return "public" if reach == Reach.PUBLIC else "trustedPeers"


def told(before: str | None, after: str | None) -> bool:
    """Whether followers hear of a change from one reach to another; None is no card."""
    return Reach.PUBLIC in (before, after)
