"""What may be asked of other servers on behalf of one thing that came in.

A run has its own measure, so that it ends. All runs that one letter leads to, its tries and its
jobs and theirs, share what the letter has in all: fetches, pages, bytes, seconds and depth. What
is left stands in a row and outlives every process.

Source: security.md V35; decision 0054.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from time import monotonic
from typing import Any

from sqlalchemy import bindparam, delete, select, update

from federation import policy
from federation.origins import domain
from federation.tables import allowance
from node.kernel import causes
from node.kernel.causes import Cause
from node.kernel.database import insert_new
from node.kernel.errors import Refused
from node.kernel.network import LIMIT, Answer, Headers, May, TooLarge
from node.kernel.node import Node
from node.kernel.tables import letter
from node.kernel.unit import Unit

FETCHES = 10
PAGES = 10
SECONDS = 20.0
BYTES = 4 * 1024 * 1024
EACH = 10.0
"""Seconds that one request may last."""

WHOLE: Mapping[str, Any] = {
    "fetches": 30,
    "pages": 10,
    "bytes": 3 * BYTES,
    "seconds": 30 * EACH,
}
"""What one letter may cost in all."""
TIMES = 10
"""How many times as much a letter of a trusted node may cost: it may name many records."""
DEPTH = 3
"""Jobs that asked others, one because of the other, before nothing more is asked."""
FORGOTTEN = timedelta(days=60)
SPENT = ("E_BUDGET", "E_SPENT")
"""There is no more for this run; for this letter, ever."""


@dataclass(kw_only=True)
class Budget:
    """What one run may ask; within what its letter has left, if a letter set it off."""

    fetches: int = FETCHES
    pages: int = PAGES
    until: float = field(default_factory=lambda: monotonic() + SECONDS)
    bytes: int = BYTES

    async def get(
        self,
        node: Node,
        url: str,
        *,
        headers: Headers | None = None,
        limit: int = LIMIT,
        may: May | None = None,
        most: float = EACH,
    ) -> Answer:
        """Ask another server for something.

        Args:
            node: asks.
            url: what is asked for.
            headers: as `Network.get` takes them.
            limit: bytes of the decompressed body.
            may: is asked where a redirect leads.
            most: seconds it may last.

        Raises:
            Refused: E_BUDGET, this run may ask no more; E_SPENT, its letter has no more.
            Forbidden, TooLarge, Unreachable, Busy: as `Network.get`.
        """
        seconds = min(most, self.until - monotonic())
        self.fetches -= 1
        if self.fetches < 0 or seconds <= 0 or self.bytes <= 0:
            raise Refused("E_BUDGET", "too much to ask in one go")
        cause = causes.current.get()
        if cause is None:
            return await self._get(node, url, headers, limit, may, seconds)
        seconds = min(seconds, await node.write(_take, cause))
        cause.asked = True
        before, began = self.bytes, monotonic()
        try:
            return await self._get(node, url, headers, limit, may, seconds)
        finally:
            await node.write(_charge, cause, before - self.bytes, monotonic() - began)

    async def _get(
        self,
        node: Node,
        url: str,
        headers: Headers | None,
        limit: int,
        may: May | None,
        seconds: float,
    ) -> Answer:
        try:
            answer = await node.network.get(
                url, headers=headers, limit=limit, deadline=seconds, may=may
            )
        except TooLarge:
            self.bytes -= limit
            raise
        self.bytes -= len(answer.body)
        return answer

    async def turn(self, node: Node) -> bool:
        """Turn to another page of a collection; False if there are to be no more."""
        self.pages -= 1
        if self.pages < 0:
            return False
        cause = causes.current.get()
        return cause is None or await node.write(_turn, cause)


def forget(unit: Unit) -> None:
    """Let go what old letters had left."""
    unit.db.execute(delete(allowance).where(allowance.c.at < unit.now - FORGOTTEN))


_OF = allowance.c.letter == bindparam("of")
_LEFT = (_OF, allowance.c.fetches > 0, allowance.c.bytes > 0, allowance.c.seconds > 0)
_TAKE = update(allowance).where(*_LEFT).values(fetches=allowance.c.fetches - 1)
_TURN = update(allowance).where(_OF, allowance.c.pages > 0).values(pages=allowance.c.pages - 1)
_CHARGE = (
    update(allowance)
    .where(_OF)
    .values(
        bytes=allowance.c.bytes - bindparam("read"),
        seconds=allowance.c.seconds - bindparam("lasted"),
    )
)


def _take(unit: Unit, cause: Cause) -> float:
    """Take one fetch of what a letter has left; the seconds that are left of it.

    Raises:
        Refused: E_SPENT, nothing is left, or it is too far from the letter.
    """
    if cause.depth > DEPTH:
        raise Refused("E_SPENT", f"{cause.depth} deep")
    _begin(unit, cause)
    if not unit.db.execute(_TAKE, {"of": cause.letter}).rowcount:
        raise Refused("E_SPENT", "too much to ask for one letter")
    left = unit.db.scalar(select(allowance.c.seconds).where(allowance.c.letter == cause.letter))
    return float(left or 0.0)


def _turn(unit: Unit, cause: Cause) -> bool:
    _begin(unit, cause)
    return unit.db.execute(_TURN, {"of": cause.letter}).rowcount == 1


def _charge(unit: Unit, cause: Cause, read: int, lasted: float) -> None:
    unit.db.execute(_CHARGE, {"of": cause.letter, "read": read, "lasted": lasted})


def _begin(unit: Unit, cause: Cause) -> None:
    """Give a letter what it may cost, when something is first asked for it."""
    of = allowance.c.letter == cause.letter
    if unit.db.scalar(select(allowance.c.letter).where(of)) is not None:
        return
    sender = unit.db.scalar(select(letter.c.actor).where(letter.c.id == cause.letter))
    trusted = domain(sender or "") in policy.trusted(unit.db, unit.registry)
    times = TIMES if trusted else 1
    row = {name: times * much for name, much in WHOLE.items()}
    insert_new(unit.db, allowance, {"letter": cause.letter, "at": unit.now, **row})
