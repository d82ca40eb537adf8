"""Our letters under way, as rows: one job for each inbox, and an end for each letter."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, and_, bindparam, delete, func, literal, select, update

from federation import reading
from federation.origins import domain
from federation.tables import lost
from node.kernel.database import change_rows, one_of, upsert
from node.kernel.tables import job, letter
from node.kernel.unit import Unit
from vocab.model import PUBLIC
from vocab.values import dataclass

PRIVATE = frozenset({"recipientsOnly", "trustedPeers"})
"""Letters whose body goes once all have answered."""
WILLED = frozenset({"E_AT_HOME", "E_BLOCKED"})
"""Why a letter does not go out because somebody here wants it so."""


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
_PRIVATE = (
    select(letter.c.id, letter.c.body)
    .where(letter.c.way == "out", letter.c.activity == bindparam("activity"))
    .where(one_of(letter.c.handling, sorted(PRIVATE)), letter.c.body.is_not(None))
)
_SINCE = select(letter.c.at).where(
    letter.c.way == "out", letter.c.activity == bindparam("activity")
)
_END = update(letter).where(
    letter.c.way == "out",
    letter.c.activity == bindparam("ours"),
    letter.c.state == literal("waiting"),
)
_ENDED = delete(job).where(job.c.once == bindparam("name"))
_LEFT = (
    select(func.count())
    .select_from(job)
    .where(job.c.once >= bindparam("first"), job.c.once < bindparam("last"))
)


def post(unit: Unit, activity: str, inbox: str, *, again: bool = False) -> None:
    """Have a letter of ours delivered to an inbox.

    Args:
        unit: the change this is part of.
        activity: the letter's id.
        inbox: where it goes.
        again: it was given up before; its days are counted anew.
    """
    unit.later(
        "federation.deliver",
        lane=domain(inbox),
        once=name(activity, inbox),
        activity=activity,
        inbox=inbox,
        **_anew(unit, again=again),
    )


def introduce(unit: Unit, activity: str, actor: str, *, again: bool = False) -> None:
    """Have an addressee looked up whom nobody here has met, and the letter sent to them."""
    unit.later(
        "federation.introduce",
        lane=domain(actor),
        once=name(activity, actor),
        activity=activity,
        actor=actor,
        **_anew(unit, again=again),
    )


def _anew(unit: Unit, *, again: bool) -> dict[str, Any]:
    return {"since": unit.now.isoformat()} if again else {}


def name(activity: str, place: str) -> str:
    """The name under which a job waits once; ids are longer than a name may be."""
    return f"{_prefix(activity)}{_short(place)}"


def _prefix(activity: str) -> str:
    return f"deliver {_short(activity)} "


def _short(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:32]


def recount(unit: Unit, activity: str, inbox: str, counts: Mapping[str, Any]) -> None:
    """Keep with a job how often it failed, and since when it is tried, for its next try."""
    args = {"activity": activity, "inbox": inbox, **counts}
    change_rows(unit.db, job.c.once, name(activity, inbox), args=args)


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
        _lose(unit, activity, place, code)
        end(unit, activity, "dead", code)
    if done.rowcount:
        unit.later("federation.close", once=_closing(activity), activity=activity)


def _lose(unit: Unit, activity: str, place: str, code: str) -> None:
    """Write down that a place never gets a letter; not if we have nothing to do with it."""
    since = unit.db.scalar(_SINCE, {"activity": activity})
    if since is None or code in WILLED:
        return
    values = {
        "name": name(activity, place),
        "activity": activity,
        "place": place,
        "domain": domain(place),
        "code": code[:60],
        "since": since,
        "at": unit.now,
    }
    upsert(unit.db, lost, values, key=["name"])


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

    Public ones are our outbox and stay; what somebody never got stays as long as that is known.
    """
    old = and_(
        letter.c.way == "out",
        letter.c.state != "waiting",
        letter.c.at < before,
        letter.c.body.is_not(None),
        letter.c.activity.not_in(select(lost.c.activity)),
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
    for row in unit.db.execute(_PRIVATE, {"activity": activity}).all():
        # What is left is enough to know it again when it is answered.
        left = reading.stub(json.loads(row.body))
        change_rows(unit.db, letter.c.id, row.id, body=left)


def end(unit: Unit, activity: str, state: str, code: str | None = None) -> None:
    """Give a letter its state; one that failed somewhere stays so."""
    unit.db.execute(_END, {"ours": activity, "state": state, "code": code})
