"""The front door for other servers: bytes to a stored letter, and nothing more.

Bare ASGI, because it is the busiest place. 202 is said after the commit, so what was
acknowledged is never lost; a letter that we know is answered like a new one.
"""

import asyncio
import json
import logging
import re
from collections.abc import Awaitable, Callable, Mapping, MutableMapping
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

from federation import copies, forwarding, policy, queries, rumours, senders, told
from federation.answers import PROBLEMS
from federation.claims import BadSignature, Claim, Request, parse
from federation.limits import Limits
from federation.origins import LONGEST, domain, same_origin
from federation.queries import Arrived
from federation.resolving import is_activity
from federation.signatures import ACCEPT_SIGNATURE, VerifiedSender
from node.kernel.errors import Problem, TryLater, Unwritten, short
from node.kernel.node import Node
from vocab import reader
from vocab.model import Malformed

log = logging.getLogger(__name__)

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]

SIZE = 1 << 20
BATCH = 256
NEWS = timedelta(minutes=1)
"""How often it is written down that a host spoke to us."""
TOLD = timedelta(hours=1)
"""How often the same is heard about an actor's followers here."""

_DOOR = re.compile(r"/(?:inbox|service/inbox|[uc]/[^/]+/inbox)")
_HIDDEN = frozenset({"trustedPeers", "recipientsOnly"})
_WORDS = {
    400: "This is no activity.",
    401: "The signature does not prove who sent this. Sign the request as this header says.",
    403: "This sender may not say this here.",
    404: "There is no inbox here.",
    409: "Another copy of your node began after this one, and only that one is heard here.",
    413: "This is larger than 1 MiB.",
    415: "Send application/activity+json, without a content encoding.",
    429: "This is more than we can take. Send it again later.",
    503: "Not now. Send it again later.",
}
_KINDS = {
    "E_ACTOR": "principal-actor-mismatch",
    "E_BLOCKED": "actor-not-authorized",
    "E_RATE": "rate-limit-exceeded",
}
"""Code to problem type, where FEP-c180 has one."""


class Turned(Exception):
    """A request that ends here: status, code and what else the answer says."""

    def __init__(self, status: int, code: str, detail: str = "", after: int | None = None) -> None:
        super().__init__(f"{status} {code}: {detail}")
        self.status = status
        self.code = code
        self.after = after
        self.start: str | None = None


class Inbox:
    """All inboxes of one node."""

    def __init__(self, node: Node, *, limits: Limits | None = None) -> None:
        """Prepare; `limits` says how many letters each server and actor may send."""
        self._node = node
        self._keeper = Keeper(node)
        self._limits = limits or Limits(node)
        self._told: dict[tuple[str, str], datetime] = {}
        self._doors = {"/inbox", "/service/inbox"}

    def wants(self, scope: Mapping[str, Any]) -> bool:
        """Whether this request is for us: a POST to an inbox."""
        return scope["method"] == "POST" and _DOOR.fullmatch(scope["path"]) is not None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one POST."""
        try:
            await self._take(scope, receive)
        except Turned as turned:
            log.info("inbox: %s", turned)
            await _answer(send, turned)
        except (OSError, MemoryError) as error:
            if (out := short(error)) is None:
                raise
            log.error("inbox: %s", out)  # noqa: TRY400 - the trace needs what has run out
            await _answer(send, Turned(503, out.code, after=10))
        else:
            await send({**_ACCEPTED})  # what is sent is dressed on its way
            await send(_EMPTY)

    async def _take(self, scope: Scope, receive: Receive) -> None:
        home = self._node.community
        if home.at_home or not home.ready:
            raise Turned(404, "E_AT_HOME")
        if not await self._is_door(scope["path"]):
            raise Turned(404, "E_NO_INBOX", scope["path"][:200])
        headers = _headers(scope)
        _check_media(headers)
        body = await _body(headers, receive)
        request = Request(
            method="POST",
            target=_target(scope),
            headers=headers,
            body=body,
            authority=home.domain,
            scheme=urlsplit(home.origin).scheme,
        )
        await self._judge(request)

    async def _is_door(self, path: str) -> bool:
        """Whether this is an inbox of ours; that of somebody who left stays one."""
        if path not in self._doors:
            owner = self._node.origin + path.removesuffix("/inbox")
            if not await self._node.read(queries.is_ours, owner):
                return False
            self._doors.add(path)
        return True

    async def _judge(self, request: Request) -> None:
        """Prove the sender, then read; an unknown key is asked for only after the reading."""
        try:
            claim = parse(request)
            known = await senders.of(self._node).known(claim)
            document = reader.read_object(request.body) if known is None else None
            if known is None and await self._farewell(document or {}, claim.key_id):
                return
            owner = _owner(document)
            if owner is not None and forwarding.is_passed_on(document or {}, owner, claim.key_id):
                owner = None
            sender = await senders.of(self._node).prove(request, claim, owner)
            await self._keep(request, claim, sender, document)
        except BadSignature as refusal:
            raise Turned(401, refusal.code, refusal.detail) from None
        except Malformed as fault:
            raise Turned(400, fault.code, fault.message) from None
        except TryLater as later:
            wait = int(later.after.total_seconds()) if later.after else 30
            raise Turned(503, later.code, later.detail, wait) from None
        except Problem as problem:
            status = problem.status if problem.status in _WORDS else 403
            raise Turned(status, problem.code, problem.detail) from None

    async def _farewell(self, document: Mapping[str, Any], key_id: str) -> bool:
        """Whether one that we never met goes, or a thing of theirs: nobody is asked for it."""
        actor, thing = _id(document.get("actor")), _id(document.get("object"))
        if document.get("type") != "Delete" or actor is None:
            return False
        found = await self._node.account(actor)
        if found is None and thing is not None and thing != actor:
            await rumours.hear(self._node, thing, actor, key_id)
        return found is None or found.gone is not None

    async def _keep(
        self,
        request: Request,
        claim: Claim,
        sender: VerifiedSender,
        document: dict[str, Any] | None,
    ) -> None:
        if document is None:
            document = reader.read_object(request.body)
        server = domain(sender.owner)
        author = await self._author(document, sender.owner)
        if wait := await self._limits.wait(sender.owner):
            raise Turned(429, "E_RATE", sender.owner, wait)
        await self._newest(request, claim, server)
        if author is None:
            return
        letter = Arrived(
            activity=_activity(document, author),
            actor=author,
            body=request.body,
            handling=handling(document),
            domain=domain(author),
            form=claim.form.value if self._is_own(author, server, claim) else None,
            told=self._followers(request, author) if author == sender.owner else None,
        )
        if not await self._keeper.keep(letter):
            raise Turned(403, "E_BLOCKED", author)

    async def _newest(self, request: Request, claim: Claim, server: str) -> None:
        """Turn away what an older copy of a node says, while a later one is at work.

        Raises:
            Turned: 409, with the start of the later one.
        """
        name = copies.HEADER.lower()
        said = request.headers.get(name) if name in claim.covered else None
        if said and (later := await copies.judge(self._node, server, said)):
            turned = Turned(409, copies.DISPLACED, server)
            turned.start = later
            raise turned

    async def _author(self, document: Mapping[str, Any], sender: str) -> str | None:
        """Whose letter it is that somebody sends; None if its actor's own server is asked first.

        Raises:
            Turned: 403, it is in the name of somebody else, and nothing proves it.
        """
        actor = _owner(document)
        assert actor is not None, "there is a document"
        if actor == sender:
            return actor
        if same_origin(actor, self._node.origin) or not forwarding.may_be(document, actor):
            raise Turned(403, "E_ACTOR", f"signed by {sender}, in the name of {actor}")
        if "proof" in document:
            try:
                await forwarding.prove(self._node, document, actor)
            except Malformed as fault:
                raise Turned(403, fault.code, fault.message) from None
            return actor
        if not forwarding.is_signed_the_old_way(document):
            raise Turned(403, "E_ACTOR", f"signed by {sender}, in the name of {actor}")
        if await self._node.read(policy.refuses, self._node.registry, sender):
            raise Turned(403, "E_BLOCKED", sender)
        await forwarding.ask(self._node, document, actor, sender)
        return None

    def _is_own(self, author: str, server: str, claim: Claim) -> bool:
        """Whether the author's own server spoke to us, in a way worth writing down."""
        return domain(author) == server and self._is_news(server, claim.form.value, NEWS)

    def _followers(self, request: Request, owner: str) -> told.Told | None:
        """What came along about the sender's followers here, if it was not heard just now."""
        said = request.headers.get("collection-synchronization", "")
        found = told.parse(said, owner) if said else None
        is_news = found is not None and self._is_news(owner, found.digest, TOLD)
        return found if is_news else None

    def _is_news(self, who: str, what: str, every: timedelta) -> bool:
        now = self._node.now()
        last = self._told.get((who, what))
        if last is not None and now - last < every:
            return False
        if len(self._told) >= 10_000:
            self._told.clear()
        self._told[who, what] = now
        return True


class Keeper:
    """Hands letters to the writer, all that have gathered at once."""

    def __init__(self, node: Node) -> None:
        self._node = node
        self._waiting: list[tuple[Arrived, asyncio.Future[bool]]] = []
        self._task: asyncio.Task[None] | None = None

    async def keep(self, letter: Arrived) -> bool:
        """Store a letter; back after the commit. False if its sender is refused here."""
        future: asyncio.Future[bool] = asyncio.get_running_loop().create_future()
        self._waiting.append((letter, future))
        if self._task is None or self._task.done():
            self._task = asyncio.create_task(self._write())
        return await future

    async def _write(self) -> None:
        while self._waiting:
            batch, self._waiting = self._waiting[:BATCH], self._waiting[BATCH:]
            try:
                taken = await self._node.write(queries.store, [letter for letter, _ in batch])
            except Exception as error:  # noqa: BLE001 - each sender is told, and sends it again
                for _, future in batch:
                    if not future.done():
                        future.set_exception(Unwritten(repr(error)))
                continue
            for (_, future), one in zip(batch, taken, strict=True):
                if not future.done():
                    future.set_result(one)
            self._node.wake()


def _headers(scope: Scope) -> dict[str, str]:
    headers: dict[str, str] = {}
    for raw_name, raw_value in scope["headers"]:
        name, value = raw_name.decode("latin-1").lower(), raw_value.decode("latin-1")
        headers[name] = f"{headers[name]}, {value}" if name in headers else value
    return headers


def _target(scope: Scope) -> str:
    path = (scope.get("raw_path") or scope["path"].encode()).decode("latin-1")
    query = scope.get("query_string", b"").decode("latin-1")
    return f"{path}?{query}" if query else path


def _check_media(headers: Mapping[str, str]) -> None:
    if headers.get("content-encoding", "identity").strip().lower() not in ("", "identity"):
        raise Turned(415, "E_ENCODING", headers["content-encoding"][:100])
    if not is_activity(headers.get("content-type", "")):
        raise Turned(415, "E_MEDIA", headers.get("content-type", "")[:100])


async def _body(headers: Mapping[str, str], receive: Receive) -> bytes:
    said = headers.get("content-length", "0")
    if said.isdecimal() and int(said[:12]) > SIZE:
        raise Turned(413, "E_SIZE", said[:20])
    first = await receive()
    body: bytes = first.get("body", b"")
    parts, size = [body], len(body)
    while first.get("more_body") and size <= SIZE:
        first = await receive()
        parts.append(first.get("body", b""))
        size += len(parts[-1])
    if size > SIZE:
        raise Turned(413, "E_SIZE", f"{size} and more")
    if first["type"] == "http.disconnect":
        raise Turned(400, "E_CUT", "gone before the end")
    return b"".join(parts)


def _id(held: Any) -> str | None:
    """The id of what is given by reference, whole, or as a list of one."""
    if isinstance(held, list) and len(held) == 1:
        held = held[0]
    found = held.get("id") if isinstance(held, dict) else held
    return found if isinstance(found, str) else None


def _owner(document: Mapping[str, Any] | None) -> str | None:
    """Who the document says it is from, once it has been read.

    Raises:
        Malformed: E_ACTOR.
    """
    if document is None:
        return None
    actor = _id(document.get("actor"))
    if actor is None or not domain(actor):
        raise Malformed("E_ACTOR", "an activity has one actor")
    return actor


def _activity(document: Mapping[str, Any], owner: str) -> str:
    """The id of an activity that this sender may send.

    Raises:
        Malformed: it is no activity.
        Turned: 403, it is in the name of somebody else.
    """
    actor, id = _owner(document), document.get("id")
    kind = document.get("type")
    if not isinstance(id, str) or not 0 < len(id) <= LONGEST or not isinstance(kind, str | list):
        raise Malformed("E_ACTIVITY", "an activity has an id and a type")
    if actor != owner:
        raise Turned(403, "E_ACTOR", f"signed by {owner}, in the name of {actor}")
    if not same_origin(id, owner):
        raise Turned(403, "E_ORIGIN_ACTIVITY", f"{owner} used the id {id}")
    return id


def handling(document: Mapping[str, Any]) -> str:
    """Who may read a letter, as it says itself."""
    held = document.get("object")
    for part in (held, document):
        said = part.get("handling") if isinstance(part, dict) else None
        if isinstance(said, str) and said in _HIDDEN:
            return said
    return "public"


_ACCEPTED = {
    "type": "http.response.start",
    "status": 202,
    "headers": [(b"content-length", b"0")],
}
_EMPTY = {"type": "http.response.body", "body": b""}


async def _answer(send: Send, turned: Turned) -> None:
    kind = PROBLEMS + _KINDS[turned.code] if turned.code in _KINDS else "about:blank"
    words = {"type": kind, "title": _WORDS[turned.status], "status": turned.status}
    body = json.dumps({**words, "code": turned.code}).encode()
    headers = [
        (b"content-type", b"application/problem+json"),
        (b"content-length", str(len(body)).encode()),
    ]
    if turned.status == 401:
        headers.append((b"accept-signature", ACCEPT_SIGNATURE.encode()))
    if turned.start is not None:
        headers.append((copies.HEADER.lower().encode(), turned.start.encode()))
    if turned.after is not None:
        headers.append((b"retry-after", str(turned.after).encode()))
    await send({"type": "http.response.start", "status": turned.status, "headers": headers})
    await send({"type": "http.response.body", "body": body})
