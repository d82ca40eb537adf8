"""What real nodes say to everybody, as it arrives at a stranger's server.

Alder and Birch are two nodes of ours; at elm.test somebody follows Alder's community, its
people, and Birch's community; at oak.test somebody follows Alder's community alone, and so does
somebody at ash.test, which says that it is a Lemmy. What is told there is caught as it crosses
the wire, and what could be asked for more is asked for, as those servers would.
"""

import json
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
from sqlalchemy import Connection

from federation import resolving
from node.kernel.access import Viewer
from node.kernel.keys import Keys, make_keys
from node.kernel.node import Node
from node.kernel.settings import Settings
from node.kernel.tables import Account
from node.main import Application
from node.modules.accounts import api as accounts
from node.modules.accounts import leaving
from node.modules.follows import api as follows
from node.modules.groups import announcing, pinning
from node.modules.identity import aliases
from node.modules.listings import posting, topics
from node.modules.moderation import blocking, reporting
from node.modules.notes import api as notes
from node.modules.notes import polls, queries, writing
from node.modules.pictures import keeping
from node.modules.pictures.api import Chosen
from node.modules.pictures.rules import Use
from node.modules.pictures.workshop import Body, Drawn
from node.modules.profiles import changing
from node.modules.reactions import acting
from node.modules.reactions.api import OFFERED, Verb
from tests.conftest import Clock, Wire, found, person, settle
from tests.federation.readers import decided, matrix
from tests.federation.readers.reading import Case
from tests.federation.strangers import PUBLIC, Actor, Post, Server
from tests.modules.images import image
from tests.templates import shipped

ACTIVITY = "application/activity+json"
REPAIR = "https://w3id.org/commons-node/concepts#repair"


@dataclass(kw_only=True)
class World:
    """The nodes, the stranger's server, and what it has heard."""

    wire: Wire
    clock: Clock
    alder: Node
    birch: Node
    elm: Server
    oak: Server
    ash: Server
    mia: Actor
    lea: Actor
    una: Actor
    topic: str = ""
    """One that this community alone has."""
    web: dict[str, Any] = field(default_factory=dict)

    async def get(self, id: str) -> dict[str, Any]:
        """What an address answers to another server; also what is gone."""
        origin = "/".join(id.split("/", 3)[:3])
        app = self.wire.apps.get(origin)
        if app is None or "#" in id:
            return {}
        transport = httpx.ASGITransport(app=app, raise_app_exceptions=True)
        async with httpx.AsyncClient(transport=transport, base_url=origin) as client:
            answer = await client.get(id, headers={"Accept": ACTIVITY})
        kind = answer.headers.get("content-type", "")
        return dict(answer.json()) if kind.startswith(ACTIVITY) and answer.content else {}


@asynccontextmanager
async def world(folder: Path) -> AsyncIterator[World]:
    """Two founded nodes and a stranger who follows them."""
    wire, clock, keys = Wire(), Clock(), [make_keys() for _ in range(3)]
    elm, oak, ash = (Server(origin=f"https://{name}.test") for name in ("elm", "oak", "ash"))
    wire.apps |= {one.origin: one for one in (elm, oak, ash)}
    ash.pages |= _nodeinfo(ash.origin, "lemmy")
    nodes = []
    for name in ("alder", "birch"):
        (folder / name).mkdir(parents=True)
        nodes.append(await _node(folder / name, name, wire, clock, keys))
    people = {"mia": elm.actor("mia", keys[0]), "lea": oak.actor("lea", keys[1])}
    people["una"] = ash.actor("una", keys[2])
    places = {"alder": nodes[0], "birch": nodes[1], "elm": elm, "oak": oak, "ash": ash}
    try:
        yield World(wire=wire, clock=clock, **places, **people)
    finally:
        for node in nodes:
            await node.close()


def _nodeinfo(origin: str, software: str) -> dict[str, Any]:
    """What a server says that it is."""
    place = f"{origin}/nodeinfo/2.0"
    rel = "http://nodeinfo.diaspora.software/ns/schema/2.0"
    links = {"links": [{"rel": rel, "href": place}]}
    said = {"version": "2.0", "software": {"name": software, "version": "1.0"}}
    return {f"{origin}/.well-known/nodeinfo": links, place: said}


async def _node(folder: Path, name: str, wire: Wire, clock: Clock, keys: list[Keys]) -> Node:
    settings = Settings(data=folder)
    modules = list(shipped().values())
    node = Node(settings, modules, transport=wire, clock=clock, make_keys=lambda: keys[0], seed=7)
    await node.start()
    await found(node, name, f"https://{name}.test")
    wire.apps[node.origin] = Application(node)
    return node


@dataclass(frozen=True, kw_only=True)
class Told:
    """What was said: one of everything by what tells it apart; what a group's follower got;
    every document of ours that crossed, letters and answers."""

    cases: dict[str, Case]
    by_group: list[Case]
    crossed: list[dict[str, Any]]


async def told(folder: Path) -> Told:
    """Have real nodes say everything that they can say to everybody."""
    async with world(folder) as here:
        await tell(here)
        by_group = [Case(document=one, web=here.web) for one in here.oak.received]
        handed_on = [one for one in heard(here.ash) if isinstance(one["object"], dict)]
        acts = [one for one in handed_on if one["type"] == "Announce"]
        cases = matrix.kept(here.web, [*heard(here.elm), *acts])
        return Told(cases=cases, by_group=by_group, crossed=list(_crossed(here)))


def _crossed(here: World) -> Iterator[dict[str, Any]]:
    yield from (json.loads(body) for method, _, body in here.wire.seen if method == "POST")
    ours = (f"{here.alder.origin}/", f"{here.birch.origin}/")
    yield from (one for id, one in here.web.items() if id.startswith(ours) and one)


def heard(server: Server) -> list[dict[str, Any]]:
    """What arrived, each activity once, in order."""
    return list({one["id"]: one for one in server.received}.values())


# What is said -----------------------------------------------------------------------------------


async def tell(here: World) -> None:
    """Everything that a community and its people say to everybody, once."""
    ana, ben = await person(here.alder, "ana"), await person(here.alder, "ben")
    us, them = here.alder.community.id, here.birch.community.id
    await _followed(here, here.alder, here.mia, us, ana.id, ben.id)
    for who in (here.lea, here.una):
        await _followed(here, here.alder, who, us)
    await _followed(here, here.birch, here.mia, them)
    await _posts(here, ana)
    await _in_the_group(here, ana)
    await _pictures(here, ana)
    await _polls(here, ana)
    await _notices(here, ana)
    await decided.one_by_one(here)
    await decided.together(here, ana)
    await decided.asking_others(here, ana)
    await _reactions(here, ana)
    await _people(here, ana, ben)
    await settle(here.alder, here.birch)
    await _walk(here)


async def _followed(here: World, node: Node, who: Actor, *ids: str) -> None:
    for id in ids:
        post = Post(node, here.wire.apps[node.origin])
        answer = await post(who, who.says("Follow", id, to=[id]))
        assert answer.status_code == 202
    await settle(here.alder, here.birch)


async def _posts(here: World, ana: Account) -> None:
    """A post, an answer to it, one of the community, a change, an end; and an Article."""
    draft = notes.Draft(text="The tap is on again.", reach="public", lang="en", people={})
    us = await here.alder.read(accounts.community_account)
    slug = await here.alder.write(notes.post, ana, draft)
    id = f"{here.alder.origin}/o/{slug}"
    await here.alder.write(notes.post, ana, replace(draft, text="And warm.", parent=id))
    await here.alder.write(notes.post, us, replace(draft, text="We meet on Sunday."))
    await settle(here.alder)
    here.clock.advance(minutes=5)
    mine = Viewer(account=ana, role="member")
    await here.alder.write(writing.edit, mine, slug, "The tap is on, and warm.", "en")
    await here.alder.write(notes.post, ana, replace(draft, warning="Blood", text="A nail."))
    gone = await here.alder.write(notes.post, ana, replace(draft, text="Never mind."))
    await settle(here.alder)
    await here.alder.write(writing.remove, mine, gone)
    await _by_a_program(here, ana)


async def _in_the_group(here: World, ana: Account) -> None:
    """A post put before the community, an answer, a change, pins, an end; one is taken out."""
    draft = notes.Draft(text="Who has seen the cat?", reach="public", lang="en", people={})
    mine = Viewer(account=ana, role="member")
    slug = await here.alder.write(notes.post, ana, replace(draft, group=True))
    id = f"{here.alder.origin}/o/{slug}"
    await settle(here.alder)
    answer = replace(draft, text="It is back.", parent=id)
    await here.alder.write(notes.post, ana, answer)
    for act in (pinning.pin, pinning.unpin):
        await here.alder.write(act, mine, id, as_community=False)
    await settle(here.alder)
    here.clock.advance(minutes=5)
    await here.alder.write(writing.edit, mine, slug, "Who has seen our cat?", "en")
    await settle(here.alder)
    other = await here.alder.write(notes.post, ana, replace(draft, text="Gone.", group=True))
    await settle(here.alder)
    await here.alder.write(writing.remove, mine, other)
    by = (await here.alder.read(accounts.by_handle, "keeper")).id
    away = await here.alder.write(notes.post, ana, replace(draft, text="Buy!", group=True))
    await settle(here.alder)
    out = f"{here.alder.origin}/o/{away}"
    await here.alder.write(announcing.take_out, out, by=by, reason="It sells something.")
    await settle(here.alder)


async def _pictures(here: World, ana: Account) -> None:
    """A post with two pictures, and an offer with a photo."""
    sizes = (Body(media="image/jpeg", width=64, height=48, body=image()),
             Body(media="image/webp", width=64, height=48, body=image("WEBP")))  # fmt: skip
    drawn = Drawn(blurhash="L1Eyb[~qfQ~q~qofj[ofj[ayj[fQ", bodies=sizes)
    slugs = [await here.alder.write(keeping.put, ana.id, drawn, Use.WAITING) for _ in range(3)]
    shown = [Chosen(slug=slug, words="The shed") for slug in slugs]
    draft = notes.Draft(text="The shed.", reach="public", lang="en", people={}, pictures=shown[:2])
    await here.alder.write(notes.post, ana, draft)
    offered = posting.Draft(
        title="A shed", text="", kind="give", topic=None, minutes=None, terms=["gift"],
        ends=here.clock.now + timedelta(days=30), hidden=False, lang="en", photo=shown[2:],
    )  # fmt: skip
    await here.alder.write(posting.post, ana.id, "offer", "public", offered)
    await settle(here.alder)


async def _by_a_program(here: World, ana: Account) -> None:
    """An Article, as members' own programs send it."""
    token = await here.alder.write(accounts.token_for, ana.id, "program")
    to = {"to": [PUBLIC], "cc": [ana.followers]}
    article = {"type": "Article", "name": "How to true a wheel", "content": "<p>Slowly.</p>", **to}
    transport = httpx.ASGITransport(app=here.wire.apps[here.alder.origin])
    headers = {"Authorization": f"Bearer {token}", "Content-Type": ACTIVITY}
    async with httpx.AsyncClient(transport=transport, base_url=here.alder.origin) as client:
        answer = await client.post(f"{ana.id}/outbox", json=article, headers=headers)
    assert answer.status_code == 201, answer.text
    await settle(here.alder)


async def _polls(here: World, ana: Account) -> None:
    """What ana asks until it is over, and what she answers to Mia."""
    ends = here.clock.now + timedelta(hours=2)
    asked = notes.Draft(text="When?", options=("Monday", "Sunday"), ends=ends, reach="public",
                        lang="en", people={})  # fmt: skip
    await here.alder.write(notes.post, ana, asked)
    options = [{"type": "Note", "name": name, "replies": {"type": "Collection", "totalItems": 0}}
               for name in ("yes", "no")]  # fmt: skip
    more = {"type": "Question", "oneOf": options, "endTime": "2030-01-01T00:00:00Z"}
    theirs = await _come(here, here.mia.note("poll", cc=[ana.id], **more))
    viewer = Viewer(account=ana, role="member")
    slug = await here.alder.read(_slug, theirs, viewer)
    await here.alder.write(polls.answer, viewer, slug, ["yes"])
    await settle(here.alder)
    here.clock.advance(hours=3)
    await settle(here.alder)


def _slug(db: Connection, id: str, viewer: Viewer) -> str:
    kept = queries.by_id(db, id, viewer)
    assert kept is not None
    return kept.slug


async def _come(here: World, thing: dict[str, Any]) -> str:
    """Have a post of Mia's arrive at Alder; its id."""
    post = Post(here.alder, here.wire.apps[here.alder.origin])
    here.elm.pages[thing["id"]] = {"@context": here.elm.pages[here.mia.id]["@context"], **thing}
    assert (await post(here.mia, here.mia.says("Create", thing))).status_code == 202
    await settle(here.alder)
    return str(thing["id"])


async def _notices(here: World, ana: Account) -> None:
    """An offer and a need; the offer is changed, and goes."""
    draft = posting.Draft(
        title="A ladder", text="Seven metres, in two parts.", kind="lend", topic="tool-sharing",
        minutes=180, ends=here.clock.now + timedelta(days=60), terms=("lend",), hidden=False,
        lang="en",
    )  # fmt: skip
    offer = await here.alder.write(posting.post, ana.id, "offer", "public", draft)
    keeper = (await here.alder.read(accounts.admins))[0].id
    said = topics.Said(labels={"en": "Wheels"}, broader=REPAIR)
    here.topic = await here.alder.write(topics.add, keeper, said, [])
    need = replace(draft, title="Somebody who can true a wheel", topic=here.topic, kind="service")
    await here.alder.write(posting.post, ana.id, "request", "public", need)
    await settle(here.alder)
    here.clock.advance(minutes=5)
    await here.alder.write(posting.edit, ana.id, offer.id, replace(draft, text="Eight metres."))
    await settle(here.alder)
    away = await here.alder.write(posting.post, ana.id, "offer", "public", draft)
    await settle(here.alder)
    await here.alder.write(posting.delete, ana.id, away.id)
    await settle(here.alder)


async def _reactions(here: World, ana: Account) -> None:
    """What ana likes, laughs at, shares, takes back, and asks to quote."""
    policy = {"canQuote": {"automaticApproval": [PUBLIC]}}
    said = {"published": "2026-11-20T09:00:00Z", "cc": [ana.id], "interactionPolicy": policy}
    theirs = await _come(here, here.mia.note(**said))
    viewer = Viewer(account=ana, role="member")
    await here.alder.write(acting.like, viewer, theirs)
    await here.alder.write(acting.like, viewer, theirs, OFFERED[0])
    await here.alder.write(acting.share, viewer, theirs)
    await settle(here.alder)
    await here.alder.write(acting.take_back, viewer, theirs, Verb.LIKE)
    await here.alder.write(acting.take_back, viewer, theirs, Verb.SHARE)
    await here.alder.write(
        reporting.file, "a", by=ana.id, about=theirs, words="It is unkind.", forward=True
    )
    draft = notes.Draft(text="Well said.", reach="public", lang="en", people={}, quote=theirs)
    await here.alder.write(notes.post, ana, draft)
    await settle(here.alder)


async def _people(here: World, ana: Account, ben: Account) -> None:
    """Who follows and blocks whom, what they say of themselves, and who leaves."""
    mia = await resolving.account(here.alder, here.mia.id)
    await here.alder.write(follows.follow, ana, mia)
    await settle(here.alder)
    await here.alder.write(follows.unfollow, ana, mia)
    max_ = here.elm.actor("max", here.mia.keys)
    await here.alder.write(blocking.block_for, ana, max_.id, is_host=False)
    post = Post(here.alder, here.wire.apps[here.alder.origin])
    assert (await post(max_, max_.says("Follow", ana.id, to=[ana.id]))).status_code == 202
    zoe = await resolving.account(here.alder, here.elm.actor("zoe", here.mia.keys).id)
    await here.alder.write(blocking.block_for, ana, zoe.id, is_host=False, tell=True)
    await settle(here.alder)
    await here.alder.write(blocking.unblock, ana, zoe.id)
    gift = changing.Draft(name="I make newcomers feel at home.", reach="public", lang="en")
    await here.alder.write(changing.add, ana.id, "gift", gift)
    us = await here.alder.read(accounts.community_account)
    await here.alder.write(accounts.tell_changed, us, name="Alder Street")
    await settle(here.alder)
    away = here.elm.actor("ana", here.mia.keys)
    here.elm.pages[away.id]["alsoKnownAs"] = [ana.id]
    await aliases.leave_for(here.alder, ana, away.id)
    await here.alder.write(leaving.leave, ben.id)
    await settle(here.alder)


async def _walk(here: World) -> None:
    """Ask for everything that was named, as a stranger would."""
    here.web.update({id: page for id, page in here.elm.pages.items() if isinstance(page, dict)})
    acts = [*heard(here.elm), *heard(here.ash)]
    wanted = [here.alder.community.service, here.topic, *(one for act in acts for one in _ids(act))]
    for id in wanted:
        if isinstance(id, str) and id != PUBLIC and id not in here.web:
            here.web[id] = await here.get(id)


def _ids(act: dict[str, Any]) -> Iterator[Any]:
    held = act.get("object")
    thing = held if isinstance(held, dict) else {}
    if act["type"] == "Announce" and thing:
        yield from _ids(thing)
    yield from (act["id"], act["actor"], thing.get("id") or held, thing.get("inReplyTo"))
    yield from (thing.get("audience"), thing.get("object"), act.get("target"))
    yield from (*act.get("to", ()), *act.get("cc", ()))
