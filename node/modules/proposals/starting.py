"""The pages on which a proposal begins: of our own, or in answer to another community."""

from datetime import datetime, timedelta
from fractions import Fraction
from typing import TYPE_CHECKING, Any, Final

from starlette.requests import Request
from starlette.responses import Response

from node.kernel.errors import Invalid, Missing
from node.modules.accounts import api as accounts
from node.modules.decisions import api as decisions
from node.modules.proposals import bringing
from node.modules.proposals.bringing import Draft
from node.modules.proposals.forms import ADOPT, NEW, OBJECT
from node.modules.proposals.views import member
from vocab import html
from web.forms import Entry, Form, blank, done, read
from web.render import page
from web.voice import voice

if TYPE_CHECKING:
    from node.kernel.node import Node

BEFORE: Final = timedelta(days=7)
"""How far off the close is that a new form suggests."""


async def new(request: Request) -> Response:
    """The form for a new proposal, or for one that answers another community."""
    node, _viewer, _id = member(request)
    _ = voice(request).say
    about, answer = await _about(request, request.query_params.get("record", ""),
                                 request.query_params.get("answer", ""))  # fmt: skip
    count = len(await node.read(lambda db: accounts.members(db, suspended=False)))
    begins = {
        "method": "consent", "share": "1/2", "months": "6", "reach": "community",
        "counts": True if count >= decisions.LARGE else None,
        "closes": _suggested(node.now(), request),
    }  # fmt: skip
    if about is not None:
        begins |= _answering(request, about, answer)
    return _form_page(request, blank(request, _form(answer), **begins), about, answer)


def _suggested(now: datetime, request: Request) -> datetime:
    there = (now + BEFORE).astimezone(voice(request).zone)
    return there.replace(hour=20, minute=0, second=0, microsecond=0)


def _form(answer: str) -> Form:
    return {"adopted": ADOPT, "objected": OBJECT}.get(answer, NEW)


def _answering(request: Request, about: decisions.Record, answer: str) -> dict[str, str]:
    """The words an answer begins with; members change them as they like."""
    _ = voice(request).say
    matter = decisions.matter_of(about.name, decisions.language_of(about))
    names = {"title": matter, "name": about.owner_name[:30]}
    if answer == "adopted":
        filled = _("We adopt what %(name)s decided: %(title)s", **names)
    else:
        filled = _("We object to what %(name)s decided: %(title)s", **names)
    return {
        "title": filled[:120],
        "text": html.to_text(str(about.document.get("content", ""))) if answer == "adopted" else "",
        "record": about.slug,
        "answer": answer,
    }


async def _about(request: Request, slug: str, answer: str) -> tuple[decisions.Record | None, str]:
    """The record of another community that a form answers, if it may be answered.

    Raises:
        Missing: it is not here, is our own, or its seal does not hold.
    """
    if answer not in ("adopted", "objected"):
        return None, ""
    node: Node = request.app.state.node
    found = await node.read(decisions.record_by_slug, slug, request.state.viewer)
    if found is None or found.ours or found.seal != "holds":
        raise Missing
    return found, answer


def _form_page(
    request: Request,
    form: Entry,
    about: decisions.Record | None,
    answer: str,
    status: int = 200,
) -> Response:
    _ = voice(request).say
    return page(
        request,
        "proposals/new.html",
        status=status,
        title=_("A new %(word_proposal)s"),
        place="decide",
        width="narrow",
        form=form,
        about=about,
        answer=answer,
    )


async def create(request: Request) -> Response:
    """Bring a proposal."""
    node, _viewer, me = member(request)
    _ = voice(request).say
    asked = read(request, ADOPT)
    sent = {name: asked.raw.get(name) or [""] for name in ("record", "answer")}
    about, answer = await _about(request, sent["record"][0], sent["answer"][0])
    form = read(request, _form(answer))
    if not form.errors:
        try:
            slug = await node.write(
                bringing.bring, me, _draft(form.values, about, answer), once=form.once
            )
            return done(request, f"/p/{slug}", _("Your proposal is before the community."))
        except Invalid as problem:
            form = form.wrong(problem)
    return _form_page(request, form, about, answer, status=422)


def _draft(values: Any, about: decisions.Record | None, answer: str) -> Draft:
    answers = None
    if about is not None:
        answers = {"record": about.id, "answer": answer}
        answers |= {k: values[k] for k in ("ground", "request", "reason") if k in values}
    return Draft(
        title=values["title"],
        text=values["text"],
        method=decisions.Method(values["method"]),
        share=Fraction(values["share"]),
        counts=values["counts"],
        opens=values["opens"],
        closes=values["closes"],
        review_months=int(values["months"]),
        reach=values["reach"],
        named=values["named"],
        answers=answers,
    )
