"""How the page of a decision of ours opens: now, next, your turn, by when."""

from datetime import datetime

from node.kernel.access import Viewer
from node.modules.decisions import forcing
from node.modules.decisions.queries import Record
from node.modules.decisions.rules import Outcome
from web.language import mark
from web.voice import Voice

Strip = tuple[str, str, str, str]

NOT_TAKEN = {
    Outcome.REJECTED: mark("Declined"),
    Outcome.BLOCKED: mark("Declined"),
    Outcome.NO_DECISION: mark("Lapsed"),
}


def strip(
    found: Record,
    viewer: Viewer,
    spoken: Voice,
    *,
    ends: datetime | None,
    review: datetime | None,
    grace: datetime | None = None,
) -> Strip:
    """Now, next, your turn, by when: in the viewer's language.

    Args:
        found: a record of ours.
        viewer: who reads it.
        spoken: their language, and what the time is.
        ends: when it ends by itself, if it does.
        review: when it is looked at again, if it is.
        grace: when it comes into force although nobody has chosen who may see it.
    """
    _ = spoken.say
    if found.ended is not None:
        now = _("In force no longer") if found.in_force else _("It never came into force")
        return now, _("Nothing more"), "", ""
    if found.holds:
        return _in_force(ends, review, spoken)
    if forcing.cooling(found, spoken.now):
        by = forcing.cools_until(found)
        turn = _("Say so if something went wrong") if viewer.is_member else ""
        return _("Decided, and it cools off"), _("It is in force"), turn, _day(by, spoken)
    now = next((words for one, words in NOT_TAKEN.items() if found.outcome == one), "")
    if now or not forcing.alone(found):
        return _(now or mark("Decided")), _("Nothing more"), "", ""
    if grace is None:
        return _("Decided"), _("It comes into force"), "", ""
    # who brought it may choose as well, and reads that on the page of the matter
    turn = _("Choose who may see the decision") if viewer.is_admin else ""
    after = _("In force, once it is said who may see it; else by itself")
    return _("Decided"), after, turn, _day(grace, spoken)


def _in_force(ends: datetime | None, review: datetime | None, spoken: Voice) -> Strip:
    _ = spoken.say
    if ends is not None and (review is None or ends <= review):
        return _("In force"), _("It ends by itself"), "", _day(ends, spoken)
    if review is not None and review > spoken.now:
        return _("In force"), _("We look at it again"), "", _day(review, spoken)
    return _("In force"), _("Nothing more"), "", ""


def _day(at: datetime | None, spoken: Voice) -> str:
    return spoken.short(at.astimezone(spoken.zone).date()) if at else ""
