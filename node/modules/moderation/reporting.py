"""Reports: filed, passed on to another server without the reporter's name, and answered."""

import json
from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any

from sqlalchemy import Connection, func, select, update

from federation import policy
from node.kernel.database import insert_new
from node.kernel.errors import Invalid, Missing, Refused
from node.kernel.module import Registry
from node.kernel.node import find_account
from node.kernel.tables import Account
from node.kernel.unit import Unit
from node.modules.accounts import api as accounts
from node.modules.moderation import openly, queries, rules
from node.modules.moderation.acts import must_keep
from node.modules.moderation.rules import Ground, reason_of
from node.modules.moderation.tables import report
from vocab.types import Flag
from vocab.values import dataclass
from web.language import mark

PASSED_ON = 10
"""Reports of one member that are passed on in a day."""
ONE_ONLY = "join-lemmy.org"
"""Servers whose pages name this context take a report of one thing only."""


@dataclass(frozen=True, kw_only=True)
class Reported:
    """Somebody asked the keepers to look at something."""

    key: str


def file(
    unit: Unit,
    key: str,
    *,
    by: str,
    about: str,
    ground: str = Ground.OTHER,
    words: str = "",
    forward: bool = False,
    once: str | None = None,
) -> bool:
    """A member asks the keepers to look at something; false if this was sent before.

    Args:
        unit: the unit.
        key: a new random key.
        by: the member.
        about: the id of a thing or an account.
        ground: a value of `rules.Ground`.
        words: plain text.
        forward: whether it is passed on to the server of whom it is about.
        once: the key of the form.

    Raises:
        Invalid: it cannot be passed on (field `forward`).
    """
    row = {"key": key, "by": by, "about": about, "ground": Ground(ground).value, "once": once}
    if not _keep(unit, {**row, "words": words, "forwarded": forward}):
        return False
    if forward:
        _pass_on(unit, owner(unit.db, unit.registry, about), about, words, by)
    return True


def hear(unit: Unit, key: str, ids: Sequence[str], *, origin: str, words: str) -> bool:
    """Another server asks the keepers to look at something; false if this came before.

    Args:
        unit: the unit.
        key: made of what came, so that it counts once.
        ids: what it names of ours, the first before all.
        origin: its host; who asked there is not kept.
        words: plain text.
    """
    about, *more = ids
    row = {"key": key, "by": None, "origin": origin, "about": about, "more": more}
    return _keep(unit, {**row, "ground": Ground.OTHER.value, "words": words})


def _keep(unit: Unit, row: Mapping[str, Any]) -> bool:
    known = owner(unit.db, unit.registry, row["about"])
    values = {"origin": "", "more": [], "once": None, "outcome": "", "answer": "",
              "forwarded": False, **row}  # fmt: skip
    values |= {"words": row["words"].strip()[: rules.WORDS], "owner": known.id if known else None}
    if not insert_new(unit.db, report, {**values, "at": unit.now}):
        return False
    unit.tell(Reported(key=row["key"]))
    return True


def owner(db: Connection, registry: Registry, about: str) -> Account | None:
    """Whom a report about a thing or an account is about."""
    table = queries.place(db, registry, about)
    whose = queries.owner_of(db, table, about) if table is not None else None
    return find_account(db, whose or about)


def can_pass_on(db: Connection, registry: Registry, whom: Account | None) -> bool:
    """Whether the server of somebody may be told of a report about them."""
    return whom is not None and not whom.local and not policy.refuses(db, registry, whom.id)


def _pass_on(unit: Unit, whom: Account | None, about: str, words: str, by: str | None) -> None:
    """Tell the server of whom a report is about, as the node itself; who reported stays here.

    Source: Mastodon names the account first, then the things; Lemmy takes one of them
    (LemmyNet/lemmy#4217).
    """
    if whom is None or not can_pass_on(unit.db, unit.registry, whom):
        raise Invalid({"forward": mark("Their server cannot be told.")}, "E_FORWARD", about)
    today = report.c.at > unit.now - timedelta(days=1)
    mine = select(func.count()).where(report.c.by == by, report.c.forwarded, today)
    if int(unit.db.scalar(mine) or 0) > PASSED_ON:
        raise Invalid({"forward": mark("You passed on many reports today. Send this one without.")})
    things = () if about == whom.id else (about,)
    single = takes_one(whom.document)
    unit.send(
        Flag(
            id=unit.id("a"),
            actor=unit.community.service,
            objects=(things or (whom.id,)) if single else (whom.id, *things),
            content=words.strip()[: rules.WORDS],
            summary=words.strip()[: rules.WORDS] if single else None,
            to=(whom.id,),
            published=unit.now.replace(minute=0, second=0, microsecond=0),
            handling="recipientsOnly",
        )
    )


def takes_one(document: Mapping[str, Any] | None) -> bool:
    """Whether the server of an actor's page takes a report of one thing only.

    >>> takes_one({"@context": ["https://join-lemmy.org/context.json", "…"]}), takes_one(None)
    (True, False)
    """
    return ONE_ONLY in json.dumps((document or {}).get("@context"))


def close(unit: Unit, key: str, *, by: str, reason: str, answer: str = "") -> None:
    """Close a report with what came of it, and a sentence to whoever reported.

    Raises:
        Invalid: nothing is said about it.
        Missing: no such report is open.
        Refused: not a keeper, or it is about this keeper and another one is there.
    """
    must_keep(unit, by)
    reason = reason_of(reason)
    found = queries.report_of(unit.db, key)
    if found is None or found.closed is not None:
        raise Missing(detail=key)
    if found.owner == by and any(one.id != by for one in accounts.admins(unit.db)):
        safe = mark("This is about you. Another %(word_keeper)s answers it.")
        raise Refused("E_OWN", key, safe=safe)
    values = {
        "closed": unit.now,
        "closed_by": by,
        "outcome": reason,
        "answer": answer.strip()[: rules.SAID],
    }
    unit.db.execute(update(report).where(report.c.key == key).values(values))
    unit.log("moderation.close", by, subject=key, words=reason)
    openly.note(unit, "close", ground=found.ground)
