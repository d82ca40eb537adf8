"""What joint decisions read: processes, answers, ballots, and what concludes."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, bindparam, func, select

from node.kernel.access import Viewer
from node.kernel.database import is_kept, one_of
from node.kernel.tables import Account, account, account_of
from node.modules.decisions import api as decisions
from node.modules.joint import rules
from node.modules.joint.rules import Case, Gone, Vote
from node.modules.joint.tables import answer, end, process, vote
from node.modules.moderation.api import kept_out
from vocab.values import dataclass


@dataclass(frozen=True, kw_only=True)
class Process:
    """A joint process as it stands here, with its convener's name."""

    id: str
    slug: str
    owner: str
    owner_name: str
    ours: bool
    name: str
    document: Mapping[str, Any]
    invited: Sequence[str]
    revision: int
    state: str
    invite: str | None
    answer_by: datetime | None
    ends: datetime
    subject: Mapping[str, Any] | None
    subject_code: str
    asked: int
    conflict: Mapping[str, Any] | None
    proposal: str | None
    ballot: str | None
    outcome: str | None
    concluded: str | None
    at: datetime

    @property
    def participants(self) -> list[str]:
        """Who takes part, by the convener's last word."""
        return list(self.document.get("participants") or ())

    @property
    def rule(self) -> decisions.Rule:
        """How outcomes become one."""
        return decisions.read_rule(self.document["aggregateRule"], self.document.get("weights"))


_PROCESS = (
    *(c for c in process.c if c.name not in ("hidden", "once")),
    account.c.name.label("owner_name"), account.c.handle, account.c.local,
)  # fmt: skip


def _process_of(row: Row[Any]) -> Process:
    held = dict(row._mapping)  # noqa: SLF001
    handle, local = held.pop("handle"), held.pop("local")
    return Process(**{**held, "ours": local, "owner_name": row.owner_name or handle})


# Built once: building takes longer than asking.
_FOUND = select(*_PROCESS).join_from(process, account, process.c.owner == account.c.id)
_BY_ID = _FOUND.where(process.c.id == bindparam("id"))
_ANSWERS = select(answer.c.community, answer.c.answer, answer.c.said, answer.c.seen).where(
    answer.c.process == bindparam("id")
)
_VOTES = select(vote).where(
    vote.c.process == bindparam("process"), vote.c.subject_digest == bindparam("digest")
)
_ENDS = select(end).where(end.c.process == bindparam("id")).order_by(end.c.seen, end.c.record)


def by_id(db: Connection, id: str) -> Process | None:
    """A process by its id."""
    if not is_kept(db, process.c.id, id):
        return None
    row = db.execute(_BY_ID, {"id": id}).one_or_none()
    return _process_of(row) if row else None


def by_slug(db: Connection, slug: str, viewer: Viewer) -> Process | None:
    """A process by the last part of its address; they are public, unless a keeper hid one."""
    seen = _FOUND.where(process.c.slug == slug, process.c.owner.not_in(kept_out()))
    if not viewer.is_admin:
        seen = seen.where(process.c.hidden.is_(None))
    row = db.execute(seen).one_or_none()
    return _process_of(row) if row else None


def listed(db: Connection, viewer: Viewer, *, live: bool = False, most: int = 50) -> list[Process]:
    """The processes that are here, newest first; those not ended alone if `live`."""
    seen = _FOUND.where(process.c.owner.not_in(kept_out()))
    if not viewer.is_admin:
        seen = seen.where(process.c.hidden.is_(None))
    if live:
        seen = seen.where(process.c.state.in_(rules.LIVE), process.c.outcome.is_(None))
    rows = db.execute(seen.order_by(process.c.at.desc(), process.c.id).limit(most))
    return [_process_of(row) for row in rows]


def live(db: Connection) -> list[str]:
    """The processes for which there may be something to do."""
    said = process.c.id.in_(select(end.c.process)) & (process.c.state != rules.State.CANCELLED)
    open_ = process.c.outcome.is_(None) & (process.c.state.in_(rules.LIVE) | said)
    return list(db.scalars(select(process.c.id).where(open_)))


def made_by(db: Connection, once: str) -> str | None:
    """The slug of the process that a form has made already."""
    return db.scalar(select(process.c.slug).where(process.c.once == once))


_OPEN = (
    select(func.count())
    .select_from(process)
    .where(process.c.owner == bindparam("owner"), one_of(process.c.state, rules.LIVE))
    .where(process.c.outcome.is_(None), process.c.ends > bindparam("since"))
)


def open_of(db: Connection, owner: str, now: datetime) -> int:
    """How many processes of a community are not over here, or were not a week ago."""
    return db.scalar(_OPEN, {"owner": owner, "since": now - rules.VANISHED}) or 0


def with_proposal(db: Connection, slug: str) -> Process | None:
    """The process that a proposal of ours belongs to."""
    row = db.execute(_FOUND.where(process.c.proposal == slug)).one_or_none()
    return _process_of(row) if row else None


@dataclass(frozen=True, kw_only=True)
class Answered:
    """What a community said to an invitation."""

    community: str
    answer: str
    said: datetime
    seen: datetime


def answers(db: Connection, id: str) -> dict[str, Answered]:
    """The last answer of each community."""
    rows = db.execute(_ANSWERS, {"id": id})
    return {row.community: Answered(**row._mapping) for row in rows}  # noqa: SLF001


def case_of(db: Connection, one: Process) -> Case:
    """A process as the rules look at it."""
    digest = str(one.document.get("subjectDigest"))
    rows = db.execute(_VOTES, {"process": one.id, "digest": digest})
    votes = [
        Vote(
            record=row.record,
            community=row.community,
            voice=decisions.Voice(row.voice),
            members=row.members,
            digest=row.digest,
            said=row.said,
            seen=row.seen,
        )
        for row in rows
    ]
    left = {
        each.community: Gone(said=each.said, seen=each.seen)
        for each in answers(db, one.id).values()
        if each.answer == rules.Answer.LEFT
    }
    return Case(
        rule=one.rule,
        participants=one.participants,
        ends=one.ends,
        votes=sorted(votes, key=lambda v: (v.said, v.record)),
        left=left,
    )


@dataclass(frozen=True, kw_only=True)
class Ended:
    """A record that says what came of a process, and what we think of it."""

    record: str
    process: str
    community: str
    digest: str
    state: str
    code: str
    seen: datetime


def ends(db: Connection, id: str) -> list[Ended]:
    """The records that say what came of a process, in the order in which they came."""
    rows = db.execute(_ENDS, {"id": id})
    return [Ended(**row._mapping) for row in rows]  # noqa: SLF001


def end_of(db: Connection, record: str) -> Ended | None:
    """A concluding record by its id."""
    row = db.execute(select(end).where(end.c.record == record)).one_or_none()
    return Ended(**row._mapping) if row else None  # noqa: SLF001


def same(db: Connection, one: Ended) -> set[str]:
    """The communities that said that they come to the same as a concluding record.

    Who says the contrary as well, whenever, has said nothing: letters come in any order.
    """
    said = decisions.responses_to(db, one.record, Viewer(role="member"))
    against = {each.owner for each in said if each.response in (*NOT, decisions.Answer.DECLINED)}
    return {each.owner for each in said if each.response == decisions.Answer.NOTED} - against


NOT = ("retracted",)
"""What others send to take an answer back."""


def communities(db: Connection) -> list[Account]:
    """The communities elsewhere that can be invited, by name."""
    found = select(account).where(account.c.kind == "Community", account.c.local.is_(False))
    there = found.where(account.c.gone.is_(None), account.c.suspended.is_(None))
    rows = db.execute(there.where(account.c.id.not_in(kept_out())).order_by(account.c.name))
    return [account_of(row) for row in rows]


def names(db: Connection, ids: Sequence[str]) -> dict[str, str]:
    """What communities are called; one that we do not know by its address."""
    rows = db.execute(select(account.c.id, account.c.name, account.c.handle)
                      .where(account.c.id.in_(ids)))  # fmt: skip
    known = {row.id: row.name or row.handle for row in rows}
    return {id: known.get(id, id) for id in ids}
