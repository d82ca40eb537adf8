"""The board: what is needed and offered, here and at trusted nodes."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING, Final
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from sqlalchemy import Connection
from starlette.requests import Request
from starlette.responses import Response

from node.kernel.access import Viewer
from node.kernel.tables import Account
from node.modules.listings import concepts, queries, when
from node.modules.listings.queries import Asked
from node.modules.listings.rules import last_day
from node.modules.listings.tables import Notice
from web.render import page
from web.slots import gather
from web.voice import voice

if TYPE_CHECKING:
    from node.kernel.node import Node

PAGE: Final = 30
PURPOSES: Final = {"need": "request", "offer": "offer"}
PICTURES: Final = {
    "service": "tools", "give": "thing", "lend": "thing", "space": "table", "ride": "ride",
    "meal": "heart", "teaching": "page", "care": "heart",
}  # fmt: skip


async def board(request: Request) -> Response:
    """What is needed and offered, here and at trusted nodes; for visitors what is public here."""
    node: Node = request.app.state.node
    viewer: Viewer = request.state.viewer
    chosen = _chosen(request)
    if not viewer.is_member:
        chosen = replace(chosen, local=True)
    after = _after(request)
    first = viewer.is_member and chosen == Asked() and after is None
    urgent = await node.read(queries.urgent, viewer, node.now()) if first else []
    found, people, places = await node.read(_board, viewer, node.now(), after, chosen, urgent)
    spoken = voice(request)
    return page(
        request,
        "listings/board.html",
        title=spoken.say("Give & ask"),
        place="give",
        found=[*urgent, *(one for one in found[:PAGE] if one not in urgent)],
        urgent=urgent,
        older=_link(chosen, found[PAGE - 1].slug) if len(found) > PAGE else "",
        people=people,
        places=places,
        chosen=chosen,
        to=lambda **other: _link(replace(chosen, **other)),
        kinds=concepts.KINDS,
        pictures=PICTURES,
        label=concepts.label,
        ways=(await gather(request, "board")).cards,
        times=lambda one: when.in_words(one.when, spoken),
        last_day=lambda one: last_day(one.ends, ZoneInfo(node.community.timezone)),
    )


def _board(
    db: Connection,
    viewer: Viewer,
    now: datetime,
    after: str | None,
    chosen: Asked,
    urgent: Sequence[Notice],
) -> tuple[list[Notice], Mapping[str, Account], Mapping[str, str]]:
    found = queries.open_listings(db, viewer, now, chosen, after=after, limit=PAGE + 1)
    people = queries.owners(db, [one.owner for one in (*urgent, *found)])
    return found, people, queries.places(db, found)


def _after(request: Request) -> str | None:
    return request.query_params.get("after", "")[:64] or None


def _chosen(request: Request) -> Asked:
    """What of the board was asked for; what cannot be is left out."""
    said = request.query_params
    topic, kind = said.get("topic", ""), said.get("kind", "")
    return Asked(
        purpose=PURPOSES.get(said.get("show", "")),
        kind=kind if kind in concepts.KINDS else None,
        concept=concepts.concept(topic) if topic in concepts.TOPICS else None,
        local={"here": True, "elsewhere": False}.get(said.get("from", "")),
    )


def _link(chosen: Asked, after: str = "") -> str:
    """The address of the board as chosen."""
    said = {
        "show": {purpose: word for word, purpose in PURPOSES.items()}.get(chosen.purpose or ""),
        "kind": chosen.kind,
        "topic": concepts.name_of(chosen.concept),
        "from": "" if chosen.local is None else "here" if chosen.local else "elsewhere",
        "after": after,
    }
    query = urlencode({name: value for name, value in said.items() if value})
    return f"/board?{query}" if query else "/board"
