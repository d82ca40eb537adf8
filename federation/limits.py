"""How much the inbox takes from one server, and from one actor of it, at a time.

In memory and bounded: it costs a microsecond, and a restart forgives everybody. What is over
the limit is not lost: its sender is told when to come again, and does.
"""

import math
from collections import OrderedDict
from datetime import datetime, timedelta
from time import monotonic

from federation import policy
from federation.origins import domain
from node.kernel.node import Node

NAMES = 10_000
"""Names that are remembered; the one that was longest silent is forgotten first."""
LEAST, MOST = 5, 3600
"""Seconds after which somebody is asked to come again."""
NEWS = timedelta(minutes=1)
"""How long it is remembered whether a server is trusted."""
PEERS = 10
"""How many times as much a trusted node may send."""


class Bucket:
    """So many at once, so many a second after that, for each name."""

    def __init__(self, *, burst: float, each_second: float, names: int = NAMES) -> None:
        self._burst = burst
        self._rate = each_second
        self._names = names
        # A plain dict would be searched through for its oldest name.
        self._left: OrderedDict[str, tuple[float, float]] = OrderedDict()

    def take(self, name: str) -> bool:
        """Take one for this name; false if there is none left."""
        now = monotonic()
        left, since = self._left.get(name, (self._burst, now))
        left = min(self._burst, left + (now - since) * self._rate)
        self._left[name] = (left - 1 if left >= 1 else left, now)
        self._left.move_to_end(name)
        if len(self._left) > self._names:
            self._left.popitem(last=False)
        return left >= 1

    @property
    def patience(self) -> int:
        """Seconds until there is enough again to be worth coming back."""
        if not self._rate:
            return MOST
        return min(MOST, max(LEAST, math.ceil(self._burst / self._rate / 10)))

    def larger(self, times: int) -> "Bucket":
        """An empty one that holds so many times as much."""
        return Bucket(burst=self._burst * times, each_second=self._rate * times, names=self._names)


class Limits:
    """What one node takes from each server and each actor."""

    def __init__(
        self, node: Node, *, hosts: Bucket | None = None, actors: Bucket | None = None
    ) -> None:
        """Prepare; a busy server of many people stays far below both."""
        self._node = node
        self._hosts = hosts or Bucket(burst=50_000, each_second=200)
        self._actors = actors or Bucket(burst=10_000, each_second=20)
        self._peers = self._hosts.larger(PEERS)
        self._known: dict[str, tuple[bool, datetime]] = {}

    async def wait(self, actor: str) -> int:
        """Take one letter of an actor: 0, or the seconds after which they may come again."""
        host = domain(actor)
        if not self._actors.take(actor):
            over = self._actors
        elif not self._hosts.take(host):
            over = self._hosts
        else:
            return 0
        if await self._trusted(host) and self._peers.take(host):
            return 0
        return over.patience

    async def _trusted(self, host: str) -> bool:
        found, until = self._known.get(host, (False, self._node.now()))
        if until > self._node.now():
            return found
        found = host in await self._node.read(policy.trusted, self._node.registry)
        if len(self._known) >= NAMES:
            self._known.clear()
        self._known[host] = (found, self._node.now() + NEWS)
        return found
