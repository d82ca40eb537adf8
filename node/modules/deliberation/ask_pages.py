"""The page on which people elsewhere are asked what they think of a proposal."""

from typing import TYPE_CHECKING, Final

from sqlalchemy import Connection
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from node.kernel.access import Viewer
from node.kernel.errors import Invalid, Missing, Refused
from node.modules.deliberation import asking
from node.modules.deliberation.pages import member
from node.modules.notes import api as notes
from node.modules.proposals import api as proposals
from vocab.values import dataclass
from web.forms import Entry, Form, Line, Moment, Text, Tick, Wrong, blank, done, read
from web.language import mark
from web.render import page
from web.voice import Voice, voice

if TYPE_CHECKING:
    from node.kernel.node import Node

SENT: Final = mark("It is asked. What they answer stands here, and decides nothing.")


def _options(typed: str) -> str:
    if not notes.typed_options(typed):
        raise Wrong(mark("Write two to eight answers, each in a line of its own."))
    return typed


FORM: Final = Form(
    Line("text", mark("What do you want to know?"), mark("One question"), at_most=300),
    Text("options", mark("Answers to choose from"), mark("One in each line, two to eight"),
         at_most=1000, check=_options),
    Tick("several", mark("More than one may be chosen"), optional=True),
    Moment("ends", mark("Answers until"), in_future=True),
)  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class Seen:
    """A proposal as whoever leads it sees it; `no` is why nobody can be asked now."""

    proposal: proposals.Proposal
    plan: proposals.Plan
    strip: proposals.Strip
    no: str


def _look(db: Connection, slug: str, viewer: Viewer, spoken: Voice, *, at_home: bool) -> Seen:
    found = proposals.by_slug(db, slug, viewer)
    made = proposals.plan_of(db, found.id) if found and found.ours else None
    if found is None or made is None:
        raise Missing(detail=slug)
    if not viewer.may("facilitate") and (made.lead or made.author) != viewer.id:
        raise Refused("E_NOT_YOURS", viewer.id or "", safe=asking.LEADS)
    no = asking.fault(db, found, spoken.now, at_home=at_home)
    strip = proposals.strip_of(db, slug, viewer, spoken)
    return Seen(proposal=found, plan=made, strip=strip, no=no[1] if no else "")


async def _seen(request: Request) -> "tuple[Node, Seen, str]":
    node, viewer, me = member(request)
    slug, home = request.path_params["slug"][:64], node.community.at_home
    return node, await node.read(_look, slug, viewer, voice(request), at_home=home), me


async def form(request: Request) -> Response:
    """The form in which people elsewhere are asked."""
    _node, seen, _me = await _seen(request)
    return _page(request, seen, blank(request, FORM, ends=seen.plan.opens))


async def send(request: Request) -> Response:
    """Ask them."""
    node, seen, me = await _seen(request)
    typed, slug = read(request, FORM), seen.proposal.slug
    if not typed.errors:
        held = typed.values
        options = notes.typed_options(held["options"])
        question = asking.Question(
            text=held["text"], options=options, several=bool(held["several"]), ends=held["ends"]
        )
        try:
            await node.write(asking.ask, slug, me, question, once=typed.once)
        except Invalid as problem:
            typed = typed.wrong(problem)
        else:
            return done(request, f"/deliberation/{slug}#voices", voice(request).say(SENT))
    return _page(request, seen, typed, 422)


def _page(request: Request, seen: Seen, typed: Entry, status: int = 200) -> Response:
    title = voice(request).say("Ask people elsewhere")
    return page(request, "deliberation/ask.html", status=status, title=title, place="decide",
                width="narrow", found=seen.proposal, strip=seen.strip, no=seen.no,
                form=typed)  # fmt: skip


routes = (
    Route("/deliberation/{slug}/ask", form, methods=["GET"]),
    Route("/deliberation/{slug}/ask", send, methods=["POST"]),
)
