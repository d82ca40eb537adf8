"""Asking people elsewhere what they think of a proposal: a poll that decides nothing (FEP-9967).

The community asks, so that everybody who follows it can answer; what they answer is counted,
not kept, and no way leads from it to a ballot.
"""

from datetime import datetime
from typing import TYPE_CHECKING, Final

from sqlalchemy import Connection
from starlette.requests import Request
from starlette.responses import Response

from node.kernel.access import Viewer
from node.kernel.errors import Conflict, Invalid, Missing, Refused
from node.kernel.unit import Unit
from node.modules.accounts import api as accounts
from node.modules.deliberation import rules
from node.modules.notes import api as notes
from node.modules.proposals import api as proposals
from vocab.values import dataclass
from web.forms import Entry, Form, Line, Moment, Text, Tick, Wrong, blank, done, read
from web.language import mark
from web.render import page
from web.voice import Voice, voice

if TYPE_CHECKING:
    from node.kernel.node import Node

AT_HOME: Final = mark("Nobody elsewhere can be asked while the community has no public address.")
ASKED: Final = mark("People elsewhere are asked already. Wait until that is over.")
NOT_NOW: Final = mark("People elsewhere are asked while it is talked through, before the vote.")
NOT_SEEN: Final = mark("Only on what everybody may see can people elsewhere be asked.")
LEADS: Final = mark("Whoever leads this asks, or one of the %(word_keepers)s.")
SENT: Final = mark("It is asked. What they answer stands here, and decides nothing.")
LATE: Final = mark("Choose a time before the vote ends, an hour from now or later.")


@dataclass(frozen=True, kw_only=True)
class Question:
    """What people elsewhere are asked."""

    text: str
    options: tuple[str, ...]
    several: bool
    ends: datetime


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


def fault(
    db: Connection, found: proposals.Proposal, now: datetime, *, at_home: bool
) -> tuple[str, str] | None:
    """Why nobody elsewhere can be asked about a proposal now, as a code and a sentence."""
    if at_home:
        return "E_AT_HOME", AT_HOME
    if found.reach != "public":
        return "E_NOT_PUBLIC", NOT_SEEN
    if found.stage not in rules.OPEN:
        return "E_STAGE", NOT_NOW
    if notes.is_asked(db, found.id, now):
        return "E_ASKED", ASKED
    return None


def ask(unit: Unit, slug: str, member: str, question: Question, *, once: str) -> str:
    """Ask everybody who follows the community what they think of a proposal.

    Args:
        unit: the unit.
        slug: which proposal.
        member: who asks, on behalf of the community; it is written in the log.
        question: what.
        once: the key of the form; a second sending asks nothing more.

    Returns:
        The slug of the post that asks.

    Raises:
        Refused: not a member; E_NOT_YOURS, they do not lead it.
        Missing: there is no such proposal of ours.
        Conflict: E_AT_HOME, E_NOT_PUBLIC, E_STAGE, E_ASKED; see `fault`.
        Invalid: `ends` is too soon, or after the vote.
    """
    if not accounts.is_member(unit.db, member):
        raise Refused("E_MEMBERS_ONLY", member)
    found, made = proposals.ours(unit, slug)
    if not proposals.leads(unit, made, member):
        raise Refused("E_NOT_YOURS", member, safe=LEADS)
    if before := notes.sent_before(unit.db, once):
        return before
    if no := fault(unit.db, found, unit.now, at_home=unit.community.at_home):
        raise Conflict(no[0], slug, safe=no[1])
    if question.ends > made.closes:
        raise Invalid({"ends": LATE})
    us = unit.account(unit.community.id)
    assert us is not None, "a community that decides is founded"
    draft = notes.Draft(
        text=f"{question.text}\n\n{unit.origin}/p/{slug}",
        reach="public",
        lang=unit.community.language,
        people={},
        options=question.options,
        several=question.several,
        ends=question.ends,
        advises=found.id,
    )
    asked = notes.post(unit, us, draft, once)
    unit.log("deliberation.asked", member, subject=found.id)
    return asked


# The page -----------------------------------------------------------------------------------


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
        raise Refused("E_NOT_YOURS", viewer.id or "", safe=LEADS)
    no = fault(db, found, spoken.now, at_home=at_home)
    strip = proposals.strip_of(db, slug, viewer, spoken)
    return Seen(proposal=found, plan=made, strip=strip, no=no[1] if no else "")


async def _seen(request: Request) -> "tuple[Node, Seen, str]":
    viewer: Viewer = request.state.viewer
    if not viewer.is_member or viewer.id is None:
        raise Refused(
            "E_MEMBERS_ONLY", safe=mark("This page is for %(word_members)s. Sign in first.")
        )
    node: Node = request.app.state.node
    slug, home = request.path_params["slug"][:64], node.community.at_home
    seen = await node.read(_look, slug, viewer, voice(request), at_home=home)
    return node, seen, viewer.id


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
        question = Question(
            text=held["text"], options=options, several=bool(held["several"]), ends=held["ends"]
        )
        try:
            await node.write(ask, slug, me, question, once=typed.once)
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
