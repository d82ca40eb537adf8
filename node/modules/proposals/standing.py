"""How the page of a proposal says where it stands: now, next, your turn, by when."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import Connection
from starlette.requests import Request

from node.kernel.access import Viewer
from node.modules.decisions import api as decisions
from node.modules.proposals import following, pipeline, rules, stepping
from node.modules.proposals.courses import Course
from node.modules.proposals.pipeline import State
from node.modules.proposals.views import View, may_settle, view
from web.language import mark
from web.voice import Voice, voice

DOES: Final[Mapping[str, str]] = {
    "researching": mark("We look at the facts"),
    "formingPositions": mark("We collect options"),
    "deliberating": mark("We talk it through"),
    "voting": mark("The vote"),
}
"""What is done in a step, by its stage."""
_NOW: Final[Mapping[State, str]] = {
    State.RESEARCH: mark("We look at the facts"),
    State.OPTIONS: mark("We collect options"),
    State.DELIBERATION: mark("We talk it through"),
    State.CHALLENGED: mark("It was challenged, so we talk it through again"),
    State.SENT_BACK: mark("Sent back, because something was missing"),
}
_TURN: Final[Mapping[str, str]] = {
    "researching": mark("Say what you know about it"),
    "formingPositions": mark("Write down an option, if you see one"),
    "deliberating": mark("Read it, and say what you think"),
}

Strip = tuple[str, str, str, str]


def strip(seen: View, spoken: Voice, viewer: Viewer) -> Strip:
    """Now, next, your turn, by when: in the viewer's language."""
    if seen.proposal.stage == "voting":
        return _voting(seen, spoken)
    if seen.proposal.stage in _TURN:
        return _stepping(seen, spoken, viewer)
    return _decided(seen, spoken, viewer)


def where(request: Request, seen: View) -> Strip:
    """The same, for whoever asks for a page about it."""
    return strip(seen, voice(request), request.state.viewer)


def strip_of(db: Connection, slug: str, viewer: Viewer, spoken: Voice) -> Strip:
    """The same, for a page of another module that is about a proposal.

    Raises:
        Missing: there is none, or it is not for them.
    """
    return strip(view(db, slug, viewer), spoken, viewer)


def _voting(seen: View, spoken: Voice) -> Strip:
    _, by = spoken.say, seen.proposal.voting_ends
    turn = {None: "", False: _("Say where you stand"), True: _("Your ballot is in the box")}
    yours = turn[seen.voted]
    return _("We vote"), _("The result"), yours, spoken.short(by) if by else ""


def _stepping(seen: View, spoken: Voice, viewer: Viewer) -> Strip:
    _, found = spoken.say, seen.proposal
    state = seen.state or State.DELIBERATION
    now = _(_NOW.get(state, DOES[found.stage]))
    inside = viewer.is_member and found.ours
    yours = _(_TURN[found.stage]) if inside else ""
    if not seen.steps:
        by = found.voting_starts
        return now, _("The vote"), yours, spoken.short(by) if by else ""
    if inside and seen.plan is not None and stepping.in_rounds(found, seen.plan):
        on = _("Take it on to the vote, or wait for its day") if seen.leads else ""
        yours = _("Take your turn in the rounds") if seen.lacks else on
    after = _(DOES[seen.course.after(found.stage)])
    due = seen.plan.due if seen.plan else None
    if due is None or due > spoken.now:
        return now, after, yours, spoken.short(due) if due else ""
    if inside and seen.lacks:
        yours = _(seen.lacks[0])
    return now, after, yours, spoken.short(seen.until) if seen.until else ""


def _decided(seen: View, spoken: Voice, viewer: Viewer) -> Strip:
    _ = spoken.say
    if seen.record is not None and decisions.cooling(seen.record, spoken.now):
        return _cooling(seen, seen.record, spoken, viewer)
    if (known := _reviewed(seen, spoken, viewer)) is not None:
        return known
    outcome = seen.box.outcome if seen.box else None
    now = _(pipeline.WORDS[seen.state] if seen.state else mark("Elsewhere"))
    asked = seen.record is not None and seen.record.settled is None and may_settle(seen, viewer)
    choose = _("Choose who may see the decision") if asked else ""
    over = seen.state in (State.CLOSED, State.AMENDED, State.REPEALED, State.LAPSED)
    looks = outcome == "approved" and seen.box is not None and not over
    after = _("We look at it again") if looks else _("Nothing more")
    by = seen.box.review if looks and seen.box else None
    if looks and seen.record is not None and seen.record.settled is None:
        after, by = _("In force, once it is said who may see it; else by itself"), seen.grace
    return now, after, choose, spoken.short(by.date()) if by else ""


def _reviewed(seen: View, spoken: Voice, viewer: Viewer) -> Strip | None:
    """From the day of the review on, until there is a verdict that it worked; None before."""
    _, day, stage = spoken.say, seen.box.review if seen.box else None, seen.proposal.stage
    if stage == "monitoring":
        now = _("It did not work as we hoped, and holds")
        return now, _("Another decision in its place"), "", ""
    here = seen.state in (State.IN_FORCE, State.DELIVERY, State.REVIEW)
    if day is None or day > spoken.now or not here:
        return None
    yours = _("Say how it went") if viewer.is_member else ""
    by = spoken.short(day.astimezone(spoken.zone).date())
    return _("We look at it again"), _("A verdict that stands"), yours, by


def _cooling(seen: View, record: decisions.Record, spoken: Voice, viewer: Viewer) -> Strip:
    _, by = spoken.say, decisions.cools_until(record)
    yours = ""
    if viewer.is_member:
        again = seen.plan is not None and following.stopped(seen.plan)
        yours = "" if again else _("Say so if something went wrong")
    if record.settled is None and may_settle(seen, viewer):
        yours = _("Choose who may see the decision")
    return (
        _("Decided, and it cools off"),
        _("It is in force"),
        yours,
        spoken.short(by) if by else "",
    )


def way(seen: View, spoken: Voice) -> str:
    """How a proposal of ours is decided, in one sentence."""
    _ = spoken.say
    method = seen.plan.method if seen.plan else ""
    keys = {decisions.key(option.id) for option in seen.proposal.options}
    if method == decisions.Method.CONSENT:
        return _("By consent: it passes when nobody objects with a reason")
    if method != decisions.Method.MAJORITY:
        return _(decisions.METHODS[method].title) if method in decisions.METHODS else ""
    if not keys and not seen.course.wants_options:
        return _("By simple majority; a tie leaves things as they are")
    if decisions.STAY in keys:
        return _("Among options: the one that more than half choose; else it stays as it is")
    return _("Among options: the one that more than half choose; else nothing is decided")


def phases(seen: View, spoken: Voice) -> tuple[list[str], int]:
    """The names of the stages on screen, and the place of the one it is in."""
    _ = spoken.say
    steps = {"": _("Written"), "deliberating": _("Talked through")}
    if seen.course.steps:
        words = {"researching": _("Facts"), "formingPositions": _("Options")}
        names = [step.stage for step in seen.course.steps]
        steps = {"": steps[""], **{one: {**words, **steps}[one] for one in names}}
    elif not rules.talked_through(seen.proposal.history):
        del steps["deliberating"]
    steps |= {"voting": _("Vote"), "decided": _("Decided")}
    over = seen.proposal.stage in ("ended", "acting", "reviewing", "monitoring", "amending")
    now = "decided" if over else seen.proposal.stage
    return list(steps.values()), list(steps).index(now) if now in steps else 0


def plan_of(course: Course, now: datetime, spoken: Voice) -> list[tuple[str, str, str]]:
    """The steps of a course that would begin now, for a timeline: state, title, when at least."""
    _, at, shown = spoken.say, now, []
    for step in course.steps:
        shown.append(("later", _(DOES[step.stage]), _from(at, spoken)))
        at += step.least
    closes = at + timedelta(days=course.vote_days)
    words = _("until %(when)s", when=spoken.short(closes))
    shown.append(("later", _("We vote"), f"{_from(at, spoken)}, {words}"))
    if course.cooling_days:
        at = closes + timedelta(days=course.cooling_days)
        words = _("It can be challenged. Else it is in force on %(when)s.", when=spoken.short(at))
        shown.append(("later", _("Time to cool off"), words))
    shown[0] = ("now", *shown[0][1:])
    return shown


def _from(at: datetime, spoken: Voice) -> str:
    if at <= spoken.now:
        return spoken.say("from today")
    return spoken.say("from %(when)s at the earliest", when=spoken.short(at))
