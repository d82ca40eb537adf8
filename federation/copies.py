"""Two copies of one node: only the one that began last is heard, and the other one stops.

A backup that was restored beside the original, or a data folder that was copied, speaks with
the same keys under the same name. So each start has a name, which goes along with what is sent
to nodes of our kind. They hear the latest start only; an older copy gets its name in answer,
signed with its own key, and sends nothing more until a keeper says that it is the one.
"""

import re
from base64 import urlsafe_b64decode, urlsafe_b64encode
from datetime import datetime, timedelta
from secrets import token_hex
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from sqlalchemy import Connection, bindparam, select, update

from federation.tables import pair
from node.kernel.keys import edwards
from node.kernel.node import Node
from node.kernel.tables import account, actor_key, job, setting
from node.kernel.unit import Unit
from vocab.model import Malformed
from vocab.multikey import from_multikey
from vocab.values import dataclass

HEADER = "Node-Start"
RUN = "federation.run"
"""The setting that holds our start as it is said, and a later one that a peer has seen."""
HOLD = timedelta(hours=1)
"""How often an older copy looks whether it may send again."""
OFTEN = timedelta(hours=1)
"""How often it is written down that an older copy was heard."""
AHEAD = timedelta(minutes=10)
"""How far a start may lie ahead of our clock, as with signatures."""
DISPLACED = "E_COPY"
_SAID = re.compile(r"(\d{1,12})-([0-9a-f]{16}) ([A-Za-z0-9_-]{86})")


@dataclass(frozen=True, kw_only=True)
class Start:
    """A start of a node: the second in which it began, and a mark of its own."""

    number: int
    mark: str
    said: str
    """As it stands in the header, with the proof."""


@dataclass(frozen=True, kw_only=True)
class Displaced:
    """Another copy of us began later: which peer said so, and when."""

    peer: str
    at: datetime


def read(said: str | None) -> Start | None:
    """A start as a header says it; None if it says none.

    >>> read("7-" + "a" * 16 + " " + "B" * 86).number, read("7"), read(None)
    (7, None, None)
    """
    found = _SAID.fullmatch(said or "")
    return Start(number=int(found[1]), mark=found[2], said=found[0]) if found else None


def is_older(one: Start, held: Start) -> bool:
    """Whether a copy that is heard is not the one that began last.

    Of two that began in the same second the one stands that was heard first.
    """
    return one.mark != held.mark and one.number <= held.number


# Of ourselves -------------------------------------------------------------------------------


def begin(unit: Unit) -> None:
    """This node starts: what it sends from now on is of this start.

    Not if it is known to be the older of two copies; a start does not make it the one.
    """
    held = unit.setting(RUN) or {}
    if not held.get("later"):
        _renew(unit, read(held.get("said")))


def ensure(unit: Unit) -> None:
    """Begin, if this node had nobody to send to when it started."""
    if unit.setting(RUN) is None:
        _renew(unit, None)


def _renew(unit: Unit, last: Start | None) -> None:
    key = None if unit.community.at_home else _key(unit)
    if key is None:
        return
    number = max(int(unit.now.timestamp()), last.number + 1 if last else 0)
    said = f"{number}-{token_hex(8)}"
    proof = urlsafe_b64encode(edwards(key).sign(_signed(unit.origin, said))).rstrip(b"=").decode()
    unit.set(RUN, {"said": f"{said} {proof}"})


def _key(unit: Unit) -> str | None:
    mine = select(actor_key.c.ed25519).where(actor_key.c.account == unit.community.service)
    return unit.db.scalar(mine)


def _signed(origin: str, said: str) -> bytes:
    return f"start of {origin}: {said}".encode()


def for_peer(db: Connection, domain: str) -> str | None:
    """What goes along with a letter to a host; None if it is no node that understands it."""
    held = db.scalar(_FOR_PEER, {"domain": domain})
    return str(held["said"]) if held else None


_FOR_PEER = (
    select(setting.c.value)
    .select_from(setting)
    .join(pair, pair.c.domain == bindparam("domain"))
    .where(setting.c.name == RUN)
)


def displaced(db: Connection) -> Displaced | None:
    """The copy of us that began later, if a peer has heard one."""
    held = db.scalar(_RUN)
    if not held or not held.get("later"):
        return None
    return Displaced(peer=held["peer"], at=datetime.fromisoformat(held["at"]))


_RUN = select(setting.c.value).where(setting.c.name == RUN)


def told(unit: Unit, peer: str, answer: str | None) -> bool:
    """A peer answered a letter with a later start of ours; whether it proves that there is one.

    Only a copy of us has the key that signed it, so nobody else can silence us.
    """
    later, held = read(answer), unit.setting(RUN) or {}
    mine, key = read(held.get("said")), _key(unit)
    if later is None or mine is None or key is None or not _is_ours(unit, later, key):
        return False
    if mine.mark != later.mark and mine.number <= later.number and not held.get("later"):
        unit.set(RUN, {**held, "later": later.said, "peer": peer, "at": unit.now.isoformat()})
    return True


def _is_ours(unit: Unit, one: Start, key: str) -> bool:
    return _proves(edwards(key).public_key(), unit.origin, one)


def _proves(key: Any, origin: str, one: Start) -> bool:
    said, _, proof = one.said.partition(" ")
    try:
        key.verify(urlsafe_b64decode(proof + "=="), _signed(origin, said))
    except (InvalidSignature, ValueError):
        return False
    return True


def stand(unit: Unit) -> bool:
    """Let this copy be the one from now on; false if no other is known."""
    held = unit.setting(RUN) or {}
    later = read(held.get("later"))
    if later is None:
        return False
    _renew(unit, later)
    waiting = (job.c.kind == "federation.deliver") & job.c.dead.is_(False)
    mine = update(job).where(waiting, job.c.leased_until.is_(None))
    unit.db.execute(mine.values(due=unit.now))
    unit.woken = True
    return True


# Of others ----------------------------------------------------------------------------------


async def judge(node: Node, domain: str, said: str | None) -> str | None:
    """The later start that a host's letter must give way to; None if it may come in."""
    one = read(said)
    if one is None:
        return None
    held = await node.read(_held, domain)
    if held is None or held.start == one.said:
        return None
    return await node.write(_hear, domain, one)


def _held(db: Connection, domain: str) -> Any | None:
    return db.execute(_HELD, {"domain": domain}).one_or_none()


_HELD = select(pair.c.start, pair.c.older, pair.c.service).where(
    pair.c.domain == bindparam("domain")
)


def _hear(unit: Unit, domain: str, one: Start) -> str | None:
    row = _held(unit.db, domain)
    held = read(row.start) if row is not None else None
    here = update(pair).where(pair.c.domain == domain)
    if held is None or not is_older(one, held):
        if row is not None and _is_theirs(unit, row.service, one):
            unit.db.execute(here.values(start=one.said))
        return None
    if row is not None and (row.older is None or unit.now - row.older >= OFTEN):
        unit.db.execute(here.values(older=unit.now))
    return held.said


def _is_theirs(unit: Unit, service: str, one: Start) -> bool:
    """Whether a start is of this node: signed with a key that its service lists, and not ahead.

    What is not is passed over, so that who once had a key of that host cannot silence it.
    """
    if one.number > (unit.now + AHEAD).timestamp():
        return False
    keys = unit.db.scalar(select(account.c.assertion_keys).where(account.c.id == service)) or {}
    theirs = "/".join(service.split("/", 3)[:3])
    return any(_proves(key, theirs, one) for key in map(_loaded, keys.values()) if key)


def _loaded(written: str) -> Ed25519PublicKey | None:
    try:
        key = from_multikey(written)
    except Malformed:
        return None
    return key if isinstance(key, Ed25519PublicKey) else None
