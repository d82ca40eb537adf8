"""Whom the community keeps from its members, and how far, as units.

Nobody there is told. What a keeper decides has a reason; it may also have words for everybody,
and a day on which it ends by itself.
"""

from collections.abc import Iterable
from dataclasses import asdict
from datetime import datetime

from sqlalchemy import delete, select

from federation.origins import domain, parents
from node.kernel.database import upsert
from node.kernel.errors import Invalid, Missing
from node.kernel.unit import Unit
from node.modules.follows import api as follows
from node.modules.moderation import openly, rules, shading
from node.modules.moderation.acts import Parted, must_keep
from node.modules.moderation.rules import Ground, Level, reason_of
from node.modules.moderation.tables import refusal
from vocab.values import dataclass
from web.language import mark


@dataclass(frozen=True, kw_only=True)
class Terms:
    """How somebody is kept away.

    `said` is for everybody, and only part of the name is shown beside it if it is `veiled`.
    """

    level: str = Level.SUSPEND
    said: str = ""
    until: datetime | None = None
    no_reports: bool = False
    no_media: bool = False
    veiled: bool = False


def refuse(
    unit: Unit,
    subject: str,
    *,
    is_host: bool,
    by: str,
    reason: str,
    terms: Terms = Terms(),
    ground: str = Ground.OTHER,
) -> None:
    """Keep a server with all under it, or one account elsewhere, away from the members.

    With SILENCE they are shown to those who follow them, and who of theirs asks to follow
    waits. With SUSPEND nothing of theirs is taken in, fetched or shown, nothing is sent to
    them, and follows end both ways.

    Raises:
        Invalid: no reason, it is ours, or its end has passed (fields `who`, `until`).
        Refused: not a keeper.
    """
    must_keep(unit, by)
    reason = reason_of(reason)
    if is_ours(unit, subject, is_host=is_host):
        raise Invalid({"who": OURS}, "E_OURS", subject)
    if terms.until is not None and terms.until <= unit.now:
        raise Invalid({"until": mark("This day has passed. Choose one from tomorrow on.")})
    write(unit, subject, is_host=is_host, by=by, reason=reason, terms=terms)
    shading.renew(unit)
    if terms.level == Level.SUSPEND:
        part(unit, {subject})
    unit.log("moderation.refuse", by, subject=subject, words=reason)
    openly.note(unit, "refuse" if terms.level == Level.SUSPEND else "silence", ground=ground)


def write(unit: Unit, subject: str, *, is_host: bool, by: str, reason: str, terms: Terms) -> None:
    """Write down what was decided; its effects are the caller's."""
    row = {"subject": subject, "is_host": is_host, "by": by, "reason": reason, "at": unit.now}
    upsert(unit.db, refusal, {**row, **asdict(terms)}, key=["subject"])
    if terms.until is not None:
        once = f"moderation.lapse {terms.until.isoformat()}"
        unit.later("moderation.lapse", due=terms.until, once=once)


def allow(unit: Unit, subject: str, *, by: str, reason: str) -> None:
    """Have to do with a server or account again; follows that ended stay ended.

    Raises:
        Invalid: no reason.
        Missing: it was not kept away.
        Refused: not a keeper.
    """
    must_keep(unit, by)
    reason = reason_of(reason)
    if not unit.db.execute(delete(refusal).where(refusal.c.subject == subject)).rowcount:
        raise Missing(detail=subject)
    shading.renew(unit)
    unit.log("moderation.allow", by, subject=subject, words=reason)
    openly.note(unit, "allow")


def lapse(unit: Unit) -> None:
    """End what has an end that has come."""
    over = list(unit.db.scalars(select(refusal.c.subject).where(refusal.c.until <= unit.now)))
    for subject in over:
        unit.db.execute(delete(refusal).where(refusal.c.subject == subject))
        unit.log("moderation.lapse", unit.community.service, subject=subject)
    if over:
        shading.renew(unit)
        openly.note(unit, "lapse", count=len(over))


def bonds(found: Iterable[follows.Bond], subjects: Iterable[str]) -> list[follows.Bond]:
    """Those follows whose far end lies at, or under, some hosts, or is one of some accounts."""
    named = frozenset(subjects)
    return [
        one for one in found if one.theirs in named or not named.isdisjoint(parents(one.domain))
    ]


def part(unit: Unit, subjects: Iterable[str]) -> None:
    """End the follows of ours with some hosts and accounts, both ways, without a word."""
    named = tuple(subjects)
    for one in bonds(follows.abroad(unit.db), named):
        follows.leave(unit, one.ours, one.theirs)
    unit.tell(Parted(member=None, subjects=named))


def is_ours(unit: Unit, subject: str, *, is_host: bool) -> bool:
    """Whether a host is, or lies above, this node; or an account is of this node."""
    return rules.within(domain(unit.origin), subject) if is_host else unit.ours(subject)


OURS = mark("This is here. To shut out a member, suspend them.")
