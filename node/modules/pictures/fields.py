"""Pictures in forms, without a script: plain file fields, each with a question what is on it.

What was brought with a form that is not right yet waits here, so that nobody brings it twice:
the form is shown again with the small picture in the place of the field.
"""

from collections.abc import Mapping, Sequence
from dataclasses import field
from typing import TYPE_CHECKING, Final

from starlette.requests import Request

from node.modules.pictures import queries, rules, workshop
from node.modules.pictures.keeping import SHOWN, Chosen, put
from node.modules.pictures.rules import Use
from node.modules.pictures.tables import Picture
from node.modules.pictures.workshop import Unfit
from vocab import html
from vocab.values import dataclass
from web.forms import fields_of
from web.uploads import Upload, files_of

if TYPE_CHECKING:
    from node.kernel.access import Viewer
    from node.kernel.node import Node

FIELD: Final = "picture"


@dataclass(frozen=True, kw_only=True)
class Slot:
    """The place of one picture in a form: empty, or with one that is kept already."""

    number: int
    held: Picture | None = None
    words: str = ""
    focus: str = ""
    error: str = ""


@dataclass(frozen=True, kw_only=True)
class Brought:
    """The pictures of a form as it stands; `errors` by field, for the summary above the form."""

    slots: Sequence[Slot] = field(default_factory=tuple)

    @property
    def errors(self) -> Mapping[str, str]:
        """What is wrong, by the name of the field."""
        return {f"{FIELD}-{one.number}": one.error for one in self.slots if one.error}

    @property
    def chosen(self) -> Sequence[Chosen]:
        """The pictures that are wanted, in order."""
        return [
            Chosen(slug=s.held.slug, words=s.words, focus=s.focus) for s in self.slots if s.held
        ]


def opened(request: Request, kept: Sequence[Picture]) -> Brought:
    """The pictures of a thing as its form is opened."""
    slots = [
        Slot(number=number, held=one, words=one.description, focus=one.focus)
        for number, one in enumerate(kept, start=1)
    ]
    request.state.brought = Brought(slots=slots)
    return Brought(slots=slots)


async def taken(request: Request, *, most: int = rules.MOST, about: str | None = None) -> Brought:
    """The pictures that came with a form; a page shows them again by `request.state.brought`.

    Args:
        request: of a member, with a form that was believed.
        most: pictures of the form.
        about: the id of the thing that is being changed, whose own pictures may stay in it.
    """
    slots = [await _slot(request, number, about) for number in range(1, most + 1)]
    brought = Brought(slots=slots)
    request.state.brought = brought
    return brought


async def _slot(request: Request, number: int, about: str | None) -> Slot:
    node: Node = request.app.state.node
    viewer: Viewer = request.state.viewer
    words = html.untagged(html.line(_said(request, "words", number), rules.DESCRIPTION))
    focus = _said(request, "focus", number)
    focus = focus if focus in rules.FOCUS else ""
    files = files_of(getattr(request.state, "files", None), f"{FIELD}-{number}")
    if files:
        try:
            slug = await _drawn(node, viewer.id or "", files[0])
        except Unfit as unfit:
            return Slot(number=number, words=words, focus=focus, error=unfit.safe)
    else:
        slug = "" if _said(request, "drop", number) else _said(request, "held", number)
    held = await node.read(queries.one, slug) if slug else None
    mine = held is not None and _may_stay(held, viewer.id, about)
    return Slot(number=number, held=held if mine else None, words=words, focus=focus)


async def _drawn(node: "Node", owner: str, sent: Upload) -> str:
    if sent.body is None:
        raise Unfit("size")
    drawn = await workshop.draw(node, sent.body, SHOWN, blurhash=True)
    return await node.write(put, owner, drawn, Use.WAITING)


def _may_stay(held: Picture, owner: str | None, about: str | None) -> bool:
    if held.use == Use.WAITING:
        return held.owner == owner
    return held.use == Use.SHOWN and about is not None and held.about == about


def _said(request: Request, what: str, number: int) -> str:
    return (fields_of(request).get(f"{FIELD}-{what}-{number}") or [""])[0]
