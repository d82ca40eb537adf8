"""The board: what is needed and offered, here and at trusted nodes."""

from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING, Final
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from sqlalchemy import Connection
from starlette.requests import Request
from starlette.responses import Response

from node.kernel.access import Viewer
from node.kernel.node import find_accounts
from node.kernel.tables import Account
from node.modules.listings import concepts, queries, telling_when, topics
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
    known, spoken = await node.read(topics.load), voice(request)
    about = known.by_key(request.query_params.get("topic", ""))
    chosen = _chosen(request, known.below(about.id) if about else frozenset())
    if not viewer.is_member:
        chosen = replace(chosen, local=True)
    after = _after(request)
    first = viewer.is_member and chosen == Asked() and after is None
    urgent = await node.read(queries.urgent, viewer, node.now()) if first else []
    found, people, places = await node.read(_board, viewer, node.now(), after, chosen, urgent)
    key = about.key if about else ""
    return page(
        request,
        "listings/board.html",
        title=spoken.say("Give & ask"),
        place="give",
        found=[*urgent, *(one for one in found[:PAGE] if one not in urgent)],
        urgent=urgent,
        older=_link(chosen, key, found[PAGE - 1].slug) if len(found) > PAGE else "",
        people=people,
        places=places,
        chosen=chosen,
        about=known.path(about.id, spoken) if about else "",
        topic=key,
        topics=[
            (one.key, known.path(one.id, spoken))
            for one, _ in known.in_order()
            if one.retired is None or one == about
        ],
        to=lambda topic=key, **other: _link(replace(chosen, **other), topic),
        kinds=concepts.KINDS,
        pictures=PICTURES,
        ways=(await gather(request, "board")).cards,
        times=lambda one: telling_when.in_words(one.when, spoken),
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
    people = find_accounts(db, [one.owner for one in (*urgent, *found)])
    return found, people, queries.places(db, found)


def _after(request: Request) -> str | None:
    return request.query_params.get("after", "")[:64] or None


def _chosen(request: Request, about: AbstractSet[str]) -> Asked:
    """What of the board was asked for; what cannot be is left out."""
    said = request.query_params
    kind = said.get("kind", "")
    return Asked(
        purpose=PURPOSES.get(said.get("show", "")),
        kind=kind if kind in concepts.KINDS else None,
        concepts=tuple(sorted(about)),
        local={"here": True, "elsewhere": False}.get(said.get("from", "")),
    )


def _link(chosen: Asked, topic: str, after: str = "") -> str:
    """The address of the board as chosen."""
    said = {
        "show": {purpose: word for word, purpose in PURPOSES.items()}.get(chosen.purpose or ""),
        "kind": chosen.kind,
        "topic": topic,
        "from": "" if chosen.local is None else "here" if chosen.local else "elsewhere",
        "after": after,
    }
    query = urlencode({name: value for name, value in said.items() if value})
    return f"/board?{query}" if query else "/board"
