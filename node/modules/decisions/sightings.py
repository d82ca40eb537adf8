"""What this node saw of the chains of those it trusts, and what they say of ours. Units and SQL.

Each look at a chain is kept for good, so what does not go on from it is seen. While that is
open, nothing more is signed for that community; keepers say when it is cleared up.
"""

import secrets
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, and_, delete, insert, select, update

from node.kernel.tables import Account, account, account_of
from node.kernel.unit import Unit
from node.modules.accounts import api as accounts
from node.modules.decisions import chain, chaining, queries, seals, witnesses
from node.modules.decisions.tables import sighting
from node.modules.decisions.witnesses import Mark
from vocab.values import dataclass


@dataclass(frozen=True, kw_only=True)
class Shown:
    """What a node shows of its community's chain, as it came."""

    asked: datetime
    """What was seen since then it need not go on from."""
    checkpoint: Mapping[str, Any]
    after: int
    leaves: Sequence[str]
    statements: Sequence[Mapping[str, Any]]


@dataclass(frozen=True, kw_only=True)
class Fault:
    """A chain that does not go on from what was seen of it."""

    community: str
    ours: bool
    name: str
    code: str
    number: int
    seen: int
    by: str
    at: datetime


def community_of(db: Connection, service: str) -> Account | None:
    """The community of a node that we trust, if both name each other and we know it."""
    row = db.execute(select(account).where(account.c.id == service)).one_or_none()
    named = (row.document or {}).get("communities") if row is not None else None
    mine = and_(account.c.service == service, account.c.kind == "Community", ~account.c.local)
    for found in db.execute(select(account).where(mine).order_by(account.c.id)):
        if found.id in (named if isinstance(named, list) else [named]):
            return account_of(found)
    return None


def known(db: Connection, community: str) -> list[Row[Any]]:
    """What we, and others by their word to us, saw of a chain and still hold it to."""
    held = select(sighting).where(sighting.c.community == community, sighting.c.code == "")
    rows = db.execute(held.where(sighting.c.cleared.is_(None)).order_by(sighting.c.number.desc()))
    seen, last = [], set[str]()
    for row in rows:
        if row.witness not in last:  # of each the longest chain that they saw
            last.add(row.witness)
            seen.append(row)
    return seen


def held_to(db: Connection, us: str, community: str) -> list[Row[Any]]:
    """What a chain that is shown now has to go on from: ours, and what is new of others."""
    return [row for row in known(db, community) if row.witness == us or not row.checked]


def start(db: Connection, us: str, community: str) -> int | None:
    """The number after which leaves are needed; None if we have seen nothing yet."""
    return min((row.number for row in held_to(db, us, community)), default=None)


def faults(db: Connection) -> list[Fault]:
    """What does not fit and no keeper has cleared up, oldest first."""
    open_ = select(sighting).where(sighting.c.code != "", sighting.c.cleared.is_(None))
    rows = db.execute(open_.order_by(sighting.c.at, sighting.c.id)).all()
    ids = {row.community for row in rows} | {row.by for row in rows} | {r.witness for r in rows}
    named = select(account).where(account.c.id.in_(ids))
    names = {row.id: account_of(row).label for row in db.execute(named)}
    us = accounts.community_account(db).id
    return [
        Fault(
            community=row.community if row.community != us else row.witness,
            ours=row.community == us, name=names.get(row.community, ""), code=row.code,
            number=row.number, seen=row.seen or 0, at=row.at,
            by=names.get(row.by if row.community != us else row.witness, ""),
        )
        for row in rows
    ]  # fmt: skip


def statements(db: Connection, us: str) -> list[Mapping[str, Any]]:
    """What we signed last of each chain, newest first."""
    mine = select(sighting).where(sighting.c.witness == us, sighting.c.statement.is_not(None))
    found: dict[str, Mapping[str, Any]] = {}
    for row in db.execute(mine.order_by(sighting.c.at.desc(), sighting.c.number.desc())):
        found.setdefault(row.community, row.statement)
    return list(found.values())[: witnesses.STATEMENTS]


def of_ours(db: Connection, us: str) -> list[tuple[Account, Mapping[str, Any]]]:
    """What others signed of our chain, and who; by their ids, the oldest first."""
    told = select(account, sighting.c.statement)
    told = told.join_from(sighting, account, sighting.c.witness == account.c.id)
    told = told.where(sighting.c.community == us, sighting.c.code == "")
    rows = db.execute(told.order_by(sighting.c.witness, sighting.c.number))
    return [(account_of(row), row.statement) for row in rows][: witnesses.STATEMENTS]


# Looking ------------------------------------------------------------------------------------


def saw(unit: Unit, service: str, shown: Shown) -> None:
    """Judge what a trusted node showed, sign that we saw it, or keep what is wrong and say so."""
    them = community_of(unit.db, service)
    if them is None or not unit.registry.trusts(unit.db, service):
        return
    us = accounts.community_account(unit.db)
    for said in shown.statements[: witnesses.STATEMENTS]:
        _said(unit, us, them, said)
    mark = witnesses.mark_of(shown.checkpoint)
    if mark is not None and _is_theirs(unit, them, shown.checkpoint, "Checkpoint"):
        _judge(unit, us, them, mark, shown)


def _is_theirs(unit: Unit, them: Account, document: Mapping[str, Any], type: str) -> bool:
    if document.get("type") != type or document.get("attributedTo") != them.id:
        return False
    if not isinstance(document.get("proof"), Mapping):
        return False  # a word about a chain has one signature, whose key goes along in files
    found = seals.verdict(document, owner=them.id, keys=them.assertion_keys, now=unit.now)
    return found.state is seals.State.HOLDS


def _judge(unit: Unit, us: Account, them: Account, mark: Mark, shown: Shown) -> None:
    if any(one.community == them.id and not one.ours for one in faults(unit.db)):
        return
    held = [row for row in held_to(unit.db, us.id, them.id) if row.at <= shown.asked]
    for row in held:
        seen = Mark(number=row.number, link=row.link)
        if code := witnesses.against(seen, mark, shown.after, shown.leaves):
            _wrong(unit, us, them, mark, shown, row, code)
            return
    others = [row.id for row in held if row.witness != us.id]
    unit.db.execute(update(sighting).where(sighting.c.id.in_(others)).values(checked=True))
    if not any((row.number, row.witness) == (mark.number, us.id) for row in held):
        said = witnesses.statement(witness=us.id, community=them.id, mark=mark, at=unit.now)
        signed = chaining.sealed(unit, us, said)
        _keep(unit, us.id, them.id, mark, statement=signed, checkpoint=dict(shown.checkpoint))


def _wrong(
    unit: Unit, us: Account, them: Account, mark: Mark, shown: Shown, row: Row[Any], code: str
) -> None:
    """What somebody else was shown is a split view; what we were shown ourselves says how."""
    code = code if row.witness == us.id else witnesses.SPLIT
    more = {"code": code, "seen": row.number, "by": row.witness}
    _keep(unit, us.id, them.id, mark, checkpoint=dict(shown.checkpoint), **more)
    unit.log("decision.witness_refused", us.id, subject=them.id, words=code)


def _said(unit: Unit, us: Account, them: Account, said: Mapping[str, Any]) -> None:
    """Keep what a trusted community signed of our chain, or of one that we look at ourselves."""
    mark = witnesses.mark_of(said)
    about = said.get("about")
    if mark is None or not isinstance(about, str) or about == them.id:
        return
    if not _is_theirs(unit, them, said, "Witness"):
        return
    if about == us.id:
        _of_us(unit, us, them, mark, said)
        return
    other = unit.account(about)
    service = other.service if other is not None else None
    if service is not None and unit.registry.trusts(unit.db, service):
        found = community_of(unit.db, service)
        if found is not None and found.id == about:
            _keep(unit, them.id, about, mark, statement=dict(said))


def _of_us(unit: Unit, us: Account, them: Account, mark: Mark, said: Mapping[str, Any]) -> None:
    links = queries.links(unit.db, us.id)
    code = witnesses.CUT if mark.number > len(links) else ""
    if not code and links[mark.number - 1].link != mark.link:
        code = witnesses.REWRITTEN
    more = {"code": code, "seen": len(links), "by": us.id} if code else {}
    if _keep(unit, them.id, us.id, mark, statement=dict(said), **more) and code:
        unit.log("decision.witness_contradicts", us.id, subject=them.id, words=code)


def _keep(unit: Unit, witness: str, community: str, mark: Mark, **more: Any) -> bool:
    """Write down what somebody saw; false if it is there."""
    us = accounts.community_account(unit.db).id
    same = and_(
        sighting.c.witness == witness, sighting.c.community == community,
        sighting.c.number == mark.number, sighting.c.link == mark.link,
        sighting.c.code == more.get("code", ""),
    )  # fmt: skip
    if witness == us:  # what others say is not said anew when it was cleared up
        same = and_(same, sighting.c.cleared.is_(None))
    if unit.db.scalar(select(sighting.c.id).where(same)) is not None:
        return False
    values = {"id": secrets.token_hex(16), "at": unit.now, "code": "", "checked": False, **more}
    mine = {"witness": witness, "community": community, "number": mark.number, "link": mark.link}
    unit.db.execute(insert(sighting), mine | values)
    if witness != us:
        _forget_older(unit, witness, community)
    return True


OTHERS = 3
"""Of what another witness says of one chain, how much is kept."""


def _forget_older(unit: Unit, witness: str, community: str) -> None:
    mine = and_(
        sighting.c.witness == witness, sighting.c.community == community, sighting.c.code == ""
    )
    kept = select(sighting.c.id).where(mine).order_by(sighting.c.at.desc(), sighting.c.id)
    old = list(unit.db.scalars(kept.offset(OTHERS)))
    unit.db.execute(delete(sighting).where(sighting.c.id.in_(old)))


def clear(unit: Unit, community: str, by: str) -> bool:
    """A keeper has cleared it up: what is shown next is where we begin; false if there is nothing.

    What was seen before stays, and nobody is held to it any more.
    """
    us = accounts.community_account(unit.db).id
    if not any(one.community == community for one in faults(unit.db)):
        return False
    pair = (sighting.c.witness == community) & (sighting.c.community == us)
    about = and_((sighting.c.community == community) | pair, sighting.c.cleared.is_(None))
    unit.db.execute(update(sighting).where(about).values(cleared=unit.now))
    unit.log("decision.witness_cleared", by, subject=community)
    return True


def leaves_after(db: Connection, us: str, after: int) -> list[str]:
    """The leaves of our records after a number, at most a page of them."""
    rest = [one for one in queries.links(db, us) if one.number > after and one.link]
    return [chain.leaf(one.document) for one in rest[: witnesses.LEAVES]]
