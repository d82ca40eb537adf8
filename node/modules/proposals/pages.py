"""The pages of proposals: the list, a new one, one of them with its talk, taking it back."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from fractions import Fraction
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import Connection
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from node.kernel.access import Viewer
from node.kernel.errors import Invalid, Missing, Refused
from node.modules.accounts import api as accounts
from node.modules.decisions import api as decisions
from node.modules.proposals import bringing, jobs, queries, rules, slots, voting
from node.modules.proposals.bringing import Draft
from node.modules.proposals.queries import Comment, Plan, Proposal
from vocab import html
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
    blank,
    done,
    reach,
    read,
)
from web.language import mark
from web.render import page
from web.voice import voice

if TYPE_CHECKING:
    from node.kernel.node import Node

METHODS: Final = (
    Choice("consent", mark("By consent"),
           mark("It passes when nobody objects with a reason. One round; one objection stops it.")),
    Choice("majority", mark("By simple majority"),
           mark("It passes with more in favour than against. A tie leaves things as they are.")),
)  # fmt: skip
SHARES: Final = (
    Choice("1/4", mark("A quarter of us")),
    Choice("1/3", mark("A third of us")),
    Choice("1/2", mark("Half of us")),
    Choice("2/3", mark("Two thirds of us")),
)
MONTHS: Final = (
    Choice("3", mark("After three months")),
    Choice("6", mark("After half a year")),
    Choice("12", mark("After a year")),
)
WORDS: Final = (
    Line("title", mark("What is proposed?"), mark("One sentence, as it should stand in the record"),
         at_most=120),
    Text("text", mark("The whole text"), mark("What we would do, why, and whom it touches"),
         at_most=20_000),
)  # fmt: skip
TERMS: Final = (
    Pick("method", mark("How do we decide?"), choices=METHODS),
    Pick("share", mark("How many of us must take part?"),
         mark("At least three ballots are needed in any case."), choices=SHARES),
    Moment("opens", mark("When does voting open?"),
           mark("Leave it empty to vote at once. Until it opens, we talk it through."),
           optional=True),
    Moment("closes", mark("When does voting close?"),
           mark("At least a day later. Write it as in “Sat 20:00” or “13 March 20:00”.")),
    Pick("months", mark("When do we look at it again?"), choices=MONTHS),
    Tick("counts", mark("Show how many took each position"),
         mark("Only where at least eight took part and nobody stands out. Otherwise, and without "
              "this, the record says what was decided and no more.")),
    Tick("named", mark("Name me as who brought it"),
         mark("Wherever the proposal can be seen. Without this, only %(word_members)s here know.")),
    reach(),
)  # fmt: skip
NEW: Final = Form(*WORDS, *TERMS)
ADOPT: Final = Form(*WORDS, *TERMS, Hidden("record"), Hidden("answer"))
GROUNDS: Final = (
    Choice("harm", mark("It harms somebody")),
    Choice("conflictWithCharter", mark("It goes against what we agreed among us")),
    Choice("processFlaw", mark("Something went wrong in how it was decided")),
    Choice("resourceImpact", mark("It uses what we share")),
    Choice("other", mark("Something else")),
)
REQUESTS: Final = (
    Choice("talk", mark("Talk with us")),
    Choice("amend", mark("Change it")),
    Choice("pause", mark("Wait with it")),
    Choice("none", mark("Nothing; we only want it known")),
)
OBJECT: Final = Form(
    *WORDS,
    Pick("ground", mark("What is our objection about?"), choices=GROUNDS),
    Pick("request", mark("What do we ask them for?"), choices=REQUESTS),
    Text("reason", mark("Our reason, as they will read it"), at_most=3000),
    *TERMS,
    Hidden("record"),
    Hidden("answer"),
)
SAY: Final = Form(
    Text("text", mark("Say something"), mark("Write as you would across the table."), at_most=5000)
)
REACH: Final = Form(reach(label=mark("Who may see this decision?")))
BEFORE: Final = timedelta(days=7)
"""How far off the close is that a new form suggests."""


@dataclass(frozen=True, kw_only=True)
class View:
    """All that the page of one proposal shows to one viewer."""

    proposal: Proposal
    plan: Plan | None
    box: decisions.Box | None
    record: decisions.Record | None
    comments: list[Comment]
    voted: bool | None
    mine: bool
    count: int


def member(request: Request) -> "tuple[Node, Viewer, str]":
    """The node, the viewer and their id.

    Raises:
        Refused: not a member.
    """
    viewer: Viewer = request.state.viewer
    if not viewer.is_member or viewer.id is None:
        raise Refused("E_MEMBERS_ONLY")
    return request.app.state.node, viewer, viewer.id


def view(db: Connection, slug: str, viewer: Viewer) -> View:
    """What this viewer may know of a proposal.

    Raises:
        Missing: there is none, or it is not for them.
    """
    found = queries.by_slug(db, slug, viewer)
    if found is None:
        raise Missing
    inside = found.ours and viewer.is_member
    made = queries.plan_of(db, found.id) if found.ours else None
    return View(
        proposal=found,
        plan=made,
        box=decisions.box_of(db, slug) if found.ours else None,
        record=decisions.record_of_box(db, slug, viewer) if found.ours else None,
        comments=queries.comments(db, found.id) if inside else [],
        voted=decisions.voted(db, slug, viewer.id or "") if inside else None,
        mine=inside and made is not None and made.author == viewer.id,
        count=len(accounts.members(db, suspended=False)) if inside else 0,
    )


# The list -----------------------------------------------------------------------------------


async def decide(request: Request) -> Response:
    """What waits for me, what is open, what was decided here, what others decide."""
    node, viewer, _id = member(request)
    await jobs.due(node)
    _ = voice(request).say
    votes = await node.read(slots.votes_of, viewer, node.now())
    lists = await node.read(_lists, viewer)
    return page(
        request,
        "proposals/list.html",
        title=_("Decide"),
        votes=votes,
        unsettled=await node.read(slots.unsettled, viewer),
        on_screen=rules.on_screen,
        **lists,
    )


def _lists(db: Connection, viewer: Viewer) -> dict[str, Any]:
    going = ("presented", "prioritising", "researching", "formingPositions", "deliberating",
             "voting")  # fmt: skip
    return {
        "open": queries.listed(db, viewer, ours=True, stages=going),
        "decided": decisions.records(db, viewer, ours=True),
        "elsewhere": queries.listed(db, viewer, ours=False, stages=going, most=20),
    }


# A new one ----------------------------------------------------------------------------------


async def new(request: Request) -> Response:
    """The form for a new proposal, or for one that answers another community."""
    node, viewer, _id = member(request)
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
    title = _("Adopt “%(title)s” of %(name)s?") if answer == "adopted" else _(
        "Object to “%(title)s” of %(name)s?"
    )
    filled = title % {"title": about.name[:70], "name": about.owner_name[:30]}
    return {
        "title": filled[:120],
        "text": html.to_text(str(about.document.get("content", ""))) if answer == "adopted" else "",
        "record": about.slug,
        "answer": answer,
    }


async def _about(
    request: Request, slug: str, answer: str
) -> tuple[decisions.Record | None, str]:
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


# One of them --------------------------------------------------------------------------------


async def show(request: Request) -> Response:
    """A proposal: where it stands, its text, what members say."""
    return await _show(request)


async def _show(request: Request, form: Entry | None = None, status: int = 200) -> Response:
    node: Node = request.app.state.node
    await jobs.due(node)
    seen = await node.read(view, request.path_params["slug"], request.state.viewer)
    spoken = voice(request)
    return page(
        request,
        "proposals/show.html",
        status=status,
        title=seen.proposal.name,
        place="decide",
        form=form if form is not None else blank(request, SAY),
        strip=strip(seen, spoken, request.state.viewer),
        phases=_phases(seen, spoken),
        state=rules.on_screen,
        may_settle=_may_settle(seen, request.state.viewer),
        may_withdraw=rules.may_withdraw(
            stage=seen.proposal.stage, author=seen.mine, admin=request.state.viewer.is_admin
        ) and seen.proposal.ours,
        seen=seen,
    )


def _may_settle(seen: View, viewer: Viewer) -> bool:
    """Whether this viewer may choose who sees the decision: until it has left."""
    open_ = seen.record is not None and seen.record.sent is None
    return open_ and rules.may_settle(author=seen.mine, admin=viewer.is_admin)


def strip(seen: View, spoken: Any, viewer: Viewer) -> tuple[str, str, str, str]:
    """Now, next, your turn, by when: in the viewer's language."""
    _, found = spoken.say, seen.proposal
    if found.stage == "voting":
        by = found.voting_ends
        turn = {None: "", False: _("Say where you stand"), True: _("Your ballot is in the box")}
        yours = turn[seen.voted]
        return _("We vote"), _("The result"), yours, spoken.short(by) if by else ""
    if found.stage == "deliberating":
        by = found.voting_starts
        yours = _("Read it, and say what you think") if viewer.is_member and found.ours else ""
        return _("We talk it through"), _("The vote"), yours, spoken.short(by) if by else ""
    outcome = seen.box.outcome if seen.box else None
    forced = seen.record is not None and seen.record.in_force is not None
    now = _(rules.on_screen(found.stage, outcome=outcome, in_force=forced))
    asked = seen.record is not None and seen.record.settled is None and _may_settle(seen, viewer)
    choose = _("Choose who may see the decision") if asked else ""
    after = _("We look at it again") if outcome == "approved" and seen.box else _("Nothing more")
    by = seen.box.review if outcome == "approved" and seen.box else None
    return now, after, choose, spoken.short(by.date()) if by else ""


def _phases(seen: View, spoken: Any) -> tuple[list[str], int]:
    _ = spoken.say
    names = [_("Written"), _("Talked through"), _("Vote"), _("Decided")]
    at = {"deliberating": 1, "voting": 2, "decided": 3, "ended": 3}
    return names, at.get(seen.proposal.stage, 0)


async def say(request: Request) -> Response:
    """Say something to a proposal."""
    node, viewer, me = member(request)
    slug = request.path_params["slug"]
    await node.read(view, slug, viewer)
    form = read(request, SAY)
    if form.errors:
        return await _show(request, form, status=422)
    await node.write(bringing.say, slug, me, form.values["text"], once=form.once)
    return done(request, f"/p/{slug}#talk")


async def withdraw(request: Request) -> Response:
    """Take a proposal back."""
    node, viewer, me = member(request)
    slug = request.path_params["slug"]
    await node.read(view, slug, viewer)
    await node.write(bringing.withdraw, slug, me)
    return done(request, f"/p/{slug}", voice(request).say("The proposal is taken back."))


async def close(request: Request) -> Response:
    """Have a proposal counted whose time has come."""
    node, viewer, me = member(request)
    slug = request.path_params["slug"]
    seen = await node.read(view, slug, viewer)
    if not (seen.mine or viewer.is_admin):
        raise Refused("E_NOT_YOURS", me)
    await node.write(bringing.close, slug)
    return done(request, f"/p/{slug}", voice(request).say("The ballots are counted."))


# Who may see the decision -------------------------------------------------------------------


async def reach_page(request: Request) -> Response:
    """Choose who may see a decision; what the proposal had is preselected."""
    node, viewer, _me = member(request)
    seen = await node.read(view, request.path_params["slug"], viewer)
    if seen.record is None or not _may_settle(seen, viewer):
        raise Missing
    form = blank(request, REACH, reach=seen.proposal.reach)
    return _reach_page(request, seen, form)


def _reach_page(request: Request, seen: View, form: Entry, status: int = 200) -> Response:
    _ = voice(request).say
    return page(
        request,
        "proposals/reach.html",
        status=status,
        title=_("Who may see this decision?"),
        place="decide",
        width="narrow",
        form=form,
        seen=seen,
    )


async def choose_reach(request: Request) -> Response:
    """Send a decision where it may go, or keep it here."""
    node, viewer, me = member(request)
    slug = request.path_params["slug"]
    seen = await node.read(view, slug, viewer)
    form = read(request, REACH)
    if form.errors:
        return _reach_page(request, seen, form, status=422)
    await node.write(bringing.choose_reach, slug, me, form.values["reach"])
    _ = voice(request).say
    kept = form.values["reach"] == "community"
    sentence = _("The decision stays here.") if kept else _("The decision is on its way.")
    path = f"/d/{seen.record.slug}" if seen.record else f"/p/{slug}"
    return done(request, path, sentence)


routes = (
    Route("/decide", decide, methods=["GET"]),
    Route("/p/new", new, methods=["GET"]),
    Route("/p/new", create, methods=["POST"]),
    Route("/p/{slug}", show, methods=["GET"]),
    Route("/p/{slug}/say", say, methods=["POST"]),
    Route("/p/{slug}/vote", voting.ballot, methods=["GET"]),
    Route("/p/{slug}/vote", voting.review, methods=["POST"]),
    Route("/p/{slug}/cast", voting.cast, methods=["POST"]),
    Route("/p/{slug}/close", close, methods=["POST"]),
    Route("/p/{slug}/withdraw", withdraw, methods=["POST"]),
    Route("/p/{slug}/reach", reach_page, methods=["GET"]),
    Route("/p/{slug}/reach", choose_reach, methods=["POST"]),
)
