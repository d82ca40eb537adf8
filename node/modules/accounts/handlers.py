"""Actors that change or go, ours and theirs."""

from typing import Any

from federation import actors, resolving
from node.kernel.act import Act
from node.kernel.database import change_rows
from node.kernel.errors import Refused
from node.kernel.module import Handlers
from node.kernel.tables import account
from node.kernel.unit import Unit
from node.modules.accounts.members import Gone
from vocab.model import Actor
from vocab.types import Delete, Update

handlers = Handlers()


@handlers.on(Update, Actor)
def changed(unit: Unit, act: Act[Update, Actor]) -> None:
    """An actor says how it is now; only it itself may.

    The rows of our own actors are what their documents are made of, so they are changed
    before (`telling.tell_changed`).

    Raises:
        Refused: it speaks of somebody else, or has become what cannot be an actor.
    """
    _itself(act)
    if act.actor.local:
        return
    resolving.put(unit, actors.row(act.object, act.document or {}, unit.now), told=True)


@handlers.on(Delete, Actor)
def gone(unit: Unit, act: Act[Delete, Actor]) -> None:
    """An actor goes for good; what is left says only that it was there.

    Raises:
        Refused: it speaks of somebody else.
    """
    _itself(act)
    if act.actor.gone is not None:
        return
    values: dict[str, Any] = {
        "name": "",
        "summary": "",
        "document": None,
        "discoverable": False,
        "gone": unit.now,
    }
    change_rows(unit.db, account.c.id, act.actor.id, **values)
    if not act.actor.local:
        unit.tell(Gone(account=act.actor.id))


def _itself(act: Act[Any, Actor]) -> None:
    if act.object.id != act.actor.id:
        raise Refused("E_OWNER", f"{act.actor.id} speaks of {act.object.id}")
