"""The pages of a proposal on its course: the next step, an option, who leads it, what it said."""

import difflib
from collections.abc import Sequence
from datetime import datetime
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from node.kernel.errors import Conflict, Invalid, Missing
from node.modules.decisions import api as decisions
from node.modules.proposals import changing, rules, stepping
from node.modules.proposals.forms import LEAD, OPTION, PRICED
from node.modules.proposals.standing import where
from node.modules.proposals.views import View, member, view
from vocab.values import dataclass
from web.forms import Entry, Form, blank, done, read
from web.render import page
from web.voice import voice

if TYPE_CHECKING:
    from node.kernel.node import Node


def may_go_on(seen: View, now: datetime) -> bool:
    """Whether this viewer may take a proposal to its next step."""
    if not (seen.leads and seen.steps and seen.plan and seen.plan.due):
        return False
    still = seen.still is not None and now < seen.still
    if seen.lacks or (still and stepping.is_last(seen.proposal, seen.plan)):
        return False
    return stepping.early(seen.plan) or seen.plan.due <= now


def may_ask(seen: View) -> bool:
    """Whether this viewer may ask somebody to lead a proposal."""
    return (seen.mine or seen.leads) and seen.steps


async def _seen(request: Request) -> "tuple[Node, View, str]":
    """A proposal of ours, for a member.

    Raises:
        Missing: it is not here, or not ours.
    """
    node, viewer, me = member(request)
    seen = await node.read(view, request.path_params["slug"], viewer)
    if not seen.proposal.ours:
        raise Missing
    return node, seen, me


async def go_on(request: Request) -> Response:
    """Take it to the next step before its days are over."""
    node, seen, me = await _seen(request)
    slug = seen.proposal.slug
    await node.write(stepping.by_hand, slug, me)
    return done(request, f"/p/{slug}", voice(request).say("It has gone on to the next step."))


def _option_form(seen: View) -> Form:
    budget = seen.plan is not None and seen.plan.method in decisions.BUDGETS
    return PRICED if budget else OPTION


async def option(request: Request) -> Response:
    """The form for an option."""
    _node, seen, _me = await _seen(request)
    if seen.plan is None or not changing.may_add(seen.proposal, seen.plan):
        raise Conflict("E_STAGE", seen.proposal.slug, safe=changing.NOT_NOW)
    return _page(request, "option", seen, blank(request, _option_form(seen)))


def _page(request: Request, name: str, seen: View, form: Entry, status: int = 200) -> Response:
    _ = voice(request).say
    title = {"option": _("An option"), "lead": _("Who leads it?")}[name]
    return page(request, f"proposals/{name}.html", status=status, title=title, place="decide",
                width="narrow", form=form, seen=seen, strip=where(request, seen))  # fmt: skip


async def add_option(request: Request) -> Response:
    """Write down an option."""
    node, seen, me = await _seen(request)
    slug, form = seen.proposal.slug, read(request, _option_form(seen))
    if not form.errors:
        values = form.values
        row = (values["option"], values.get("words") or "")
        try:
            await node.write(changing.add_option, slug, me, row, values.get("cost"))
            return done(request, f"/p/{slug}#options", voice(request).say("It is written down."))
        except Invalid as problem:
            form = form.wrong(problem)
    return _page(request, "option", seen, form, 422)


async def lead(request: Request) -> Response:
    """The form that asks somebody to lead it."""
    _node, seen, me = await _seen(request)
    if not may_ask(seen):
        raise Conflict("E_NOT_YOURS", me, safe=stepping.LEADS)
    return _page(request, "lead", seen, blank(request, LEAD))


async def ask_to_lead(request: Request) -> Response:
    """Ask somebody to lead it."""
    node, seen, me = await _seen(request)
    slug, form = seen.proposal.slug, read(request, LEAD)
    if not form.errors:
        try:
            await node.write(stepping.ask_to_lead, slug, me, form.values["lead"] or "")
            return done(request, f"/p/{slug}", voice(request).say("So it is led from now on."))
        except Invalid as problem:
            form = form.wrong(problem)
    return _page(request, "lead", seen, form, 422)


@dataclass(frozen=True, kw_only=True)
class Change:
    """One change of a text, line by line: "-" went, "+" came, " " stayed."""

    at: datetime
    lines: Sequence[tuple[str, str]]


async def versions(request: Request) -> Response:
    """What a proposal said before, and what was changed in it."""
    _node, seen, _me = await _seen(request)
    if not seen.versions:
        raise Missing
    return page(request, "proposals/versions.html", title=voice(request).say("What was changed"),
                place="decide", width="mid", seen=seen, changes=_changes(seen),
                strip=where(request, seen))  # fmt: skip


def _changes(seen: View) -> list[Change]:
    found, plan = seen.proposal, seen.plan
    said: list[tuple[Any, list[str]]] = [
        (
            one.at,
            rules.lines(one.name, one.text, one.options or (), why=(one.problem, one.affected)),
        )
        for one in seen.versions
    ]
    options = [decisions.kept(option) for option in found.options]
    why = (plan.problem, plan.affected) if plan else ()
    now = rules.lines(found.name, plan.text if plan else "", options, why=why)
    said.append((plan.changed if plan else None, now))
    return [
        Change(at=at or found.published, lines=compared(before, after))
        for (_, before), (at, after) in reversed(list(pairwise(said)))
    ]


def compared(before: Sequence[str], after: Sequence[str]) -> list[tuple[str, str]]:
    """What of some lines went, came and stayed.

    >>> compared(["a", "b"], ["a", "c"])
    [(' ', 'a'), ('-', 'b'), ('+', 'c')]
    """
    told = difflib.ndiff(list(before), list(after))
    return [(line[0], line[2:]) for line in told if line[0] in " -+"]


routes = (
    Route("/p/{slug}/on", go_on, methods=["POST"]),
    Route("/p/{slug}/option", option, methods=["GET"]),
    Route("/p/{slug}/option", add_option, methods=["POST"]),
    Route("/p/{slug}/lead", lead, methods=["GET"]),
    Route("/p/{slug}/lead", ask_to_lead, methods=["POST"]),
    Route("/p/{slug}/versions", versions, methods=["GET"]),
)
