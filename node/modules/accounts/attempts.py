"""Wrong passwords: after five in ten minutes no more are tried, for a name or from a place.

Kept in memory: whoever can restart the node need not guess passwords.
"""

import ipaddress
from collections import OrderedDict
from datetime import datetime
from typing import TYPE_CHECKING, Final

from node.kernel.errors import Problem
from node.modules.accounts import rules
from web.language import mark

if TYPE_CHECKING:
    from node.kernel.node import Node

_MOST: Final = 20_000
_PLACE: Final = {4: 32, 6: 64}
"""How much of an address names one place; a home has a whole /64 of IPv6."""


class TooOften(Problem):
    """Too many wrong passwords."""

    status = 429


class Attempts:
    """The wrong tries of the last ten minutes, by what they were about."""

    def __init__(self) -> None:
        self._tries: OrderedDict[str, list[datetime]] = OrderedDict()

    def take(self, now: datetime, *about: str) -> None:
        """Count one try before it is made; give_back() it if it was right.

        Raises:
            TooOften: five were wrong already; this one is not counted.
        """
        recent = {key: self._recent(key, now) for key in about}
        if any(len(tries) >= rules.TRIES for tries in recent.values()):
            raise TooOften("E_TOO_OFTEN", safe=WAIT)
        for key, tries in recent.items():
            self._tries[key] = [*tries, now]
            self._tries.move_to_end(key)
        while len(self._tries) > _MOST:
            self._tries.popitem(last=False)

    def give_back(self, now: datetime, *about: str) -> None:
        """The try was right: it does not count."""
        for key in about:
            tries = self._tries.get(key, [])
            if now in tries:
                tries.remove(now)
            if not tries:
                self._tries.pop(key, None)

    def forget(self, key: str) -> None:
        """What was wrong before does not count any more."""
        self._tries.pop(key, None)

    def _recent(self, key: str, now: datetime) -> list[datetime]:
        return [at for at in self._tries.get(key, []) if now - at < rules.WAIT]


def of(node: "Node") -> Attempts:
    """The attempts at a node."""
    found = node.memory.get("accounts.attempts")
    if not isinstance(found, Attempts):
        found = node.memory["accounts.attempts"] = Attempts()
    return found


def place(address: str) -> str:
    """What to count an address as: itself, or its network with IPv6."""
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return f"from {address}"
    plain = getattr(parsed, "ipv4_mapped", None) or parsed
    return f"from {ipaddress.ip_network((plain, _PLACE[plain.version]), strict=False)}"


WAIT = mark(
    "You tried five times. Try again in ten minutes, "
    "or ask one of the %(word_keepers)s for a link that signs you in."
)
