"""Our letters under way, as rows: one job for each inbox, and an end for each letter."""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, Connection, and_, bindparam, delete, func, select, update

from federation import reading
from federation.origins import domain
from node.kernel.tables import job, letter
from node.kernel.unit import Unit
from vocab.model import PUBLIC

PRIVATE = frozenset({"recipientsOnly", "trustedPeers"})
"""Letters whose body goes once all have answered."""


@dataclass(frozen=True, kw_only=True)
class Letter:
    """A letter of ours that is under way."""

    activity: str
    actor: str
    body: bytes
    handling: str
    at: datetime
    expires: datetime | None


def outgoing(db: Connection, activity: str) -> Letter | None:
    """A letter of ours that still has its body."""
    row = db.execute(_SENT, {"activity": activity}).first()
    if row is None or row.body is None:
        return None
    if row.handling in PRIVATE and row.state != "waiting" and not left(db, activity):
        return None  # it is closed, and what is left of it must not go out
    return Letter(
        activity=activity,
        actor=row.actor,
        body=bytes(row.body),
        handling=row.handling,
        at=row.at,
        expires=row.expires,
    )


# Asked for every inbox, so built once.
_SENT = select(letter).where(letter.c.way == "out", letter.c.activity == bindparam("activity"))
_ENDED = delete(job).where(job.c.once == bindparam("name"))
_LEFT = (
    select(func.count())
    .select_from(job)
    .where(job.c.once >= bindparam("first"), job.c.once < bindparam("last"))
)


def post(unit: Unit, activity: str, inbox: str) -> None:
    """Have a letter of ours delivered to an inbox."""
    unit.later(
        "federation.deliver",
        lane=domain(inbox),
        once=name(activity, inbox),
        activity=activity,
        inbox=inbox,
    )


def introduce(unit: Unit, activity: str, actor: str) -> None:
    """Have an addressee looked up whom nobody here has met, and the letter sent to them."""
    unit.later(
        "federation.introduce",
        lane=domain(actor),
        once=name(activity, actor),
        activity=activity,
        actor=actor,
    )


def name(activity: str, place: str) -> str:
    """The name under which a job waits once; ids are longer than a name may be."""
    return f"{_prefix(activity)}{_short(place)}"


def _prefix(activity: str) -> str:
    return f"deliver {_short(activity)} "


def _short(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:32]


def recount(unit: Unit, activity: str, inbox: str, *, failures: int, unproven: int) -> None:
    """Keep with a job how often it failed, for its next try."""
    args = {"activity": activity, "inbox": inbox, "failures": failures, "unproven": unproven}
    unit.db.execute(update(job).where(job.c.once == name(activity, inbox)).values(args=args))


def finish(unit: Unit, activity: str, place: str, code: str | None = None) -> None:
    """End the way to one place, and have it seen whether it was the letter's last.

    Args:
        unit: the change this is part of.
        activity: the letter's id.
        place: the inbox, or the actor who was looked up.
        code: why it failed for good; None if it did not.
    """
    done = unit.db.execute(_ENDED, {"name": name(activity, place)})
    if code:
        end(unit, activity, "dead", code)
    if done.rowcount:
        unit.later("federation.close", once=_closing(activity), activity=activity)


def _closing(activity: str) -> str:
    return f"close {_short(activity)}"


def looking(unit: Unit, activity: str) -> None:
    """Let the next answer ask for a look of its own."""
    unit.db.execute(_ENDED, {"name": _closing(activity)})


def left(db: Connection, activity: str) -> int:
    """How many places have not answered a letter yet."""
    # a range finds its rows in the index; what begins with something is looked for in all
    begins = _prefix(activity)
    return db.scalar(_LEFT, {"first": begins, "last": begins + "g"}) or 0


def forgotten(db: Connection, before: datetime) -> list[str]:
    """Letters that wait although nothing is under way for them."""
    waiting = and_(letter.c.way == "out", letter.c.state == "waiting", letter.c.at < before)
    old = list(db.scalars(select(letter.c.activity).where(waiting).order_by(letter.c.id)))
    if not old:
        return []
    names = select(job.c.once).where(job.c.once.startswith("deliver "))
    under_way = {str(one).rpartition(" ")[0] + " " for one in db.scalars(names)}
    spreading = select(job.c.args).where(job.c.kind == "federation.fan_out")
    later = {args["activity"] for args in db.scalars(spreading)}
    return [one for one in old if one not in later and _prefix(one) not in under_way]


def kept_too_long(db: Connection, before: datetime) -> list[int]:
    """The finished letters, by number, that are not public and have lost their use.

    Public ones are our outbox and stay.
    """
    old = and_(
        letter.c.way == "out",
        letter.c.state != "waiting",
        letter.c.at < before,
        letter.c.body.is_not(None),
    )
    rows = db.execute(select(letter.c.id, letter.c.body).where(old))
    return [row.id for row in rows if not is_public(row.body)]


def empty(unit: Unit, numbers: Sequence[int]) -> None:
    """Take away the bodies of these letters."""
    for start in range(0, len(numbers), 500):
        chosen = letter.c.id.in_(numbers[start : start + 500])
        unit.db.execute(update(letter).where(chosen).values(body=None))


def is_public(body: bytes) -> bool:
    """Whether an activity is addressed to everybody."""
    document = json.loads(body)
    return PUBLIC in (*document.get("to", ()), *document.get("cc", ()))


def close(unit: Unit, activity: str) -> None:
    """End a letter; a private one leaves nothing of what it said."""
    end(unit, activity, "done")
    private = _mine(activity) & letter.c.handling.in_(PRIVATE) & letter.c.body.is_not(None)
    for row in unit.db.execute(select(letter.c.id, letter.c.body).where(private)).all():
        # What is left is enough to know it again when it is answered.
        left = reading.stub(json.loads(row.body))
        unit.db.execute(update(letter).where(letter.c.id == row.id).values(body=left))


def end(unit: Unit, activity: str, state: str, code: str | None = None) -> None:
    """Give a letter its state; one that failed somewhere stays so."""
    waiting = _mine(activity) & (letter.c.state == "waiting")
    unit.db.execute(update(letter).where(waiting).values(state=state, code=code))


def _mine(activity: str) -> ColumnElement[bool]:
    return and_(letter.c.way == "out", letter.c.activity == activity)
