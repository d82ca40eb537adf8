"""Cookies: their names, their safety, and the random values in them.

What a session means is the accounts module's affair; here it is a name and
256 random bits. Browsers do not keep ports apart, so the name carries the origin.
"""

import hashlib
import secrets
from functools import lru_cache
from typing import TYPE_CHECKING, Final

from starlette.requests import HTTPConnection
from starlette.responses import Response

if TYPE_CHECKING:
    from node.kernel.node import Node

SESSION: Final = ""
FORM: Final = "form"
SAID: Final = "said"
_LONGEST: Final = 4096


@lru_cache(100)
def name(origin: str, purpose: str = SESSION) -> str:
    """The name of a cookie at this origin: ``__Host-folkmoot-1a2b3c4d`` under https.

    Args:
        origin: the node's own address.
        purpose: `SESSION`, `FORM` (a visitor's forms) or `SAID` (one message).
    """
    digits = hashlib.sha256(origin.encode()).hexdigest()[:8]
    middle = f"{purpose}-" if purpose else ""
    return f"{'__Host-' if secure(origin) else ''}folkmoot-{middle}{digits}"


def secure(origin: str) -> bool:
    """Whether cookies at this origin travel over TLS only."""
    return origin.startswith("https://")


def token() -> str:
    """256 random bits, as text for a cookie or an address."""
    return secrets.token_urlsafe(32)


def given(request: HTTPConnection, purpose: str = SESSION) -> str | None:
    """What the browser sent in this cookie, if anything of a sane length."""
    origin: str = request.app.state.node.origin
    value = request.cookies.get(name(origin, purpose))
    return value if value and len(value) <= _LONGEST else None


def give(
    response: Response,
    node: "Node",
    value: str,
    *,
    purpose: str = SESSION,
    max_age: int | None = None,
) -> None:
    """Put a cookie on an answer.

    Args:
        response: the answer.
        node: whose origin names the cookie.
        value: usually `token()`.
        purpose: which cookie.
        max_age: seconds; None ends with the browser.
    """
    response.set_cookie(
        name(node.origin, purpose),
        value,
        max_age=max_age,
        path="/",
        secure=secure(node.origin),
        httponly=True,
        samesite="lax",
    )


def take(response: Response, node: "Node", *, purpose: str = SESSION) -> None:
    """Have the browser forget a cookie."""
    response.delete_cookie(
        name(node.origin, purpose),
        path="/",
        secure=secure(node.origin),
        httponly=True,
        samesite="lax",
    )
