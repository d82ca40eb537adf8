"""The pages of proposals: the list, one of them with its talk, how it ends, who sees its end."""

from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from node.kernel.access import Viewer
from node.kernel.errors import Missing, Refused
from node.modules.decisions import api as decisions
from node.modules.proposals import (
    bringing,
    changing,
    drafting,
    drafts,
    jobs,
    leading,
    queries,
    replacing,
    rules,
    slots,
    starting,
    stepping,
    voting,
)
from node.modules.proposals.forms import REACH, SAY
from node.modules.proposals.standing import phases, way, where
from node.modules.proposals.views import View, may_settle, member, view
from web.forms import Entry, blank, done, read
from web.language import mark
from web.render import page
from web.slots import gather, gather_about
from web.voice import voice

if TYPE_CHECKING:
    from node.kernel.node import Node

# The list -----------------------------------------------------------------------------------


async def decide(request: Request) -> Response:
    """What waits for me, what is open, what was decided here, what others decide."""
    node, viewer, me = member(request)
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
        drafts=await node.read(drafts.all_of, me),
        on_screen=rules.on_screen,
        beside=(await gather(request, "decide")).cards,
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


# One of them --------------------------------------------------------------------------------


async def show(request: Request) -> Response:
    """A proposal: where it stands, its text, what members say."""
    return await _show(request)


async def _show(request: Request, form: Entry | None = None, status: int = 200) -> Response:
    node: Node = request.app.state.node
    await jobs.due(node)
    seen = await node.read(view, request.path_params["slug"], request.state.viewer)
    spoken = voice(request)
    inside = request.state.viewer.is_member and seen.proposal.ours
    return page(
        request,
        "proposals/show.html",
        status=status,
        title=seen.proposal.name,
        document=seen.proposal.id if seen.proposal.ours else None,
        place="decide",
        form=form if form is not None else blank(request, SAY),
        strip=where(request, seen),
        phases=phases(seen, spoken),
        way=way(seen, spoken),
        state=rules.on_screen,
        may_settle=may_settle(seen, request.state.viewer),
        may_withdraw=rules.legal(seen.proposal.stage, "withdrawn"),
        may_change=rules.may_change(
            stage=seen.proposal.stage, author=seen.mine, joint=seen.together
        ),
        may_add=seen.plan is not None and changing.may_add(seen.proposal, seen.plan),
        rounds=inside and _goes_round(node, seen),
        deliberates=inside
        and rules.may_change(stage=seen.proposal.stage, author=True)
        and any(m.name == "deliberation" for m in node.registry.modules),
        may_go_on=leading.may_go_on(seen, node.now()),
        may_lead=leading.may_ask(seen),
        may_invite=_may_invite(node, seen, request.state.viewer),
        together=seen.plan and seen.plan.joint and decisions.slug_of(seen.plan.joint["process"]),
        may_end=seen.proposal.ours and (seen.mine or request.state.viewer.is_admin),
        taken=[o.id for o in decisions.taken_of(seen.record.document)] if seen.record else [],
        seen=seen,
        onward=(await gather(request, "proposal")).cards if inside else (),
        beside=(await gather_about(request, "proposal", seen.proposal.slug)).cards
        if inside
        else (),
    )


def _goes_round(node: "Node", seen: View) -> bool:
    """Whether its rounds are going on, so that members have their turn there."""
    here = any(m.name == "rounds" for m in node.registry.modules)
    return here and seen.plan is not None and stepping.in_rounds(seen.proposal, seen.plan)


def _may_invite(node: "Node", seen: View, viewer: Viewer) -> bool:
    """Whether this viewer may invite other communities to decide on a proposal, too."""
    one = seen.proposal
    fits = one.ours and one.reach == "public" and not one.options and not seen.together
    open_ = one.stage in ("deliberating", "voting") and (seen.mine or viewer.is_admin)
    return fits and open_ and any(m.name == "joint" for m in node.registry.modules)


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


async def closing(request: Request) -> Response:
    """What can end a proposal: the clock, or taking it back before voting."""
    seen = await _mine(request)
    _ = voice(request).say
    return page(
        request,
        "proposals/close.html",
        title=_("How this ends"),
        place="decide",
        width="narrow",
        seen=seen,
        strip=where(request, seen),
        over=seen.plan is not None and request.app.state.node.now() >= seen.plan.closes,
        may_withdraw=rules.legal(seen.proposal.stage, "withdrawn"),
    )


async def close(request: Request) -> Response:
    """Have a proposal counted whose time has come."""
    seen = await _mine(request)
    node: Node = request.app.state.node
    await node.write(bringing.close, seen.proposal.slug)
    after = await node.read(view, seen.proposal.slug, request.state.viewer)
    _ = voice(request).say
    words = _("The ballots are counted.") if after.record else _("Voting goes on once more.")
    return done(request, f"/p/{seen.proposal.slug}", words)


async def _mine(request: Request) -> View:
    """A proposal that the viewer brought, or may care for as an admin.

    Raises:
        Missing, Refused: it is not here, or not theirs.
    """
    node, viewer, me = member(request)
    seen = await node.read(view, request.path_params["slug"], viewer)
    if not seen.proposal.ours:
        raise Missing
    if not (seen.mine or viewer.is_admin):
        raise Refused("E_NOT_YOURS", me, safe=mark("Only who brought it, or an admin, does this."))
    return seen


# Who may see the decision -------------------------------------------------------------------


async def reach_page(request: Request) -> Response:
    """Choose who may see a decision; what the proposal had is preselected."""
    node, viewer, _me = member(request)
    seen = await node.read(view, request.path_params["slug"], viewer)
    if seen.record is None or not may_settle(seen, viewer):
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
        strip=where(request, seen),
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
    Route("/decide/secrecy", voting.secrecy, methods=["GET"]),
    *drafting.routes,
    Route("/p/{slug}", show, methods=["GET"]),
    Route("/p/{slug}/change", starting.rewrite, methods=["GET"]),
    Route("/p/{slug}/change", starting.change, methods=["POST"]),
    *leading.routes,
    *replacing.routes,
    Route("/p/{slug}/say", say, methods=["POST"]),
    Route("/p/{slug}/vote", voting.ballot, methods=["GET"]),
    Route("/p/{slug}/vote", voting.review, methods=["POST"]),
    Route("/p/{slug}/cast", voting.cast, methods=["POST"]),
    Route("/p/{slug}/aside", voting.recuse, methods=["POST"]),
    Route("/p/{slug}/close", closing, methods=["GET"]),
    Route("/p/{slug}/close", close, methods=["POST"]),
    Route("/p/{slug}/withdraw", withdraw, methods=["POST"]),
    Route("/p/{slug}/reach", reach_page, methods=["GET"]),
    Route("/p/{slug}/reach", choose_reach, methods=["POST"]),
)
