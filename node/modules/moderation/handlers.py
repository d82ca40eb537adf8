"""Reports and blocks that come from other servers."""

import hashlib

from federation.origins import domain
from node.kernel.act import Act
from node.kernel.module import Handlers
from node.kernel.unit import Unit
from node.modules.follows import api as follows
from node.modules.moderation import acts, queries, rules
from vocab import html
from vocab.model import Actor, Object, id_of
from vocab.types import Block, Flag

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
    words = html.to_text(act.activity.content)
    more = list(dict.fromkeys(ours))[1:20]
    acts.file(unit, key, by=None, about=ours[0], words=words, origin=host, more=more)


def _known(unit: Unit, id: str) -> bool:
    if unit.account(id) is not None:
        return True
    return queries.place(unit.db, unit.registry, id) is not None


@handlers.on(Block, Actor)
def blocked(unit: Unit, act: Act[Block, Actor]) -> None:
    """Somebody elsewhere wants nothing of one of ours: follows between the two end."""
    mine = unit.account(act.object.id or "")
    if mine is None or not mine.local or act.actor.local:
        return
    follows.leave(unit, mine.id, act.actor.id)
