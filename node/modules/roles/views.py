"""What the pages of roles show, as values."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from sqlalchemy import Connection

from node.kernel.access import Viewer
from node.kernel.errors import Missing
from node.modules.accounts import api as accounts
from node.modules.decisions import api as decisions
from node.modules.roles import holding, queries, rules
from node.modules.roles.rules import Kind, State
from node.modules.roles.tables import Holding, Role, Selection
from vocab.values import dataclass
from web.voice import Voice


@dataclass(frozen=True, kw_only=True)
class Shown:
    """A role as members see it."""

    role: Role
    holds: Sequence[Holding]
    comes: Sequence[Holding]
    """Whose term begins later."""
    asked: Sequence[Holding]
    deputies: Sequence[Holding]
    past: Sequence[Holding]
    free: int
    """How many seats somebody can be chosen for."""
    empty: int
    going: Selection | None
    names: Mapping[str, str]
    resting: frozenset[str]
    """Who is suspended, so that what the role may do rests."""


def shown(db: Connection, one: Role, now: datetime) -> Shown:
    """A role with all who hold it, held it or are asked."""
    every = queries.holdings(db, one.slug)
    held = [h for h in every if h.state is State.HELD and h.ends and h.ends > now]
    seats = [h for h in held if h.kind is Kind.SEAT]
    holds = [h for h in seats if h.begins and h.begins <= now]
    people = {h.member for h in every if h.member}
    here = {m.id for m in accounts.members(db, suspended=False)}
    return Shown(
        role=one,
        holds=holds,
        comes=[h for h in seats if h not in holds],
        asked=[h for h in every if h.state is State.ASKED],
        deputies=[h for h in held if h.kind is Kind.DEPUTY],
        past=[h for h in reversed(every) if h.kind is Kind.SEAT and h.begins
              and (h.state is State.ENDED or (h.state is State.HELD and h not in seats))],
        free=holding.open_seats(every, one, now),
        empty=max(one.seats - len(holds), 0) if one.ended is None else 0,
        going=next(iter(queries.going(db, one.slug)), None),
        names=accounts.names_of(db, people),
        resting=frozenset(people - here),
    )  # fmt: skip


def one_role(db: Connection, slug: str, now: datetime) -> Shown:
    """A role by its slug.

    Raises:
        Missing: there is none.
    """
    found = queries.role_of(db, slug[:64])
    if found is None:
        raise Missing(detail=slug)
    return shown(db, found, now)


def every_role(db: Connection, now: datetime) -> list[Shown]:
    """All roles."""
    return [shown(db, one, now) for one in queries.roles(db)]


def failed(db: Connection, viewer: Viewer) -> list[tuple[decisions.Record, str]]:
    """Decisions that named a role and changed nothing, with why, as a marked sentence."""
    found = [(decisions.record_by_id(db, record, viewer), rules.FAULTS[code])
             for record, code in queries.failed(db)]  # fmt: skip
    return [(record, why) for record, why in found if record is not None]


def remains(ends: datetime | None, now: datetime, spoken: Voice) -> str:
    """How long a term goes on, in words."""
    if ends is None:
        return ""
    kind, number = rules.left((ends - now).days)
    if kind == "today":
        return spoken.say("ends today")
    if kind == "days":
        return spoken.many("one more day", "%(num)s more days", number)
    if kind == "weeks":
        return spoken.many("one more week", "%(num)s more weeks", number)
    return spoken.many("one more month", "%(num)s more months", number)
