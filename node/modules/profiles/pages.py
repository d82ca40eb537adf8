"""The pages of people: one of them, all of them."""

from datetime import datetime
from typing import TYPE_CHECKING, Final

from sqlalchemy import Connection
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from federation import finger
from federation.finding import known
from node.kernel.access import ANONYMOUS, Viewer
from node.kernel.errors import Missing, Refused
from node.kernel.tables import Account
from node.modules.accounts import api as accounts
from node.modules.listings import api as listings
from node.modules.profiles import editing, queries, strangers
from node.modules.profiles.rules import Kind
from node.modules.profiles.tables import Facet
from vocab.values import dataclass
from web.language import mark
from web.render import page
from web.slots import gather
from web.voice import voice

if TYPE_CHECKING:
    from node.kernel.node import Node

AS: Final = {"public": ANONYMOUS, "trusted": Viewer(trusted=True)}
NOTICES: Final = 20


@dataclass(frozen=True, kw_only=True)
class Portrait:
    """What one viewer sees of a member."""

    who: Account
    facets: list[Facet]
    notices: list[listings.Notice]
    joined: datetime | None

    def of(self, *kinds: str) -> list[Facet]:
        """The cards of some kinds."""
        return [one for one in self.facets if one.kind in kinds]


def portrait(db: Connection, who: Account, viewer: Viewer, now: datetime) -> Portrait:
    """What this viewer sees of a member: every part of it asks who looks."""
    member = accounts.member(db, who.id) if viewer.is_member else None
    # to the owner the cards that keepers hid are shown, on the page where they are changed
    return Portrait(
        who=who,
        facets=[one for one in queries.facets(db, who.id, viewer) if one.hidden is None],
        notices=listings.open_listings(
            db, viewer, now, listings.Asked(owner=who.id), limit=NOTICES
        ),
        joined=member.joined if member else None,
    )


async def show(request: Request) -> Response:
    """Somebody: of this community, or met from elsewhere."""
    name = request.path_params["who"]
    node: Node = request.app.state.node
    asked = finger.name_of(name)
    if asked is not None and asked[1] not in ("", node.community.domain):
        return await strangers.show(request, await node.read(known, node.community.domain, asked))
    who = await node.read(queries.local_person, name.partition("@")[0])
    if who is None:
        raise Missing(detail=name)
    if who.type != "Person":
        return RedirectResponse("/public", 303)
    return await _show_member(request, who)


async def _show_member(request: Request, who: Account) -> Response:
    node: Node = request.app.state.node
    viewer: Viewer = request.state.viewer
    mine = viewer.is_member and viewer.id == who.id
    seen_as = request.query_params.get("as", "") if mine else ""
    looking = AS.get(seen_as, viewer)
    seen = await node.read(portrait, who, looking, node.now())
    whose = Viewer(account=who, role="member")
    filled = await gather(request, "person.members", viewer=whose) if looking.is_member else None
    acts = None if mine else await gather(request, "person.acts", viewer=whose)
    return page(
        request,
        "profiles/person.html",
        title=who.label,
        document=who.id,
        place="me" if mine else "",
        who=who,
        seen=seen,
        spoken=filled.cards if filled else (),
        acts=acts.cards if acts and viewer.is_member else (),
        mine=mine,
        seen_as=seen_as if seen_as in AS else "",
        reading=looking,
        Kind=Kind,
        pinned=(await gather(request, "pinned", viewer=Viewer(account=who))).cards,
        meta=editing.meta(voice(request)),
        beside=(await gather(request, "person", viewer=Viewer(account=who))).cards,
    )


async def people(request: Request) -> Response:
    """Everybody of this community, by name; nobody is counted or ranked."""
    viewer: Viewer = request.state.viewer
    if not viewer.is_member:
        raise Refused(
            "E_MEMBERS_ONLY", safe=mark("This page is for %(word_members)s. Sign in first.")
        )
    node: Node = request.app.state.node
    found, gifts = await node.read(_people, viewer)
    _ = voice(request).say
    return page(request, "profiles/people.html", title=_("The people here"), place="",
                found=found, gifts=gifts)  # fmt: skip


def _people(db: Connection, viewer: Viewer) -> tuple[list[accounts.Member], dict[str, Facet]]:
    away = queries.hidden_people(db, viewer)
    found = [one for one in accounts.members(db, suspended=False) if one.id not in away]
    return sorted(found, key=lambda one: one.label.casefold()), queries.gifts(db, viewer)


routes = (
    Route("/@{who}", show, methods=["GET"]),
    Route("/people", people, methods=["GET"]),
    *strangers.routes,
    *editing.routes,
)
