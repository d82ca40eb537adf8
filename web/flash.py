"""One sentence carried over a redirect, in a signed cookie.

Signed with the browser's own form cookie, so that nobody else can put words
in our mouth; shown once, then forgotten.
"""

import base64
import binascii
import hashlib
import hmac
import json
from typing import Final

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from vocab.values import dataclass
from web import csrf, sessions
from web.links import local_path

KINDS: Final = ("good", "", "wait", "bad")
_MOST: Final = 1000
_SEE_OTHER: Final = 303


@dataclass(frozen=True, kw_only=True)
class Said:
    """What is said, and how: ``good``, ``wait``, ``bad`` or plain."""

    text: str
    kind: str = ""


def done(request: Request, path: str, sentence: str = "", kind: str = "good") -> Response:
    """Send the reader on after a form has had its effect, with one sentence to read there.

    Args:
        request: the form's.
        path: where to, on this site.
        sentence: already in the reader's language; "" says nothing.
        kind: ``good``, ``wait``, ``bad`` or "".
    """
    response = RedirectResponse(local_path(path), _SEE_OTHER)
    if sentence:
        say(request, response, sentence, kind)
    return response


def say(request: Request, response: Response, sentence: str, kind: str = "good") -> None:
    """Have the next page show a sentence."""
    document = json.dumps([kind, sentence[:_MOST]]).encode()
    payload = base64.urlsafe_b64encode(document).decode()
    value = f"{payload}.{_seal(payload, csrf.visitor(request))}"
    sessions.give(response, request.app.state.node, value, purpose=sessions.SAID)
    csrf.keep(request, response)


def heard(request: Request) -> Said | None:
    """What the last page wanted said, if it was really ours."""
    value = sessions.given(request, sessions.SAID)
    secret = sessions.given(request, sessions.FORM)
    if not value or not secret:
        return None
    payload, _, seal = value.rpartition(".")
    if not hmac.compare_digest(seal.encode(), _seal(payload, secret).encode()):
        return None
    return _read(payload)


def forget(request: Request, response: Response) -> None:
    """Say it only once."""
    if sessions.given(request, sessions.SAID) is not None:
        sessions.take(response, request.app.state.node, purpose=sessions.SAID)


def _seal(payload: str, secret: str) -> str:
    return hmac.new(secret.encode(), b"said " + payload.encode(), hashlib.sha256).hexdigest()


def _read(payload: str) -> Said | None:
    try:
        kind, text = json.loads(base64.urlsafe_b64decode(payload))
    except (binascii.Error, ValueError, TypeError):
        return None
    return Said(text=str(text), kind=kind if kind in KINDS else "")
