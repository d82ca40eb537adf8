"""The first-run wizard: one page, opened by the code that `serve` prints."""

import asyncio
import hmac
from collections.abc import Sequence

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from node.kernel import moving
from node.kernel.access import ANONYMOUS
from node.kernel.errors import Conflict, Invalid, Refused
from node.kernel.keys import Keys
from node.kernel.node import Node
from node.kernel.settings import Unusable
from node.kernel.unit import Unit
from node.modules.accounts import doors, queries, rules, zones
from node.modules.accounts.members import Founding, found
from node.modules.accounts.pages import fields
from node.modules.accounts.passwords import hash_password
from web import sessions
from web.forms import (
    Choice,
    Entry,
    Form,
    Hidden,
    Line,
    Pick,
    Text,
    Wrong,
    blank,
    done,
    fields_of,
    read,
)
from web.language import NAMES, languages, mark, negotiate
from web.render import page
from web.voice import speak, voice


def _form() -> Form:
    known = tuple(Choice(each, NAMES.get(each, each)) for each in languages())
    return Form(
        Hidden("code"),
        Line("name", mark("Name of the community"), mark("As you say it aloud"), at_most=80,
             check=fields.plain_name, autocomplete="organization"),
        fields.handle("handle", mark("Short name for addresses"),
                      mark("Small letters and digits. It stays, because others remember it.")),
        Text("purpose", mark("What are you together for?"),
             mark("One or two sentences. You can change them whenever you like."), at_most=1000),
        Pick("language", mark("Language"), choices=known),
        fields.timezone(),
        Line("display", mark("Your name"), mark("As your neighbours call you"), at_most=80,
             check=fields.plain_name, autocomplete="name"),
        fields.handle("admin", mark("Your short name"),
                      mark("You sign in with it, as in ana. It cannot be changed later."),
                      autocomplete="username"),
        fields.new_password(),
        Line("address", mark("Public address"),
             mark("As in https://alder.example. Empty means later: until then the node is at home, "
                  "works whole for you and talks with no other."),
             at_most=200, optional=True, spell=False, check=_address),
    )  # fmt: skip


def _address(typed: str) -> str:
    """A public address as it is compared.

    Raises:
        Wrong: it can be none.
    """
    try:
        return moving.plain(typed) if typed else ""
    except Refused as problem:
        raise Wrong(problem.safe) from None


def _opened(node: Node, request: Request, code: str) -> Entry:
    asked = request.headers.get("accept-language", "")
    return blank(
        request,
        _form(),
        code=code,
        language=negotiate(None, asked, ""),
        timezone=zones.here(),
        address=_offered(node),
    )


async def show(request: Request) -> Response:
    """The wizard for who has the code, else where to find it."""
    node: Node = request.app.state.node
    if node.ready:
        return RedirectResponse("/", 303)
    code = request.query_params.get("code", "")
    _ = voice(request).say
    if not await _opens(node, code):
        title = _("Set up this node")
        return page(
            request,
            "accounts/setup_closed.html",
            status=403 if code else 200,
            title=title,
            width="narrow",
            wrong=bool(code),
        )
    return _page(request, _opened(node, request, code))


async def send(request: Request) -> Response:
    """Found the community and let its first keeper in."""
    node: Node = request.app.state.node
    if node.ready:
        return RedirectResponse("/", 303)
    _speak_as_chosen(node, request)
    form = read(request, _form())
    if not await _opens(node, form.raw["code"][0] if form.raw["code"] else ""):
        raise Refused("E_SETUP_CODE", safe=CLOSED)
    form = _with_password(form)
    if form.errors:
        return _page(request, form, 422)
    try:
        return await _found(node, request, form)
    except Invalid as problem:
        return _page(request, form.wrong(problem), 422)
    except Conflict:
        return RedirectResponse("/sign-in", 303)


def _speak_as_chosen(node: Node, request: Request) -> None:
    """Answer in the language that the form chooses, before the community has one."""
    chosen = "".join(fields_of(request).get("language", ())[:1])
    asked = request.headers.get("accept-language", "")
    request.state.voice = speak(node, ANONYMOUS, f"{chosen},{asked}")


def _with_password(form: Entry) -> Entry:
    """The form with an error if the password is one of the names beside it."""
    typed = {
        name: str(form.values.get(name, "")) for name in ("password", "admin", "display", "name")
    }
    password = typed.pop("password")
    sentence = rules.wrong_password(password, *typed.values()) if password else ""
    return form.wrong(Invalid({"password": sentence})) if sentence else form


async def _found(node: Node, request: Request, form: Entry) -> Response:
    """Found it; the browser is signed in."""
    values = form.values
    address = values["address"]
    founding = Founding(
        origin=node.origin,
        at_home=not address or address != _offered(node),
        name=values["name"],
        handle=values["handle"],
        purpose=values["purpose"],
        language=values["language"],
        timezone=values["timezone"],
        admin=values["admin"],
        admin_display=values["display"],
        password_hash=await hash_password(values["password"]),
    )
    keys = [await asyncio.to_thread(node.make_keys) for _ in range(3)]
    session = await node.write(_begin, founding, keys, fields.agent(request))
    spoken = voice(request)
    words = spoken.say("%(name)s has its own node now.", name=node.community.name)
    problem = await _moved(node, address) if node.community.at_home and address else ""
    if problem:
        later = spoken.say("It is at home for now; the address can be tried again on your desk.")
        said = f"{words} {spoken.tell(problem)} {later}"
        response = done(request, "/desk/address", said, "wait")
    else:
        response = done(request, "/", words)
        if address:
            response.headers["location"] = f"{node.origin}/"
    sessions.give(response, node, session, max_age=fields.AGES)
    return response


async def _moved(node: Node, address: str) -> str:
    """Give the community its address; what hinders it, else ""."""
    try:
        await moving.take(node, address)
    except Refused as problem:
        return problem.safe
    except Unusable as problem:
        return str(problem)
    return ""


def _begin(unit: Unit, founding: Founding, keys: Sequence[Keys], agent: str) -> str:
    return doors.sign_in(unit, found(unit, founding, keys).id, agent)


async def _opens(node: Node, code: str) -> bool:
    kept = await node.read(queries.setting_of, "setup_code")
    return isinstance(kept, str) and hmac.compare_digest(kept.encode(), code.encode())


def _offered(node: Node) -> str:
    """The address at which the node is found now, if it can be a public one; else ""."""
    return node.origin if node.origin.startswith("https://") else ""


def _page(request: Request, form: Entry, status: int = 200) -> Response:
    _ = voice(request).say
    return page(
        request,
        "accounts/setup.html",
        status=status,
        title=_("Set up this node"),
        width="narrow",
        form=form,
        zones=zones.names(),
    )


CLOSED = mark(
    "This setup link is not the right one. Open the link that was printed when the node started."
)
