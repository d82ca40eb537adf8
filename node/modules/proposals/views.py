"""What a viewer may know of one proposal."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from sqlalchemy import Connection
from starlette.requests import Request

from node.kernel.access import Viewer
from node.kernel.errors import Missing, Refused
from node.modules.accounts import api as accounts
from node.modules.decisions import api as decisions
from node.modules.proposals import courses, pipeline, pointing, queries, rules, stepping
from node.modules.proposals.courses import Course
from node.modules.proposals.pipeline import State
from node.modules.proposals.queries import Comment, Plan, Proposal, Version
from vocab.values import dataclass

if TYPE_CHECKING:
    from node.kernel.node import Node


@dataclass(frozen=True, kw_only=True)
class View:
    """All that the page of one proposal shows to one viewer."""

    proposal: Proposal
    plan: Plan | None
    box: decisions.Box | None
    record: decisions.Record | None
    comments: list[Comment]
    voted: bool | None
    mine: bool
    count: int
    lacks: Sequence[str] = ()
    """What its step waits for, as marked sentences."""
    leads: bool = False
    leader: str = ""
    """Who was asked to lead it, by name."""
    versions: Sequence[Version] = ()
    grace: datetime | None = None
    """When its decision is in force by itself, if nobody says who may see it."""
    still: datetime | None = None
    """Until when its text stays as it is before it is voted on, if it was changed."""
    instead: decisions.Record | None = None
    """The decision that came first in the place that this one was for; for members alone."""
    place: decisions.Record | None = None
    """The decision in whose place this one would come; for members alone."""
    onto: decisions.Record | None = None
    """The decision that holds now, for who may point this one at it."""
    onto_fault: str = ""
    """Why they cannot, as a marked sentence."""

    @property
    def place_name(self) -> str:
        """What the decision is about in whose place this one would come."""
        return named(self.place) if self.place else ""

    @property
    def onto_name(self) -> str:
        """What the decision is about at which this one can be pointed."""
        return named(self.onto) if self.onto else ""

    @property
    def course(self) -> Course:
        """The course it takes."""
        return courses.course(self.plan.course if self.plan else None)

    @property
    def state(self) -> State | None:
        """Where it stands, for its community."""
        return pipeline.state(
            self.proposal.stage,
            side=self.plan.side if self.plan else None,
            outcome=self.box.outcome if self.box else None,
            in_force=self.record is not None and self.record.holds,
        )

    @property
    def steps(self) -> bool:
        """Whether it is in a step of its course."""
        return self.plan is not None and stepping.waits(self.proposal, self.plan)

    @property
    def goes_back(self) -> bool:
        """Whether it goes back to the step before if what is missing never comes."""
        return self.plan is not None and stepping.goes_back(self.plan)

    @property
    def until(self) -> datetime | None:
        """When the clock looks at its step for the last time: what is missing then never came."""
        if self.plan is None or self.plan.due is None or not self.steps:
            return None
        return self.plan.due + timedelta(days=self.course.grace_days)

    @property
    def together(self) -> bool:
        """Whether it is decided together with other communities."""
        return self.plan is not None and self.plan.joint is not None


def named(found: decisions.Record) -> str:
    """What a decision is about, as its proposal was called."""
    return decisions.matter_of(found.name, decisions.language_of(found))


def member(request: Request) -> "tuple[Node, Viewer, str]":
    """The node, the viewer and their id.

    Raises:
        Refused: not a member.
    """
    viewer: Viewer = request.state.viewer
    if not viewer.is_member or viewer.id is None:
        raise Refused("E_MEMBERS_ONLY")
    return request.app.state.node, viewer, viewer.id


def view(db: Connection, slug: str, viewer: Viewer) -> View:
    """What this viewer may know of a proposal.

    Raises:
        Missing: there is none, or it is not for them.
    """
    found = queries.by_slug(db, slug, viewer)
    if found is None:
        raise Missing
    inside = found.ours and viewer.is_member
    made = queries.plan_of(db, found.id) if found.ours else None
    record = decisions.record_of_box(db, slug, viewer) if found.ours else None
    instead = _instead(db, made, record) if inside and made else None
    mine = inside and made is not None and made.author == viewer.id
    leads = inside and made is not None and _leads(made, viewer)
    asked = instead is not None and made is not None and (mine or leads)
    return View(
        proposal=found,
        plan=made,
        box=decisions.box_of(db, slug) if found.ours else None,
        record=record,
        comments=queries.comments(db, found.id, viewer) if inside else [],
        voted=_voted(db, slug, viewer.id or "") if inside else None,
        mine=mine,
        count=len(accounts.members(db, suspended=False)) if inside else 0,
        lacks=stepping.lacks(found, made) if made else (),
        leads=leads,
        leader=_leader(db, made) if inside and made else "",
        versions=queries.versions(db, found.id) if inside else (),
        grace=decisions.grace_ends(db, record) if record is not None else None,
        still=stepping.still_until(db, made.changed) if made and made.changed else None,
        instead=instead,
        place=_place(db, made, viewer) if inside and made else None,
        onto=pointing.onto(db, made) if asked and made else None,
        onto_fault=pointing.fault(db, found, made) if asked and made else "",
    )


def _voted(db: Connection, slug: str, me: str) -> bool | None:
    """Whether somebody has voted; None: they may not, or stay out of it."""
    return None if decisions.recused(db, slug, me) else decisions.voted(db, slug, me)


def _instead(
    db: Connection, made: Plan, record: decisions.Record | None
) -> decisions.Record | None:
    place = (made.replaces or {}).get("record")
    if place is None or (record is not None and record.in_force is not None):
        return None
    return decisions.in_place_of(db, place)


def _place(db: Connection, made: Plan, viewer: Viewer) -> decisions.Record | None:
    place = (made.replaces or {}).get("record")
    return decisions.record_by_id(db, place, viewer) if place else None


def _leads(made: Plan, viewer: Viewer) -> bool:
    return viewer.may("facilitate") or (made.lead or made.author) == viewer.id


def _leader(db: Connection, made: Plan) -> str:
    return accounts.names_of(db, {made.lead}).get(made.lead, "") if made.lead else ""


def may_settle(seen: View, viewer: Viewer) -> bool:
    """Whether this viewer may choose who sees the decision: until it has left."""
    open_ = seen.record is not None and seen.record.sent is None
    return open_ and rules.may_settle(author=seen.mine, admin=viewer.is_admin)
