"""How a document goes out: which media type was asked for, and what caches may do with it.

Source: RFC 9110 §12.5.1 (Accept), §8.8.3 (ETag); security.md V48.
"""

import hashlib
import logging

import orjson
from starlette.requests import Request
from starlette.responses import Response

from node.kernel.errors import Missing
from node.kernel.node import Node
from vocab.leaving import Leaving
from vocab.model import Malformed, Object
from vocab.types import Tombstone

log = logging.getLogger(__name__)

ACTIVITY = "application/activity+json"
LD = 'application/ld+json; profile="https://www.w3.org/ns/activitystreams"'
VARY = "Accept, Cookie, Authorization, Signature, Signature-Input"
OPEN = {"Access-Control-Allow-Origin": "*"}
PROBLEMS = "https://w3id.org/fep/c180#"
"""What the types of problems begin with (FEP-c180)."""

_JSON = frozenset({"application/activity+json", "application/ld+json", "application/json"})
_PAGES = frozenset({"text/html", "application/xhtml+xml"})


def wants_page(accept: str) -> bool:
    """Whether a browser asks: pages are wanted at least as much as documents.

    >>> wants_page("text/html,application/xhtml+xml,*/*;q=0.8"), wants_page("*/*"), wants_page("")
    (True, False, False)
    >>> wants_page("application/activity+json, text/html;q=0.1")
    False
    """
    weights = {"page": 0.0, "json": 0.0}
    for entry in accept.lower().split(",")[:32]:
        kind, *parameters = (part.strip() for part in entry.split(";"))
        group = "page" if kind in _PAGES else "json" if kind in _JSON else ""
        if group:
            weights[group] = max(weights[group], _weight(parameters))
    return weights["page"] > 0 and weights["page"] >= weights["json"]


def _weight(parameters: list[str]) -> float:
    for parameter in parameters:
        name, _, value = parameter.partition("=")
        if name.strip() == "q":
            try:
                return min(max(float(value), 0.0), 1.0)
            except ValueError:
                return 0.0
    return 1.0


def media_type(accept: str) -> str:
    """Of our two spellings of the media type the one that was asked for."""
    text = accept.lower()
    return LD if "application/ld+json" in text and ACTIVITY not in text else ACTIVITY


def answer(
    request: Request, document: Leaving, *, restricted: bool = False, status: int = 200
) -> Response:
    """A document as an answer: with an ETag if it is for everybody, kept by nobody if not."""
    body = orjson.dumps(document)
    headers = {"Vary": VARY, "Content-Type": media_type(request.headers.get("accept", ""))}
    if restricted:
        headers["Cache-Control"] = "private, no-store"
        return Response(body, status, headers)
    tag = f'"{hashlib.sha256(body).hexdigest()[:32]}"'
    headers |= {"Cache-Control": "public, max-age=60", "ETag": tag, **OPEN}
    if status == 200 and tag in request.headers.get("if-none-match", ""):
        del headers["Content-Type"]
        return Response(b"", 304, headers)
    return Response(body, status, headers)


def shown(request: Request, value: Object | None, *, restricted: bool = False) -> Response:
    """An object as an answer: 410 for what is left of a deleted one.

    Raises:
        Missing: there is none, or it is not for this viewer.
        Malformed: something public of ours does not hold to its schema.
    """
    if value is None:
        raise Missing
    status = 410 if isinstance(value, Tombstone) else 200
    node: Node = request.app.state.node
    try:
        document = node.door.write(value)
    except Malformed:
        if not restricted:
            raise
        # Of a letter between two we know again that it was, for what refers to it; its words
        # went to the one it was for, and what is left of them is nothing to be fetched.
        log.info("a restricted %s may not leave, and is not here", type(value).__name__)
        raise Missing from None
    return answer(request, document, restricted=restricted, status=status)
