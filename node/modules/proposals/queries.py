"""What proposals read: the proposals, their plans, and what members say to them."""

import functools
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Row, Select, bindparam, delete, insert, or_, select

from node.kernel import choices
from node.kernel.access import Viewer, kind_of, visible
from node.kernel.database import is_kept
from node.kernel.tables import account
from node.kernel.unit import Unit
from node.modules.accounts import api as accounts
from node.modules.decisions import api as decisions
from node.modules.moderation.api import kept_out, unseen
from node.modules.proposals.choices import ACTIVE
from node.modules.proposals.tables import comment, lead, plan, proposal, version
from vocab.values import dataclass


@dataclass(frozen=True, kw_only=True)
class Proposal:
    """A proposal as it stands on the wire, with its owner's name."""

    id: str
    slug: str
    owner: str
    owner_name: str
    ours: bool
    reach: str
    name: str
    summary: str
    content: str
    options: tuple[decisions.Option, ...]
    lang: str | None
    url: str | None
    stage: str
    history: list[list[str]]
    revision: int
    proposed_by: str | None
    voting_starts: datetime | None
    voting_ends: datetime | None
    published: datetime
    updated: datetime | None


@dataclass(frozen=True, kw_only=True)
class Plan:
    """What members alone know of a proposal of ours."""

    proposal: str
    author: str | None
    author_name: str | None
    author_handle: str | None
    text: str
    problem: str | None
    affected: str | None
    method: str
    share: str
    counts: bool
    opens: datetime | None
    closes: datetime
    review_months: int
    answers: Mapping[str, str] | None
    changed: datetime | None
    settings: Mapping[str, Any] | None
    joint: Mapping[str, Any] | None
    course: str | None
    due: datetime | None
    look: datetime | None
    side: str | None
    have: Mapping[str, int] | None
    lead: str | None
    replaces: Mapping[str, str] | None


@dataclass(frozen=True, kw_only=True)
class Comment:
    """What a member says to a proposal."""

    id: str
    author: str
    author_name: str
    author_handle: str
    text: str
    at: datetime


_PROPOSAL = (
    *proposal.c, account.c.name.label("owner_name"), account.c.handle, account.c.local,
)  # fmt: skip


# Built once: building takes longer than asking.
# every reach: a unit judges what it may do with any proposal
_FOUND = select(*_PROPOSAL).join_from(proposal, account, proposal.c.owner == account.c.id)
_BY_ID = _FOUND.where(proposal.c.id == bindparam("id"))
_BY_SLUG = _FOUND.where(proposal.c.slug == bindparam("slug"))
# every reach: whoever asks has been shown the proposal itself
_PLAN = (
    select(
        *(c for c in plan.c if c.name != "once"),
        account.c.name.label("author_name"),
        account.c.handle.label("author_handle"),
        lead.c.member.label("lead"),
    )
    .join_from(plan, account, plan.c.author == account.c.id, isouter=True)
    .join(lead, lead.c.proposal == plan.c.proposal, isouter=True)
    .where(plan.c.proposal == bindparam("id"))
)


def _proposal_of(row: Row[Any]) -> Proposal:
    held = dict(row._mapping)  # noqa: SLF001
    handle, local = held.pop("handle"), held.pop("local")
    held.pop("hidden")
    held["options"] = decisions.options_of(held)
    return Proposal(**{**held, "ours": local, "owner_name": row.owner_name or handle})


def by_slug(db: Connection, slug: str, viewer: Viewer) -> Proposal | None:
    """A proposal by the last part of its address, if this viewer may see it."""
    asked = _by_slug(kind_of(viewer))
    row = db.execute(asked, {"slug": slug, "viewer": viewer.id}).one_or_none()
    return _proposal_of(row) if row else None


@functools.cache
def _by_slug(viewer: Viewer) -> Select[Any]:
    """Built once for each kind of viewer: every page of a proposal asks it."""
    found = select(*_PROPOSAL).join_from(proposal, account, proposal.c.owner == account.c.id)
    seen = found.where(visible(proposal, viewer), proposal.c.owner.not_in(kept_out()))
    return seen.where(proposal.c.slug == bindparam("slug"))


def by_id(db: Connection, id: str, viewer: Viewer) -> Proposal | None:
    """A proposal by its id on the wire, if this viewer may see it."""
    if not is_kept(db, proposal.c.id, id):
        return None
    found = select(*_PROPOSAL).join_from(proposal, account, proposal.c.owner == account.c.id)
    seen = found.where(visible(proposal, viewer), proposal.c.owner.not_in(kept_out()))
    row = db.execute(seen.where(proposal.c.id == id)).one_or_none()
    return _proposal_of(row) if row else None


def any_by_id(db: Connection, id: str) -> Proposal | None:
    """A proposal by its id, for units."""
    row = db.execute(_BY_ID, {"id": id}).one_or_none()
    return _proposal_of(row) if row else None


def any_by_slug(db: Connection, slug: str) -> Proposal | None:
    """A proposal by its slug, for units."""
    row = db.execute(_BY_SLUG, {"slug": slug}).one_or_none()
    return _proposal_of(row) if row else None


def listed(
    db: Connection, viewer: Viewer, *, ours: bool, stages: tuple[str, ...] = (), most: int = 100
) -> list[Proposal]:
    """Proposals made here, or elsewhere, that a viewer may see; newest first."""
    found = select(*_PROPOSAL).join_from(proposal, account, proposal.c.owner == account.c.id)
    seen = found.where(visible(proposal, viewer), account.c.local.is_(ours))
    seen = seen.where(proposal.c.owner.not_in(unseen(viewer.id, both_ways=False)))
    if stages:
        seen = seen.where(proposal.c.stage.in_(stages))
    rows = db.execute(seen.order_by(proposal.c.published.desc(), proposal.c.slug).limit(most))
    return [_proposal_of(row) for row in rows]


def under_way(db: Connection, viewer: Viewer) -> list[Proposal]:
    """Proposals of ours that take a course and are talked through, as a viewer may see them."""
    found = select(*_PROPOSAL).join_from(proposal, account, proposal.c.owner == account.c.id)
    found = found.join(plan, plan.c.proposal == proposal.c.id)
    seen = found.where(visible(proposal, viewer), proposal.c.stage == "deliberating")
    seen = seen.where(plan.c.course.is_not(None)).order_by(proposal.c.published, proposal.c.slug)
    return [_proposal_of(row) for row in db.execute(seen)]


def under_way_of(db: Connection, member: str) -> list[Proposal]:
    """What a member brought that has not come to its vote."""
    # every reach: it is all theirs
    found = select(*_PROPOSAL).join_from(proposal, account, proposal.c.owner == account.c.id)
    mine = found.join(plan, plan.c.proposal == proposal.c.id).where(plan.c.author == member)
    stages = ("presented", "prioritising", "researching", "formingPositions", "deliberating")
    rows = db.execute(mine.where(proposal.c.stage.in_(stages)).order_by(proposal.c.slug))
    return [_proposal_of(row) for row in rows]


def plan_of(db: Connection, id: str) -> Plan | None:
    """The plan of a proposal of ours; for members and units."""
    row = db.execute(_PLAN, {"id": id}).one_or_none()
    return Plan(**row._mapping) if row else None  # noqa: SLF001


def author_of(db: Connection, slug: str) -> str | None:
    """Who brought a proposal of ours; None once they have left."""
    # every reach: a unit or a page that has the proposal asks whose it is
    mine = select(plan.c.author).join_from(plan, proposal).where(proposal.c.slug == slug)
    return db.scalar(mine)


def active(db: Connection, now: datetime) -> list[str]:
    """The members who count as active, for a quorum and for an agenda."""
    since = now - timedelta(days=choices.now(db, ACTIVE))
    return [m.id for m in accounts.active_members(db, since)]


def how_many_active(db: Connection, now: datetime) -> int:
    """How many of them there are."""
    return len(active(db, now))


def made_by(db: Connection, once: str) -> str | None:
    """The slug of the proposal that a form has made already."""
    # every reach: a second sending of one form has no second effect
    mine = select(proposal.c.slug).join_from(proposal, plan, plan.c.proposal == proposal.c.id)
    return db.scalar(mine.where(plan.c.once == once))


def due(db: Connection, now: datetime) -> list[tuple[str, str]]:
    """Proposals of ours whose time has come: ("step", "open" or "close", slug)."""
    # every reach: the clock is for all of them
    mine = select(proposal.c.slug, proposal.c.stage).join_from(
        proposal, plan, plan.c.proposal == proposal.c.id
    )
    before = proposal.c.stage.in_(("researching", "formingPositions", "deliberating"))
    opening = mine.where(proposal.c.stage == "deliberating", plan.c.opens <= now)
    steps = {
        "step": mine.where(before, plan.c.look <= now),
        "open": opening.where(plan.c.course.is_(None), plan.c.look.is_(None)),
        "close": mine.where(proposal.c.stage == "voting", plan.c.closes <= now),
    }
    return [(step, row.slug) for step, wanted in steps.items() for row in db.execute(wanted)]


def comments(db: Connection, id: str, viewer: Viewer) -> list[Comment]:
    """What members said to a proposal, in order, as a member sees it.

    What a keeper hid is there for its author and keepers; of whom the viewer has blocked, nothing.
    """
    # every reach: whoever asks has been shown the proposal itself
    names = (account.c.name.label("author_name"), account.c.handle.label("author_handle"))
    columns = (comment.c.id, comment.c.author, comment.c.text, comment.c.at, *names)
    found = select(*columns).join_from(comment, account, comment.c.author == account.c.id)
    found = found.where(
        comment.c.proposal == id, comment.c.author.not_in(unseen(viewer.id, both_ways=False))
    )
    if not viewer.is_admin:
        found = found.where(or_(comment.c.hidden.is_(None), comment.c.author == viewer.id))
    return [
        Comment(**{**row._mapping, "author_name": row.author_name or row.author_handle})  # noqa: SLF001
        for row in db.execute(found.order_by(comment.c.at, comment.c.id))
    ]


@dataclass(frozen=True, kw_only=True)
class Version:
    """What a proposal of ours said once; `at`: since when."""

    number: int
    name: str
    text: str
    problem: str | None
    affected: str | None
    options: list[dict[str, str]] | None
    at: datetime


def versions(db: Connection, id: str) -> list[Version]:
    """What a proposal of ours said before, from the first on; what it says now is not among it."""
    # every reach: whoever asks has been shown the proposal itself
    columns = [c for c in version.c if c.name != "proposal"]
    mine = select(*columns).where(version.c.proposal == id).order_by(version.c.number)
    return [Version(**row._mapping) for row in db.execute(mine)]  # noqa: SLF001


def version_of(db: Connection, id: str) -> int:
    """The number of what a proposal of ours says now; 1 until it is changed."""
    return len(versions(db, id)) + 1


def keep_version(unit: Unit, found: Proposal, made: Plan) -> None:
    """Keep what a proposal says, before it says something else."""
    number = version_of(unit.db, found.id)
    row = {"proposal": found.id, "number": number, "name": found.name, "text": made.text}
    options = [decisions.kept(option) for option in found.options]
    row |= {"problem": made.problem, "affected": made.affected}
    row |= {"options": options, "at": made.changed or found.published}
    unit.db.execute(insert(version), row)


def set_lead(unit: Unit, id: str, member: str | None) -> None:
    """Have somebody lead a proposal; None: who brought it."""
    unit.db.execute(delete(lead).where(lead.c.proposal == id))
    if member is not None:
        unit.db.execute(insert(lead), {"proposal": id, "member": member})


def of_member(db: Connection, member: str) -> dict[str, list[Any]]:
    """What a member brought and said, for their own export."""
    # every reach: it is all theirs
    columns = (proposal.c.name, plan.c.text, proposal.c.options, proposal.c.published)
    why = (plan.c.problem, plan.c.affected)
    brought = select(*columns, *why, proposal.c.id).join_from(
        proposal, plan, plan.c.proposal == proposal.c.id
    )
    said = select(proposal.c.name, comment.c.text, comment.c.at).join_from(comment, proposal)
    return {
        "brought": [
            {
                "title": r.name,
                "text": r.text,
                "problem": r.problem,
                "affected": r.affected,
                "options": r.options or [],
                "at": r.published.isoformat(),
                "id": r.id,
            }
            for r in db.execute(brought.where(plan.c.author == member))
        ],
        "leads": [
            r.name
            for r in db.execute(
                select(proposal.c.name).join_from(lead, proposal).where(lead.c.member == member)
            )
        ],
        "said": [
            {"to": r.name, "text": r.text, "at": r.at.isoformat()}
            for r in db.execute(said.where(comment.c.author == member).order_by(comment.c.at))
        ],
    }


def named(db: Connection, member: str) -> list[Proposal]:
    """The proposals that name a member as who brought them."""
    # every reach: the name is taken from all of them
    found = select(*_PROPOSAL).join_from(proposal, account, proposal.c.owner == account.c.id)
    return [_proposal_of(r) for r in db.execute(found.where(proposal.c.proposed_by == member))]
