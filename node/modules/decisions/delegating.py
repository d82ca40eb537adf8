"""Having somebody vote for oneself, in open votes: offered, accepted, taken back. Units.

What was given counts from the next vote on that opens: it is frozen with the list of those who
may vote. It never counts for the quorum, which looks at that list alone.
"""

import secrets
from collections.abc import Collection, Iterable
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Connection, insert, select, update

from node.kernel import choices
from node.kernel.database import change_rows
from node.kernel.errors import Conflict, Invalid, Missing, Refused
from node.kernel.unit import Unit
from node.modules.accounts import api as accounts
from node.modules.decisions import voices, watched
from node.modules.decisions.choices import DELEGATION, MONTHS
from node.modules.decisions.queries import Box, box_of
from node.modules.decisions.tables import box, carried, delegation, roster
from node.modules.decisions.voices import Act, Delegation, Fate, Slot, State
from vocab.values import dataclass
from web.language import mark


@dataclass(frozen=True, kw_only=True)
class Voice:
    """A voice that was given for one vote; `fate` as it stands now, or as it was counted."""

    box: str
    delegation: str
    giver: str | None
    holder: str | None
    fate: Fate


def offer(unit: Unit, giver: str, handle: str, kind: str, *, once: str) -> str:
    """Ask somebody to vote for oneself; it counts for nothing until they say yes.

    Args:
        unit: the unit.
        giver: who asks.
        handle: the short name of whom they ask.
        kind: of matter, or `voices.ANY`.
        once: the key of the form.

    Returns:
        Its id.

    Raises:
        Refused: E_MEMBERS_ONLY; E_OFF, the community does not do this.
        Invalid: `holder` is nobody here, or oneself.
        Conflict: E_GIVEN, somebody else has it for this kind already.
    """
    if not accounts.is_member(unit.db, giver):
        raise Refused("E_MEMBERS_ONLY", giver)
    if not choices.now(unit.db, DELEGATION):
        raise Refused("E_OFF", safe=OFF)
    mine = select(delegation.c.id).where(delegation.c.once == once)
    if (before := unit.db.execute(mine).scalar_one_or_none()) is not None:
        return str(before)
    one = accounts.by_handle(unit.db, handle.strip().lstrip("@"))
    if one is None or one.suspended is not None or not accounts.is_member(unit.db, one.id):
        raise Invalid({"holder": NOBODY})
    if one.id == giver:
        raise Invalid({"holder": mark("This is you. You vote for yourself anyway.")})
    live = [d for d in of_giver(unit.db, giver) if d.now(unit.now) in voices.LIVE]
    if any(d.kind == kind for d in live):
        raise Conflict("E_GIVEN", safe=GIVEN)
    id_ = secrets.token_urlsafe(16)
    until = unit.now + voices.MONTH * choices.now(unit.db, MONTHS)
    row = {"id": id_, "giver": giver, "holder": one.id, "kind": kind, "state": State.OFFERED}
    unit.db.execute(insert(delegation), {**row, "at": unit.now, "until": until, "once": once})
    return id_


OFF: Final = mark("Nobody votes for somebody else here, until our charter says so.")
NOBODY: Final = mark("Nobody here has this short name. Look under %(word_members)s.")
GIVEN: Final = mark("You asked somebody for this kind already. Take that back first.")


def act(unit: Unit, id: str, member: str, what: Act) -> State:
    """Accept it, decline it, take it back, or give it back; the state it is in then.

    Taken back or given back, it counts no more in votes that are open, either.

    Raises:
        Missing: there is none, or it is not theirs to see.
        Refused: E_MEMBERS_ONLY; E_NOT_YOURS, the other one does that.
        Conflict: E_STATE, it cannot be done now.
    """
    if not accounts.is_member(unit.db, member):
        raise Refused("E_MEMBERS_ONLY", member)
    row = unit.db.execute(select(delegation).where(delegation.c.id == id)).one_or_none()
    one = _read(row) if row else None
    if one is None or member not in (one.giver, one.holder):
        raise Missing(detail=id)
    if (one.now(unit.now), what) not in voices.NEXT:
        raise Conflict("E_STATE", id, safe=mark("This is not open any more. Look at it again."))
    after, giver = voices.NEXT[one.state, what]
    if (member == one.giver) is not giver:
        raise Refused("E_NOT_YOURS", id, safe=mark("This is for the other one of you to do."))
    here = {"state": after, "answered": unit.now}
    change_rows(unit.db, delegation.c.id, id, **here)
    if after not in voices.LIVE:
        mine = (carried.c.delegation == id) & carried.c.fate.is_(None)
        unit.db.execute(update(carried).where(mine).values(revoked=True))
    return after


def _read(row: Any) -> Delegation:
    held = {name: value for name, value in row._mapping.items() if name != "once"}  # noqa: SLF001
    return Delegation(**{**held, "state": State(row.state)})


def of_giver(db: Connection, member: str) -> list[Delegation]:
    """What a member gave, the newest first."""
    mine = select(delegation).where(delegation.c.giver == member)
    return [_read(row) for row in db.execute(mine.order_by(delegation.c.at.desc()))]


def of_holder(db: Connection, member: str) -> list[Delegation]:
    """What a member was asked for, the newest first."""
    mine = select(delegation).where(delegation.c.holder == member)
    return [_read(row) for row in db.execute(mine.order_by(delegation.c.at.desc()))]


# In one vote --------------------------------------------------------------------------------


def freeze(unit: Unit, box_id: str, kind: str, members: Collection[str]) -> None:
    """At the opening: fix which voices may count in a vote, and with whose ballot."""
    if not choices.now(unit.db, DELEGATION):
        return
    every = [_read(row) for row in unit.db.execute(select(delegation))]
    live = [one for one in every if one.counts(unit.now) and one.giver in members]
    rows = [
        {"slot": secrets.token_hex(16), "box": box_id, "delegation": one.id,
         "giver": one.giver, "holder": one.holder}
        for one in voices.chosen(live, kind).values()
    ]  # fmt: skip
    if rows:
        unit.db.execute(insert(carried), sorted(rows, key=lambda row: str(row["slot"])))


def given(db: Connection, found: Box) -> list[Voice]:
    """The voices that were given for a vote, with what becomes of each as things stand."""
    rows = db.execute(select(carried).where(carried.c.box == found.id)).all()
    if not rows:
        return []
    off = watched.left_out(db, found.id)
    every = {one.id for one in accounts.members(db)} - off
    here = {one.id for one in accounts.members(db, suspended=False)} - off
    # one hand takes no voice from who gave it; whoever has it may not come to vote any more
    givers, holders = _slots(db, found.id, every), _slots(db, found.id, here)
    return [
        Voice(
            box=found.id, delegation=row.delegation, giver=row.giver, holder=row.holder,
            fate=Fate(row.fate) if row.fate else voices.fate(
                givers.get(row.giver), holders.get(row.holder), revoked=row.revoked
            ),
        )
        for row in rows
    ]  # fmt: skip


def _slots(db: Connection, box_id: str, here: Collection[str]) -> dict[str | None, Slot]:
    return {
        row.member: Slot(here=row.member in here, voted=row.voted, recused=row.recused)
        for row in db.execute(select(roster).where(roster.c.box == box_id))
        if row.member is not None
    }


def settle(unit: Unit, found: Box, kept: Iterable[str]) -> dict[str, int]:
    """At the count: keep what became of each voice.

    Args:
        unit: the unit.
        found: an open box.
        kept: whose ballots lie in it.

    Returns:
        How many count beside each ballot, by who cast it.
    """
    cast, used = set(kept), dict[str, int]()
    for one in given(unit.db, found):
        if one.fate is Fate.USED and one.holder in cast:
            used[one.holder] = used.get(one.holder, 0) + 1
        mine = (carried.c.box == found.id) & (carried.c.delegation == one.delegation)
        unit.db.execute(update(carried).where(mine).values(fate=one.fate))
    return used


def again(unit: Unit, box_id: str) -> None:
    """It is voted on once more: what became of the voices is open again."""
    change_rows(unit.db, carried.c.box, box_id, fate=None)


def mine(db: Connection, box_id: str, member: str) -> Voice | None:
    """The voice that a member gave for a vote, if they gave one."""
    found = box_of(db, box_id)
    every = given(db, found) if found is not None and found.open else []
    return next((one for one in every if one.giver == member), None)


def carries(db: Connection, box_id: str, member: str) -> int:
    """How many voices were given to a member when a vote opened.

    It stays as it was then until the close: else it would tell who has voted meanwhile.
    """
    rows = select(carried.c.slot).where(carried.c.box == box_id, carried.c.holder == member)
    return len(db.execute(rows).all())


def receipts(db: Connection, member: str, since: datetime) -> list[tuple[Box, Voice | None, int]]:
    """What became of a member's voice in votes counted lately, and of those they had; newest first.

    Of what they had they are told a number alone.
    """
    here = (carried.c.giver == member) | (carried.c.holder == member)
    ids = select(carried.c.box).join_from(carried, box).where(here, box.c.counted >= since)
    told: list[tuple[Box, Voice | None, int]] = []
    for id_ in sorted(set(db.scalars(ids))):
        found = box_of(db, id_)
        every = given(db, found) if found else []
        own = next((one for one in every if one.giver == member), None)
        used = sum(one.holder == member and one.fate is Fate.USED for one in every)
        if found is not None:
            told.append((found, own, used))
    return sorted(told, key=lambda one: one[0].counted or since, reverse=True)


def warned(db: Connection, member: str, now: datetime) -> list[tuple[Box, Voice]]:
    """Open votes in which a member's voice will not be counted, as it stands."""
    wanted = select(carried.c.box).join_from(carried, box)
    ids = wanted.where(carried.c.giver == member, box.c.counted.is_(None), box.c.closes > now)
    found = [(box_of(db, id_), mine(db, id_, member)) for id_ in sorted(set(db.scalars(ids)))]
    return [(b, v) for b, v in found if b and v and v.fate in voices.WARNINGS]
