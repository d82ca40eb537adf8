"""Who looks at a page: from a cookie or a bearer token to a Viewer."""

import contextlib
from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING

from sqlalchemy import Connection
from starlette.requests import Request

from node.kernel.access import ANONYMOUS, Viewer
from node.kernel.errors import TryLater
from node.kernel.node import Node, find_account
from node.kernel.unit import Unit
from node.modules.accounts import doors, queries, rules
from node.modules.accounts.tables import Session
from vocab.values import dataclass
from web import sessions

if TYPE_CHECKING:
    from node.modules.accounts.tables import Member


@dataclass(frozen=True, kw_only=True)
class _Known:
    viewer: Viewer
    member: "Member"
    session: Session | None


async def identify(node: Node, request: Request) -> Viewer:
    """Whoever holds an open session or a token of a member; else nobody.

    Whoever is suspended is nobody as well, in a session to vote (`Viewer.suspended`).
    """
    token = bearer(request)
    by_program = token is not None
    token = token if by_program else sessions.given(request)
    if not token:
        return ANONYMOUS
    known = await node.read(_known, token, by_program, node)
    if known is None:
        return ANONYMOUS
    if known.viewer.is_member and _due(known, node.now()):
        # a page can be read while nothing can be written
        with contextlib.suppress(TryLater):
            await node.write(_seen, known)
    return known.viewer


def bearer(request: Request) -> str | None:
    """The token of an Authorization header (RFC 6750 §2.1); None if there is no such header."""
    said = request.headers.get("authorization")
    if said is None:
        return None
    scheme, _, token = said.partition(" ")
    return token.strip() if scheme.lower() == "bearer" else ""


def _known(db: Connection, token: str, by_program: bool, node: Node) -> _Known | None:  # noqa: FBT001
    now = node.now()
    opened = None if by_program else queries.session_of(db, token, now)
    program = queries.bearer_of(db, token) if by_program else None
    who = (opened and opened.account) or (program and program.account)
    found = queries.member_of(db, who) if who else None
    account = find_account(db, found.id) if found else None
    if found is None or account is None or (found.suspended is not None and opened is None):
        return None
    viewer = Viewer(
        language=found.language,
        timezone=found.timezone,
        session=opened.key if opened else None,
    )
    if found.suspended is not None:
        return _Known(viewer=replace(viewer, suspended=account), member=found, session=opened)
    powers = node.registry.powers(db, found.id, now)
    viewer = replace(viewer, account=account, role=found.role, powers=powers)
    return _Known(viewer=viewer, member=found, session=opened)


def _due(known: _Known, now: datetime) -> bool:
    """Whether this use is to be written down: at most once an hour, and once a day."""
    if known.session is not None and now - known.session.seen >= rules.SEEN_EVERY:
        return True
    return known.member.last_seen != now.date()


def _seen(unit: Unit, known: _Known) -> None:
    if known.session is not None:
        doors.seen(unit, known.session)
    else:
        doors.seen_on(unit, known.member.id)
