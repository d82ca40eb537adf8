"""A server far away that notes what reaches it, and a module that stands for features.

Nothing of our own program answers for the far server, so what is noted here is what really
crossed; it answers as it is told.
"""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import httpx
from sqlalchemy import Connection, insert, select

import federation
from federation import signatures
from federation.claims import Form
from node.kernel.access import Viewer
from node.kernel.keys import Keys
from node.kernel.module import Collected, Handlers, Module
from node.kernel.node import Node
from node.kernel.tables import Account, account, job, letter
from node.kernel.unit import Unit
from node.modules import accounts
from vocab.model import PUBLIC, Object
from vocab.types import Create, Link, Note

__all__ = ["PUBLIC"]

ACTIVITY = "application/activity+json"

Answer = tuple[int, Mapping[str, str], bytes]


@dataclass(kw_only=True)
class Received:
    """One request that reached the far server."""

    method: str
    path: str
    headers: Mapping[str, str]
    body: bytes

    @property
    def form(self) -> Form:
        return Form.RFC9421 if "signature-input" in self.headers else Form.CAVAGE


@dataclass(kw_only=True)
class Far:
    """A server far away, as an ASGI application."""

    origin: str
    keys: Keys
    answer: int | Answer | Callable[[Received], Any] = 202
    """What posts are answered with."""
    pages: dict[str, int | Mapping[str, Any]] = field(default_factory=dict)
    """Path to a document, or to a status that stands in its place."""
    posts: list[Received] = field(default_factory=list)
    gets: list[Received] = field(default_factory=list)

    def actor(self, name: str, *, shared: bool = True, **more: Any) -> str:
        """Put up an actor's page; its id."""
        id = f"{self.origin}/users/{name}"
        key = {"id": f"{id}#main-key", "owner": id, "publicKeyPem": self.keys.rsa_public}
        endpoints = {"endpoints": {"sharedInbox": f"{self.origin}/inbox"}} if shared else {}
        self.pages[f"/users/{name}"] = {
            "@context": "https://www.w3.org/ns/activitystreams",
            "id": id,
            "type": "Person",
            "preferredUsername": name,
            "inbox": f"{id}/inbox",
            "outbox": f"{id}/outbox",
            "followers": f"{id}/followers",
            "publicKey": key,
            **endpoints,
            **more,
        }
        return id

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        body = b""
        while (message := await receive())["type"] == "http.request":
            body += message.get("body", b"")
            if not message.get("more_body"):
                break
        headers = {k.decode().lower(): v.decode() for k, v in scope["headers"]}
        came = Received(method=scope["method"], path=scope["path"], headers=headers, body=body)
        status, extra, text = await self._answer(came)
        lines = [(k.encode(), v.encode()) for k, v in extra.items()]
        await send({"type": "http.response.start", "status": status, "headers": lines})
        await send({"type": "http.response.body", "body": text})

    async def _answer(self, came: Received) -> Answer:
        if came.method == "GET":
            self.gets.append(came)
            page = self.pages.get(came.path, 404)
            if isinstance(page, int):
                return page, {}, b""
            return 200, {"Content-Type": ACTIVITY}, json.dumps(page).encode()
        self.posts.append(came)
        said = self.answer(came) if callable(self.answer) else self.answer
        if hasattr(said, "__await__"):
            said = await said
        return (said, {}, b"") if isinstance(said, int) else said


@dataclass(kw_only=True)
class Feature:
    """Stands for the modules: what it holds is what the registry answers in these tests."""

    audiences: dict[str, list[str]] = field(default_factory=dict)
    objects: dict[str, tuple[Object, str | None]] = field(default_factory=dict)
    """Id to (object, who alone may see it): None for everybody, "trusted" for trusted nodes."""
    collections: dict[str, Callable[[Account, Viewer, str | None, int], Collected]] = field(
        default_factory=dict
    )
    refused: set[str] = field(default_factory=set)
    trusted: set[str] = field(default_factory=set)
    added: dict[str, dict[str, Any]] = field(default_factory=dict)
    """Actor's id to the fields it gets."""
    made: list[Any] = field(default_factory=list)
    """The acts that were carried out."""

    def modules(self) -> list[Module]:
        """What a node of these tests is made of."""
        return [federation.module, accounts.module, self.module()]

    def module(self) -> Module:
        handlers = Handlers()

        @handlers.on(Create, Note)
        def created(unit: Unit, act: Any) -> None:
            self.made.append(act)
            self.objects[act.object.id] = (act.object, None)

        return Module(
            name="feature",
            handlers=handlers,
            collections={name: self._collection(name) for name in self.collections},
            audiences=(lambda db, collection: self.audiences.get(collection),),
            documents=(self._document,),
            actor=(lambda db, one, now: self.added.get(one.id, {}),),
            refuses=(lambda db, names: self.refused.intersection(names),),
            trusts=(lambda db, service: service in self.trusted,),
            intents={"Follow": "/follow?whom={object}"},
            capabilities=(
                Link(href="https://w3id.org/commons-node/ns#cap-market-1", name="Offers, needs"),
            ),
        )

    def _collection(self, name: str) -> Any:
        return lambda db, *about: self.collections[name](*about[:4])

    def _document(self, db: Connection, id: str, viewer: Viewer) -> Object | None:
        found, only = self.objects.get(id, (None, None))
        if only == "trusted":
            return found if viewer.trusted else None
        return found if only in (None, viewer.id) else None


# Sending ------------------------------------------------------------------------------------


async def say(node: Node, *to: str, cc: tuple[str, ...] = (), actor: str = "", **more: Any) -> str:
    """Have the node's community (or another actor of it) post a Note; the activity's id."""
    who = actor or node.community.id
    about = {name: more.pop(name) for name in ("content", "handling", "id") if name in more}

    def write(unit: Unit) -> str:
        note = Note(
            **{"id": unit.id("o"), "content": "<p>Good morning.</p>", **about},
            attributed_to=who,
            published=unit.now,
            url=f"{node.origin}/n/1",
            to=to,
            cc=cc,
        )
        activity = Create(id=unit.id("a"), actor=who, object=note, to=to, cc=cc, **more)
        sender = unit.account(who)
        assert sender is not None
        unit.perform(activity, sender)
        return str(activity.id)

    return await node.write(write)


async def send(node: Node, activity: Any) -> str:
    """Have the community send an activity as it is; its id."""

    def write(unit: Unit) -> str:
        whole = replace(activity, id=unit.id("a"), actor=node.community.id)
        unit.send(whole)
        return str(whole.id)

    return await node.write(write)


async def known(node: Node, far: Far, *names: str, **more: Any) -> list[str]:
    """Rows for actors of the far server, as if they had been met before; their ids."""
    ids = [far.actor(name, **more) for name in names]
    for name in names:
        await node.write(_meet, name, far, far.pages[f"/users/{name}"])
    return ids


def _meet(unit: Unit, name: str, far: Far, page: Any) -> None:
    values = {
        "id": page["id"],
        "local": False,
        "type": page["type"],
        "kind": page.get("kind"),
        "handle": name,
        "domain": far.origin.split("://")[1],
        "inbox": page["inbox"],
        "shared_inbox": page.get("endpoints", {}).get("sharedInbox"),
        "outbox": page["outbox"],
        "followers": page["followers"],
        "key_id": page["publicKey"]["id"],
        "public_key": page["publicKey"]["publicKeyPem"],
        "document": page,
        "created": unit.now,
        "fetched": unit.now,
    }
    unit.db.execute(insert(account).values(values))


# Looking ------------------------------------------------------------------------------------


def _letter(db: Connection, activity: str) -> Any:
    mine = select(letter).where(letter.c.activity == activity, letter.c.way == "out")
    return db.execute(mine).one()


async def state(node: Node, activity: str) -> tuple[str, str | None]:
    """State and code of a letter of ours."""
    row = await node.read(_letter, activity)
    return row.state, row.code


async def body(node: Node, activity: str) -> bytes | None:
    """What is kept of a letter of ours."""
    kept = (await node.read(_letter, activity)).body
    return None if kept is None else bytes(kept)


async def waiting(node: Node, kind: str = "federation.deliver") -> list[Any]:
    """The jobs of a kind that wait."""
    wanted = select(job).where(job.c.kind == kind).order_by(job.c.id)
    return await node.read(lambda db: list(db.execute(wanted)))


async def public_key(node: Node, id: str) -> str:
    """The public key of an actor of ours, as its row has it."""
    wanted = select(account.c.public_key).where(account.c.id == id)
    return str(await node.read(lambda db: db.scalar(wanted)))


async def proven(node: Node, came: Received, far: Far, actor: str) -> bool:
    """Whether a request verifies with the key of an actor of ours, as the far server sees it."""
    request = signatures.Request(
        method=came.method,
        target=came.path,
        headers=came.headers,
        body=came.body,
        authority=far.origin.split("://")[1],
    )
    key = signatures.PublicKey(
        id=f"{actor}#main-key",
        owner=actor,
        key=signatures.load_public_pem(await public_key(node, actor)),
    )
    claim = signatures.parse(request)
    return signatures.verify(request, claim, key, now=node.now()).owner == actor


def signed(node: Node, far: Far, actor: str, url: str, form: Form = Form.CAVAGE) -> dict[str, str]:
    """The headers of a GET that an actor of the far server signs."""
    headers = signatures.sign(
        "GET",
        url,
        key_id=f"{actor}#main-key",
        private_key=signatures.load_private_pem(far.keys.rsa),
        now=node.now(),
        form=form,
    )
    return {"Accept": ACTIVITY, **headers}


async def ask(
    wire: Any, node: Node, path: str, *, method: str = "GET", body: bytes = b"", **headers: str
) -> httpx.Response:
    """Ask a node for something, as a server or a browser would; no redirect is followed."""
    transport = httpx.ASGITransport(app=wire.apps[node.origin], raise_app_exceptions=True)
    given = {name.replace("_", "-"): value for name, value in headers.items()}
    async with httpx.AsyncClient(transport=transport, base_url=node.origin) as client:
        return await client.request(
            method, path, headers={"Accept": ACTIVITY, **given}, content=body
        )
