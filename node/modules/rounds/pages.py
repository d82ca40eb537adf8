"""The page of the rounds of one proposal: what was said, my turn, and the next round."""

from collections.abc import Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Final

from sqlalchemy import Connection
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from node.kernel.access import Viewer
from node.kernel.errors import Conflict, Missing, Refused
from node.modules.accounts import api as accounts
from node.modules.deliberation import api as deliberation
from node.modules.proposals import api as proposals
from node.modules.rounds import going, queries, rules
from node.modules.rounds.going import Stands
from node.modules.rounds.rules import WORDS, Act, Round
from node.modules.rounds.tables import Turn
from vocab.values import dataclass
from web.forms import Entry, Form, Hidden, Text, blank, done, fields_of, read
from web.language import mark
from web.render import page
from web.voice import Voice, voice

if TYPE_CHECKING:
    from node.kernel.node import Node

ASKS: Final[Mapping[Round, tuple[str, str]]] = {
    Round.CLARIFY: (mark("What is not clear to you?"), mark("Only questions; opinions come next.")),
    Round.REACT: (mark("What do you think of it?"), mark("Each says it once, nobody answers.")),
    Round.OBJECT: (
        mark("What harm do you see?"),
        mark("It is raised as an objection. If you see none, pass."),
    ),
    Round.INTEGRATE: (
        mark("What could be changed?"),
        mark("So that nobody is harmed, and it still does what it is for."),
    ),
}


def form_of(round_: Round) -> Form:
    """The form of a turn."""
    label, help_ = ASKS[round_]
    return Form(Text("text", label, help_, at_most=3000), Hidden("round"))


@dataclass(frozen=True, kw_only=True)
class View:
    """The rounds of one proposal, as a member sees them."""

    proposal: proposals.Proposal
    held: Stands
    turns: Mapping[Round, list[Turn]]
    names: Mapping[str, str]
    leads: bool
    mine: bool
    """It is this member's turn, or they may say something else."""
    code: str
    """Why the next round cannot be taken; empty if it can."""
    changed: datetime | None
    """When the text was changed last."""


async def _seen(request: Request) -> "tuple[Node, View, str]":
    viewer: Viewer = request.state.viewer
    if not viewer.is_member or viewer.id is None:
        raise Refused(
            "E_MEMBERS_ONLY", safe=mark("This page is for %(word_members)s. Sign in first.")
        )
    node: Node = request.app.state.node
    slug, now = request.path_params["slug"][:64], node.now()

    def look(db: Connection) -> View:
        found = proposals.by_slug(db, slug, viewer)
        made = proposals.plan_of(db, found.id) if found and found.ours else None
        if found is None or made is None:
            raise Missing(detail=slug)
        held = going.stands(db, found)
        if held is None:
            raise Conflict("E_STAGE", slug, safe=going.NO_ROUND)
        said = queries.turns(db, slug)
        return View(
            proposal=found,
            held=held,
            turns={r: [one for one in said if one.round is r] for r in ASKS},
            names=accounts.names_of(db, {one.member for one in said} | held.waiting),
            leads=viewer.may("facilitate") or (made.lead or made.author) == viewer.id,
            mine=held.round is not Round.DONE,
            changed=made.changed,
            code=rules.refusal(
                held.round, Act.GO_ON, ends=held.ends, now=now, waiting=len(held.waiting),
                objections=deliberation.open_objections(db, slug, now),
            ),
        )  # fmt: skip

    return node, await node.read(look), viewer.id


async def show(request: Request) -> Response:
    """The rounds, and my turn."""
    _node, seen, me = await _seen(request)
    return _page(request, seen, me)


def _page(
    request: Request, seen: View, me: str, form: Entry | None = None, status: int = 200
) -> Response:
    round_ = seen.held.round
    if form is None and seen.mine:
        said = next((one for one in seen.turns[round_] if one.member == me), None)
        text = said.text if said else None
        form = blank(request, form_of(round_), round=round_.value, text=text)
    return page(
        request,
        "rounds/show.html",
        status=status,
        title=voice(request).say("Rounds of consent"),
        place="decide",
        width="narrow",
        seen=seen,
        strip=strip(seen, voice(request), me),
        form=form,
        words=WORDS,
        rounds=list(ASKS),
        had=me not in seen.held.waiting,
        why=rules.SENTENCES.get(seen.code, ""),
        over=seen.held.ends <= voice(request).now,
    )


def strip(seen: View, spoken: Voice, me: str) -> proposals.Strip:
    """Now, next, your turn, by when: in the viewer's language."""
    _, held = spoken.say, seen.held
    if held.round is Round.DONE:
        yours = _("Take it on to the vote, or wait for its day") if seen.leads else ""
        return _(WORDS[held.round]), _("The vote"), yours, ""
    after = rules.NEXT[held.round, Act.GO_ON]
    next_ = _("The vote") if after is Round.DONE else _(WORDS[after])
    yours = _("Take the next round") if seen.leads and not seen.code else ""
    if me in held.waiting:
        yours = _("Say something, or pass")
    by = spoken.short(held.ends) if held.ends > spoken.now else ""
    return _(WORDS[held.round]), next_, yours, by


async def say(request: Request) -> Response:
    """Take one's turn, or pass."""
    node, seen, me = await _seen(request)
    slug, passes = seen.proposal.slug, bool(fields_of(request).get("pass"))
    if not seen.mine:
        raise Conflict("E_STATE", slug, safe=rules.SENTENCES["E_STATE"])
    form = read(request, form_of(seen.held.round))
    told = (form.raw.get("round") or [""])[0]
    round_ = next((one for one in Round if one.value == told), seen.held.round)
    if form.errors and not passes:
        return _page(request, seen, me, form, 422)
    text = None if passes else form.values["text"]
    await node.write(going.say, slug, me, round_, text, once=form.once)
    _ = voice(request).say
    words = _("You pass.") if passes else _("It is said.")
    return done(request, f"/rounds/{slug}", words)


async def lead(request: Request) -> Response:
    """Take the next round, or give this one more time."""
    node, seen, me = await _seen(request)
    slug = seen.proposal.slug
    act = next((one for one in Act if one.value == request.path_params["act"]), None)
    if act is None:
        raise Missing(detail=slug)
    after = await node.write(going.lead, slug, me, act)
    _ = voice(request).say
    if after is Round.DONE:
        return done(request, f"/p/{slug}", _("All rounds are over. The vote can open."))
    return done(request, f"/rounds/{slug}", _(WORDS[after]))


routes = (
    Route("/rounds/{slug}", show, methods=["GET"]),
    Route("/rounds/{slug}", say, methods=["POST"]),
    Route("/rounds/{slug}/lead/{act}", lead, methods=["POST"]),
)
