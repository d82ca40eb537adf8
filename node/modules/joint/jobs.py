"""What joint decisions look up elsewhere, and what the clock does."""

import logging
from collections.abc import Mapping
from typing import Any, Final

from sqlalchemy import update

from federation import resolving
from federation.budget import Budget
from federation.origins import same_origin
from node.kernel.act import Act
from node.kernel.database import change_rows
from node.kernel.errors import Problem, Refused, TryLater
from node.kernel.node import Node
from node.kernel.unit import Unit
from node.modules.decisions import api as decisions
from node.modules.joint import deciding, handlers, queries, rules
from node.modules.joint.objects import JointProcess
from node.modules.joint.rules import MOST, State
from node.modules.joint.tables import process as table
from vocab import proofs, wire
from vocab.html import clean
from vocab.model import Malformed
from vocab.types import Update

log = logging.getLogger(__name__)

TRIES: Final = 12
"""So often a text is asked for anew, each time half an hour later."""


async def text(node: Node, *, process: str) -> None:
    """Fetch the text that is to be decided on, and keep it if it is the one that was said.

    Raises:
        TryLater: its server does not answer; the job comes back.
    """
    one = await node.read(queries.by_id, process)
    if one is None or one.subject is not None or one.ours:
        return
    shown = await decisions.shown(node, str(one.document.get("subjectText")))
    await node.write(_keep_text, process, shown)


def _keep_text(unit: Unit, id: str, shown: Mapping[str, Any] | None) -> None:
    one = queries.by_id(unit.db, id)
    if one is None or one.subject is not None:
        return
    if shown is None and one.asked < TRIES:
        return
    held = {k: shown[k] for k in proofs.SUBJECT if k in shown} if shown else {}
    same = bool(held) and proofs.subject_digest(held) == one.document.get("subjectDigest")
    # options have no ids of ours, and what we would not show as it is can not be put to a vote
    whole = "options" not in held and clean(str(held.get("content"))) == held.get("content")
    plain = same and whole and rules.readable(held.get("name"))
    kept = {"subject": held, "subject_code": ""} if plain else {"subject_code": "E_SUBJECT"}
    change_rows(unit.db, table.c.id, id, **kept)


async def clock(node: Node, *, process: str) -> None:
    """Do what is due in a process."""
    await node.write(deciding.tick, process)


async def sweep(node: Node) -> None:
    """Do what is due in all of them, and look again for what was not there."""
    for id in await node.read(queries.live):
        try:
            await clock(node, process=id)
            await node.write(_again, id)
        except Exception:  # whatever is wrong with one of them, the others go on
            log.exception("joint process %s", id)


def _again(unit: Unit, id: str) -> None:
    """Ask for a text once more, if it has not come and there is hope."""
    one = queries.by_id(unit.db, id)
    if one is None or one.subject is not None or one.subject_code or one.asked >= TRIES:
        return
    more = update(table).where(table.c.id == id).values(asked=one.asked + 1)
    unit.db.execute(more)
    unit.later("joint.text", once=f"joint.text:{decisions.slug_of(id)}", process=id)


async def check(node: Node, *, record: str) -> None:
    """Count again what somebody says came of a process; ask for what it names and is not here.

    Raises:
        TryLater: a server does not answer; the job comes back.
    """
    await node.write(deciding.weigh, record, whole=False)
    each = await node.read(queries.end_of, record)
    if each is None or each.state != "waiting":
        return
    one = await node.read(queries.by_id, each.process)
    if one is None or one.conflict or each.community not in one.invited:
        return
    budget = Budget(fetches=4 * (MOST + 1))
    if one.state == State.INVITING and not one.ours:
        await _refresh(node, one, budget)
    await _fetch(node, each, budget)
    await node.write(deciding.weigh, record, whole=True)


async def _refresh(node: Node, one: queries.Process, budget: Budget) -> None:
    """Take the convener's last word, if its letter has not come."""
    shown = await decisions.shown(node, one.id, budget=budget)
    if shown is not None:
        await node.write(_moved, one.id, one.owner, shown)


def _moved(unit: Unit, id: str, owner: str, shown: Mapping[str, Any]) -> None:
    value, actor = wire.load(shown, unit.registry.types), unit.account(owner)
    if isinstance(value, JointProcess) and value.id == id and actor is not None:
        told = Update(actor=owner, object=value)
        try:
            handlers.moved(unit, Act(activity=told, object=value, actor=actor, document=shown))
        except (Refused, Malformed):
            return


async def _fetch(node: Node, each: queries.Ended, budget: Budget) -> None:
    """Fetch the records that a concluding one names and that are not here.

    Only of communities that take part, each from its own server.
    """
    found = await node.read(decisions.any_record, each.record)
    one = await node.read(queries.by_id, each.process)
    if found is None or one is None or each.community not in one.participants:
        return
    for told in rules.end_in(found.document).told[: MOST + 1]:
        id, community = told.record, told.community
        if community not in one.participants or not same_origin(id, community):
            continue
        shown = None
        if await node.read(decisions.any_record, id) is None:
            await _known(node, community, budget)
            shown = await decisions.shown(node, id, budget=budget)
        await node.write(_take, id, community, one.id, shown)


async def _known(node: Node, community: str, budget: Budget) -> None:
    """Get to know a community, for its keys."""
    try:
        await resolving.account(node, community, budget=budget)
    except TryLater:
        raise
    except (Problem, Malformed):
        return


def _take(
    unit: Unit, id: str, community: str, process: str, shown: Mapping[str, Any] | None
) -> None:
    actor = unit.account(community)
    theirs = shown is not None and (shown.get("id"), shown.get("attributedTo")) == (id, community)
    if shown is not None and theirs and actor is not None:
        try:
            decisions.take(unit, shown, actor)
        except (Refused, Malformed):
            return
    found = decisions.any_record(unit.db, id)
    ballot = found is not None and found.document.get("ballotIn") == process
    if found is not None and found.owner == community and ballot:
        handlers.heard(unit, decisions.Heard(record=id, process=process))


async def due(node: Node, slug: str) -> None:
    """Do what is due in one process; its page calls this before it is shown."""
    for id in await node.read(queries.live):
        if decisions.slug_of(id) == slug:
            await clock(node, process=id)
