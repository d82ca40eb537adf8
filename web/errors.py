"""What a reader sees when something cannot be done: a page that says what to do next.

HTML for browsers, problem+json (RFC 9457, FEP-c180) where only JSON is asked for, or nothing is
said at an address that only programs know. A page that raises is answered and logged; it never
takes the node down.
"""

import logging
import re
import secrets
from collections.abc import Mapping
from typing import Final

from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from node.kernel.access import ANONYMOUS
from node.kernel.errors import UNWRITTEN, Invalid, Problem, TryLater, short
from web.forms import once_more, typed
from web.language import mark
from web.render import page
from web.voice import voice

log = logging.getLogger(__name__)

Said = tuple[str, str, tuple[str, ...]]

SAID: Final[Mapping[int, Said]] = {
    400: (
        mark("We could not read this"),
        mark("What was sent is not in a form that we understand. Nothing was changed."),
        (mark("Go back, load the page again, and try once more."),),
    ),
    401: (
        mark("Sign in first"),
        mark("We do not know who you are. Nothing was changed."),
        (mark("Sign in, then come back to this page."),),
    ),
    403: (
        mark("This is not open to you"),
        mark("The page is there, but it is for others. Nothing was changed."),
        (mark("If you think it should be yours, ask a %(word_keeper)s."),),
    ),
    404: (
        mark("This page is not here"),
        mark("It may have been withdrawn, or it is not yours to see. Nothing you wrote is lost."),
        (
            mark("Check the address for a missing letter."),
            mark("A notice leaves the board on the day it says. Whoever wrote it still has it."),
        ),
    ),
    405: (
        mark("This cannot be done here"),
        mark("The page knows no such act. Nothing was changed."),
        (mark("Go back and use the buttons on the page."),),
    ),
    408: (
        mark("It took too long to arrive"),
        mark("The connection was too slow, and we stopped waiting. Nothing was changed."),
        (mark("Go back and send it once more; what you typed is still there."),),
    ),
    409: (
        mark("Something changed meanwhile"),
        mark("Somebody was quicker, so this was not done."),
        (mark("Load the page again and see how it is now."),),
    ),
    413: (
        mark("This is too much at once"),
        mark("More was sent than a page takes. Nothing was changed."),
        (mark("Go back and make it shorter."),),
    ),
    415: (
        mark("We cannot take this kind of thing"),
        mark("The page takes what its own form sends. Nothing was changed."),
        (mark("Go back and use the form on the page."),),
    ),
    422: (
        mark("Something in it cannot be used"),
        mark("Nothing was changed."),
        (mark("Go back and look at each field again; what you typed is still there."),),
    ),
    429: (
        mark("That was too often"),
        mark("To keep others safe we stopped for a while. Nothing was changed."),
        (mark("Wait ten minutes and try again, or ask a %(word_keeper)s for help."),),
    ),
    500: (
        mark("Something broke on our side"),
        mark("It was not you. What had been saved before is safe."),
        (mark("Go back and try once more."),),
    ),
    503: (
        mark("Not just now"),
        mark("This may work at another time. Nothing you wrote is lost."),
        (mark("Wait a minute and try again."),),
    ),
}

AGAIN: Final = frozenset({500, 503})
"""After these the same form may be sent once more."""

BY_CODE: Final[Mapping[str, Said]] = {
    "E_CSRF": (mark("This form has to be sent once more"), SAID[403][1], ()),
    "E_VOTED": (
        mark("You have voted already"),
        SAID[409][1],
        (mark("After the close, look for your receipt in the list of counted ballots."),),
    ),
    "E_DATABASE": (
        mark("This could not be written down"),
        UNWRITTEN,
        (
            mark("Look first whether what you did is there all the same."),
            mark("If not, wait a minute and send it once more."),
            mark("If it stays so, tell a %(word_keeper)s: the disk may be full."),
        ),
    ),
}
"""What is said of one code in place of what is said of its status."""


MACHINES: Final = re.compile(r"/(?:\.well-known|nodeinfo|ns|schemas|o|a|u|c|service|inbox)(?:/.*)?")
"""The paths that programs ask for; a browser says that it wants a page."""
LIMITED: Final = "https://w3id.org/fep/c180#rate-limit-exceeded"


class Faults:
    """Answers whatever the app beneath it raises."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let the request through; answer in place of an error if no answer has begun."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        begun = False

        async def noticed(message: Message) -> None:
            nonlocal begun
            begun = True
            await send(message)

        try:
            await self.app(scope, receive, noticed)
        except ClientDisconnect:
            return
        except Exception as error:
            if begun:
                raise
            response = answer(Request(scope), error)
            await response(scope, receive, send)


def answer(request: Request, error: Exception) -> Response:
    """The answer to an error, of the right status; an unknown one is logged with a number."""
    if isinstance(error, HTTPException):
        return _shown(request, error.status_code, headers=error.headers)
    if (out := short(error)) is not None:
        log.error("at %s: %s", request.scope["path"], out)
        error = out
    if not isinstance(error, Problem) or error.status not in SAID:
        number = f"{secrets.token_hex(2)}-{secrets.token_hex(2)}"
        log.error("error %s at %s", number, request.scope["path"], exc_info=error)
        return _shown(request, 500, number=number)
    log.info("refused at %s: %s", request.scope["path"], error)
    fields = error.fields if isinstance(error, Invalid) else {}
    headers = {}
    if isinstance(error, TryLater) and error.after is not None:
        headers["Retry-After"] = str(max(1, round(error.after.total_seconds())))
    if error.status == 404:  # missing and hidden must look the same
        return _shown(request, 404)
    return _shown(
        request, error.status, safe=error.safe, code=error.code, fields=fields, headers=headers
    )


async def on_error(request: Request, error: Exception) -> Response:
    """The same, as Starlette wants its handlers."""
    return answer(request, error)


def wants_json(request: Request) -> bool:
    """Whether JSON is asked for, and only JSON; or no page, at an address for programs."""
    accept = request.headers.get("accept", "").lower()
    if "html" in accept:
        return False
    sent = request.headers.get("content-type", "").lower()
    return "json" in accept or "json" in sent or _for_machines(request)


def _for_machines(request: Request) -> bool:
    return MACHINES.fullmatch(request.scope["path"]) is not None


def _shown(
    request: Request,
    status: int,
    *,
    safe: str = "",
    code: str = "",
    number: str = "",
    fields: Mapping[str, str] | None = None,
    headers: Mapping[str, str] | None = None,
) -> Response:
    known = status if status in SAID else 500 if status >= 500 else 400
    said = BY_CODE.get(code, SAID[known])
    try:
        response = (
            _json(request, status, said, safe, code, fields or {})
            if wants_json(request)
            else _html(request, status, said, safe, number, fields or {})
        )
    except Exception:
        log.exception("the page of an error raised")
        words = "Something broke on our side. Please try again in a minute."
        response = PlainTextResponse(words, max(status, 500))
    response.headers.update(headers or {})
    return response


def _json(
    request: Request, status: int, said: Said, safe: str, code: str, fields: Mapping[str, str]
) -> Response:
    spoken = voice(request)
    document: dict[str, object] = {
        "type": LIMITED if status == 429 else "about:blank",
        "title": spoken.say(said[0]),
        "status": status,
        "detail": spoken.tell(safe) or spoken.say(said[1]),
    }
    if code:
        document["code"] = code
    if fields:
        document["fields"] = {name: spoken.tell(words) for name, words in fields.items()}
    open_ = {"Access-Control-Allow-Origin": "*"} if _for_machines(request) else None
    return JSONResponse(document, status, open_, "application/problem+json")


def _html(
    request: Request,
    status: int,
    said: Said,
    safe: str,
    number: str,
    fields: Mapping[str, str],
) -> Response:
    spoken = voice(request)
    viewer = getattr(request.state, "viewer", ANONYMOUS)
    return page(
        request,
        "error.html",
        status=status,
        title=spoken.say(said[0]),
        place="",
        code=status,
        lead=spoken.tell(safe) or spoken.say(said[1]),
        hints=[*(spoken.tell(words) for words in fields.values()), *map(spoken.say, said[2])],
        number=number,
        typed=typed(request),
        once_more=once_more(request) if status in AGAIN else [],
        invite=status in {401, 403} and not viewer.is_member,
    )
