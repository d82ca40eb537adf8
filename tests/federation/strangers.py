"""Servers that are not ours, with actors that sign; and a module that keeps what it hears."""

import asyncio
import itertools
import json
from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

import httpx
from sqlalchemy import JSON, Column, String, Table, delete, insert, select

from federation import signatures
from federation.claims import Form
from node.kernel.access import Viewer
from node.kernel.database import new_metadata, upsert
from node.kernel.errors import Refused
from node.kernel.keys import Keys
from node.kernel.module import Handlers, Module
from node.kernel.tables import letter
from vocab import types as words
from vocab.model import Object, id_of

PUBLIC = "https://www.w3.org/ns/activitystreams#Public"
ACTIVITY = "application/activity+json"


@dataclass
class Actor:
    """Somebody at a stranger's server."""

    server: "Server"
    id: str
    keys: Keys
    key_id: str

    def document(self) -> dict[str, Any]:
        return {
            "@context": ["https://www.w3.org/ns/activitystreams", "https://w3id.org/security/v1"],
            "id": self.id,
            "type": "Person",
            "preferredUsername": self.id.rpartition("/")[2],
            "inbox": f"{self.id}/inbox",
            "outbox": f"{self.id}/outbox",
            "followers": f"{self.id}/followers",
            "publicKey": {
                "id": self.key_id,
                "owner": self.id,
                "publicKeyPem": self.keys.rsa_public,
            },
        }

    def note(self, name: str = "1", **more: Any) -> dict[str, Any]:
        return {
            "id": f"{self.server.origin}/notes/{name}",
            "type": "Note",
            "attributedTo": self.id,
            "content": f"<p>note {name}</p>",
            "to": [PUBLIC],
            **more,
        }

    def says(self, kind: str, obj: Any, **more: Any) -> dict[str, Any]:
        number = next(self.server.numbers)
        return {
            "@context": "https://www.w3.org/ns/activitystreams",
            "id": f"{self.server.origin}/acts/{number}",
            "type": kind,
            "actor": self.id,
            "object": obj,
            "to": [PUBLIC],
            **more,
        }


@dataclass
class Server:
    """A stranger's server: documents at their addresses, and whom was asked for what."""

    origin: str
    pages: dict[str, Any] = field(default_factory=dict)
    media: dict[str, str] = field(default_factory=dict)
    asked: Counter[str] = field(default_factory=Counter)
    received: list[dict[str, Any]] = field(default_factory=list)
    hanging: asyncio.Event | None = None
    reached: asyncio.Event = field(default_factory=asyncio.Event)
    numbers: Any = field(default_factory=lambda: itertools.count(1))

    def actor(self, name: str, keys: Keys, *, key: str = "#main-key") -> Actor:
        id = f"{self.origin}/users/{name}"
        made = Actor(server=self, id=id, keys=keys, key_id=id + key)
        self.pages[id] = made.document()
        if not key.startswith("#"):
            self.pages[id + key] = {"id": id, "publicKey": made.document()["publicKey"]}
        return made

    def vouch(self, subject: str, actor: str, **templates: str) -> None:
        """Say of every name that it is this actor; templates by the relation they are for."""
        links: list[dict[str, str]] = [
            {"rel": "self", "type": "application/activity+json", "href": actor}
        ]
        links += [{"rel": rel, "template": made} for rel, made in templates.items()]
        said = {"subject": f"acct:{subject}", "links": links}
        self.pages[f"{self.origin}/.well-known/webfinger"] = said

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        url = self.origin + scope["path"]
        body = b""
        while True:
            part = await receive()
            body += part.get("body", b"")
            if not part.get("more_body"):
                break
        if scope["method"] == "POST":
            self.received.append(json.loads(body))
            await _answer(send, 202, b"", ACTIVITY)
            return
        self.asked[url] += 1
        self.reached.set()
        if self.hanging is not None:
            await self.hanging.wait()
        found = self.pages.get(url)
        if isinstance(found, int):
            await _answer(send, found, b"", ACTIVITY)
        elif found is None:
            await _answer(send, 404, b"", ACTIVITY)
        else:
            raw = found if isinstance(found, bytes) else json.dumps(found).encode()
            await _answer(send, 200, raw, self.media.get(url, ACTIVITY))


async def _answer(send: Any, status: int, body: bytes, media: str) -> None:
    headers = [(b"content-type", media.encode())]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})


def signed(
    node: Any, actor: Actor, body: bytes, path: str = "/inbox", **how: Any
) -> dict[str, str]:
    """The headers of an honest POST."""
    given = {
        "key_id": actor.key_id,
        "private_key": signatures.load_private_pem(actor.keys.rsa),
        "now": node.now(),
        **how,
    }
    return signatures.sign("POST", node.origin + path, body, **given)


async def raw_post(
    node: Any, app: Any, headers: dict[str, str], body: bytes, path: str = "/inbox"
) -> httpx.Response:
    transport = httpx.ASGITransport(app=app, raise_app_exceptions=True)
    async with httpx.AsyncClient(transport=transport, base_url=node.origin) as client:
        return await client.post(path, headers=headers, content=body)


class Post:
    """Sends to one node, honestly unless told otherwise."""

    def __init__(self, node: Any, app: Any) -> None:
        self.node = node
        self.app = app

    async def __call__(
        self, actor: Actor, activity: dict[str, Any] | bytes, path: str = "/inbox", **how: Any
    ) -> httpx.Response:
        body = activity if isinstance(activity, bytes) else json.dumps(activity).encode()
        headers = signed(self.node, actor, body, path, **how)
        return await raw_post(self.node, self.app, headers, body, path)


# A module that keeps what it hears -------------------------------------------------------

metadata = new_metadata()
heard = Table(
    "heard",
    metadata,
    Column("id", String(2048), primary_key=True),
    Column("owner", String(2048), nullable=False),
    Column("reach", String(20), nullable=False, default="public"),
    Column("content", String, nullable=False),
    Column("was", JSON, nullable=False),
)
times = Table("times", metadata, Column("act", String(2048), primary_key=True))
handlers = Handlers()


@handlers.on(words.Create, words.Note)
def made(unit: Any, act: Any) -> None:
    unit.db.execute(insert(times).values(act=act.activity.id))
    said = {"content": act.object.content or "", "was": [act.activity.type]}
    row = {"id": act.object.id, "owner": act.object.attributed_to, "reach": "public", **said}
    upsert(unit.db, heard, row, key=["id"])


@handlers.on(words.Update, words.Note)
def changed(unit: Any, act: Any) -> None:
    here = heard.update().where(heard.c.id == act.object.id)
    unit.db.execute(here.values(content=act.object.content or ""))


@handlers.on(words.Delete, words.Note)
def deleted(unit: Any, act: Any) -> None:
    unit.db.execute(delete(heard).where(heard.c.id == act.object.id))


@handlers.on(words.Announce, words.Note)
def announced(unit: Any, act: Any) -> None:
    row = {
        "id": act.object.id,
        "owner": id_of(act.object.attributed_to) or "",
        "reach": "public",
        "content": act.object.content or "",
        "was": ["Announce"],
    }
    upsert(unit.db, heard, row, key=["id"])


@handlers.on(words.Accept, words.Offer)
def agreed(unit: Any, act: Any) -> None:
    unit.db.execute(insert(times).values(act=act.activity.id))


@handlers.on(words.Like, words.Note)
def liked(unit: Any, act: Any) -> None:
    if act.object.content == "boom":
        message = "a handler with a fault"
        raise ZeroDivisionError(message)
    if act.object.content == "no":
        raise Refused("E_NOT_HERE")
    unit.db.execute(insert(times).values(act=act.activity.id))


def find(db: Any, id: str, viewer: Viewer) -> Object | None:
    row = db.execute(select(heard).where(heard.c.id == id)).one_or_none()
    return words.Note(id=row.id, attributed_to=row.owner, content=row.content) if row else None


def refuse(db: Any, names: Collection[str]) -> list[str]:
    from node.kernel.tables import setting

    kept = db.scalar(select(setting.c.value).where(setting.c.name == "blocked"))
    return [name for name in names if name in (kept or ())]


board = Module(
    name="board",
    metadata=metadata,
    handlers=handlers,
    documents=(find,),
    refuses=(refuse,),
)


async def rows(node: Any, table: Table) -> list[Any]:
    return await node.write(lambda unit: list(unit.db.execute(select(table)).all()))


async def letters(node: Any, way: str = "in") -> list[Any]:
    query = select(letter).where(letter.c.way == way).order_by(letter.c.id)
    return await node.write(lambda unit: list(unit.db.execute(query).all()))


async def setting(node: Any, name: str, value: Any) -> None:
    await node.write(lambda unit: unit.set(name, value))


def host_of(url: str) -> str:
    return urlsplit(url).netloc


__all__ = ["Form", "Post", "Server"]
