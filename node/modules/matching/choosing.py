"""Which trusted nodes are asked about a need: who probably has it, who is near, each in turn; pure.

Most places go by what the nodes' digests say and how near they are, the last two to whoever was
not asked for longest. So nobody is asked always or left out for ever. Source: vocabulary.md 9.
"""

import hashlib
from collections.abc import Sequence
from datetime import datetime
from typing import Final

from node.modules.matching.bands import Band
from vocab.values import dataclass

TURNS: Final = 2
"""Places for whoever was not asked for longest, whatever their digest says."""
RINGS: Final = (10, 30, 100)
"""Kilometres; within one ring nobody is nearer."""


@dataclass(frozen=True, kw_only=True)
class Peer:
    """A node that may be asked: what it says it has, how far it is, when it was asked last."""

    id: str
    offers: Band = Band.NONE
    km: int | None = None
    asked: datetime | None = None


def choose(peers: Sequence[Peer], need: str, most: int) -> list[str]:
    """Whom to ask, at most so many; the order says nothing.

    Args:
        peers: all that may be asked now.
        need: the id of the need: who is equal otherwise is drawn by it, so each need anew.
        most: how many at most.
    """

    def lot(peer: Peer) -> bytes:
        return hashlib.sha256(f"{need} {peer.id}".encode()).digest()

    def turn(peer: Peer) -> tuple[float, bytes]:
        return (peer.asked.timestamp() if peer.asked else 0.0, lot(peer))

    by_fit = sorted(peers, key=lambda peer: (-peer.offers.rank, ring(peer.km), *turn(peer)))
    fit, rest = by_fit[: max(most - TURNS, 0)], by_fit[max(most - TURNS, 0) :]
    waited = sorted(rest, key=turn)[: most - len(fit)]
    return [peer.id for peer in sorted((*fit, *waited), key=lot)]


def ring(km: int | None) -> int:
    """In which ring around us a node lies; one of which nothing is known lies in the middle one.

    >>> [ring(km) for km in (3, 30, 31, 500, None)]
    [0, 1, 2, 3, 2]
    """
    if km is None:
        return 2
    return sum(km > edge for edge in RINGS)
