"""The decision that is carried out: what proposals and decisions know of it, read together."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any, Final

from sqlalchemy import Connection

from node.kernel.access import Viewer
from node.kernel.errors import Missing
from node.modules.decisions import api as decisions
from node.modules.deliveries import queries, rules
from node.modules.deliveries.rules import Phase
from node.modules.deliveries.tables import Review
from node.modules.proposals import api as proposals
from vocab.html import to_text
from vocab.values import dataclass

INSIDE: Final = Viewer(role="member")
"""Who looks in a unit: it has let in members alone."""


@dataclass(frozen=True, kw_only=True)
class Matter:
    """A proposal of ours on its way through decision, delivery and review."""

    slug: str
    title: str
    language: str | None
    stage: str
    phase: Phase
    closed: bool
    """The vote is over and counted."""
    day: datetime | None
    """When it is looked at again; None before voting opens."""
    record: decisions.Record | None
    review: Review | None

    @property
    def path(self) -> str:
        """Its page here."""
        return f"/deliveries/{self.slug}"


@dataclass(frozen=True, kw_only=True)
class Expected:
    """What somebody in the minority said or expects, to be answered by the review.

    `key` names it in a form; `public`: it stands in the record; `day`: by when it will show.
    """

    key: str
    text: str
    public: bool
    day: date | None = None


def matter(db: Connection, slug: str, viewer: Viewer, now: datetime) -> Matter:
    """A proposal of ours by the name of its page.

    Raises:
        Missing: there is none, or it is not for this viewer.
    """
    found = proposals.by_slug(db, slug, viewer)
    if found is None or not found.ours or found.stage == "withdrawn":
        raise Missing(detail=slug)
    box, record = decisions.box_of(db, slug), decisions.record_of_box(db, slug, viewer)
    review = queries.review_of_matter(db, slug)
    return Matter(
        slug=slug,
        title=found.name,
        language=found.lang,
        stage=found.stage,
        phase=rules.phase(
            outcome=box.outcome if box else None,
            in_force=record is not None and record.in_force is not None,
            ended=record is not None and record.ended is not None,
            review=box.review if box else None,
            reviewed=review is not None and review.stands is not None,
            now=now,
        ),
        closed=box is not None and box.counted is not None,
        day=box.review if box else None,
        record=record,
        review=review,
    )


def due(db: Connection, viewer: Viewer, now: datetime) -> list[Matter]:
    """The decisions in force that are to be looked at again, the oldest first."""
    slugs = [one.box for one in decisions.to_review(db, viewer, now) if one.box]
    known = queries.reviewed(db, slugs)
    return [matter(db, slug, viewer, now) for slug in slugs if slug not in known]


def expected(db: Connection, one: Matter) -> list[Expected]:
    """What the minority said in the record, and what members expect; nothing before the close."""
    if not one.closed:
        return []
    public = [
        Expected(key=f"record-{number}", text=text, public=True)
        for number, text in enumerate(_statements(one))
    ]
    kept = set(in_record(db, one))
    return public + [
        Expected(key=f"member-{row.id}", text=row.text, public=False, day=row.day)
        for row in queries.expectations(db, one.slug)
        if row.id not in kept
    ]


def _statements(one: Matter) -> list[str]:
    said = one.record.document.get("minorityStatements") if one.record else None
    return [to_text(_content(each)) for each in (said if isinstance(said, list) else ())]


def in_record(db: Connection, one: Matter) -> list[str]:
    """Which of the things that members expect stand in the record, by their ids."""
    told = [_plain(text) for text in _statements(one)]
    return [
        row.id
        for row in queries.expectations(db, one.slug)
        if row.publish and any(each.startswith(_plain(row.text)) for each in told)
    ]


def _plain(text: str) -> str:
    return " ".join(text.split())


def _content(statement: Mapping[str, Any]) -> str:
    """The words of a statement, in whatever language the record has."""
    held = statement.get("contentMap")
    return str(next(iter(held.values()), "") if held else statement.get("content", ""))
