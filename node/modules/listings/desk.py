"""The keeper's pages of topics: the tree, a new one, one of them."""

from collections.abc import Sequence
from functools import partial
from typing import TYPE_CHECKING, Any, Final

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from node.kernel.access import Viewer
from node.kernel.errors import Conflict, Invalid, Missing, Refused, Sentence
from node.modules.listings import topics, tree
from node.modules.listings.concepts import TOPICS
from node.modules.listings.form import no_markup
from node.modules.listings.topics import Said
from node.modules.listings.tree import Topic, Tree
from web.forms import Choice, Entry, Form, Line, Number, Pick, Text, Wrong, blank, done, read
from web.language import NAMES, catalogue, languages, mark
from web.links import is_web
from web.render import page
from web.voice import Voice, speak, voice

if TYPE_CHECKING:
    from node.kernel.node import Node

TOP: Final = "top"
LAST: Final = 1000
ADDRESSES: Final = 5


def keeper(request: Request) -> "tuple[Node, str]":
    """The node and the keeper who asks.

    Raises:
        Refused: nobody who keeps the node.
    """
    viewer: Viewer = request.state.viewer
    if not viewer.may("topics") or viewer.id is None:
        raise Refused("E_KEEPERS_ONLY", safe=mark("This page is for the %(word_keepers)s."))
    return request.app.state.node, viewer.id


def words(text: str) -> list[str]:
    """The words of a field, which stand on lines of their own or between commas.

    Raises:
        Wrong: they are too many, or one is too long.
    """
    found = [" ".join(one.split()) for one in no_markup(text).replace(",", "\n").split("\n")]
    kept = list(dict.fromkeys(one for one in found if one))
    if len(kept) > tree.MOST_WORDS:
        raise Wrong(mark("Twenty words are enough. Leave some away."))
    if any(len(one) > tree.LABEL for one in kept):
        raise Wrong(mark("One of them is longer than forty characters. Shorten it."))
    return kept


def addresses(text: str) -> list[str]:
    """The addresses of a field, one on each line.

    Raises:
        Wrong: they are too many, or one is none.
    """
    kept = list(dict.fromkeys(text.split()))
    if len(kept) > ADDRESSES or any(len(one) > 2048 or not is_web(one) for one in kept):
        raise Wrong(mark("Write up to five web addresses, each on a line of its own."))
    return kept


def _form(node: "Node", known: Tree, spoken: Voice, one: Topic | None) -> Form:
    """What is asked of a topic; one of the shared list keeps its own name where none is given."""
    needed = node.community.language if one is None or one.name is None else ""
    labels = [
        Line(f"label_{name}", NAMES.get(name, name), _else(one, name), optional=name != needed,
             at_most=tree.LABEL, check=no_markup)
        for name in languages()
    ]  # fmt: skip
    below = known.below(one.id) if one else frozenset()
    places = [
        Choice(each.key, known.path(each.id, spoken))
        for each, depth in known.in_order()
        if each.id not in below and depth < tree.DEEPEST
    ]
    top = [Choice(TOP, mark("At the top"))] if one is not None and one.name else []
    return Form(
        *labels,
        Pick("broader", mark("What does it belong to?"), choices=(*top, *places)),
        Text("also", mark("Other words for the same"),
             mark("Whoever writes one of them finds what is written with another. One on each "
                  "line, in any language."), optional=True, at_most=1000, check=words),
        Text("same", mark("The same elsewhere"),
             mark("Addresses of the same thing in Wikidata or ESCO, one on each line"),
             optional=True, at_most=2000, check=addresses),
        Number("place", mark("Its place in the list"), mark("The small numbers come first."),
               optional=True, most=LAST),
    )  # fmt: skip


def _else(one: Topic | None, language: str) -> str:
    """What a topic of the shared list is called in a language if nothing is written."""
    if one is None or one.name is None:
        return ""
    return Sentence(
        mark("Left empty: %(what)s"), what=catalogue(language).gettext(TOPICS[one.name])
    )


def _opened(one: Topic, known: Tree) -> dict[str, Any]:
    above = known.topics.get(one.broader or "")
    return {
        **{f"label_{name}": words for name, words in one.labels.items()},
        "broader": above.key if above else TOP,
        "also": "\n".join(one.also),
        "same": "\n".join(one.same),
        "place": one.place,
    }


def _said(form: Entry, known: Tree) -> Said:
    held = form.values
    above = known.by_key(held["broader"] or "")
    named = {name: held[f"label_{name}"] for name in languages()}
    return Said(
        labels={name: words for name, words in named.items() if words},
        broader=above.id if above else None,
        also=held["also"] or (),
        same=held["same"] or (),
        place=held["place"] or 0,
    )


def _voices(node: "Node") -> Sequence[Voice]:
    """The voice of each language, by which names are compared."""
    return [speak(node, Viewer(language=name)) for name in languages()]


async def show_all(request: Request) -> Response:
    """The tree."""
    node, _me = keeper(request)
    known, spoken = await node.read(topics.load), voice(request)
    rows = [(one, depth, one.called(spoken)) for one, depth in known.in_order()]
    return page(request, "listings/topics.html", title=spoken.say("Topics"), place="me",
                rows=rows, path=partial(known.path, spoken=spoken))  # fmt: skip


async def show(request: Request) -> Response:
    """One topic, to be changed; or a new one."""
    node, _me = keeper(request)
    known, one = await _one(request)
    form = _form(node, known, voice(request), one)
    under = known.by_key(request.query_params.get("under", ""))
    held = _opened(one, known) if one else {"broader": under.key if under else None, "place": 0}
    return _page(request, blank(request, form, **held), known, one)


async def _one(request: Request) -> tuple[Tree, Topic | None]:
    """All topics, and the one of this page; None for a new one.

    Raises:
        Missing: there is no such topic.
    """
    node: Node = request.app.state.node
    known, key = await node.read(topics.load), request.path_params.get("key")
    found = known.by_key(key) if key is not None else None
    if key is not None and found is None:
        raise Missing(detail=key)
    return known, found


def _page(
    request: Request, form: Entry, known: Tree, one: Topic | None, status: int = 200
) -> Response:
    spoken = voice(request)
    title = one.called(spoken) if one else spoken.say("A new topic")
    return page(request, "listings/topic.html", status=status, title=title, place="me",
                width="mid", form=form, one=one, languages=languages(),
                action=f"/desk/topics/{one.key}" if one else "/desk/topics",
                above=known.path(one.broader, spoken) if one and one.broader else "")  # fmt: skip


async def save(request: Request) -> Response:
    """Keep a topic, new or changed."""
    node, me = keeper(request)
    known, one = await _one(request)
    form = read(request, _form(node, known, voice(request), one))
    if form.errors:
        return _page(request, form, known, one, 422)
    try:
        if one is None:
            await node.write(topics.add, me, _said(form, known), _voices(node))
        else:
            await node.write(topics.change, me, one.id, _said(form, known), _voices(node))
    except (Invalid, Conflict) as problem:
        return _page(request, form.wrong(_placed(problem, node)), known, one, problem.status)
    return done(request, "/desk/topics", voice(request).say("The topics are as you said."))


def _placed(problem: Invalid | Conflict, node: "Node") -> Invalid | Conflict:
    """What a unit found wrong, at the fields of this page."""
    if isinstance(problem, Conflict):
        return problem
    label = f"label_{node.community.language}"
    fields = {label if name == "label" else name: said for name, said in problem.fields.items()}
    return Invalid(fields, problem.code)


async def retire(request: Request) -> Response:
    """Offer a topic no longer, or again."""
    node, me = keeper(request)
    _known, one = await _one(request)
    assert one is not None, "the path has a key"
    await node.write(partial(topics.retire, back=one.retired is not None), me, one.id)
    return done(request, "/desk/topics", voice(request).say("The topics are as you said."))


routes = (
    Route("/desk/topics", show_all, methods=["GET"]),
    Route("/desk/topics", save, methods=["POST"]),
    Route("/desk/topics/new", show, methods=["GET"]),
    Route("/desk/topics/{key}", show, methods=["GET"]),
    Route("/desk/topics/{key}", save, methods=["POST"]),
    Route("/desk/topics/{key}/retire", retire, methods=["POST"]),
)
