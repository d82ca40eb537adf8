"""Taking a proposal from one step of its course to the next. Units.

The clock does it once the least days are over and nothing is missing; who leads it does it
earlier where the course lets them. What is missing is waited for, and not for ever.
"""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import Connection

from node.kernel import choices
from node.kernel.database import change_rows
from node.kernel.errors import Conflict, Invalid, Refused
from node.kernel.unit import Unit
from node.modules.accounts import api as accounts
from node.modules.decisions import api as decisions
from node.modules.proposals import courses, moves, opening, pipeline, queries
from node.modules.proposals.choices import STILL
from node.modules.proposals.courses import Course, Missed, Need
from node.modules.proposals.pipeline import State, Who
from node.modules.proposals.queries import Plan, Proposal
from node.modules.proposals.tables import plan
from web.language import mark

if TYPE_CHECKING:
    from node.modules.proposals.bringing import Draft


def planned(draft: "Draft", course: Course, now: datetime) -> "Draft":
    """A draft with all that its course fixes."""
    if course.name == courses.USUAL:
        return draft
    settings = {"cooling": course.cooling_days, "lasts": course.lasts_days}
    opens = now + course.before if course.steps else None
    return replace(
        draft,
        share=course.share,
        counts=False,
        opens=opens,
        closes=(opens or now) + timedelta(days=course.vote_days),
        review_months=course.review_months,
        settings={**draft.settings, **{k: v for k, v in settings.items() if v}},
    )


def begin(unit: Unit, slug: str, stage: str) -> None:
    """Set the clock for a step that begins now."""
    found, made = moves.ours(unit, slug)
    course = courses.course(made.course)
    step = course.step(stage)
    due = unit.now + (step.least if step else timedelta())
    keep(unit, found, due=due, look=due)
    unit.later("proposals.step", due=due, slug=slug)


def keep(unit: Unit, found: Proposal, **values: Any) -> None:
    """Keep other values in the plan of a proposal."""
    change_rows(unit.db, plan.c.proposal, found.id, **values)


def there(found: Proposal, made: Plan) -> Mapping[str, int]:
    """How many there are of what steps may need."""
    own = [one for one in found.options if decisions.key(one.id) != decisions.STAY]
    return {**(made.have or {}), Need.OPTIONS: len(own)}


def lacks(found: Proposal, made: Plan) -> list[str]:
    """What is missing before a proposal may leave its step, as marked sentences."""
    step = courses.course(made.course).step(found.stage)
    return courses.missing(step.needs, there(found, made)) if step else []


def waits(found: Proposal, made: Plan) -> bool:
    """Whether a proposal is in a step that the clock ends: of its course, or once more."""
    again = made.side == State.CHALLENGED and found.stage == "deliberating"
    return again or courses.course(made.course).step(found.stage) is not None


def in_rounds(found: Proposal, made: Plan) -> bool:
    """Whether a proposal goes through rounds now."""
    return courses.course(made.course).goes_round and found.stage == "deliberating"


def is_last(found: Proposal, made: Plan) -> bool:
    """Whether the vote comes after the step that a proposal is in."""
    return courses.course(made.course).after(found.stage) == "voting"


def still_until(db: Connection, changed: datetime) -> datetime:
    """Until when a text stays as it is that was changed then, before it is voted on."""
    return changed + timedelta(days=choices.now(db, STILL))


def moving(db: Connection, found: Proposal, made: Plan, now: datetime) -> bool:
    """Whether a text was changed so lately that it cannot be voted on yet."""
    if made.changed is None or not is_last(found, made):
        return False
    return now < still_until(db, made.changed)


MOVING: Final = mark(
    "The text was changed lately. It stays as it is for a while before we vote, so that everybody "
    "votes on what they have read."
)


def by_clock(unit: Unit, slug: str) -> None:
    """Go on with a proposal whose least days are over, or wait, or end it; nothing if it may not.

    Raises:
        Missing: there is no such proposal.
        Conflict: E_EARLY, its days are not over.
    """
    found, made = moves.ours(unit, slug)
    if not waits(found, made):
        return
    if made.due is None or unit.now < made.due:
        raise Conflict("E_EARLY", slug, safe=EARLY)
    course = courses.course(made.course)
    grace = timedelta(days=course.grace_days)
    until = made.due + grace
    if not lacks(found, made):
        if moving(unit.db, found, made, unit.now):
            _keep_still(unit, found, made)
        else:
            _go_on(unit, found, made, Who.CLOCK)
    elif unit.now >= until and made.look == until:
        _miss(unit, found, made)
    elif made.look != until:
        # nobody could do what is missing while the node was off: it waits from now on
        due = unit.now if unit.now >= until else made.due
        until = due + grace
        keep(unit, found, due=due, look=until)
        unit.later("proposals.step", due=until, slug=slug)


def _keep_still(unit: Unit, found: Proposal, made: Plan) -> None:
    """Wait with a vote until its text has stood still: it was changed in a step before."""
    assert made.changed is not None, "it was changed lately"
    until = still_until(unit.db, made.changed)
    keep(unit, found, due=until, look=until)
    unit.later("proposals.step", due=until, slug=found.slug)


EARLY: Final = mark("The days of this step are not over yet. It goes on by itself then.")


def by_hand(unit: Unit, slug: str, member: str) -> None:
    """Go on with a proposal before its days are over, if its course lets who leads it.

    Raises:
        Missing: there is no such proposal.
        Refused: E_NOT_YOURS, somebody else leads it.
        Conflict: E_STAGE, it is in no step; E_EARLY, its course has all its days; E_GATE,
            something is missing; E_STILL, its text was changed lately.
    """
    found, made = moves.ours(unit, slug)
    if not leads(unit, made, member):
        raise Refused("E_NOT_YOURS", member, safe=LEADS)
    if not waits(found, made) or made.due is None:
        raise Conflict("E_STAGE", slug, safe=NO_STEP)
    if unit.now < made.due and not early(made):
        raise Conflict("E_EARLY", slug, safe=EARLY)
    if missing := lacks(found, made):
        raise Conflict("E_GATE", slug, safe=missing[0])
    if moving(unit.db, found, made, unit.now):
        raise Conflict("E_STILL", slug, safe=MOVING)
    unit.log("proposal.step", member, subject=found.id)
    _go_on(unit, found, made, Who.LEAD)


def early(made: Plan) -> bool:
    """Whether who leads a proposal may go on before its days are over; not once it is challenged.

    Else who leads it could put it to the vote again at once, and nobody had talked it through.
    """
    return courses.course(made.course).early and made.side != State.CHALLENGED


LEADS: Final = mark("Only who brought it, or whom they asked to lead it, does this.")
NO_STEP: Final = mark("It is not under way any more. Look at its page.")


def leads(unit: Unit, made: Plan, member: str) -> bool:
    """Whether a member leads a proposal: who was asked to, else who brought it; keepers, too.

    And whoever holds a role that may (`Module.powers`).
    """
    if not accounts.is_member(unit.db, member):
        return False
    return member == (made.lead or made.author) or accounts.may(unit, member, "facilitate")


def ask_to_lead(unit: Unit, slug: str, member: str, handle: str) -> None:
    """Have another member lead a proposal; an empty name gives it back to its author.

    Raises:
        Missing: there is no such proposal.
        Refused: E_NOT_YOURS.
        Conflict: E_STAGE, voting has begun.
        Invalid: `lead` is nobody here.
    """
    found, made = moves.ours(unit, slug)
    if made.author != member and not leads(unit, made, member):
        raise Refused("E_NOT_YOURS", member, safe=LEADS)
    if not pipeline.path(found.stage, "voting") or found.stage == "decided":
        raise Conflict("E_STAGE", slug, safe=NO_STEP)
    one = accounts.by_handle(unit.db, handle.strip().lstrip("@")) if handle.strip() else None
    if handle.strip() and (one is None or one.suspended is not None):
        sentence = mark("Nobody here has this short name. Look under %(word_members)s.")
        raise Invalid({"lead": sentence})
    queries.set_lead(unit, found.id, one.id if one else None)
    unit.log("proposal.lead", member, subject=found.id)


def _go_on(unit: Unit, found: Proposal, made: Plan, by: Who) -> None:
    course = courses.course(made.course)
    stage = course.after(found.stage)
    if stage == "voting" and came_too_late(unit.db, made):
        lapse(unit, found)
    elif stage == "voting":
        _open(unit, found, course, by)
    else:
        _enter(unit, found, course, stage, by)


def came_too_late(db: Connection, made: Plan) -> bool:
    """Whether another decision came in the place that a proposal is for."""
    place = (made.replaces or {}).get("record")
    return place is not None and decisions.in_place_of(db, place) is not None


def lapse(unit: Unit, found: Proposal) -> None:
    """End a proposal before its vote."""
    keep(unit, found, due=None, look=None)
    moves.move(unit, found, "ended", sent=True, by=Who.CLOCK, side=State.LAPSED)


VOTE_DAYS: Final = 3
"""How long a vote is open again, where no course says it."""


def _open(unit: Unit, found: Proposal, course: Course, by: Who) -> None:
    closes = unit.now + timedelta(days=course.vote_days or VOTE_DAYS)
    keep(unit, found, opens=unit.now, closes=closes, due=None, look=None)
    voted = replace(found, voting_starts=unit.now, voting_ends=closes)
    moves.move(unit, voted, "voting", sent=True, by=by)
    opening.open_box(unit, found.slug)


def _enter(
    unit: Unit,
    found: Proposal,
    course: Course,
    stage: str,
    by: Who,
    side: State | None = None,
) -> None:
    names = [step.stage for step in course.steps]
    left = course.steps[names.index(stage) :]
    opens = unit.now + sum((step.least for step in left), timedelta())
    closes = opens + timedelta(days=course.vote_days)
    keep(unit, found, opens=opens, closes=closes)
    planned_ = replace(found, voting_starts=opens, voting_ends=closes)
    moves.move(unit, planned_, stage, sent=True, by=by, side=side)
    begin(unit, found.slug, stage)


def _miss(unit: Unit, found: Proposal, made: Plan) -> None:
    """What is missing did not come: back to the step before, or it lapses."""
    course = courses.course(made.course)
    before = course.earlier(found.stage)
    if goes_back(made) and before is not None:
        keep(unit, found, have={**(made.have or {}), BACK: 1})
        _enter(unit, found, course, before, Who.CLOCK, State.SENT_BACK)
        return
    lapse(unit, found)


BACK: Final = "back"
"""In what a plan has: it was sent back before."""


def goes_back(made: Plan) -> bool:
    """Whether what misses something goes back to the step before; else it lapses."""
    again = made.side is not None or (made.have or {}).get(BACK)
    return courses.course(made.course).missed is Missed.GOES_BACK and not again


def came(unit: Unit, slug: str, have: Mapping[str, int]) -> None:
    """Note how many there are of what steps may need; what waited for it goes on by itself."""
    found, made = moves.ours(unit, slug)
    keep(unit, found, have={**(made.have or {}), **have})
    look_again(unit, slug)


def look_again(unit: Unit, slug: str) -> None:
    """Have the clock look at a proposal whose days are over: what it waited for may be there."""
    found, made = moves.ours(unit, slug)
    if waits(found, made) and made.due is not None and made.due <= unit.now:
        keep(unit, found, look=unit.now)
        unit.later("proposals.step", once=f"proposals.step:{slug}", slug=slug)
