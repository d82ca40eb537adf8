"""Reports and blocks that come from other servers."""

import hashlib

from federation.origins import domain
from node.kernel.act import Act
from node.kernel.module import Handlers
from node.kernel.unit import Unit
from node.modules.moderation import blocking, queries, reporting, rules
from vocab import html
from vocab.model import Object, id_of
from vocab.types import Block, Flag, Undo

handlers = Handlers()


@handlers.on(Flag, Object)
def flagged(unit: Unit, act: Act[Flag, Object]) -> None:
    """Another server asks our keepers to look at something of ours; who asked is not kept.

    What is not about us, or more than one server may ask at a time, is ignored.
    """
    named = [id for one in act.activity.objects if (id := id_of(one)) and unit.ours(id)]
    things = [id for id in named if unit.account(id) is None]
    ours = [id for id in (*things, *named) if _known(unit, id)]
    if not ours or act.actor.local or queries.sets_aside(unit.db, act.actor.id, "no_reports"):
        return
    host = domain(act.actor.id)
    count, already = queries.from_host(unit.db, host, ours[0])
    if already or count >= rules.FROM_ONE_HOST:
        return
    key = hashlib.sha256(f"{act.actor.id} {act.activity.id}".encode()).hexdigest()[:32]
    words = html.to_text(act.activity.content or act.activity.summary)
    reporting.hear(unit, key, list(dict.fromkeys(ours))[:20], origin=host, words=words)


def _known(unit: Unit, id: str) -> bool:
    if unit.account(id) is not None:
        return True
    return queries.place(unit.db, unit.registry, id) is not None


@handlers.on(Block, Object)
def blocked(unit: Unit, act: Act[Block, Object]) -> None:
    """Somebody wants nothing of somebody: follows between the two end, and they are hidden.

    That a group elsewhere shuts somebody out (`target`) is its own affair.
    """
    whom = unit.account(act.object.id or "")
    if whom is None or not (whom.local or act.actor.local) or act.activity.target is not None:
        return
    told = bool(act.activity.to)
    blocking.blocked(unit, act.actor, whom, act.activity.id or "", told=told)


@handlers.on(Undo, Block)
def unblocked(unit: Unit, act: Act[Undo, Block]) -> None:
    """They want to hear of each other again; follows that ended stay ended."""
    if id_of(act.object.actor) == act.actor.id:
        blocking.lift(unit, act.actor.id, id_of(act.object.object) or "")
