"""The page of a deliberation: what was said, what becomes of it, and the forms to say more."""

from collections.abc import Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from node.kernel import choices
from node.kernel.access import Viewer
from node.kernel.errors import Invalid, Missing, Refused
from node.modules.accounts import api as accounts
from node.modules.deliberation import asking, forms, queries, rules, saying
from node.modules.deliberation.choices import PATIENCE
from node.modules.deliberation.rules import Act, Kind, Stand
from node.modules.deliberation.saying import Said
from node.modules.deliberation.tables import Remark
from node.modules.notes import api as notes
from node.modules.proposals import api as proposals
from vocab.values import dataclass
from web.forms import Entry, blank, done, read
from web.language import mark
from web.render import page
from web.voice import Voice, voice

if TYPE_CHECKING:
    from node.kernel.node import Node


@dataclass(frozen=True, kw_only=True)
class View:
    """A deliberation as one member sees it."""

    proposal: proposals.Proposal
    strip: proposals.Strip
    problem: str | None
    affected: str | None
    remarks: Mapping[Kind, list[Remark]]
    acts: Mapping[str, list[Act]]
    """What this member can do with each of them."""
    names: Mapping[str, str]
    stances: Mapping[str, bool]
    stand: tuple[Stand, int] | None
    mood: str
    version: int
    voices: list[notes.Post]
    silent: frozenset[str]
    """Objections whose author has not answered an offer for long."""
    closed: frozenset[str]
    """Those of the voices that take no answer of this member's."""
    polls: list[tuple[notes.Post, notes.Poll]]
    """By which people elsewhere were asked."""
    may_ask: bool
    """Whether this member may ask people elsewhere now."""

    @property
    def open(self) -> bool:
        """Whether it is talked through now."""
        return self.proposal.stage in rules.OPEN


def _view(db: Connection, slug: str, viewer: Viewer, spoken: Voice, *, at_home: bool) -> View:
    """What a member may know.

    Raises:
        Missing: there is no such proposal of ours.
    """
    me = viewer.id or ""
    found = proposals.by_slug(db, slug, viewer)
    made = proposals.plan_of(db, found.id) if found and found.ours else None
    if found is None or made is None:
        raise Missing(detail=slug)
    said = queries.on(db, slug, viewer)
    people = {id for one in said for id in (one.author, one.answerer) if id}
    leads = viewer.may("facilitate") or (made.lead or made.author) == me
    version = proposals.version_of(db, found.id)
    voices = notes.replies_to(db, found.id, viewer) if found.reach != "community" else []
    return View(
        proposal=found,
        strip=proposals.strip_of(db, found.slug, viewer, spoken),
        problem=made.problem,
        affected=made.affected,
        remarks={kind: [one for one in said if one.kind is kind] for kind in Kind},
        acts={
            one.id: _acts(one, found.stage, me, bringer=made.author, leads=leads) for one in said
        },
        names=accounts.names_of(db, people),
        stances=queries.stances_of(db, me, slug),
        stand=queries.stand_of(db, slug, me),
        mood=rules.mood(queries.stands(db, slug, version)),
        version=version,
        silent=_silent(db, said, spoken.now),
        voices=voices,
        closed=notes.closed(db, voices, viewer),
        polls=notes.on(db, found.id, viewer),
        may_ask=leads and asking.fault(db, found, spoken.now, at_home=at_home) is None,
    )


def _silent(db: Connection, said: list[Remark], now: datetime) -> frozenset[str]:
    days = choices.now(db, PATIENCE)
    return frozenset(o.id for o in said if rules.silent(o.state, o.answered, now, days=days))


def _acts(one: Remark, stage: str, me: str, *, bringer: str | None, leads: bool) -> list[Act]:
    if not rules.may_say(one.kind, stage):
        return []
    mine = rules.parts(me, author=one.author, bringer=bringer, leads=leads)
    return rules.offered(one.kind, one.state, mine)


def member(request: Request) -> "tuple[Node, Viewer, str]":
    """The node, the member who asks, and their id.

    Raises:
        Refused: E_MEMBERS_ONLY.
    """
    viewer: Viewer = request.state.viewer
    if not viewer.is_member or viewer.id is None:
        raise Refused(
            "E_MEMBERS_ONLY", safe=mark("This page is for %(word_members)s. Sign in first.")
        )
    return request.app.state.node, viewer, viewer.id


async def _seen(request: Request) -> "tuple[Node, View, str]":
    node, viewer, me = member(request)
    slug, home = request.path_params["slug"][:64], node.community.at_home
    return node, await node.read(_view, slug, viewer, voice(request), at_home=home), me


async def show(request: Request) -> Response:
    """All that was said to a proposal."""
    _node, seen, _me = await _seen(request)
    return _page(request, seen)


def _page(
    request: Request,
    seen: View,
    *,
    form: Entry | None = None,
    at: str = "",
    status: int = 200,
) -> Response:
    """The page; with a form that is wrong, where it stands: its kind, or the id of a remark."""
    held = seen.stand[0] if seen.stand else None
    return page(
        request,
        "deliberation/show.html",
        status=status,
        title=voice(request).say("Talked through"),
        place="decide",
        width="mid",
        seen=seen,
        wrong=form if form is not None and form.errors else None,
        at=at,
        kinds=[(kind, forms.TITLES[kind], forms.ADD[kind]) for kind in Kind],
        form_of=lambda kind: form if at == kind and form else blank(request, forms.SAY[kind]),
        words_of=lambda which, act: (
            form if at == which and form else blank(request, forms.WORDS[act])
        ),
        may_say=lambda kind: rules.may_say(kind, seen.proposal.stage),
        stand=form if at == "stand" and form else blank(request, forms.STANDS, stand=held),
        states=forms.STATES,
        acts=forms.ACTS,
        wordy=rules.WORDY,
        held=rules.held,
    )


async def say(request: Request) -> Response:
    """Say something."""
    node, seen, me = await _seen(request)
    kind = _named(Kind, request.path_params["part"])
    form = read(request, forms.SAY[kind])
    slug, _ = seen.proposal.slug, voice(request).say
    if not form.errors:
        said = Said(text=form.values["text"], more=form.values.get("more") or "")
        try:
            await node.write(saying.say, slug, me, kind, said, once=form.once)
            return done(request, f"/deliberation/{slug}#{kind}", _("It is said."))
        except Invalid as problem:
            form = form.wrong(problem)
    return _page(request, seen, form=form, at=kind, status=422)


def _named(kinds: Any, name: str) -> Any:
    found = next((one for one in kinds if one.value == name), None)
    if found is None:
        raise Missing(detail=name)
    return found


async def move(request: Request) -> Response:
    """Do something with what was said."""
    node, seen, me = await _seen(request)
    id_, act = request.path_params["remark"], _named(Act, request.path_params["act"])
    slug = seen.proposal.slug
    kind = next((k for k, said in seen.remarks.items() if id_ in {one.id for one in said}), None)
    if kind is None:
        raise Missing(detail=id_)
    form = read(request, forms.WORDS[act]) if act in rules.WORDY else None
    if form is not None and form.errors:
        return _page(request, seen, form=form, at=id_, status=422)
    words = form.values["words"] if form is not None else ""
    await node.write(saying.move, id_, me, act, words)
    return done(request, f"/deliberation/{slug}#{kind}", voice(request).say("Done."))


async def take(request: Request) -> Response:
    """Support a fact, dispute it, or say nothing of it."""
    node, seen, me = await _seen(request)
    id_, what = request.path_params["remark"], request.path_params["stance"]
    if id_ not in {one.id for one in seen.remarks[Kind.FACT]} or what not in TAKES:
        raise Missing(detail=id_)
    await node.write(saying.take, id_, me, supports=TAKES[what])
    return done(request, f"/deliberation/{seen.proposal.slug}#fact")


TAKES: Mapping[str, bool | None] = {"support": True, "dispute": False, "neither": None}


async def stand(request: Request) -> Response:
    """Say where one stands."""
    node, seen, me = await _seen(request)
    slug, form = seen.proposal.slug, read(request, forms.STANDS)
    if form.errors:
        return _page(request, seen, form=form, at="stand", status=422)
    told = form.values["stand"]
    where = None if told == "nothing" else Stand(told)
    await node.write(saying.stand, slug, me, where)
    return done(request, f"/deliberation/{slug}#stand", voice(request).say("Kept."))


routes = (
    Route("/deliberation/{slug}", show, methods=["GET"]),
    Route("/deliberation/{slug}/stand", stand, methods=["POST"]),
    Route("/deliberation/{slug}/say/{part}", say, methods=["POST"]),
    Route("/deliberation/{slug}/{remark}/do/{act}", move, methods=["POST"]),
    Route("/deliberation/{slug}/{remark}/take/{stance}", take, methods=["POST"]),
)
