"""Counting a box, or opening it once more. Units, and the only code that reads ballots.

Nothing is counted before the box closes. If too few took part it stays open once more; if
options are equal, it is voted on again between them, once.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import delete, insert, select

from node.kernel.database import change_rows
from node.kernel.errors import Conflict, Missing
from node.kernel.unit import Unit
from node.modules.decisions import delegating, guarding, minority, opened, queries, rules, watching
from node.modules.decisions.guarding import Waiting
from node.modules.decisions.methods import lots
from node.modules.decisions.methods.face import Marks, Setup
from node.modules.decisions.queries import Box
from node.modules.decisions.rules import Result
from node.modules.decisions.tables import audit, ballot, box, roster
from vocab.values import dataclass
from web.language import mark

RUN_OFF: Final = timedelta(days=2)
"""How long a run-off is open."""
AT_LEAST: Final = timedelta(days=1)
AT_MOST: Final = timedelta(days=7)
"""How long a vote stays open once more, at least and at most; else as long as it was."""


@dataclass(frozen=True, kw_only=True)
class Counted:
    """A box that was counted, as it stands after it; `audit`: the digest of its ballots."""

    box: Box
    result: Result
    statements: tuple[str, ...]
    audit: str
    recused: int
    voices: int = 0
    """Of others, that counted beside the ballots of those who took part."""


@dataclass(frozen=True, kw_only=True)
class Again:
    """A box that is open once more."""

    closes: datetime


def count(unit: Unit, box_id: str) -> Counted | Again | Waiting:
    """Count a box whose time has come, once; or let it be voted on once more, or wait for a word.

    Raises:
        Missing: there is no such box.
        Conflict: E_OPEN before it closes, E_COUNTED after it was counted.
    """
    found = _closed(unit, box_id)
    eligible, active, recused = queries.bases(unit.db, box_id)
    needed = rules.required(found.share, active, eligible, fewest=found.fewest)
    if _too_few(unit, found, needed):
        length = min(max(found.closes - found.opened, AT_LEAST), AT_MOST)
        return _again(unit, found, unit.now + length, extended=True)
    told = guarding.words(unit, found) if found.options else ()
    if isinstance(told, Waiting):
        return told
    roster_hash = watching.freeze(unit, box_id) or found.roster_hash
    papers, voices = _papers(unit, found)
    keys = [_sealed(paper) for paper in papers]
    secret = unit.db.execute(select(audit).where(audit.c.box == box_id)).one()
    digest = rules.commitment(secret.salt, roster_hash, keys)
    made = _drawn(replace(found.setup, eligible=eligible), secret.lot, told, digest)
    result = rules.tally(
        found.method, _spoken(papers, voices), made, needed, wanted=found.counts,
        ran_off=found.run_off is not None, floor=found.floor, own=len(papers),
        exact=found.exact,
    )  # fmt: skip
    if result.tied:
        return _run_off(unit, found, result.tied)
    values = {
        "counted": unit.now, "outcome": result.outcome.value, "eligible": eligible,
        "active": active, "needed": needed, "lot_word": secret.lot, "lot_words": list(told) or None,
        **_told(unit, found, papers, voices),
    }  # fmt: skip
    change_rows(unit.db, box.c.id, box_id, **values)
    agreed = [*_reasons(papers), *minority.stated(unit, box_id)]
    after = queries.box_of(unit.db, box_id)
    assert after is not None, "it was just counted"
    return Counted(
        box=after,
        result=result,
        statements=rules.statements(agreed, result.participated),
        audit=digest,
        recused=recused,
        voices=sum(voices.values()),
    )


def _reasons(papers: Sequence[Mapping[str, Any]]) -> list[str]:
    """What those who objected want to stand in the record."""
    return [paper["reason"] for paper in papers if paper["publish"] and paper["reason"]]


def _papers(unit: Unit, found: Box) -> tuple[list[dict[str, Any]], dict[str, int]]:
    """The ballots, and how many voices of others count with each, by who cast it.

    In an open vote a random word stands for the key of a secret ballot.
    """
    if not found.open:
        return _shuffled(unit, found.id), {}
    papers = [{**paper, "key": paper["slot"]} for paper in opened.papers(unit, found.id)]
    return papers, delegating.settle(unit, found, [paper["member"] for paper in papers])


def _told(
    unit: Unit, found: Box, papers: Sequence[dict[str, Any]], voices: dict[str, int]
) -> dict[str, Any]:
    """What members are told: of open ballots all, of secret ones reasons and receipts, nameless."""
    if found.open:
        opened.tell(unit, found.id, voices)
        return {}
    return {
        "reasons": sorted([p["position"], p["reason"]] for p in papers if p["reason"]),
        "receipts": sorted(rules.receipt(p["key"]) for p in papers),
    }


def _spoken(papers: Sequence[dict[str, Any]], voices: Mapping[str, int]) -> list[Marks]:
    """What the ballots say, each as often as it counts."""
    return [
        opened.said(paper)
        for paper in papers
        for _ in range(1 + voices.get(paper.get("member") or "", 0))
    ]


def _drawn(made: Setup, ours: str | None, told: Sequence[str], digest: str) -> Setup:
    """What was fixed before, with the lot of all words and ballots; boxes of old have none."""
    if not ours:
        return made
    return replace(made, lot=lots.order(made.options, lots.seed([ours, *told], digest)))


def _closed(unit: Unit, box_id: str) -> Box:
    found = queries.box_of(unit.db, box_id)
    if found is None:
        raise Missing
    if unit.now < found.closes:
        raise Conflict("E_OPEN", safe=mark("Voting is still open. Only the clock closes it."))
    if found.counted:
        raise Conflict("E_COUNTED", safe=mark("This was counted already."))
    return found


def _too_few(unit: Unit, found: Box, needed: int) -> bool:
    may = (found.settings or {}).get("extends", True) and not found.extended
    return may and not found.run_off and queries.turnout(unit.db, found.id) < needed


def _again(unit: Unit, found: Box, closes: datetime, **more: Any) -> Again:
    change_rows(unit.db, box.c.id, found.id, closes=closes, **more)
    unit.log("decision.again", unit.community.id, subject=found.id)
    return Again(closes=closes)


def _run_off(unit: Unit, found: Box, tied: tuple[str, ...]) -> Again:
    """Vote again, between options that are equal; what was voted before is gone."""
    unit.db.execute(delete(ballot).where(ballot.c.box == found.id))
    opened.clear(unit, found.id)
    delegating.again(unit, found.id)
    change_rows(unit.db, roster.c.box, found.id, voted=False)
    guarding.forget(unit, found.id)
    return _again(unit, found, unit.now + RUN_OFF, run_off=list(tied))


def _sealed(paper: dict[str, Any]) -> tuple[str, ...]:
    """A ballot as it stands in the digest of all."""
    return tuple(paper[name] for name in ("key", "position", "option", "marks") if paper[name])


def _shuffled(unit: Unit, box_id: str) -> list[dict[str, Any]]:
    """The ballots by their random keys, written anew in that order.

    PostgreSQL keeps rows in the order of their arrival, beside the transaction that also set
    the voter's flag; after this neither is left.
    """
    mine = select(ballot).where(ballot.c.box == box_id).order_by(ballot.c.key)
    papers = [dict(row._mapping) for row in unit.db.execute(mine)]  # noqa: SLF001
    unit.db.execute(delete(ballot).where(ballot.c.box == box_id))
    if papers:
        unit.db.execute(insert(ballot), papers)
    return papers
