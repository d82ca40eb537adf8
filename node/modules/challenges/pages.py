"""The pages of challenges: those of one decision, and the form for another."""

from datetime import datetime
from typing import TYPE_CHECKING, Final

from sqlalchemy import Connection
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from node.kernel.access import Viewer
from node.kernel.errors import Missing, Refused
from node.modules.accounts import api as accounts
from node.modules.challenges import challenging, queries, rules
from node.modules.challenges.rules import WORDS, Ground
from node.modules.challenges.tables import Challenge
from node.modules.decisions import api as decisions
from node.modules.proposals import api as proposals
from vocab.values import dataclass
from web.forms import Choice, Entry, Form, Pick, Text, blank, done, read
from web.language import mark
from web.render import page
from web.voice import Voice, voice

if TYPE_CHECKING:
    from node.kernel.node import Node

CHALLENGE: Final = Form(
    Pick("ground", mark("What is it?"),
         choices=tuple(Choice(ground, words) for ground, words in WORDS.items())),
    Text("text", mark("In your words"), mark("All of us read it, with your name."),
         at_most=3000),
)  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class View:
    """The challenges of one decision, as a member sees them."""

    proposal: proposals.Proposal
    challenges: list[Challenge]
    names: dict[str, str]
    until: datetime | None
    """Until when it can be challenged; None: it cannot."""
    stopped: bool
    strip: proposals.Strip
    """Where the matter stands."""


def _view(db: Connection, slug: str, viewer: Viewer, spoken: Voice) -> View:
    """What a member may know.

    Raises:
        Missing: there is no such proposal of ours.
    """
    found = proposals.by_slug(db, slug, viewer)
    made = proposals.plan_of(db, found.id) if found and found.ours else None
    if found is None or made is None:
        raise Missing(detail=slug)
    record = decisions.record_of_box(db, slug, viewer)
    stopped = proposals.stopped(made)
    open_ = record is not None and not stopped and decisions.cooling(record, spoken.now)
    said = queries.on(db, slug, viewer)
    people = {id for one in said for id in (one.author, *one.backers) if id}
    return View(
        proposal=found,
        challenges=said,
        names=dict(accounts.names_of(db, people)),
        until=decisions.cools_until(record) if record and open_ else None,
        stopped=stopped,
        strip=proposals.strip_of(db, slug, viewer, spoken),
    )


async def _seen(request: Request) -> "tuple[Node, View, str]":
    viewer: Viewer = request.state.viewer
    if not viewer.is_member or viewer.id is None:
        raise Refused(
            "E_MEMBERS_ONLY", safe=mark("This page is for %(word_members)s. Sign in first.")
        )
    node: Node = request.app.state.node
    seen = await node.read(_view, request.path_params["slug"][:64], viewer, voice(request))
    return node, seen, viewer.id


async def show(request: Request) -> Response:
    """What members said went wrong, and the form to say so."""
    _node, seen, me = await _seen(request)
    return _page(request, seen, me, blank(request, CHALLENGE))


def strip(seen: View, spoken: Voice, *, may_back: bool) -> proposals.Strip:
    """Now, next, your turn, by when: those of the matter, and whether I back what is said."""
    now, after, yours, by = seen.strip
    if may_back:
        yours = spoken.say("Say whether you back it")
    return now, after, yours, by


def _page(request: Request, seen: View, me: str, form: Entry, status: int = 200) -> Response:
    may_back = [
        one.id
        for one in seen.challenges
        if seen.until and one.author != me and me not in one.backers
    ]
    return page(
        request,
        "challenges/show.html",
        status=status,
        title=voice(request).say("If something went wrong"),
        place="decide",
        width="narrow",
        seen=seen,
        form=form,
        words=WORDS,
        needed=rules.BACKERS,
        may_back=may_back,
        strip=strip(seen, voice(request), may_back=bool(may_back)),
    )


async def file(request: Request) -> Response:
    """Say what went wrong."""
    node, seen, me = await _seen(request)
    slug, form = seen.proposal.slug, read(request, CHALLENGE)
    if form.errors:
        return _page(request, seen, me, form, 422)
    values = form.values
    await node.write(
        challenging.challenge, slug, me, Ground(values["ground"]), values["text"], once=form.once
    )
    words = voice(request).say("It is said. If two others back it, we talk it through again.")
    return done(request, f"/challenges/{slug}", words)


async def back(request: Request) -> Response:
    """Back what somebody said."""
    node, seen, me = await _seen(request)
    slug, id_ = seen.proposal.slug, request.path_params["challenge"]
    if id_ not in {one.id for one in seen.challenges}:
        raise Missing(detail=id_)
    counts = await node.write(challenging.back, id_, me)
    _ = voice(request).say
    words = _("You back it, and the matter goes back.") if counts else _("You back it.")
    return done(request, f"/p/{slug}" if counts else f"/challenges/{slug}", words)


routes = (
    Route("/challenges/{slug}", show, methods=["GET"]),
    Route("/challenges/{slug}", file, methods=["POST"]),
    Route("/challenges/{slug}/{challenge}/back", back, methods=["POST"]),
)
