"""Opening the vote on a proposal: its text and the list of those who may vote freeze. Units."""

import calendar
from dataclasses import replace
from datetime import datetime
from fractions import Fraction
from typing import Any

from node.kernel.unit import Unit
from node.modules.accounts import api as accounts
from node.modules.decisions import api as decisions
from node.modules.proposals import courses, moves, queries
from node.modules.proposals.queries import Plan


def open_box(unit: Unit, slug: str) -> None:
    """Open the box of a proposal that has come to its vote: text and roster freeze."""
    found, made = moves.ours(unit, slug)
    terms = decisions.Terms(
        method=decisions.Method(made.method),
        share=Fraction(made.share),
        counts=made.counts,
        closes=made.closes,
        review=months_after(made.closes, made.review_months),
        settings=made.settings or {},
        open=is_open(made),
        kind=made.course or courses.USUAL,
    )
    subject: dict[str, Any] = {"id": found.id, "name": found.name, "content": found.content}
    if made.joint is not None:
        subject = dict(made.joint["subject"])
    if found.options:
        among = [replace(o, id=f"{subject['id']}#{decisions.key(o.id)}") for o in found.options]
        subject["options"] = [decisions.kept(option) for option in among]
    # who was suspended while it was under way keeps their place: one hand takes no ballot away
    every = accounts.members(unit.db)
    members = [m.id for m in every if not m.suspended or m.suspended > found.published]
    active = queries.active(unit.db, unit.now)
    decisions.open_box(unit, slug, terms, subject=subject, members=members, active=active)
    unit.later("proposals.close", due=made.closes, slug=slug)


def is_open(made: Plan) -> bool:
    """Whether the ballots of a proposal are open, as it was said when it was brought."""
    return bool((made.settings or {}).get("open"))


def months_after(moment: datetime, months: int) -> datetime:
    """The same day and time so many months later; the month's last day where there is none."""
    year, month = divmod(moment.month - 1 + months, 12)
    first = moment.replace(year=moment.year + year, month=month + 1, day=1)
    day = min(moment.day, calendar.monthrange(first.year, first.month)[1])
    return first.replace(day=day)
