"""The pages on which people bring their face, and keepers the pictures of the community."""

import re
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import Connection
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from node.kernel.access import Viewer
from node.kernel.errors import Invalid, Missing, Refused
from node.kernel.tables import Account
from node.kernel.unit import Unit
from node.modules.pictures import queries, rules, showing, workshop
from node.modules.pictures.rules import Use
from node.modules.pictures.workshop import Drawn, Unfit
from web.forms import Entry, Form, Line, Number, Wrong, blank, done, fields_of, read
from web.language import mark
from web.render import page
from web.slots import Card
from web.uploads import files_of
from web.voice import speak, voice

if TYPE_CHECKING:
    from node.kernel.node import Node

_WORD: Final = re.compile(r"[A-Za-z0-9_]{2,30}")
FIELD: Final = "picture-1"


def _name(typed: str) -> str:
    """A word that may stand between colons.

    Raises:
        Wrong: it may not.
    """
    word = typed.strip().strip(":")
    if not _WORD.fullmatch(word):
        raise Wrong(mark("Use two to thirty letters, digits or _, as in oak_leaf."))
    return word


PLAIN: Final = Form()
EMOJI: Final = Form(
    Line("name", mark("The word"), mark("As in oak_leaf; people write :oak_leaf:"), at_most=32,
         check=_name, spell=False),
)  # fmt: skip
ROOM: Final = Form(
    Number("room", mark("Room for them, in megabytes"), least=0, most=100_000),
)  # fmt: skip


def _member(request: Request) -> tuple["Node", Account]:
    viewer: Viewer = request.state.viewer
    if not viewer.is_member or viewer.account is None:
        raise Refused(
            "E_MEMBERS_ONLY", safe=mark("This page is for %(word_members)s. Sign in first.")
        )
    return request.app.state.node, viewer.account


def _keeper(request: Request) -> tuple["Node", Account]:
    node, who = _member(request)
    if not request.state.viewer.is_admin:
        raise Refused("E_KEEPERS_ONLY", safe=mark("This page is for the %(word_keepers)s."))
    return node, who


async def _brought(request: Request, use: Use) -> Drawn:
    """The picture of a form, drawn for its use.

    Raises:
        Invalid: there is none, or it cannot be used (field `picture-1`).
    """
    files = files_of(getattr(request.state, "files", None), FIELD)
    if not files:
        raise Invalid({FIELD: mark("Choose a picture first.")})
    try:
        if files[0].body is None:
            raise Unfit("size")  # noqa: TRY301 - said below as the others are
        return await workshop.draw(request.app.state.node, files[0].body, showing.SIZES[use])
    except Unfit as unfit:
        raise Invalid({FIELD: unfit.safe}) from unfit


# One's own face -----------------------------------------------------------------------------


async def face(request: Request) -> Response:
    """The picture that stands beside a member's name."""
    return _face_page(request, blank(request, PLAIN))


def _face_page(request: Request, form: Entry, status: int = 200) -> Response:
    _node, who = _member(request)
    return page(request, "pictures/face.html", status=status, title=voice(request).say("Your face"),
                place="me", width="narrow", who=who, form=form)  # fmt: skip


async def set_face(request: Request) -> Response:
    """Take a picture as one's own."""
    node, who = _member(request)
    form = read(request, PLAIN)
    try:
        drawn = await _brought(request, Use.FACE)
    except Invalid as problem:
        return _face_page(request, form.wrong(problem), 422)
    await node.write(showing.change, who.id, Use.FACE, drawn)
    return done(request, "/me/face", voice(request).say("This is how others see you now."))


async def no_face(request: Request) -> Response:
    """Take one's own picture away."""
    node, who = _member(request)
    await node.write(showing.change, who.id, Use.FACE, None)
    return done(request, "/me/face", voice(request).say("Your initial stands there again."))


async def mine(node: "Node", viewer: Viewer) -> list[Card]:
    """The way to one's own face (slot `me`)."""
    _ = speak(node, viewer).say
    text = _("The picture beside your name, if you like")
    return [Card(title=_("Your face"), href="/me/face", text=text, icon="me", order=12)]


# The keepers' -------------------------------------------------------------------------------


async def desk(request: Request) -> Response:
    """The community's pictures, its emoji, and the room for copies."""
    return await _desk_page(request)


async def _desk_page(request: Request, form: Entry | None = None, status: int = 200) -> Response:
    node, _who = _keeper(request)
    kept = await node.read(_kept, node)
    is_word = form is not None and "name" in form
    return page(
        request,
        "pictures/desk.html",
        status=status,
        title=voice(request).say("Pictures"),
        width="narrow",
        form=form,
        word=form if is_word else blank(request, EMOJI),
        room=form if form is not None and "room" in form else blank(request, ROOM, **kept["room"]),
        **{name: value for name, value in kept.items() if name != "room"},
    )


def _kept(db: Connection, node: "Node") -> dict[str, Any]:
    number, size = queries.copies(db)
    room = queries.room(db)
    return {
        "number": number,
        "megabytes": size // 1_000_000,
        "emoji": showing.emoji(db, node.community.id),
        "room": {"room": rules.ROOM if room is None else room},
    }


async def act(request: Request) -> Response:
    """Carry out what a keeper's form asks for."""
    _keeper(request)
    say = (fields_of(request).get("say") or [""])[0]
    if say not in ACTS:
        raise Missing(detail=say)
    try:
        words = await ACTS[say](request)
    except _Again as again:
        return await _desk_page(request, again.form, 422)
    return done(request, "/desk/pictures", voice(request).say(words))


class _Again(Exception):
    """A form that is not right yet."""

    def __init__(self, form: Entry) -> None:
        super().__init__()
        self.form = form


async def _brand(request: Request, use: Use) -> str:
    node, who = _keeper(request)
    form = read(request, PLAIN)
    drawn = None
    if "take" not in fields_of(request):
        try:
            drawn = await _brought(request, use)
        except Invalid as problem:
            raise _Again(form.wrong(problem)) from problem
    await node.write(_branded, who.id, use, drawn)
    return mark("The community looks like this now.")


def _branded(unit: Unit, by: str, use: Use, drawn: Drawn | None) -> None:
    showing.change(unit, unit.community.id, use, drawn)
    unit.log(f"pictures.{use.value}", by, subject=unit.community.id)


async def _set_face(request: Request) -> str:
    return await _brand(request, Use.FACE)


async def _set_header(request: Request) -> str:
    return await _brand(request, Use.HEADER)


async def _add_emoji(request: Request) -> str:
    node, _who = _keeper(request)
    form = read(request, EMOJI)
    try:
        drawn = await _brought(request, Use.EMOJI)
        if not form.errors:
            await node.write(showing.add_emoji, form.values["name"], drawn)
    except Invalid as problem:
        raise _Again(form.wrong(problem)) from problem
    if form.errors:
        raise _Again(form)
    return mark("Everybody here can write it now.")


async def _remove(request: Request) -> str:
    node, _who = _keeper(request)
    await node.write(showing.remove, (fields_of(request).get("slug") or [""])[0])
    return mark("It is gone.")


async def _set_room(request: Request) -> str:
    node, _who = _keeper(request)
    form = read(request, ROOM)
    if form.errors:
        raise _Again(form)
    await node.write(_roomed, form.values["room"])
    return mark("Saved. What is too much goes within the hour.")


def _roomed(unit: Unit, megabytes: int) -> None:
    unit.set(queries.ROOM, megabytes)
    unit.later("pictures.sweep", once="pictures.sweep now")


async def _forget(request: Request) -> str:
    node, _who = _keeper(request)
    await node.write(queries.forget_all)
    return mark("All copies are gone. They come again as people look.")


ACTS: Final[dict[str, Callable[[Request], Awaitable[str]]]] = {
    "face": _set_face,
    "header": _set_header,
    "emoji": _add_emoji,
    "remove": _remove,
    "room": _set_room,
    "forget": _forget,
}

routes = (
    Route("/me/face", face, methods=["GET"]),
    Route("/me/face", set_face, methods=["POST"]),
    Route("/me/face/remove", no_face, methods=["POST"]),
    Route("/desk/pictures", desk, methods=["GET"]),
    Route("/desk/pictures", act, methods=["POST"]),
)
