"""What may fit the notices of members here, kept up to date notice by notice."""

from dataclasses import asdict
from typing import Any

from node.kernel.unit import Unit
from node.modules.listings import api as listings
from node.modules.listings.api import Notice
from node.modules.matching import queries, scoring
from node.modules.matching.scoring import Fit, Side
from node.modules.moderation import api as moderation
from node.modules.peers import api as peers
from vocab import html

KEPT = 10
"""Matches kept for one notice, the best."""

LIVE = ("open", "reserved")


def side(notice: Notice) -> Side:
    """A notice, as far as it matters for a fit."""
    names = {name for iri in notice.topics if (name := listings.name_of(iri))}
    return Side(
        topics=frozenset(notice.topics),
        names=frozenset(names),
        kind=notice.kind,
        words=listings.tokens([notice.title, html.to_text(notice.text)], notice.lang),
        terms=tuple(notice.terms),
        ends=notice.ends,
        place=notice.domain,
    )


def look(unit: Unit, id: str) -> None:
    """Find what fits a notice that is new or changed, for everybody here whom it concerns."""
    notice = listings.stored(unit, id)
    if notice is None or notice.hidden or notice.state(unit.now) not in LIVE:
        queries.drop_matches(unit, id)
        return
    others = _opposite(unit, notice)
    kept = _keep_for(unit, notice, others) if notice.local else set()
    for other in others:
        if other.local and _one(unit, other, notice):
            kept.add(other.id)
    queries.drop_matches(unit, id, keep=kept)


def _keep_for(unit: Unit, notice: Notice, others: list[Notice]) -> set[str]:
    """Keep the best of what fits a member's notice."""
    mine = side(notice)
    found = [(scoring.fit(mine, side(other)), other) for other in others]
    best = sorted(
        ((fit, other) for fit, other in found if fit.enough),
        key=lambda one: (-one[0].score, one[1].id),
    )
    for fit, other in best[:KEPT]:
        _keep(unit, notice, other, fit)
    return {other.id for _, other in best[:KEPT]}


def _one(unit: Unit, mine: Notice, other: Notice) -> bool:
    """Keep one pair, if it fits; the other way round for whoever had the first notice."""
    fit = scoring.fit(side(mine), side(other))
    if fit.enough:
        _keep(unit, mine, other, fit)
    return fit.enough


def _keep(unit: Unit, mine: Notice, other: Notice, fit: Fit) -> None:
    values: dict[str, Any] = {
        "score": fit.score,
        "reasons": [asdict(one) for one in fit.reasons],
        "but": asdict(fit.but) if fit.but else None,
    }
    if not queries.rescore(unit, mine.id, other.id, **values):
        queries.add_match(unit, owner=mine.owner, mine=mine.id, other=other.id, **values)


def _opposite(unit: Unit, notice: Notice) -> list[Notice]:
    """Open notices of the other purpose about the same or a near topic, of others we may meet."""
    near = {
        listings.concept(other)
        for iri in notice.topics
        if (name := listings.name_of(iri))
        for other in scoring.RELATED_TO.get(name, ())
    }
    found = listings.candidates(
        unit.db,
        listings.HERE,
        unit.now,
        listings.Asked(purpose="offer" if notice.is_need else "request"),
        concepts=sorted({*notice.topics, *near}),
        but=notice.owner,
    )
    trusted = {service.domain for service in peers.trusted_services(unit.db)}

    def known(one: Notice) -> bool:
        return one.local or one.foreign is not None or one.domain in trusted

    if not known(notice):
        return []
    return [
        other
        for other in found
        if (other.local or (notice.local and known(other)))
        and may_meet(unit, notice.owner, other.owner)
    ]


def may_meet(unit: Unit, one: str, other: str) -> bool:
    """Whether neither of two people wants nothing to do with the other."""
    return not (moderation.blocks(unit.db, one, other) or moderation.blocks(unit.db, other, one))


def listed(unit: Unit, event: listings.Listed) -> None:
    """A new notice: who fits it, and whom does it fit."""
    look(unit, event.id)


def changed(unit: Unit, event: listings.Changed) -> None:
    """A notice says something else now."""
    look(unit, event.id)
