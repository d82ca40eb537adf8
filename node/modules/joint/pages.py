"""The pages of joint decisions: all of them, one of them, inviting, answering, leaving."""

from datetime import timedelta
from fractions import Fraction
from typing import TYPE_CHECKING, Any, Final

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from node.kernel.access import Viewer
from node.kernel.errors import Conflict, Invalid, Missing, Refused
from node.modules.decisions import api as decisions
from node.modules.joint import acting, exporting, forms, jobs, queries, rules, telling
from node.modules.joint.showing import OUTCOMES, STATES, UNKNOWN, View, strip, view
from node.modules.proposals import api as proposals
from vocab import proofs
from web.forms import Entry, blank, done, read
from web.language import mark
from web.render import page
from web.voice import voice

if TYPE_CHECKING:
    from node.kernel.node import Node

ANSWER_DAYS: Final = timedelta(days=7)
DECIDE_DAYS: Final = timedelta(days=28)
"""What a new form suggests, from now."""


def _member(request: Request) -> "tuple[Node, Viewer, str]":
    viewer: Viewer = request.state.viewer
    if not viewer.is_member or viewer.id is None:
        raise Refused("E_MEMBERS_ONLY")
    return request.app.state.node, viewer, viewer.id


async def every(request: Request) -> Response:
    """All joint decisions that are known here."""
    node: Node = request.app.state.node
    viewer: Viewer = request.state.viewer
    found = await node.read(lambda db: queries.listed(db, viewer))
    return page(
        request, "joint/list.html", title=voice(request).say("Decided together with others"),
        place="decide", processes=found, states=STATES, outcomes=OUTCOMES, unknown=UNKNOWN,
    )  # fmt: skip


async def show(request: Request) -> Response:
    """One of them: who has answered, what the rule says, what came of it."""
    node: Node = request.app.state.node
    viewer: Viewer = request.state.viewer
    slug, spoken = request.path_params["slug"], voice(request)
    await jobs.due(node, slug)
    seen = await node.read(view, slug, viewer, node.community.id, node.now())
    one = seen.process
    over = node.now() > one.ends
    live = one.state in rules.LIVE and one.outcome is None and not one.conflict
    return page(
        request,
        "joint/show.html",
        title=one.name,
        document=one.id if one.ours else None,
        place="decide",
        seen=seen,
        strip=strip(seen, spoken, viewer, node.now()),
        rule=telling.rule_words(one.rule, spoken.catalogue.gettext),
        outcomes=OUTCOMES,
        over=over or not live,
        may_leave=seen.inside and viewer.is_admin and live and not over and not one.ours,
        may_cancel=one.ours and viewer.is_admin and live and not over,
    )


async def file(request: Request) -> Response:
    """All that is needed to count again, in one file (`folkmoot verify`)."""
    node: Node = request.app.state.node
    viewer: Viewer = request.state.viewer
    held = await node.read(exporting.joint, request.path_params["slug"], viewer)
    headers = {"Content-Disposition": 'attachment; filename="joint-decision.json"'}
    return Response(proofs.jcs(held), media_type="application/json", headers=headers)


# Inviting -------------------------------------------------------------------------------------


async def new(request: Request) -> Response:
    """The form that invites other communities to a proposal of ours."""
    node, viewer, _ = _member(request)
    found = await _proposal(request, viewer)
    if found.stage not in ("deliberating", "voting"):
        raise Conflict("E_STAGE", found.id, safe=NOT_NOW)
    there = await node.read(queries.communities)
    zone = voice(request).zone
    noon = node.now().astimezone(zone).replace(hour=20, minute=0, second=0, microsecond=0)
    plan = await node.read(proposals.plan_of, found.id)
    ends = max(noon + DECIDE_DAYS, plan.closes.astimezone(zone) if plan else noon)
    form = blank(
        request, forms.begin(there, node.community.name), rule=decisions.Kind.MAJORITY.value,
        answer_by=noon + ANSWER_DAYS, ends=ends, share="2/3", least=2, veto=True,
        silence=decisions.Silence.NOTHING.value, weighs=decisions.Weighting.EQUAL.value,
    )  # fmt: skip
    return await _new_page(request, form, found, there)


NOT_NOW: Final = mark("Others can be invited while it is talked through or voted on, and not now.")


async def _proposal(request: Request, viewer: Viewer) -> proposals.Proposal:
    """The proposal of ours that others are invited to.

    Raises:
        Missing: there is none.
    """
    node: Node = request.app.state.node
    slug = request.path_params["slug"]
    found = await node.read(lambda db: proposals.by_slug(db, slug, viewer))
    if found is None or not found.ours:
        raise Missing
    return found


async def _new_page(
    request: Request, form: Entry, found: proposals.Proposal, there: Any, status: int = 200
) -> Response:
    node, viewer, spoken = request.app.state.node, request.state.viewer, voice(request)
    return page(
        request, "joint/new.html", status=status, title=spoken.say("Decide with others"),
        place="decide", width="narrow", form=form, proposal=found, communities=there,
        strip=await node.read(proposals.strip_of, found.slug, viewer, spoken),
        weights=[f"weight_{n}" for n in range(len(there) + 1)],
    )  # fmt: skip


async def begin(request: Request) -> Response:
    """Invite them."""
    node, viewer, me = _member(request)
    found = await _proposal(request, viewer)
    there = await node.read(queries.communities)
    form = read(request, forms.begin(there, node.community.name))
    if not form.errors:
        values = form.values
        plan = acting.Plan(
            invited=values["invited"],
            rule=forms.rule(values, there, node.community.id),
            answer_by=values["answer_by"],
            ends=values["ends"],
        )
        try:
            slug = await node.write(acting.begin, me, found.slug, plan, once=form.once)
            return done(request, f"/j/{slug}", voice(request).say("The others are invited."))
        except Invalid as problem:
            form = form.wrong(problem)
    return await _new_page(request, form, found, there, status=422)


# Invited --------------------------------------------------------------------------------------


async def answer(request: Request) -> Response:
    """The form that takes part: how we decide on it here."""
    node, _, _ = _member(request)
    seen = await _asked(request)
    zone, closes = voice(request).zone, seen.process.ends - timedelta(days=1)
    closes = max(closes, node.now() + timedelta(days=1, hours=1)).astimezone(zone)
    form = blank(request, forms.ANSWER, method="consent", share="1/2", closes=closes)
    return _answer_page(request, form, seen)


async def _asked(request: Request) -> View:
    """A process that we are asked to take part in.

    Raises:
        Missing: there is none, or we are not.
    """
    node, viewer, _ = _member(request)
    slug = request.path_params["slug"]
    seen = await node.read(view, slug, viewer, node.community.id, node.now())
    if not seen.invited:
        raise Missing(safe=mark("This can not be answered any more."))
    return seen


def _answer_page(request: Request, form: Entry, seen: View, status: int = 200) -> Response:
    spoken = voice(request)
    return page(
        request, "joint/answer.html", status=status, title=spoken.say("Do we decide on it, too?"),
        place="decide", width="narrow", form=form, seen=seen,
        strip=strip(seen, spoken, request.state.viewer, request.app.state.node.now()),
        rule=telling.rule_words(seen.process.rule, spoken.catalogue.gettext),
    )  # fmt: skip


async def accept(request: Request) -> Response:
    """Take part: the text is before us as a proposal."""
    node, _, me = _member(request)
    seen = await _asked(request)
    form = read(request, forms.ANSWER)
    if not form.errors:
        values = form.values
        draft = proposals.Draft(
            title="", text="", method=decisions.Method(values["method"]),
            share=Fraction(values["share"]), counts=False, opens=None, closes=values["closes"],
            review_months=12, reach="community", named=False,
        )  # fmt: skip
        try:
            slug = await node.write(acting.accept, seen.process.id, me, draft, once=form.once)
            return done(request, f"/p/{slug}", voice(request).say("We take part, and vote on it."))
        except Invalid as problem:
            form = form.wrong(problem)
    return _answer_page(request, form, seen, status=422)


async def decline(request: Request) -> Response:
    """Take no part."""
    node, _, me = _member(request)
    seen = await _asked(request)
    await node.write(acting.decline, seen.process.id, me)
    return done(request, f"/j/{seen.process.slug}", voice(request).say("They are told so."))


async def leave(request: Request) -> Response:
    """Take part no more."""
    return await _stop(request, acting.leave, voice(request).say("We take part no more."))


async def cancel(request: Request) -> Response:
    """Take a process of ours back."""
    return await _stop(request, acting.cancel, voice(request).say("It is taken back."))


async def _stop(request: Request, act: Any, words: str) -> Response:
    node, viewer, me = _member(request)
    slug = request.path_params["slug"]
    seen = await node.read(view, slug, viewer, node.community.id, node.now())
    await node.write(act, seen.process.id, me)
    return done(request, f"/j/{slug}", words)


routes = (
    Route("/j", every, methods=["GET"]),
    Route("/j/new/{slug}", new, methods=["GET"]),
    Route("/j/new/{slug}", begin, methods=["POST"]),
    Route("/j/{slug}", show, methods=["GET"]),
    Route("/j/{slug}/proof.json", file, methods=["GET"]),
    Route("/j/{slug}/answer", answer, methods=["GET"]),
    Route("/j/{slug}/answer", accept, methods=["POST"]),
    Route("/j/{slug}/decline", decline, methods=["POST"]),
    Route("/j/{slug}/leave", leave, methods=["POST"]),
    Route("/j/{slug}/cancel", cancel, methods=["POST"]),
)
