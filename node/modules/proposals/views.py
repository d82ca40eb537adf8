"""What a viewer may know of one proposal, and how its page says where it stands."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import Connection
from starlette.requests import Request

from node.kernel.access import Viewer
from node.kernel.errors import Missing, Refused
from node.modules.accounts import api as accounts
from node.modules.decisions import api as decisions
from node.modules.proposals import queries, rules
from node.modules.proposals.queries import Comment, Plan, Proposal
from web.voice import Voice

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

    @property
    def together(self) -> bool:
        """Whether it is decided together with other communities."""
        return self.plan is not None and self.plan.joint is not None


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
    return View(
        proposal=found,
        plan=made,
        box=decisions.box_of(db, slug) if found.ours else None,
        record=decisions.record_of_box(db, slug, viewer) if found.ours else None,
        comments=queries.comments(db, found.id, viewer) if inside else [],
        voted=decisions.voted(db, slug, viewer.id or "") if inside else None,
        mine=inside and made is not None and made.author == viewer.id,
        count=len(accounts.members(db, suspended=False)) if inside else 0,
    )


def may_settle(seen: View, viewer: Viewer) -> bool:
    """Whether this viewer may choose who sees the decision: until it has left."""
    open_ = seen.record is not None and seen.record.sent is None
    return open_ and rules.may_settle(author=seen.mine, admin=viewer.is_admin)


def strip(seen: View, spoken: Voice, viewer: Viewer) -> tuple[str, str, str, str]:
    """Now, next, your turn, by when: in the viewer's language."""
    _, found = spoken.say, seen.proposal
    if found.stage == "voting":
        by = found.voting_ends
        turn = {None: "", False: _("Say where you stand"), True: _("Your ballot is in the box")}
        yours = turn[seen.voted]
        return _("We vote"), _("The result"), yours, spoken.short(by) if by else ""
    if found.stage == "deliberating":
        by = found.voting_starts
        yours = _("Read it, and say what you think") if viewer.is_member and found.ours else ""
        return _("We talk it through"), _("The vote"), yours, spoken.short(by) if by else ""
    outcome = seen.box.outcome if seen.box else None
    forced = seen.record is not None and seen.record.holds
    now = _(rules.on_screen(found.stage, outcome=outcome, in_force=forced))
    asked = seen.record is not None and seen.record.settled is None and may_settle(seen, viewer)
    choose = _("Choose who may see the decision") if asked else ""
    after = _("We look at it again") if outcome == "approved" and seen.box else _("Nothing more")
    by = seen.box.review if outcome == "approved" and seen.box else None
    return now, after, choose, spoken.short(by.date()) if by else ""


def way(seen: View, spoken: Voice) -> str:
    """How a proposal of ours is decided, in one sentence."""
    _ = spoken.say
    keys = {decisions.key(option.id) for option in seen.proposal.options}
    if not keys:
        consent = seen.plan is not None and seen.plan.method == decisions.Method.CONSENT
        if consent:
            return _("By consent: it passes when nobody objects with a reason")
        return _("By simple majority; a tie leaves things as they are")
    if decisions.STAY in keys:
        return _("Among options: the one that more than half choose; else it stays as it is")
    return _("Among options: the one that more than half choose; else nothing is decided")


def phases(seen: View, spoken: Voice) -> tuple[list[str], int]:
    """The names of the stages on screen, and the place of the one it is in."""
    _ = spoken.say
    steps = {"": _("Written"), "deliberating": _("Talked through"), "voting": _("Vote"),
             "decided": _("Decided")}  # fmt: skip
    if not rules.talked_through(seen.proposal.history):
        del steps["deliberating"]
    now = "decided" if seen.proposal.stage == "ended" else seen.proposal.stage
    return list(steps.values()), list(steps).index(now) if now in steps else 0
