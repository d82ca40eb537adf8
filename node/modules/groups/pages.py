"""The pages of the group: how it is kept, what waits, and what to do with one post."""

from typing import Final

from sqlalchemy import Connection
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from node.kernel.access import Reach, Viewer
from node.kernel.errors import Conflict, Missing, Refused
from node.kernel.node import Node
from node.modules.groups import announcing, pinning, queries, rules
from node.modules.groups.queries import Manners, Submission
from node.modules.groups.rules import State, Who
from node.modules.notes import api as notes
from node.modules.notes.api import Post
from web.forms import Choice, Entry, Form, Pick, Tick, blank, done, fields_of, read
from web.language import mark
from web.render import page
from web.voice import voice

KEPT: Final = Form(
    Pick("who", mark("Who may put a post before all who follow the community?"), choices=(
        Choice("keepers", mark("Only %(word_keepers)s")),
        Choice("members", mark("%(word_Members)s")),
        Choice("followers", mark("%(word_Members)s, and who follows the community"),
               mark("From other servers, by naming the community in a post.")),
        Choice("anybody", mark("Anybody who names the community")),
    )),
    Tick("held", mark("What comes from elsewhere waits until a %(word_keeper)s has seen it"),
         optional=True),
    Tick("openly", mark("Let other servers know that I keep the community"),
         mark("Your name then stands in the list of its moderators, for everybody."),
         optional=True),
)  # fmt: skip
SAID: Final = {
    "show": mark("It goes to all who follow the community."),
    "leave": mark("It is not shown. Its author is told nothing."),
    "out": mark("The community shows it no longer. Where it was written, it stays."),
    "lock": mark("No more answers are taken to it."),
    "unlock": mark("Answers are taken again."),
    "pin": mark("Pinned to your page."),
    "unpin": mark("Unpinned."),
    "pin-all": mark("Pinned to the community’s page."),
    "unpin-all": mark("Unpinned from the community’s page."),
}
BY_KEEPERS: Final = frozenset({"show", "leave", "out", "lock", "unlock"})


def _member(request: Request) -> tuple[Node, Viewer]:
    viewer: Viewer = request.state.viewer
    if not viewer.is_member or viewer.id is None:
        safe = mark("This page is for %(word_members)s. Sign in first.")
        raise Refused("E_MEMBERS_ONLY", safe=safe)
    return request.app.state.node, viewer


def _keeper(request: Request) -> tuple[Node, Viewer]:
    node, viewer = _member(request)
    if not viewer.is_admin:
        raise Refused("E_KEEPERS_ONLY", safe=mark("This page is for the %(word_keepers)s."))
    return node, viewer


# How it is kept -------------------------------------------------------------------------------


async def desk(request: Request) -> Response:
    """How the group is kept, and what waits."""
    node, viewer = _keeper(request)
    now = await node.read(queries.manners)
    openly = viewer.id in await node.read(queries.moderators)
    form = blank(request, KEPT, who=now.who.value, held=now.held, openly=openly)
    return await _desk_page(request, form)


async def arrange(request: Request) -> Response:
    """Say how the group is kept."""
    node, viewer = _keeper(request)
    form = read(request, KEPT)
    if form.errors:
        return await _desk_page(request, form, 422)
    said = form.values
    manners = Manners(who=Who(said["who"]), held=bool(said["held"]))
    openly = bool(said["openly"])
    await node.write(announcing.arrange, manners, openly=openly, by=viewer.id or "")
    return done(request, "/desk/group", voice(request).say("It is so from now on."))


async def _desk_page(request: Request, form: Entry, status: int = 200) -> Response:
    node, _viewer = _keeper(request)
    waiting = await node.read(_waiting)
    acts, things = await node.read(queries.count_readers, node.community.id)
    _ = voice(request).say
    return page(request, "groups/desk.html", status=status, width="mid", form=form,
                title=_("What the community shows its followers"), waiting=waiting,
                acts=acts, things=things)  # fmt: skip


def _waiting(db: Connection) -> list[Post]:
    found = (notes.stored(db, one.post) for one in queries.waiting(db))
    return [one for one in found if one is not None and one.deleted is None]


# One post ---------------------------------------------------------------------------------------


async def post(request: Request) -> Response:
    """What a member may do with a post in the group, or of their own."""
    node, viewer = _member(request)
    found, known, pinned = await node.read(_of, request.query_params.get("about", ""), viewer)
    mine = found.owner == viewer.id
    if not (mine or viewer.is_admin):
        raise Missing(detail=found.id)
    _ = voice(request).say
    return page(request, "groups/post.html", title=_("Pin it, or take it out"), width="narrow",
                post=found, mine=mine, opening=notes.opening(found),
                waits=known is not None and known.state is State.WAITS,
                inside=known is not None and known.state is State.SHOWN,
                ours=node.community.id in (found.owner, found.audience),
                public=found.reach == Reach.PUBLIC, pinned_here=viewer.id in pinned,
                pinned_by_all=node.community.id in pinned)  # fmt: skip


def _of(db: Connection, id: str, viewer: Viewer) -> tuple[Post, Submission | None, list[str]]:
    found = notes.seen(db, id, viewer)
    if found is None or found.deleted is not None:
        raise Missing(detail=id)
    return found, queries.found(db, id), queries.pinned_by(db, id)


async def say(request: Request) -> Response:
    """Show a post, leave it, take it out, lock it, pin it; and back."""
    node, viewer = _member(request)
    sent = {name: (held or [""])[0] for name, held in fields_of(request).items()}
    what, about = sent.get("say", ""), sent.get("about", "")
    if what not in SAID:
        raise Missing(detail=what)
    if what in BY_KEEPERS:
        _keeper(request)
    back = "/desk/group" if sent.get("next") == "desk" else await _path(node, viewer, about)
    words, kind = SAID[what], "good"
    try:
        await _do(node, viewer, what, about, sent.get("reason", "")[: rules.LONGEST])
    except Conflict as problem:
        words, kind = problem.safe, "bad"
    return done(request, back, voice(request).tell(words), kind)


async def _path(node: Node, viewer: Viewer, about: str) -> str:
    found = await node.read(notes.seen, about, viewer)
    return found.path if found is not None else "/notes"


async def _do(node: Node, viewer: Viewer, what: str, about: str, reason: str) -> None:
    by = viewer.id or ""
    if what == "show":
        await node.write(announcing.admit, about, by=by)
    elif what == "leave":
        await node.write(announcing.decline, about, by=by, reason=reason)
    elif what == "out":
        await node.write(announcing.take_out, about, by=by, reason=reason)
    elif what in ("lock", "unlock"):
        await node.write(announcing.lock, about, by=by, locked=what == "lock")
    else:
        as_community = what.endswith("-all")
        act = pinning.pin if what.startswith("pin") else pinning.unpin
        await node.write(act, viewer, about, as_community=as_community)


routes = (
    Route("/desk/group", desk, methods=["GET"]),
    Route("/desk/group", arrange, methods=["POST"]),
    Route("/group/post", post, methods=["GET"]),
    Route("/group/post", say, methods=["POST"]),
)
