"""The page of one post: what it answers, what it shows, what was said to it and of it."""

from typing import Any
from urllib.parse import urlencode

from sqlalchemy import Connection
from starlette.requests import Request
from starlette.responses import Response

from node.kernel.access import Reach, Viewer
from node.kernel.errors import Missing
from node.kernel.module import Registry
from node.kernel.node import Node
from node.kernel.tables import Account
from node.modules.moderation import api as moderation
from node.modules.notes import forms, queries, rules, standing, tallies, writing
from node.modules.notes.queries import Post
from node.modules.notes.rules import Consent
from node.modules.reactions import api as reactions
from node.modules.reactions.api import OFFERED
from node.modules.reactions.api import Verb as Said
from vocab.policy import Leave, Verb
from web.forms import Entry
from web.render import page
from web.voice import voice


async def show(request: Request) -> Response:
    """A post with what was said before and after it."""
    return await show_page(request, None)


async def show_page(request: Request, form: Entry | None, status: int = 200) -> Response:
    """The page of a post; `form` is an answer that was not yet right."""
    node: Node = request.app.state.node
    viewer: Viewer = request.state.viewer
    slug = request.path_params["slug"]
    found = await node.read(whole, node.registry, slug, viewer)
    kept = found["post"]
    _ = voice(request).say
    if kept.deleted is not None:
        return page(request, "notes/gone.html", status=410, title=_("This post is gone"))
    if form is None and found["touch"].pop("answerable", False):
        form = forms.opened(
            request, forms.post(request, parent=kept.reach, answer=True), reach=kept.reach
        )
    title = kept.title or _("%(name)s wrote", name=kept.author.label)
    more: dict[str, Any] = {"form": form} if form is not None else {}
    if kept.local:
        more["document"] = kept.id
    more["kept_by"] = _to_keep(node, viewer, kept)
    return page(request, "notes/show.html", status=status, title=title, place="today",
                **found, **more)  # fmt: skip


def _to_keep(node: Node, viewer: Viewer, kept: Post) -> str:
    """Where its author or a keeper pins a post or takes it out of the group; "" for nobody else."""
    known = any(one.name == "groups" and not one.shelved for one in node.registry.modules)
    theirs = kept.local and kept.owner == viewer.id
    in_ours = viewer.is_admin and node.community.id in (kept.owner, kept.audience)
    public = kept.reach == Reach.PUBLIC and not node.community.at_home
    wanted = known and public and viewer.is_member and (theirs or in_ours)
    return f"/group/post?{urlencode({'about': kept.id})}" if wanted else ""


def whole(db: Connection, registry: Registry, slug: str, viewer: Viewer) -> dict[str, Any]:
    """A post, its thread, and what it answers, as far as the viewer may see them.

    Raises:
        Missing: not there, or not for the viewer.
    """
    kept = queries.by_slug(db, slug, viewer)
    if kept is None:
        raise Missing(detail=slug)
    said = _in_order(queries.thread(db, kept.thread, viewer))
    root = None
    if kept.thread not in {kept.id, *(one.id for one in said)}:
        root = registry.document(db, kept.thread, viewer)
    hidden = moderation.hiding_of(db, kept.id) if kept.hidden else None
    return {
        "post": kept,
        "thread": said if any(one.id == kept.id for one in said) else [kept, *said],
        "about": {"url": root.url, "name": root.name} if root is not None else None,
        "names": {one.id: one.author.label for one in said},
        "around": around(db, [kept, *said], viewer),
        "touch": _touch(db, kept, viewer),
        "liked_by": _people(db, kept, viewer, Said.LIKE),
        "shared_by": _people(db, kept, viewer, Said.SHARE),
        "hidden": hidden,
        "far": any(not one.local for one in (kept, *said)),
        "mine": writing.may_change(db, viewer, kept),
    }


def _in_order(said: list[Post]) -> list[Post]:
    by_id = {one.id: one for one in said}
    return [by_id[id] for id in rules.in_order([(one.id, one.in_reply_to) for one in said])]


def _touch(db: Connection, kept: Post, viewer: Viewer) -> dict[str, Any]:
    """What the viewer may do with a post by one touch, as far as its author wants it."""
    who = viewer.account
    if who is None or not viewer.is_member:
        return {"likeable": False, "shareable": False, "quotable": False, "offered": ()}
    may = {
        verb: standing.allowed(db, who, kept.owner, kept.policy, verb) is not Leave.NO
        for verb in Verb
    }
    public = kept.reach == Reach.PUBLIC
    return {
        "likeable": may[Verb.LIKE],
        "shareable": public and may[Verb.SHARE],
        "quotable": public and may[Verb.QUOTE],
        "answerable": kept.id not in standing.closed(db, [kept], viewer),
        "offered": OFFERED,
    }


def around(db: Connection, posts: list[Post], viewer: Viewer) -> dict[str, Any]:
    """What stands around posts, each by the post's id, as far as the viewer may see it."""
    ids = [one.id for one in posts]
    given = {one.id: one.quote for one in posts if one.quote and one.consent == Consent.GIVEN}
    found = queries.shown(db, given.values(), viewer)
    return {
        "said_of": reactions.of(db, ids, viewer),
        "polls": tallies.of(db, ids, viewer.id),
        "groups": queries.groups_of(db, posts),
        "closed": standing.closed(db, posts, viewer),
        "quoted": {id: found[quote] for id, quote in given.items() if quote in found},
    }


def _people(db: Connection, kept: Post, viewer: Viewer, verb: Said) -> list[Account]:
    """Who likes or shares a post; its author alone is told."""
    return reactions.people(db, kept.id, verb) if kept.owner == viewer.id else []
