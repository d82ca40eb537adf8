"""The pages of posts: what was written, one with its thread, and the forms to write."""

from datetime import datetime, timedelta
from typing import Final
from urllib.parse import urlencode

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from federation.finding import spend
from federation.origins import domain
from node.kernel.access import Reach, Viewer
from node.kernel.errors import Invalid, Missing, Refused
from node.kernel.node import Node
from node.kernel.unit import Unit
from node.modules.notes import forms, named, polls, queries, showing, standing, writing
from node.modules.notes.queries import Post
from node.modules.notes.writing import Draft
from node.modules.pictures import api as pictures
from node.modules.pictures.api import Brought
from web.forms import (
    Entry,
    Form,
    blank,
    done,
    fields_of,
    read,
)
from web.language import mark
from web.links import moment
from web.render import page
from web.voice import voice

MOST: Final = 20
SHOWN: Final = 5
"""Names that a sentence lists."""
REST: Final = timedelta(minutes=15)
"""How long a conversation is not asked for again."""


def member(request: Request) -> tuple[Node, Viewer]:
    """The node and the member who asks.

    Raises:
        Refused: E_MEMBERS_ONLY, nobody is signed in.
    """
    viewer: Viewer = request.state.viewer
    if not viewer.is_member or viewer.account is None:
        safe = mark("This page is for %(word_members)s. Sign in first.")
        raise Refused("E_MEMBERS_ONLY", safe=safe)
    return request.app.state.node, viewer


# Lists --------------------------------------------------------------------------------------


async def index(request: Request) -> Response:
    """What people here, and those the reader follows, wrote."""
    form = forms.opened(request, forms.post(request), reach="community")
    return await _index_page(request, form)


async def share(request: Request) -> Response:
    """Where other servers send people who live here to write something (FEP-3b86)."""
    if not request.state.viewer.is_member:
        here = f"{request.url.path}?{request.url.query}"
        return RedirectResponse(f"/sign-in?{urlencode({'next': here})}", 303)
    text = request.query_params.get("text", "")[: forms.LONGEST]
    form = forms.opened(request, forms.post(request), text=text, reach="community")
    return await _index_page(request, form)


async def _index_page(request: Request, form: Entry, status: int = 200) -> Response:
    node, viewer = member(request)
    before = moment(request.query_params.get("before"))
    found = await node.read(queries.feed, viewer, before, MOST + 1)
    last = found[MOST - 1].at if len(found) > MOST else None
    around = await node.read(showing.around, found, viewer)
    _ = voice(request).say
    return page(request, "notes/index.html", status=status, title=_("What people write"),
                place="today", form=form, found=found[:MOST], around=around,
                more=last.isoformat() if last else "", first=before is None)  # fmt: skip


async def write(request: Request) -> Response:
    """Write a post."""
    _node, _viewer = member(request)
    form = await sent(request, forms.post(request))
    if not form.errors:
        try:
            slug = await posted(request, form, parent=None, reach_=form.values["reach"])
        except Invalid as problem:
            form = form.wrong(problem)
        else:
            return written(request, slug, mark("It is written."))
    return await _index_page(request, form, 422)


# Answering ----------------------------------------------------------------------------------


async def reply(request: Request) -> Response:
    """Answer a post."""
    node, viewer = member(request)
    kept = await node.read(queries.by_slug, request.path_params["slug"], viewer)
    if kept is None:
        raise Missing
    form = await sent(request, forms.post(request, parent=kept.reach, answer=True))
    if not form.errors:
        wide = form.values.get("reach", Reach.DIRECT.value)
        try:
            slug = await posted(request, form, parent=kept.id, reach_=wide)
        except Invalid as problem:
            form = form.wrong(problem)
        else:
            return written(request, slug, mark("Your answer is written."))
    return await showing.show_page(request, form, 422)


async def answer(request: Request) -> Response:
    """Answer a question for views."""
    node, viewer = member(request)
    slug = request.path_params["slug"]
    chosen = fields_of(request).get("choice") or []
    try:
        await node.write(polls.answer, viewer, slug, chosen)
    except Invalid as problem:
        said = voice(request).tell(problem.fields["choice"])
        return done(request, f"/n/{slug}", said, "bad")
    return done(request, f"/n/{slug}", voice(request).say("Your answer is counted."))


async def gather(request: Request) -> Response:
    """Have other servers asked for the rest of a conversation, at times."""
    node, viewer = member(request)
    kept = await node.read(queries.by_slug, request.path_params["slug"], viewer)
    if kept is None or kept.deleted is not None:
        raise Missing(detail=request.path_params["slug"])
    lately: dict[str, datetime] = node.memory.setdefault("notes.gathered", {})
    for thread in [one for one, at in lately.items() if at + REST < node.now()]:
        del lately[thread]
    if kept.thread not in lately:
        spend(node, viewer.id or "")
        lately[kept.thread] = node.now()
        await node.write(_gather, kept.id)
    words = voice(request).say("Other servers are asked. Look again in a moment.")
    return done(request, kept.path, words, "wait")


def _gather(unit: Unit, id: str) -> None:
    once = f"notes.gather all {id}"[:255]
    unit.later("notes.gather", lane=domain(id), once=once, post=id, answers=True)


async def about(request: Request) -> Response:
    """Answer a thing of another module, such as somebody's need, where everybody may read it."""
    node, viewer = member(request)
    id = (fields_of(request).get("about") or [""])[0]
    found = await node.write(_reach_of, id, viewer)
    form = read(request, forms.post(request, parent=found, answer=True))
    if form.errors:
        raise Invalid(form.errors, safe=mark("Write something first."))
    wide = form.values.get("reach", Reach.DIRECT.value)
    slug = await posted(request, form, parent=id, reach_=wide)
    return written(request, slug, mark("Your answer is written."))


def _reach_of(unit: Unit, id: str, viewer: Viewer) -> str | None:
    found = standing.answered(unit, id, viewer)
    if found is None:
        raise Missing(detail=id)
    return found.reach


# Changing -----------------------------------------------------------------------------------


async def change(request: Request) -> Response:
    """The form in which a post is changed."""
    kept = await _mine(request)
    node, _viewer = member(request)
    pictures.opened(request, (await node.read(pictures.about, [kept.id])).get(kept.id, ()))
    said = {"text": kept.source, "lang": kept.lang, "warning": kept.summary}
    form = blank(request, forms.change(request), **said)
    return _change_page(request, kept, form)


async def changed(request: Request) -> Response:
    """Change a post."""
    kept = await _mine(request)
    node, viewer = member(request)
    form = await sent(request, forms.change(request), about=kept.id)
    if not form.errors:
        try:
            text, lang, warning = (form.values[name] for name in ("text", "lang", "warning"))
            shown = request.state.brought.chosen
            await node.write(writing.edit, viewer, kept.slug, text, lang, warning, shown)
        except Invalid as problem:
            form = form.wrong(problem)
        else:
            return done(request, kept.path, voice(request).say("Changed."))
    return _change_page(request, kept, form, 422)


def _change_page(request: Request, kept: Post, form: Entry, status: int = 200) -> Response:
    _ = voice(request).say
    return page(request, "notes/change.html", status=status, title=_("Change your post"),
                width="narrow", place="today", post=kept, form=form)  # fmt: skip


async def delete(request: Request) -> Response:
    """Delete a post."""
    node, viewer = member(request)
    await node.write(writing.remove, viewer, request.path_params["slug"])
    return done(request, "/notes", voice(request).say("Deleted, here and where it was sent."))


async def _mine(request: Request) -> Post:
    node, viewer = member(request)
    kept = await node.read(queries.by_slug, request.path_params["slug"], viewer)
    if kept is None or not await node.read(writing.may_change, viewer, kept):
        raise Missing
    return kept


async def sent(request: Request, asked: Form, *, about: str | None = None) -> Entry:
    """What was sent with the pictures that came along, which wait here if something is wrong."""
    form = read(request, asked)
    brought = await pictures.taken(request, about=about)
    return form.wrong(Invalid(brought.errors)) if brought.errors else form


# From the form to the unit ------------------------------------------------------------------


async def posted(
    request: Request, form: Entry, *, parent: str | None, reach_: str, quote: str | None = None
) -> str:
    """Write what the form says, after looking up whom it names; its slug.

    Whom it could not find is told by `written`.
    """
    node, viewer = member(request)
    brought: Brought = getattr(request.state, "brought", Brought())
    text = form.values["text"]
    found = await named.people(node, text, reach_, viewer.id or "")
    request.state.missed = found.missed
    draft = Draft(
        text=text,
        reach=reach_,
        lang=form.values["lang"],
        people=found.people,
        parent=parent,
        warning=form.values["warning"],
        quote=quote,
        pictures=brought.chosen,
        **forms.asked(form),
    )
    as_community = form.values.get("author") == "community" and viewer.is_admin
    return await node.write(_write, viewer, draft, form.once, as_community)


def written(request: Request, slug: str, said: str) -> Response:
    """Show what was written, and say who of those it names could not be found.

    Args:
        request: the form's, as `posted` left it.
        slug: of the post.
        said: what was done, marked.
    """
    _ = voice(request).say
    missed = getattr(request.state, "missed", ())
    if not missed:
        return done(request, f"/n/{slug}", _(said))
    shown = [f"@{handle}@{host}" for handle, host in missed[:SHOWN]]
    names = ", ".join([*shown, "…"] if len(missed) > SHOWN else shown)
    why = _(
        "Nobody was found for %(names)s: the address may be wrong, or its server did not answer "
        "in time. They are not told of it. Search for the address, and name them again.",
        names=names,
    )
    return done(request, f"/n/{slug}", f"{_(said)} {why}", "wait")


def _write(
    unit: Unit,
    viewer: Viewer,
    draft: Draft,
    once: str,
    as_community: bool,  # noqa: FBT001
) -> str:
    who = unit.account(unit.community.id) if as_community else viewer.account
    if who is None:
        raise Missing(detail=unit.community.id)
    slug = writing.post(unit, who, draft, once)
    if as_community and viewer.id:
        unit.log("notes.as_community", viewer.id, subject=f"{unit.origin}/o/{slug}")
    return slug


routes = (
    Route("/notes", index, methods=["GET"]),
    Route("/notes", write, methods=["POST"]),
    Route("/share", share, methods=["GET"]),
    Route("/notes/about", about, methods=["POST"]),
    Route("/n/{slug}", showing.show, methods=["GET"]),
    Route("/n/{slug}/reply", reply, methods=["POST"]),
    Route("/n/{slug}/gather", gather, methods=["POST"]),
    Route("/n/{slug}/answer", answer, methods=["POST"]),
    Route("/n/{slug}/edit", change, methods=["GET"]),
    Route("/n/{slug}/edit", changed, methods=["POST"]),
    Route("/n/{slug}/delete", delete, methods=["POST"]),
)
