"""What may fit the notices of members here, kept up to date notice by notice."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from operator import itemgetter
from types import MappingProxyType
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from sqlalchemy import Connection

from node.kernel.unit import Unit
from node.modules.listings import api as listings
from node.modules.listings.api import Notice, Open
from node.modules.matching import filters, indexing, lexicon, queries, scoring, wishing
from node.modules.matching.filters import Wishes
from node.modules.matching.scoring import Fit, Reason, Side
from node.modules.moderation import api as moderation
from node.modules.peers import api as peers
from vocab import html

KEPT = 10
"""Matches kept for one notice, the best."""

SCANNED = 2000
"""Open notices, the newest, among which it is seen whether one was never looked at."""

LIVE = ("open", "reserved")


def side(notice: Notice, same: Mapping[str, str] = MappingProxyType({})) -> Side:
    """A notice, as far as it matters for a fit.

    Args:
        notice: ours or another's.
        same: which words mean the same here, of `same_here`.
    """
    topics, above = _about(notice)
    names = {name for iri in topics if (name := listings.name_of(iri))}
    over = listings.shared(None, sorted(above)) if not names else None
    return Side(
        topics=topics,
        above=above,
        names=frozenset({*names, *([over] if over else ())}),
        kind=notice.kind,
        terms=tuple(notice.terms),
        ends=notice.ends,
        when=notice.when,
        place=notice.domain,
        cell=notice.cell,
        lang=notice.lang,
        is_need=notice.is_need,
        since=notice.arrived,
        **words_of(notice.title, html.to_text(notice.text), notice.lang, same),
    )


def _about(notice: Notice) -> tuple[frozenset[str], frozenset[str]]:
    """What a notice is about, and what stands above that.

    Others' topics are theirs to order: what they name beside their own is what it is about.
    """
    every = frozenset(notice.topics)
    if not notice.local or notice.concept is None:
        return every, frozenset()
    own = frozenset(one for one in every if one == notice.concept or "#kind-" in one)
    return own, every - own


def same_here(db: Connection) -> Mapping[str, str]:
    """Which words mean the same in this community, as its keepers say."""
    return lexicon.same_as(listings.same_words(db))


def words_of(
    title: str, text: str, lang: str | None, same: Mapping[str, str] = MappingProxyType({})
) -> dict[str, Any]:
    """What a side knows of the words of a notice."""
    guessed = {name for iri in listings.guess([], [], title) if (name := listings.name_of(iri))}
    return {
        "title": lexicon.words([title], lang, same),
        "text": lexicon.words([text], lang, same),
        "guessed": frozenset(guessed),
    }


class Pair(NamedTuple):
    """A notice beside another by its id, before anybody's wishes are asked."""

    mine: Side
    other: Side
    id: str


def alike(db: Connection, notice: Notice, mine: Side) -> list[Pair]:
    """What may fit a notice, of other people, by the index alone."""
    near = indexing.like(db, mine, opposite(notice), but=notice.owner)
    return [Pair(mine=mine, other=other, id=id) for id, other in near.items()]


def opposite(notice: Notice) -> str:
    """The purpose of what may fit."""
    return "offer" if notice.is_need else "request"


def best(
    pairs: Iterable[Pair], zone: ZoneInfo, now: datetime, wishes: Wishes = filters.NONE
) -> Iterator[tuple[Fit, str]]:
    """What fits well enough, the best first; in the same order whoever the people are.

    Most come to nothing, and of the others few are shown: so what rules a pair out is asked
    only of what fits, and the reasons are told as they are taken.
    """
    fits = [
        (-judged.score, one.id, one, judged)
        for one in pairs
        if (judged := scoring.judge(one.mine, one.other, now=now, zone=zone))
    ]
    for _, id, one, judged in sorted(fits, key=itemgetter(0, 1)):
        if filters.misfit(one.mine, one.other, zone, wishes) is None:
            yield scoring.told(one.mine, one.other, judged), id


def still(db: Connection, notice: Notice, ids: Iterable[str], now: datetime) -> Mapping[str, Open]:
    """Those of some notices that are open and may be matched with one, by their ids."""
    found = listings.open_among(
        db, now, purpose=opposite(notice), ids=sorted(set(ids)), but=notice.owner
    )
    if notice.local and all(one.local for one in found):
        return {one.id: one for one in found}
    trusted = {service.domain for service in peers.trusted_services(db)}

    def known(one: Notice | Open) -> bool:
        return one.local or one.foreign is not None or one.domain in trusted

    return {
        one.id: one
        for one in found
        if known(notice) and (one.local or (notice.local and known(one)))
    }


def look(unit: Unit, id: str) -> None:
    """Find what fits a notice that is new or changed, for everybody here whom it concerns."""
    notice = listings.stored(unit, id)
    if notice is None or notice.hidden or notice.state(unit.now) not in LIVE:
        indexing.drop(unit, id)
        queries.drop_matches(unit, id)
        return
    mine = side(notice, same_here(unit.db))
    indexing.put(unit, notice, mine)
    pairs = alike(unit.db, notice, mine)
    wishes = wishing.of(unit.db, notice.owner) if notice.local else filters.NONE
    ours = list(best(pairs, zone(unit), unit.now, wishes))
    theirs = [Pair(mine=one.other, other=mine, id=one.id) for one in pairs]
    ids = {one for _, one in (*ours, *best(theirs, zone(unit), unit.now))}
    open_ = still(unit.db, notice, ids, unit.now)
    kept = _keep_for(unit, notice, ours, open_) if notice.local else set()
    at = {one.id for one in theirs if one.id in open_ and _keep_at(unit, one, open_, notice)}
    queries.keep_only(unit, id, kept, at)


def _keep_for(
    unit: Unit, notice: Notice, ranked: Iterable[tuple[Fit, str]], open_: Mapping[str, Open]
) -> set[str]:
    """Keep the best of what fits a member's notice."""
    kept: set[str] = set()
    for fit, id in ranked:
        other = open_.get(id)
        if len(kept) < KEPT and other and may_meet(unit, notice.owner, other.owner):
            _keep(unit, notice, other, fit)
            kept.add(id)
    return kept


def _keep_at(unit: Unit, turned: Pair, open_: Mapping[str, Open], notice: Notice) -> bool:
    """Keep a pair for a member who had the other notice before, if it is among their best."""
    theirs = open_[turned.id]
    if not theirs.local or not may_meet(unit, theirs.owner, notice.owner):
        return False
    wishes = wishing.of(unit.db, theirs.owner)
    for fit, _ in best([turned], zone(unit), unit.now, wishes):
        _keep(unit, theirs, notice, fit)
        return notice.id not in queries.trim(unit, theirs.id, KEPT)
    return False


def _keep(unit: Unit, mine: Notice | Open, other: Notice | Open, fit: Fit) -> None:
    values: dict[str, Any] = {
        "score": fit.score,
        "reasons": [_said(one) for one in fit.reasons],
        "but": _said(fit.but) if fit.but else None,
    }
    if not queries.rescore(unit, mine.id, other.id, **values):
        queries.add_match(unit, owner=mine.owner, mine=mine.id, other=other.id, **values)


def _said(one: Reason) -> dict[str, Any]:
    return {"part": one.part, "words": one.words}


def zone(unit: Unit) -> ZoneInfo:
    """The community's zone, in which days of the week are meant."""
    return ZoneInfo(unit.community.timezone)


def wish(unit: Unit, owner: str, said: Wishes) -> None:
    """Keep what suits a member and what does not, and find anew what fits their notices."""
    wishing.keep(unit, owner, said)
    mine = listings.Asked(owner=owner, local=True)
    for notice in listings.open_listings(unit.db, listings.HERE, unit.now, mine, limit=200):
        look(unit, notice.id)


def overlooked(db: Connection, now: datetime) -> list[str]:
    """Open notices that never were looked at, such as what is older than the matcher."""
    ids = all_open(db, now)
    known = indexing.known(db, ids)
    return [id for id in ids if id not in known]


def may_meet(unit: Unit, one: str, other: str) -> bool:
    """Whether neither of two people wants nothing to do with the other."""
    return not (moderation.blocks(unit.db, one, other) or moderation.blocks(unit.db, other, one))


def reworded(unit: Unit, _event: listings.Reworded) -> None:
    """Other words mean the same now: every open notice is looked at again."""
    unit.later("matching.look_at_all", once="matching.look_at_all")


def all_open(db: Connection, now: datetime) -> list[str]:
    """The open notices, the newest, as many as are looked at again at once."""
    return [one.id for one in listings.open_listings(db, listings.HERE, now, limit=SCANNED)]


def listed(unit: Unit, event: listings.Listed) -> None:
    """A new notice: who fits it, and whom does it fit."""
    look(unit, event.id)


def changed(unit: Unit, event: listings.Changed) -> None:
    """A notice says something else now."""
    look(unit, event.id)
