"""The pages of choosing somebody for a role, and of recalling one."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from sqlalchemy import Connection
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from node.kernel import choices
from node.kernel.access import Viewer
from node.kernel.errors import Invalid, Missing
from node.modules.accounts import api as accounts
from node.modules.decisions import api as decisions
from node.modules.proposals import api as proposals
from node.modules.roles import jobs, queries, recalling, rules, selecting
from node.modules.roles.choices import KEEPS, RECALLERS
from node.modules.roles.pages import member
from node.modules.roles.rules import TITLES, Petition, Power, Stage, State
from node.modules.roles.selecting import Said
from node.modules.roles.tables import Asking, Holding, Nomination, Role, Selection
from vocab.values import dataclass
from web.forms import Choice, Entry, Form, Hidden, Line, Pick, Text, blank, done, fields_of, read
from web.language import mark
from web.render import page
from web.voice import Voice, voice

NAME: Final = Form(
    Line("nominee", mark("Whom do you see in it?"),
         mark("The short name of a member, as in ana. You may name yourself."), at_most=60,
         spell=False),
    Text("reason", mark("What do you see in them?"),
         mark("What they can do, and why now. The others read it once this round is over."),
         at_most=2000),
    Hidden("stage"),
)  # fmt: skip
RECALL: Final = Form(
    Text("text", mark("Why should they not go on?"),
         mark("What happened, and what you tried before. They and all of us read it, with your "
              "name."), at_most=3000),
)  # fmt: skip
REPLY: Final = Form(
    Text("answer", mark("Your answer"), mark("It stands beside the reason, and in the text that "
                                             "is voted on."), at_most=3000),
)  # fmt: skip


# Choosing -------------------------------------------------------------------------------------


@dataclass(frozen=True, kw_only=True)
class View:
    """A selection as a member sees it."""

    one: Selection
    role: Role
    said: Sequence[Nomination]
    mine: Nomination | None
    waiting: frozenset[str]
    people: Sequence[Holding]
    names: Mapping[str, str]
    may_stop: bool
    may_propose: bool
    free: int
    kept: bool
    box: decisions.Box | None
    """The vote on whoever is proposed."""
    voted: bool | None


def _view(db: Connection, slug: str, viewer: Viewer, now: Any) -> View:
    one = queries.selection_of(db, slug[:64])
    held = queries.role_of(db, one.role) if one else None
    if one is None or held is None or viewer.id is None:
        raise Missing(detail=slug)
    every = queries.nominations(db, slug)
    said = selecting.told(every, one.stage, viewer.id)
    waiting = selecting.waiting(db, one)
    people = queries.of_selection(db, slug)
    ids = {who for n in said for who in (n.member, n.nominee) if who} | set(waiting)
    ids |= {h.member for h in people if h.member} | ({one.lead} if one.lead else set())
    leads = viewer.id == one.lead or viewer.may(Power.FACILITATE)
    return View(
        one=one,
        role=held,
        said=said,
        mine=next((n for n in every if n.member == viewer.id), None),
        waiting=waiting,
        people=people,
        names=accounts.names_of(db, ids),
        may_stop=viewer.id == one.lead and one.stage in (*rules.ROUNDS, Stage.PROPOSE),
        may_propose=one.stage is Stage.PROPOSE and (leads or now >= one.ends),
        free=selecting.free(db, held, now),
        kept=choices.now(db, KEEPS),
        box=decisions.box_of(db, one.proposal) if one.proposal else None,
        voted=decisions.voted(db, one.proposal, viewer.id) if one.proposal else None,
    )


def _proposing(seen: View) -> Form:
    """The form in which somebody is proposed: those who were named."""
    named = dict.fromkeys(n.nominee for n in seen.said if n.nominee)
    people = tuple(Choice(one, seen.names.get(one, "")) for one in named)
    fields: list[Any] = [
        Pick("people", mark("Whom do you propose?"), several=True, choices=people,
             missing=mark("Choose at least one.")),
    ]  # fmt: skip
    if len(people) > 1:
        nobody = Choice("", mark("Nobody"))
        fields.append(Pick("deputy", mark("Who is the deputy?"),
                           mark("Steps in if the role falls empty before the term is over."),
                           choices=(nobody, *people), optional=True))  # fmt: skip
    return Form(*fields)


async def _seen(request: Request) -> tuple[Any, View, str]:
    node, viewer, me = member(request)
    await jobs.due(node)
    seen = await node.read(_view, request.path_params["slug"], viewer, node.now())
    return node, seen, me


async def show(request: Request) -> Response:
    """Where the choosing stands, and my turn."""
    _node, seen, me = await _seen(request)
    return _page(request, seen, me)


def _page(
    request: Request, seen: View, me: str, form: Entry | None = None, status: int = 200
) -> Response:
    spoken = voice(request)
    if form is None and seen.one.stage in rules.ROUNDS:
        form = blank(request, NAME, stage=seen.one.stage.value)
    elif form is None and seen.may_propose:
        form = blank(request, _proposing(seen))
    return page(
        request,
        "roles/selection.html",
        status=status,
        title=spoken.say("Choosing: %(role)s", role=seen.role.name),
        place="decide",
        width="narrow",
        seen=seen,
        strip=strip(seen, spoken, me),
        form=form,
        titles=TITLES,
        steps=[spoken.say(TITLES[one]) for one in rules.GOES_ON],
        at=rules.GOES_ON.index(seen.one.stage) if seen.one.stage in rules.GOES_ON else None,
        my_turn=me in seen.waiting,
        ask=_asked(seen, me),
        me=me,
    )


def strip(seen: View, spoken: Voice, me: str) -> proposals.Strip:
    """Now, next, your turn, by when: in the viewer's language."""
    _, stage, ends = spoken.say, seen.one.stage, seen.one.ends
    if stage not in rules.GOES_ON:
        return _(TITLES[stage]), _("Nothing more"), "", ""
    after = (*rules.GOES_ON, Stage.DONE)[rules.GOES_ON.index(stage) + 1]
    turns = {
        Stage.NOMINATE: _("Name somebody, or pass") if me in seen.waiting else "",
        Stage.CHANGE: _("Name somebody, or stay with yours") if me in seen.waiting else "",
        Stage.PROPOSE: _("Propose somebody") if seen.may_propose else "",
        Stage.CONSENT: _("Say where you stand") if seen.voted is False else "",
        Stage.ASK: _("Say whether you take it on") if _asked(seen, me) else "",
    }
    if stage is Stage.CONSENT:
        ends = seen.box.closes if seen.box else spoken.now
    by = spoken.short(ends) if ends > spoken.now else ""
    return _(TITLES[stage]), _(TITLES[after]), turns[stage], by


def _asked(seen: View, me: str) -> Holding | None:
    return next((h for h in seen.people if h.member == me and h.state is State.ASKED), None)


async def begin(request: Request) -> Response:
    """Begin to choose somebody."""
    node, _viewer, me = member(request)
    once = (fields_of(request).get("once") or [""])[0][:64]
    slug = await node.write(selecting.begin, request.path_params["slug"][:64], me, once=once)
    return done(request, f"/selections/{slug}", voice(request).say("It has begun. Name somebody."))


async def say(request: Request) -> Response:
    """Name somebody, or pass."""
    node, seen, me = await _seen(request)
    slug, passes = seen.one.slug, bool(fields_of(request).get("pass"))
    form = read(request, NAME)
    told = (form.raw.get("stage") or [""])[0]
    stage = next((one for one in rules.ROUNDS if one.value == told), seen.one.stage)
    if form.errors and not passes:
        return _page(request, seen, me, form, 422)
    values = form.values
    said = Said() if passes else Said(handle=values["nominee"], reason=values["reason"])
    try:
        await node.write(selecting.say, slug, me, stage, said)
    except Invalid as problem:
        return _page(request, seen, me, form.wrong(problem), 422)
    _ = voice(request).say
    words = _("You pass.") if passes else _("You have named somebody.")
    return done(request, f"/selections/{slug}", words)


async def propose(request: Request) -> Response:
    """Propose somebody to all."""
    node, seen, me = await _seen(request)
    form = read(request, _proposing(seen))
    if form.errors:
        return _page(request, seen, me, form, 422)
    people, deputy = list(form.values["people"]), form.values.get("deputy") or ""
    try:
        slug = await node.write(
            selecting.propose, seen.one.slug, me, people, deputy, once=form.once
        )
    except Invalid as problem:
        return _page(request, seen, me, form.wrong(problem), 422)
    return done(request, f"/p/{slug}", voice(request).say("It is proposed. Now all are asked."))


async def stop(request: Request) -> Response:
    """End it without anybody."""
    node, seen, me = await _seen(request)
    await node.write(selecting.stop, seen.one.slug, me)
    return done(request, f"/roles/{seen.role.slug}", voice(request).say("It is ended."))


# Recalling ------------------------------------------------------------------------------------


@dataclass(frozen=True, kw_only=True)
class Recall:
    """What members see of the recall of one holder."""

    holding: Holding
    role: Role
    now: Asking | None
    """What is asked for now."""
    before: Sequence[Asking]
    names: Mapping[str, str]
    needed: int
    vote: proposals.Strip | None
    """Where its vote stands, once there is one."""


def _recall(db: Connection, id: str, viewer: Viewer, spoken: Voice) -> Recall:
    one = queries.holding_of(db, id[:64])
    held = queries.role_of(db, one.role) if one else None
    if one is None or held is None or one.begins is None:
        raise Missing(detail=id)
    every = queries.petitions(db, one.id)
    open_ = (Petition.OPEN, Petition.HEARING, Petition.VOTE)
    ids = {p.author for p in every if p.author} | ({one.member} if one.member else set())
    active = proposals.how_many_active(db, spoken.now)
    asked = next((p for p in every if p.state in open_), None)
    voted = asked.proposal if asked and asked.proposal else ""
    seen = proposals.by_slug(db, voted, viewer) is not None
    return Recall(
        holding=one,
        role=held,
        now=asked,
        vote=proposals.strip_of(db, voted, viewer, spoken) if seen else None,
        before=[p for p in every if p.state not in open_],
        names=accounts.names_of(db, ids),
        needed=rules.needed(active=active, least=choices.now(db, RECALLERS)),
    )


def recall_strip(seen: Recall, spoken: Voice, me: str) -> proposals.Strip:
    """Now, next, your turn, by when: in the viewer's language."""
    _, now, ends = spoken.say, seen.now, seen.holding.ends
    if seen.vote is not None:
        return seen.vote
    if now is None and seen.holding.state is State.HELD:
        by = spoken.short(ends.date()) if ends else ""
        return _("They hold the role"), _("Their term ends"), "", by
    if now is None:
        return _("This term is over"), _("Nothing more"), "", ""
    by, mine = spoken.short(now.ends), seen.holding.member == me
    if now.state is Petition.VOTE:
        return _("We vote"), _("The result"), "", by
    if now.state is Petition.HEARING:
        return _("They are heard"), _("The vote"), _("Answer") if mine else "", by
    yours = _("You ask for it") if me in now.endorsers else _("Say if you ask for it, too")
    if mine:
        yours = _("Answer, if you like")
    return _("Some ask for a recall"), _("They are heard, if enough ask"), yours, by


async def recall(request: Request) -> Response:
    """What is said about recalling somebody, and the form to ask for it."""
    return await _recall_page(request)


async def _recall_page(
    request: Request, form: Entry | None = None, reply: Entry | None = None, status: int = 200
) -> Response:
    node, viewer, me = member(request)
    await jobs.due(node)
    spoken = voice(request)
    seen = await node.read(_recall, request.path_params["holding"], viewer, spoken)
    mine, now = seen.holding.member == me, seen.now
    heard = now is not None and now.state in (Petition.OPEN, Petition.HEARING)
    name = seen.names.get(seen.holding.member or "", "")
    said = now.answer if now else ""
    return page(
        request,
        "roles/recall.html",
        status=status,
        title=spoken.say("Recall %(name)s?", name=name),
        place="decide",
        width="narrow",
        seen=seen,
        strip=recall_strip(seen, spoken, me),
        name=name,
        mine=mine,
        may_ask=now is None and not mine and seen.holding.state is State.HELD,
        may_back=now is not None and now.state is Petition.OPEN and not mine
        and me not in now.endorsers,
        may_answer=mine and heard,
        reads=[p.id for p in (now, *seen.before) if p and (not p.hidden or viewer.is_admin
                                                          or p.author == me)],
        form=form if form is not None else blank(request, RECALL),
        reply=reply if reply is not None else blank(request, REPLY, answer=said),
        me=me,
    )  # fmt: skip


async def ask(request: Request) -> Response:
    """Ask for a recall."""
    node, _viewer, me = member(request)
    id_, form = request.path_params["holding"][:64], read(request, RECALL)
    if form.errors:
        return await _recall_page(request, form, status=422)
    await node.write(recalling.ask, id_, me, form.values["text"], once=form.once)
    words = voice(request).say("It is said. It takes others who ask for it, too.")
    return done(request, f"/recalls/{id_}", words)


async def back(request: Request) -> Response:
    """Ask for it with others."""
    node, viewer, me = member(request)
    id_ = request.path_params["holding"][:64]
    seen = await node.read(_recall, id_, viewer, voice(request))
    if seen.now is None:
        raise Missing(detail=id_)
    enough = await node.write(recalling.back, seen.now.id, me)
    _ = voice(request).say
    words = _("That is enough: now they are heard.") if enough else _("You ask for it, too.")
    return done(request, f"/recalls/{id_}", words)


async def reply(request: Request) -> Response:
    """Answer, as whoever holds the role."""
    node, viewer, me = member(request)
    id_, form = request.path_params["holding"][:64], read(request, REPLY)
    seen = await node.read(_recall, id_, viewer, voice(request))
    if seen.now is None:
        raise Missing(detail=id_)
    if form.errors:
        return await _recall_page(request, reply=form, status=422)
    await node.write(recalling.reply, seen.now.id, me, form.values["answer"])
    return done(request, f"/recalls/{id_}", voice(request).say("Your answer stands beside it."))


routes = (
    Route("/roles/{slug}/choose", begin, methods=["POST"]),
    Route("/selections/{slug}", show, methods=["GET"]),
    Route("/selections/{slug}", say, methods=["POST"]),
    Route("/selections/{slug}/propose", propose, methods=["POST"]),
    Route("/selections/{slug}/stop", stop, methods=["POST"]),
    Route("/recalls/{holding}", recall, methods=["GET"]),
    Route("/recalls/{holding}", ask, methods=["POST"]),
    Route("/recalls/{holding}/back", back, methods=["POST"]),
    Route("/recalls/{holding}/answer", reply, methods=["POST"]),
)
