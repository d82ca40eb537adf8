"""What a member sees of a decision that is carried out, and how the pages say it."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import Connection
from starlette.requests import Request

from node.kernel.access import Viewer
from node.kernel.errors import Refused
from node.modules.accounts import api as accounts
from node.modules.decisions import api as decisions
from node.modules.deliveries import queries, rules
from node.modules.deliveries.matters import Expected, Matter, expected, matter
from node.modules.deliveries.rules import Act, Came, Phase, State, Verdict
from node.modules.deliveries.tables import Measure, Report, Step
from vocab.values import dataclass
from web.language import mark
from web.voice import Voice, voice

if TYPE_CHECKING:
    from node.kernel.node import Node

STATES: Final[Mapping[State, tuple[str, str]]] = {
    State.FREE: (mark("Nobody has it yet"), "wait"),
    State.ASKED: (mark("Waits for a yes"), "wait"),
    State.TAKEN: (mark("Under way"), ""),
    State.SHOWN: (mark("Said to be done, to be checked"), "wait"),
    State.DONE: (mark("Done and confirmed"), "good"),
    State.DROPPED: (mark("Dropped"), ""),
}
"""The words of a state, and how they are drawn."""
VERDICTS: Final[Mapping[Verdict, tuple[str, str]]] = {
    Verdict.WORKED: (mark("It worked"), "good"),
    Verdict.PARTLY: (mark("It worked in part"), "wait"),
    Verdict.FAILED: (mark("It failed"), "bad"),
}
CAME: Final[Mapping[Came, str]] = {
    Came.TRUE: mark("It came true"),
    Came.NOT: mark("It did not come true"),
    Came.UNSAID: mark("It cannot be said"),
}
ACTS: Final[Mapping[Act, str]] = {
    Act.TAKE: mark("I carry it out"),
    Act.AGREE: mark("Yes, I do it"),
    Act.DECLINE: mark("No, not me"),
    Act.LEAVE: mark("I cannot do it after all"),
    Act.SHOW: mark("Say that it is done"),
    Act.CONFIRM: mark("Yes, it is done"),
    Act.RETURN: mark("Send it back"),
    Act.DROP: mark("Drop this step"),
}
"""What stands on the buttons."""


@dataclass(frozen=True, kw_only=True)
class View:
    """A decision with all that belongs to it; `names`: account ids to what people are called."""

    one: Matter
    measures: Sequence[Measure]
    expected: Sequence[Expected]
    mine: Any
    """The row of what the viewer expects, if they said anything."""
    steps: Sequence[Step]
    names: Mapping[str, str]
    reports: Sequence[Report]


def member(request: Request) -> "tuple[Node, Viewer, str]":
    """The node, the viewer and their id.

    Raises:
        Refused: not a member.
    """
    viewer: Viewer = request.state.viewer
    if not viewer.is_member or viewer.id is None:
        raise Refused(
            "E_MEMBERS_ONLY", safe=mark("This page is for %(word_members)s. Sign in first.")
        )
    return request.app.state.node, viewer, viewer.id


def view(db: Connection, slug: str, viewer: Viewer, now: datetime) -> View:
    """A decision as a member sees it.

    Raises:
        Missing: there is none, or it is not for them.
    """
    one, steps = matter(db, slug, viewer, now), queries.steps(db, slug)
    people = {id for each in steps for id in (each.owner, each.checker, each.maker) if id}
    if one.review:
        people |= {id for id in (one.review.by, one.review.second) if id}
    return View(
        one=one,
        measures=queries.measures(db, slug),
        expected=expected(db, one),
        mine=queries.expectation_of(db, slug, viewer.id or ""),
        steps=steps,
        names=accounts.names_of(db, people),
        reports=queries.reports_on(db, one.record.id, viewer) if one.record else [],
    )


def strip(seen: View, spoken: Voice, me: str) -> tuple[str, str, str, str]:
    """Now, next, your turn, by when: in the viewer's language."""
    _, one = spoken.say, seen.one
    day = spoken.short(one.day.astimezone(spoken.zone).date()) if one.day else ""
    if one.phase is Phase.BEFORE:
        yours = "" if seen.measures else _("Say how we will see whether it works")
        cools = decisions.cools_until(one.record) if one.record else None
        by = spoken.short(cools) if cools else ""
        return _("Not in force yet"), _("It comes into force"), yours, by
    if one.phase is Phase.IN_FORCE:
        turn = next((s for s in seen.steps if waits_for(s, me)), None)
        yours = _("A step waits for you: %(what)s", what=turn.what) if turn else ""
        by = spoken.short(turn.due) if turn else day
        return _("We carry it out"), _("We look at it again"), yours, by
    if one.phase is Phase.REVIEW:
        if one.review is None:
            yours = _("Say how it went")
        else:
            own = not rules.may_second(one.review.by, me)
            yours = "" if own else _("Say whether the review is so")
        return _("We look at it again"), _("A verdict that stands"), yours, day
    if one.phase is Phase.REVIEWED and one.review:
        return _(VERDICTS[one.review.verdict][0]), _("Nothing more"), "", ""
    return _("Not in force"), _("Nothing more"), "", ""


def where(request: Request, seen: View) -> tuple[str, str, str, str]:
    """The same, for whoever asks for a page about it."""
    return strip(seen, voice(request), request.state.viewer.id or "")


def waits_for(step: Step, me: str) -> bool:
    """Whether a step waits for somebody: their yes, their work, or their look at it.

    Where nobody is named to check it, it waits for who wrote it down.
    """
    if step.state in (State.ASKED, State.TAKEN):
        return step.owner == me
    return step.state is State.SHOWN and me != step.owner and me == (step.checker or step.maker)


def plain(words: str) -> str:
    """What members wrote, where a sentence of ours would stand, which may have values in it."""
    return words.replace("%", "%%")
