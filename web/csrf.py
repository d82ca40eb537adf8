"""A form is believed only if it stood on a page of ours.

Every form carries a token that is derived from a cookie: the session's, or for
visitors one of their own. A stranger's page can send our cookie along, but
cannot read it. What the browser says of the form's origin is looked at first.
"""

import hashlib
import hmac
from collections.abc import Mapping, Sequence
from typing import Final

from starlette.requests import HTTPConnection, Request
from starlette.responses import Response

from web import sessions

FIELD: Final = "csrf"
_PURPOSE: Final = b"folkmoot form"


def token(request: Request) -> str:
    """The token for the forms of this page; a visitor without a cookie is given one."""
    return _token_of(sessions.given(request) or visitor(request))


def visitor(request: Request) -> str:
    """The secret in a visitor's form cookie; a new one goes out with the answer (`keep`)."""
    known: str | None = getattr(request.state, "form_secret", None)
    if known is None:
        known = sessions.given(request, sessions.FORM)
    if known is None:
        known = sessions.token()
        request.state.form_secret = known
    return known


def keep(request: Request, response: Response) -> None:
    """Give the visitor the form cookie that this page's token was made from, if it is new."""
    if (secret := getattr(request.state, "form_secret", None)) is not None:
        sessions.give(response, request.app.state.node, secret, purpose=sessions.FORM)


def believed(request: HTTPConnection, fields: Mapping[str, Sequence[str]]) -> bool:
    """Whether the token in a form belongs to one of the browser's cookies."""
    said = (fields.get(FIELD) or [""])[0]
    secrets = [sessions.given(request), sessions.given(request, sessions.FORM)]
    matches = [hmac.compare_digest(said.encode(), _token_of(s).encode()) for s in secrets if s]
    return any(matches)


def from_here(origin: str, site: str | None, sent_from: str | None) -> bool:
    """Whether what the browser says about a form's origin allows it.

    Args:
        origin: the node's own, from its settings.
        site: the Sec-Fetch-Site header; only a browser can set it.
        sent_from: the Origin header.

    Returns:
        True also where a browser says neither; then the token decides alone.
    """
    if site is not None:
        return site == "same-origin"
    return sent_from is None or sent_from == origin


def _token_of(secret: str) -> str:
    return hmac.new(secret.encode(), _PURPOSE, hashlib.sha256).hexdigest()
