"""Answering a notice: the form, and what it sends."""

from collections.abc import Mapping
from typing import Any, Final

from sqlalchemy import Connection
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from node.kernel.access import Viewer
from node.kernel.errors import Invalid, Missing
from node.kernel.node import find_accounts
from node.kernel.tables import Account
from node.modules.agreements import pages, rules, settling, writing
from node.modules.agreements.pages import TERMS
from node.modules.agreements.rules import Terms
from node.modules.listings import api as listings
from node.modules.listings.api import Notice
from web.forms import Entry, Form, Minutes, Number, Text, blank, done, read
from web.language import mark
from web.render import page
from web.voice import voice

WORDS: Final = Text(
    "words",
    mark("A few words to them"),
    mark("When, where, how. Nobody else reads it."),
    optional=True,
    at_most=rules.WORDS,
)


HOW_LONG: Final = mark("As it suits you both, between the two lengths above")
UNEVEN: Final = mark("Choose a length in the steps named above.")


async def new(request: Request) -> Response:
    """The form to answer a notice."""
    return await _answer_page(request, None)


async def _answer_page(request: Request, form: Entry | None, status: int = 200) -> Response:
    node, me = pages.member(request)
    notice, owner = await _notice(request)
    _ = voice(request).say
    terms = writing.terms_of(notice, listings.wished(notice, node.origin))
    return page(
        request,
        "agreements/new.html",
        status=status,
        title=_("Say that you would do it") if notice.is_need else _("Say that you would like it"),
        place="give",
        width="mid",
        one=notice,
        units=listings.UNITS,
        owner=owner.label if owner else notice.domain,
        wished=listings.wished(notice, node.origin),
        terms=terms,
        lengths=rules.lengths(terms),
        form=form or _opened(request, terms),
        action=f"/agreements/new?about={notice.slug}",
        me=me,
    )


def _opened(request: Request, terms: Terms) -> Entry:
    """The form as it opens: the least that can be agreed on."""
    least = rules.lengths(terms)
    return blank(
        request, _form(terms), times=rules.multiples(terms)[0], long=least[0] if least else None
    )


def _form(terms: Terms) -> Form:
    """How many times, where that may be chosen, and a few words."""
    least, most = rules.multiples(terms)
    if most == least:
        return Form(WORDS, *TERMS)
    if long := rules.lengths(terms):
        shortest, longest, _step = long
        return Form(Minutes("long", mark("How long?"), HOW_LONG, least=shortest, most=longest),
                    WORDS, *TERMS)  # fmt: skip
    piece = terms.back is None and terms.primary.value == 1
    how = mark("How much of it?") if piece else mark("How many times?")
    times = Number("times", how, least=least, most=most or 10**9)
    return Form(times, WORDS, *TERMS)


async def _notice(request: Request) -> tuple[Notice, Account | None]:
    """The notice that is to be answered, if this member may answer it."""
    node, me = pages.member(request)
    slug = request.query_params.get("about", "")[:64]
    found, owner = await node.read(_about, slug, request.state.viewer)
    if found is None or found.owner == me or not found.takes_answers:
        raise Missing(detail=slug)
    return found, owner


def _about(db: Connection, slug: str, viewer: Viewer) -> tuple[Notice | None, Account | None]:
    found = listings.at_page(db, slug, viewer)
    return found, find_accounts(db, [found.owner]).get(found.owner) if found else None


async def answer(request: Request) -> Response:
    """Answer a notice."""
    node, me = pages.member(request)
    notice, _owner = await _notice(request)
    terms = writing.terms_of(notice, listings.wished(notice, node.origin))
    form = read(request, _form(terms))
    if not form.errors:
        said = form.values
        try:
            made = await node.write(
                settling.answer, me, notice, _times(terms, said), said.get("words") or "",
                pages.besides(said),
            )  # fmt: skip
        except Invalid as problem:
            form = form.wrong(problem)
        else:
            _ = voice(request).say
            return done(request, made.path, _("Your answer is on its way."), "wait")
    return await _answer_page(request, form, 422)


def _times(terms: Terms, said: Mapping[str, Any]) -> int:
    """How many times what is proposed is meant; a length is so many steps of it.

    Raises:
        Invalid: no whole number of steps (field `long`).
    """
    lengths = rules.lengths(terms)
    if lengths is None:
        return said.get("times") or 1
    steps, rest = divmod(said["long"], lengths[2])
    if rest:
        raise Invalid({"long": UNEVEN}, "E_QUANTITY")
    return int(steps)


routes = (
    Route("/agreements/new", new, methods=["GET"]),
    Route("/agreements/new", answer, methods=["POST"]),
)
