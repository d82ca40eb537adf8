"""What joint decisions look up elsewhere, and what the clock does."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import update

from federation import resolving
from node.kernel.act import Act
from node.kernel.errors import Problem, Refused, TryLater
from node.kernel.node import Node
from node.kernel.unit import Unit
from node.modules.decisions import api as decisions
from node.modules.joint import deciding, handlers, queries
from node.modules.joint.objects import JointProcess
from node.modules.joint.rules import State
from node.modules.joint.tables import process as table
from vocab import proofs, wire
from vocab.html import clean
from vocab.model import Malformed
from vocab.types import Update


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
    held = {k: shown[k] for k in proofs.SUBJECT if k in shown} if shown else {}
    same = bool(held) and proofs.subject_digest(held) == one.document.get("subjectDigest")
    # options have no ids of ours, and what we would not show as it is can not be put to a vote
    whole = "options" not in held and clean(str(held.get("content"))) == held.get("content")
    plain = same and whole
    kept = {"subject": held, "subject_code": ""} if plain else {"subject_code": "E_SUBJECT"}
    unit.db.execute(update(table).where(table.c.id == id).values(kept))


async def clock(node: Node, *, process: str) -> None:
    """Do what is due in a process."""
    await node.write(deciding.tick, process)


async def sweep(node: Node) -> None:
    """Do what is due in all of them, and look again for what was not there."""
    for id in await node.read(queries.live):
        await clock(node, process=id)
        one = await node.read(queries.by_id, id)
        if one is not None and one.subject is None:
            await node.write(_again, id)


def _again(unit: Unit, id: str) -> None:
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
    if one is None:
        return
    if one.state == State.INVITING and not one.ours:
        await _refresh(node, one)
    await _fetch(node, record)
    await node.write(deciding.weigh, record, whole=True)


async def _refresh(node: Node, one: queries.Process) -> None:
    """Take the convener's last word, if its letter has not come."""
    shown = await decisions.shown(node, one.id)
    if shown is not None and shown.get("revision") != one.revision:
        await node.write(_moved, one.id, one.owner, shown)


def _moved(unit: Unit, id: str, owner: str, shown: Mapping[str, Any]) -> None:
    value, actor = wire.load(shown, unit.registry.types), unit.account(owner)
    if isinstance(value, JointProcess) and value.id == id and actor is not None:
        told = Update(actor=owner, object=value)
        try:
            handlers.moved(unit, Act(activity=told, object=value, actor=actor, document=shown))
        except Refused:
            return


async def _fetch(node: Node, record: str) -> None:
    """Fetch the records that a concluding one names and that are not here."""
    found = await node.read(decisions.any_record, record)
    told = found.document.get("nodeOutcomes") if found else None
    process = str(found.document.get("concludes")) if found else ""
    for one in told if isinstance(told, list) else ():
        id, community = str(one.get("record")), str(one.get("community"))
        shown = None
        if await node.read(decisions.any_record, id) is None:
            await _known(node, community)
            shown = await decisions.shown(node, id)
        await node.write(_take, id, community, process, shown)


async def _known(node: Node, community: str) -> None:
    """Get to know a community, for its keys."""
    try:
        await resolving.account(node, community)
    except TryLater:
        raise
    except (Problem, Malformed):
        return


def _take(
    unit: Unit, id: str, community: str, process: str, shown: Mapping[str, Any] | None
) -> None:
    actor = unit.account(community)
    if shown is not None and actor is not None and shown.get("attributedTo") == community:
        decisions.take(unit, shown, actor)
    handlers.heard(unit, decisions.Heard(record=id, process=process))


async def due(node: Node, slug: str) -> None:
    """Do what is due in one process; its page calls this before it is shown."""
    for id in await node.read(queries.live):
        if decisions.slug_of(id) == slug:
            await clock(node, process=id)
