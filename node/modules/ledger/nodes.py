"""Time between communities: for members how each pair stands, for keepers how far it may go."""

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Final

from sqlalchemy import Connection, select
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from node.kernel.access import Viewer
from node.kernel.errors import Invalid, Missing
from node.kernel.unit import Unit
from node.modules.ledger import between, credit, deciding, desk, pages, pairs, rules
from node.modules.ledger.pairs import Leg
from node.modules.ledger.tables import Pair, Transfer, leg, transfer_of
from node.modules.peers import api as peers
from node.modules.peers.api import Peer
from web.forms import Entry, Form, Minutes, Number, Text, blank, done, fields_of, read
from web.language import mark
from web.render import page
from web.slots import Card
from web.voice import speak, voice

if TYPE_CHECKING:
    from node.kernel.node import Node

WHY: Final = mark("By which decision?")
LINE: Final = Form(
    Number("ours", mark("How many hours may we owe them?"), most=pairs.LIMIT_MOST),
    Number("theirs", mark("How many hours may they owe us?"), most=pairs.LIMIT_MOST),
    Text("decision", WHY, mark("Its title or its address. All members read it."),
         at_most=rules.WORDS),
)  # fmt: skip
SETTLE: Final = Form(
    Minutes("minutes", mark("How much do we pay them?"), most=rules.MOST),
    Text("decision", WHY, mark("Its title or its address. All members read it."),
         at_most=rules.WORDS),
)  # fmt: skip
THAW: Final = Form(Text("decision", mark("What did the two communities find?"),
                        at_most=rules.WORDS))  # fmt: skip

WHYS: Final[Mapping[str, str]] = {
    credit.BROKEN: mark(
        "What they sent does not follow what was there before. One of the two may have been put "
        "back from an old backup."
    ),
    credit.DIFFERS: mark("The two do not have the same written down."),
}
CODES: Final[Mapping[str, str]] = {
    "policy": mark("They said no: it goes past their limit, or they let nothing pass now."),
    "declined": mark("They said no: whoever gave it is no member there."),
    "unsupported": mark("They do not count time."),
    "expired": mark("They did not answer in time."),
    "invalid": mark("They say that it does not follow what was there before."),
    "notTrusted": mark("The trust between the two ended."),
}


async def members(request: Request) -> Response:
    """How each pair stands, for every member; no names of people."""
    node, _me = pages.member(request)
    return page(
        request, "ledger/nodes.html", title=voice(request).say("%(word_Time)s between communities"),
        place="me", found=await node.read(_pairs), keeps=False, whys=WHYS,
    )  # fmt: skip


async def keepers(request: Request) -> Response:
    """The same with the way to each node's page, for keepers."""
    node, _me = desk.keeper(request)
    return page(
        request, "ledger/nodes.html", title=voice(request).say("%(word_Time)s between communities"),
        place="me", found=await node.read(_pairs), keeps=True, whys=WHYS,
    )  # fmt: skip


def _pairs(db: Connection) -> list[tuple[Peer, Pair | None, int]]:
    """Every node we trust, or did while time passed, with its pair and what we owe them."""
    found = []
    for peer in peers.listed(db):
        held = between.pair_with(db, peer.service)
        if peer.state is peers.State.ACTIVE or held is not None:
            found.append((peer, held, between.owed(db, peer.service)))
    return found


async def one(request: Request) -> Response:
    """One node, for keepers: the line, what waits, settling."""
    desk.keeper(request)
    return await _page(request, {})


async def _page(request: Request, forms: Mapping[str, Entry], status: int = 200) -> Response:
    node, _me = desk.keeper(request)
    peer, held, owed = await _peer(request)
    opened = {"ours": held.ours // 60, "theirs": held.theirs // 60} if held else {}
    return page(
        request, "ledger/node.html", status=status, title=peer.name, place="me", peer=peer,
        pair=held, owed=owed, whys=WHYS, codes=CODES,
        waits=await node.read(_waits, peer.service),
        line=forms.get("line") or blank(request, LINE, **opened),
        settle=forms.get("settle") or blank(request, SETTLE),
        thaw=forms.get("thaw") or blank(request, THAW),
        action=f"/desk/time/nodes/{peer.domain}",
    )  # fmt: skip


def _waits(db: Connection, service: str) -> list[Transfer]:
    open_ = leg.c.state.in_((Leg.WAITING, Leg.RESERVED, Leg.VOID))
    wanted = select(leg).where(leg.c.service == service, open_).order_by(leg.c.made.desc())
    return [transfer_of(row) for row in db.execute(wanted.limit(50))]


async def _peer(request: Request) -> tuple[Peer, Pair | None, int]:
    node: Node = request.app.state.node
    domain = request.path_params["domain"][:255]
    found = await node.read(_pairs)
    held = next((each for each in found if each[0].domain == domain), None)
    if held is None:
        raise Missing(detail=domain)
    return held


async def act(request: Request) -> Response:
    """What a keeper does about a pair."""
    node, me = desk.keeper(request)
    peer, _held, _owed = await _peer(request)
    say = (fields_of(request).get("say") or [""])[0]
    forms = {"line": LINE, "settle": SETTLE, "thaw": THAW}
    if say in forms:
        form = read(request, forms[say])
        if form.errors:
            return await _page(request, {say: form}, 422)
        await node.write(ACTS[say], me, peer.service, form)
    elif say in ("allow", "again"):
        transfer = (fields_of(request).get("transfer") or [""])[0][:36]
        await node.write(deciding.allow, me, peer.service, transfer)
    else:
        raise Invalid({}, safe=mark("Use one of the buttons on the page."))
    return done(request, f"/desk/time/nodes/{peer.domain}", voice(request).say("Saved."))


def _line(unit: Unit, me: str, service: str, form: Entry) -> None:
    said = form.values
    ours, theirs = said["ours"] * 60, said["theirs"] * 60
    deciding.agree_on(unit, me, service, pairs.Line(ours=ours, theirs=theirs), said["decision"])


def _settle(unit: Unit, me: str, service: str, form: Entry) -> None:
    minutes, decision = form.values["minutes"], form.values["decision"]
    deciding.settle_up(unit, me, service, minutes, decision, once=form.once)


def _thaw(unit: Unit, me: str, service: str, form: Entry) -> None:
    deciding.thaw(unit, me, service, form.values["decision"])


ACTS: Final = {"line": _line, "settle": _settle, "thaw": _thaw}


async def frozen(node: "Node", viewer: Viewer) -> list[Card]:
    """For keepers: pairs between which nothing passes, and what goes past a limit."""
    _ = speak(node, viewer).say
    held = await node.read(_pairs)
    past = set(await node.read(between.services_waiting))
    return [
        *_frozen(_, held),
        *(
            Card(
                title=_("Time for %(name)s waits for you", name=peer.name),
                href=f"/desk/time/nodes/{peer.domain}",
                text=_("It goes past the limit, or waits for its turn."),
                icon="clock",
                act=_("Look"),
                about=peer.name,
            )
            for peer, _pair, _owed in held
            if peer.service in past
        ),
    ]


def _frozen(_: Callable[..., str], found: list[tuple[Peer, Pair | None, int]]) -> list[Card]:
    return [
        Card(
            title=_("Nothing passes between us and %(name)s", name=peer.name),
            href=f"/desk/time/nodes/{peer.domain}",
            text=_(WHYS.get(held.why, "")),
            icon="alert",
            act=_("Look"),
            about=peer.name,
        )
        for peer, held, _owed in found
        if held is not None and held.frozen is not None
    ]


routes = (
    Route("/time/nodes", members, methods=["GET"]),
    Route("/desk/time/nodes", keepers, methods=["GET"]),
    Route("/desk/time/nodes/{domain}", one, methods=["GET"]),
    Route("/desk/time/nodes/{domain}", act, methods=["POST"]),
)
