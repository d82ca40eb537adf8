"""What every request passes before a page sees it, and every answer before it leaves.

Security is decided on the path, the cookies and the settings, never on the Host header.
"""

import asyncio
import ipaddress
from collections.abc import Awaitable, Iterable, Mapping, MutableMapping, Sequence
from typing import Any, Final, TypeVar
from urllib.parse import parse_qsl

from starlette.datastructures import Headers as HeaderView
from starlette.datastructures import MutableHeaders
from starlette.requests import HTTPConnection, Request
from starlette.responses import RedirectResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from node.kernel.access import ANONYMOUS, Viewer
from node.kernel.errors import Missing, Problem, Refused
from node.kernel.settings import IPNetwork
from web import csrf, sessions, uploads
from web.language import mark

FORM_BYTES: Final = 256 * 1024
FORM_FIELDS: Final = 200
BODY_BYTES: Final = 1024 * 1024
RECEIPT_SECONDS: Final = 30
UPLOAD_SECONDS: Final = 240
"""For a form with files, which a telephone may send at 2 Mbit/s."""
UPLOADS: Final = 3
"""Forms with files that are taken in at once; each may need 32 MB."""
FORM_TYPE: Final = "application/x-www-form-urlencoded"
SAFE_METHODS: Final = frozenset({"GET", "HEAD", "OPTIONS"})
SAME_FOR_ALL: Final = ("/static/", "/theme.css")
SETUP: Final = "/setup"
FOR_ONE_READER: Final = "immutable"
"""How an answer ends its Cache-Control that its reader's own browser may keep in any case."""
VARY: Final = "Accept, Accept-Language, Cookie, Authorization, Signature, Signature-Input"
_HEADERS: Final = {
    "Content-Security-Policy": (
        "default-src 'self'; script-src 'self'; style-src 'self'; img-src 'self'; "
        "form-action 'self'; frame-ancestors 'none'; base-uri 'none'; object-src 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Permissions-Policy": (
        "camera=(), geolocation=(), microphone=(), payment=(), usb=(), browsing-topics=()"
    ),
    "Cross-Origin-Opener-Policy": "same-origin",
}
_HSTS: Final = "max-age=31536000"
T = TypeVar("T")


class TooLarge(Problem):
    """More was sent than a page takes."""

    status = 413


class TooSlow(Problem):
    """What was sent did not arrive in time."""

    status = 408


class Garbled(Problem):
    """A form whose bytes are no text."""

    status = 400


class Headers:
    """Puts the security and cache headers on every answer, those of errors too."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let the request through; dress the answer."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        scope.setdefault("state", {})
        origin: str = scope["app"].state.node.origin

        async def dressed(message: Message) -> None:
            if message["type"] == "http.response.start":
                _dress(scope, MutableHeaders(scope=message), origin)
            await send(message)

        await self.app(scope, receive, dressed)


def _dress(scope: Scope, headers: MutableHeaders, origin: str) -> None:
    for name, value in _HEADERS.items():
        headers.setdefault(name, value)  # a picture shuts itself in further than a page
    if origin.startswith("https://"):
        headers["Strict-Transport-Security"] = _HSTS
    if scope["path"].startswith(SAME_FOR_ALL):
        return
    headers["Vary"] = _with(headers.get("vary", ""), VARY)
    if _is_private(scope, headers):
        if not headers.get("cache-control", "").endswith(FOR_ONE_READER):
            headers["Cache-Control"] = "private, no-store"
        elif not headers["cache-control"].startswith("private"):
            headers["Cache-Control"] = f"private, max-age=86400, {FOR_ONE_READER}"
    else:
        headers.setdefault("Cache-Control", "no-cache")


def _is_private(scope: Scope, answer: MutableHeaders) -> bool:
    """Whether an answer may differ for who asked: then no cache between us keeps it."""
    viewer: Viewer = scope["state"].get("viewer", ANONYMOUS)
    asked = HeaderView(scope=scope)
    proven = any(name in asked for name in ("authorization", "signature", "signature-input"))
    return proven or viewer != ANONYMOUS or "set-cookie" in answer or answer_to_form(scope)


def answer_to_form(scope: Scope) -> bool:
    """Whether this answers something other than a reading."""
    return scope["method"] not in SAFE_METHODS


def _with(there: str, more: str) -> str:
    known = [part.strip() for part in there.split(",") if part.strip()]
    lower = {part.lower() for part in known}
    return ", ".join([*known, *(p for p in more.split(", ") if p.lower() not in lower)])


class Entrance:
    """Asks who is there, believes or refuses a form, and limits what is sent.

    A form needs our origin and token; its fields then lie in ``request.state.fields``, and the
    files of a member's in ``request.state.files``. Anything else that would change something
    comes in without its cookies, so that no stranger's page can borrow a session.
    """

    def __init__(self, app: ASGIApp) -> None:
        self.app = app
        self.free = asyncio.Semaphore(UPLOADS)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Judge a request, then hand it on.

        Raises:
            Problem: it is refused; `web.errors.Faults` answers.
        """
        if scope["type"] != "http" or scope["path"].startswith(SAME_FOR_ALL):
            await self.app(scope, receive, send)
            return
        node = scope["app"].state.node
        if not node.ready and not _is_under(scope["path"], SETUP):
            await RedirectResponse(SETUP, 303)(scope, receive, send)
            return
        if answer_to_form(scope) and await _brings_files(scope):
            # what a form holds stays in memory until it is answered
            async with self.free:
                await _files(scope, receive)
                await self._enter(scope, _again(b"", receive), send)
            return
        if answer_to_form(scope):
            receive = await _receipt(scope, receive)
        await self._enter(scope, receive, send)

    async def _enter(self, scope: Scope, receive: Receive, send: Send) -> None:
        await _identified(scope)
        _is_text(scope)
        await self.app(scope, receive, send)


async def _brings_files(scope: Scope) -> bool:
    """Whether this is a form with files of somebody who is signed in; nobody else's is read."""
    request = HTTPConnection(scope)
    if _kind(scope) != uploads.FORM_TYPE or sessions.given(request) is None:
        return False
    _from_here(request)
    await _identified(scope)
    return bool(scope["state"]["viewer"].is_member)


async def _files(scope: Scope, receive: Receive) -> None:
    request = HTTPConnection(scope)
    length = request.headers.get("content-length", "")
    if length.isdecimal() and int(length[:12]) > uploads.WHOLE_BYTES:
        raise TooLarge("E_FORM_SIZE")
    coming = uploads.read(request.headers["content-type"], _parts(receive))
    sent = await _in_time(coming, UPLOAD_SECONDS)
    _believe(request, sent.fields)
    scope["state"] |= {"fields": sent.fields, "files": sent.files}


async def _identified(scope: Scope) -> None:
    """Put down who asks, once."""
    node, state = scope["app"].state.node, scope["state"]
    if "viewer" not in state and node.registry.identify is not None:
        state["viewer"] = await node.registry.identify(node, Request(scope))
    state.setdefault("viewer", ANONYMOUS)


def _is_text(scope: Scope) -> None:
    """Let no address with a NUL in; PostgreSQL takes it for no text, and nothing is called so."""
    if "\0" in scope["path"]:
        raise Missing(detail="a NUL")
    if b"%00" in scope.get("query_string", b""):
        raise Garbled("E_QUERY_TEXT")


def _is_under(path: str, place: str) -> bool:
    return path == place or path.startswith(f"{place}/")


async def _receipt(scope: Scope, receive: Receive) -> Receive:
    """Take in what was sent: a form whole, anything else bounded and without cookies."""
    if _kind(scope) != FORM_TYPE:
        return _without_cookies(scope, receive)
    request = HTTPConnection(scope)
    _from_here(request)
    body = await _whole(request, _bounded(receive, FORM_BYTES))
    fields = form_fields(body)
    _believe(request, fields)
    scope["state"]["fields"] = fields
    return _again(body, receive)


def _kind(scope: Scope) -> str:
    return HeaderView(scope=scope).get("content-type", "").partition(";")[0].strip().lower()


def _without_cookies(scope: Scope, receive: Receive) -> Receive:
    scope["headers"] = [(k, v) for k, v in scope["headers"] if k.lower() != b"cookie"]
    return _bounded(receive, BODY_BYTES)


def _believe(request: HTTPConnection, fields: Mapping[str, Sequence[str]]) -> None:
    if not csrf.believed(request, fields):
        raise Refused(
            "E_CSRF",
            safe=mark(
                "This form has been open for too long. Go back, load the page again, "
                "and send it once more; what you typed is still there."
            ),
        )


def _from_here(request: HTTPConnection) -> None:
    headers, origin = request.headers, request.app.state.node.origin
    if not csrf.from_here(origin, headers.get("sec-fetch-site"), headers.get("origin")):
        raise Refused(
            "E_CSRF_ORIGIN",
            f"{headers.get('origin')} is not {origin}",
            safe=mark(
                "This form was not sent from this community’s own address. "
                "Open the community at its own address and try again."
            ),
        )


def form_fields(body: bytes) -> Mapping[str, Sequence[str]]:
    """The fields of an urlencoded form, in order, several under one name kept.

    Raises:
        TooLarge: more than 200 fields.
        Garbled: the bytes are not UTF-8.
    """
    if body.count(b"&") >= FORM_FIELDS:
        raise TooLarge("E_TOO_MANY_FIELDS")
    try:
        pairs = parse_qsl(
            body.decode("ascii"), keep_blank_values=True, encoding="utf-8", errors="strict"
        )
    except UnicodeDecodeError as error:
        raise Garbled("E_FORM_TEXT") from error
    fields: MutableMapping[str, list[str]] = {}
    for name, value in pairs:
        # no key makes a NUL, and PostgreSQL takes it for no text
        fields.setdefault(name.replace("\0", ""), []).append(value.replace("\0", ""))
    return fields


async def _whole(request: HTTPConnection, receive: Receive) -> bytes:
    length = request.headers.get("content-length", "")
    if length.isdecimal() and int(length[:12]) > FORM_BYTES:
        raise TooLarge("E_FORM_SIZE")
    return await _in_time(_joined(receive), RECEIPT_SECONDS)


async def _joined(receive: Receive) -> bytes:
    return b"".join([part async for part in _parts(receive)])


async def _in_time(coming: Awaitable[T], seconds: int) -> T:
    try:
        async with asyncio.timeout(seconds):
            return await coming
    except TimeoutError as error:
        raise TooSlow("E_FORM_SLOW") from error


async def _parts(receive: Receive) -> Any:
    more = True
    while more:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise Garbled("E_FORM_CUT")
        more = message.get("more_body", False)
        yield message.get("body", b"")


def _bounded(receive: Receive, most: int) -> Receive:
    seen = 0

    async def counted() -> Message:
        nonlocal seen
        message = await receive()
        seen += len(message.get("body", b""))
        if seen > most:
            raise TooLarge("E_BODY_SIZE")
        return message

    return counted


def _again(body: bytes, receive: Receive) -> Receive:
    given = False

    async def once_more() -> Message:
        nonlocal given
        if given:
            return await receive()
        given = True
        return {"type": "http.request", "body": body, "more_body": False}

    return once_more


def client(request: HTTPConnection) -> str:
    """The address that a request comes from.

    X-Forwarded-For is believed only where the one who wrote it is among
    ``settings.trusted_proxies``; read from the right, hop by hop.
    """
    proxies = request.app.state.node.settings.trusted_proxies
    address = request.client.host if request.client else ""
    forwarded = ",".join(request.headers.getlist("x-forwarded-for")).split(",")
    for said in reversed([part.strip() for part in forwarded if part.strip()]):
        if not _among(address, proxies) or not _is_address(said):
            break
        address = said
    return address


def _among(address: str, networks: Iterable[IPNetwork]) -> bool:
    if not _is_address(address):
        return False
    parsed = ipaddress.ip_address(address)
    plain = getattr(parsed, "ipv4_mapped", None) or parsed
    return any(plain in network for network in networks)


def _is_address(text: str) -> bool:
    try:
        ipaddress.ip_address(text)
    except ValueError:
        return False
    return True
