"""Members' own programs: POST to the outbox, GET of the inbox, with a bearer token.

What a program asks for runs through the same handlers as what a member does on a page, and
through the same as what comes from afar. Every refusal says at once what was wrong.

Source: ActivityPub section 6; RFC 6750; RFC 9457; FEP-c180.
"""

import json
import logging
from collections.abc import Iterator
from typing import Any

from sqlalchemy import Connection, select
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from federation import drafting, policy, resolving
from federation.answers import PROBLEMS, VARY, answer
from node.kernel.errors import Problem, Refused, TryLater
from node.kernel.node import Node
from node.kernel.tables import Account, letter
from node.kernel.unit import Unit
from vocab import reader, wire
from vocab.model import Activity, Malformed, id_of
from vocab.types import Follow, OrderedCollection, OrderedCollectionPage

log = logging.getLogger(__name__)

LIMIT = 20
LOOKED_AT = 2000
"""Letters that one page of an inbox is chosen from."""

PROGRAMS_MAY = (
    "Send Create, Update or Delete of a Note or Article, or Follow, or Undo, Accept or Reject "
    "of a Follow; do everything else on the pages."
)

SAID: dict[str, tuple[int, str, str]] = {
    "E_TOKEN": (401, "", "Send a bearer token that is valid: folkmoot token NAME prints one."),
    "E_OTHER": (403, "principal-actor-mismatch", "This outbox is not the one of your token."),
    "E_MEDIA": (415, "", "Send Content-Type: application/activity+json."),
    "E_ENCODING": (415, "", "Send it as it is, without Content-Encoding."),
    "E_JSON": (400, "", "Send one JSON object, in UTF-8, with every name once."),
    "E_BODY_SIZE": (413, "", "Send at most 1 MiB."),
    "E_ACTOR": (403, "principal-actor-mismatch", "Leave actor out, or name yourself."),
    "E_OWNER": (403, "principal-actor-mismatch", "Leave attributedTo out, or name yourself."),
    "E_UNSUPPORTED": (
        422,
        "unsupported-type",
        PROGRAMS_MAY,
    ),
    "E_OBJECT": (422, "", "Give it an object with something in it."),
    "E_NOT_ADDRESSED": (403, "", "Answer only what was asked of you."),
    "E_MISSING": (404, "object-does-not-exist", "Its object is not here, or not for you."),
    "E_SCHEMA": (422, "", "This does not look as its type must; see /schemas/."),
    "E_DATABASE": (503, "", "It is not known whether this was kept. Look before sending it again."),
    "E_LATER": (503, "", "Another server does not answer now. Send it again later."),
}
"""Code to status, type of FEP-c180, and what to do."""

OTHERWISE = (422, "", "This cannot be done. Read what the code says in FEDERATION.md.")


class Unproven(Problem):
    """No token, or none that is valid."""

    status = 401


async def send(request: Request) -> Response:
    """Take what a member's program sends, do it, and say under which id."""
    try:
        made = await _taken(request)
    except (Problem, Malformed) as problem:
        log.info("outbox: %s", problem)
        return _problem(problem)
    headers = {"Location": made, "Vary": VARY, "Cache-Control": "private, no-store"}
    return Response(b"", 201, headers)


async def _taken(request: Request) -> str:
    node: Node = request.app.state.node
    member = _member(request)
    if not resolving.is_activity(request.headers.get("content-type", "")):
        raise Refused("E_MEDIA", request.headers.get("content-type", "")[:100])
    if request.headers.get("content-encoding", "identity").strip().lower() not in ("", "identity"):
        raise Refused("E_ENCODING", request.headers["content-encoding"][:100])
    document = reader.read_object(await request.body())
    asked = drafting.asked_by(wire.load(document, node.registry.types), member)
    if isinstance(asked, Follow) and (whom := id_of(asked.object)):
        await resolving.account(node, whom)
    return await node.write(_perform, asked, member)


def _perform(unit: Unit, asked: Activity, member: Account) -> str:
    activity, obj = drafting.draft(unit, asked, member)
    if not unit.perform(activity, member, obj):
        raise Refused("E_UNSUPPORTED", f"nobody here handles {activity.type}")
    assert activity.id is not None, "drafting gives it one"
    return activity.id


def _member(request: Request) -> Account:
    """The member whose token came with the request, if this is their own box.

    Raises:
        Unproven: E_TOKEN.
        Refused: E_OTHER.
    """
    node: Node = request.app.state.node
    viewer = request.state.viewer
    has_token = request.headers.get("authorization", "").lower().startswith("bearer ")
    if not has_token or not viewer.is_member or viewer.account is None:
        raise Unproven("E_TOKEN")
    if viewer.account.id != node.origin + request.url.path.rpartition("/")[0]:
        raise Refused("E_OTHER", f"{viewer.account.id} at {request.url.path}")
    one: Account = viewer.account
    return one


def _problem(problem: Problem | Malformed) -> Response:
    """RFC 9457, with the types of FEP-c180 where there is one."""
    late = isinstance(problem, TryLater) and problem.code not in SAID
    code = "E_LATER" if late else problem.code
    status, kind, detail = SAID.get(code, OTHERWISE)
    headers = {"Vary": VARY, "Cache-Control": "private, no-store"}
    if status == 401:
        headers["WWW-Authenticate"] = 'Bearer realm="outbox"'
    document = {
        "type": PROBLEMS + kind if kind else "about:blank",
        "title": code,
        "status": status,
        "detail": detail,
        "code": problem.code,
    }
    if where := getattr(problem, "where", ""):
        document["where"] = where
    return JSONResponse(document, status, headers, "application/problem+json")


# Reading ------------------------------------------------------------------------------------


async def read_inbox(request: Request) -> Response:
    """What was addressed to a member by name, newest first, for their own programs only."""
    try:
        member = _member(request)
    except Problem as problem:
        return _problem(problem)
    node: Node = request.app.state.node
    first = f"{member.inbox}?page=true"
    after = request.query_params.get("after", "")
    before = int(after) if after.isdecimal() and len(after) < 19 else None
    if "page" not in request.query_params and before is None:
        whole = OrderedCollection(id=member.inbox, first=first)
        return answer(request, node.door.write(whole), restricted=True)
    found, more = await node.read(_inbox, node, member, before)
    page = OrderedCollectionPage(
        id=first if before is None else f"{first}&after={before}",
        part_of=member.inbox,
        next=None if more is None else f"{first}&after={more}",
    )
    return answer(request, node.door.hand_over(page, found), restricted=True)


def _inbox(
    db: Connection, node: Node, member: Account, before: int | None
) -> tuple[list[Any], int | None]:
    """Letters for a member, and the number to go on from if there may be more."""
    came = letter.c.way == "in"
    kept = (letter.c.state.in_(("done", "ignored"))) & letter.c.body.is_not(None)
    wanted = select(letter.c.id, letter.c.actor, letter.c.body).where(came, kept)
    wanted = wanted.order_by(letter.c.id.desc()).limit(LOOKED_AT)
    rows = db.execute(wanted if before is None else wanted.where(letter.c.id < before)).all()
    found: list[Any] = []
    for row in rows:
        document = json.loads(row.body)
        if member.id in _named(document) and not policy.refuses(db, node.registry, row.actor):
            found.append(document)
        if len(found) == LIMIT:
            return found, row.id
    return found, rows[-1].id if len(rows) == LOOKED_AT else None


def _named(document: dict[str, Any]) -> Iterator[str]:
    """Everybody a letter names: its addressees, its object's, and the object if it is an actor."""
    held = document.get("object")
    yield from [held] if isinstance(held, str) else []
    for part in (document, held if isinstance(held, dict) else {}):
        for key in ("to", "cc", "bto", "bcc", "audience"):
            said = part.get(key)
            yield from (one for one in (said if isinstance(said, list) else [said]) if one)


routes = (
    Route("/u/{handle}/outbox", send, methods=["POST"]),
    Route("/u/{handle}/inbox", read_inbox, methods=["GET"]),
)
