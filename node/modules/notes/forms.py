"""The forms in which posts, answers and questions for views are written."""

from typing import Any, Final

from starlette.requests import Request

from node.kernel.access import Reach, Viewer
from node.kernel.node import Node
from node.modules.notes import rules, writing
from vocab.policy import Leave
from web.forms import (
    Choice,
    Entry,
    Form,
    Hidden,
    Line,
    Moment,
    Pick,
    Text,
    Tick,
    Wrong,
    blank,
    reach,
)
from web.language import NAMES, mark

LONGEST: Final = 10_000
_TEXT: Final = Text(
    "text", mark("What do you want to say?"),
    mark("Name people as @ana, or @ben@birch.example. Web addresses become links."),
    at_most=LONGEST,
)  # fmt: skip
_WORDS: Final = {one.value: one for one in reach().choices}


def _language(node: Node, viewer: Viewer) -> Pick:
    """The languages a text may be in: those of our pages, the community's, the member's."""
    known = dict.fromkeys(filter(None, (viewer.language, node.community.language, *NAMES)))
    choices = tuple(Choice(tag, NAMES.get(tag, tag)) for tag in known)
    return Pick("lang", mark("In which language?"), choices=choices)


def _options(typed: str) -> str:
    if not rules.typed_options(typed):
        raise Wrong(mark("Write two to eight answers, each in a line of its own."))
    return typed


_WARNING: Final = Line(
    "warning", mark("A warning before it"),
    mark("Others see this first, and open the rest if they want to."),
    optional=True, at_most=writing.LONGEST_WARNING,
)  # fmt: skip
_GROUP: Final = Tick(
    "group", mark("Put it before all who follow the community"),
    mark("People elsewhere follow it, too. Only for what everybody can see."), optional=True,
)  # fmt: skip
_ASKING: Final = (
    Text("options", mark("Answers to choose from"),
         mark("Makes your post a question for views. One in each line, two to eight."),
         optional=True, at_most=1000, check=_options),
    Tick("several", mark("More than one may be chosen"), optional=True),
    Moment("ends", mark("Answers until"), optional=True, in_future=True),
    Pick("quotes", mark("May others show it in a post of theirs?"), optional=True, choices=(
        Choice("ask", mark("If you say yes to it each time")),
        Choice("yes", mark("Everybody may")), Choice("no", mark("Nobody may")),
    )),
)  # fmt: skip


def post(request: Request, *, parent: str | None = None, answer: bool = False) -> Form:
    """The form of a post, or of an answer to something of the reach `parent`."""
    wide = rules.choices(parent) if answer else rules.choices(None)
    at_home = request.app.state.node.community.at_home
    group = () if answer or at_home else (_GROUP,)
    return _form(request, () if answer else (*_ASKING, *group), wide)


def quote(request: Request, *, local: bool) -> Form:
    """The form of a post that shows another; a stranger's only where its author can be asked."""
    return _form(request, _ASKING[-1:], rules.choices(None) if local else (Reach.PUBLIC,))


def _form(request: Request, more: tuple[Any, ...], wide: tuple[Reach, ...]) -> Form:
    node, viewer = request.app.state.node, request.state.viewer
    fields: list[Any] = [_TEXT, _language(node, viewer), _WARNING, *more]
    if wide != (Reach.DIRECT,):
        fields.append(reach() if len(wide) == len(_WORDS) else _narrow(wide))
    if viewer.is_admin:
        said = (
            Choice("me", mark("Yourself")),
            Choice("community", mark("The community"), mark("It is written in the log.")),
        )
        fields.append(Pick("author", mark("Who says it?"), choices=said))
    return Form(*fields, Hidden("about", optional=True))


def _narrow(wide: tuple[Reach, ...]) -> Pick:
    choices = tuple(_WORDS[one.value] for one in wide)
    return Pick("reach", mark("Who can see it?"), choices=choices)


def opened(request: Request, form: Form, **more: Any) -> Entry:
    """A form as it is opened, in the reader's language."""
    node, viewer = request.app.state.node, request.state.viewer
    lang = viewer.language or node.community.language
    return blank(request, form, **{"lang": lang, "author": "me", "quotes": "ask", **more})


def change(request: Request) -> Form:
    """The form in which a post is changed."""
    language = _language(request.app.state.node, request.state.viewer)
    return Form(_TEXT, language, _WARNING)


def asked(form: Entry) -> dict[str, Any]:
    """What a form says of a question for views, and of who may quote; an answer says nothing."""
    said = form.values
    told: dict[str, Any] = {"group": bool(said.get("group"))}
    if "quotes" in said:
        told["quotes"] = Leave(said["quotes"] or Leave.ASK)
    if "options" not in said:
        return told
    asked_ = {"options": rules.typed_options(said["options"]), "ends": said["ends"]}
    return {**told, **asked_, "several": bool(said["several"])}
