"""The page on which a member has another vote for them, and what it says on the first pages."""

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import Connection
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from node.kernel import choices
from node.kernel.access import Viewer
from node.kernel.errors import Conflict, Invalid, Missing
from node.modules.accounts import api as accounts
from node.modules.decisions import api as decisions
from node.modules.proposals import courses
from node.modules.proposals.views import member
from vocab.values import dataclass
from web.forms import Choice, Entry, Form, Line, Pick, blank, done, read
from web.language import mark
from web.render import page
from web.slots import Card
from web.voice import Voice, speak, voice

if TYPE_CHECKING:
    from node.kernel.node import Node

NEWS: Final = timedelta(days=14)
"""How long what became of a voice stands on the first page."""
KEPT: Final = timedelta(days=366)
"""How long it stands on the page of its own."""
KINDS: Final = {
    one.name: one.title
    for one in courses.COURSES.values()
    if one.may_open and any(decisions.fits(method) for method in one.methods)
}
"""The kinds of matter in which ballots may be open, by their course."""
OFFER: Final = Form(
    Line("holder", mark("Who shall vote for you?"),
         mark("The short name of a %(word_member)s. It counts once they say yes."), spell=False),
    Pick("kind", mark("In which matters?"), choices=(
        Choice("all", mark("In all in which ballots are open")),
        *(Choice(name, title) for name, title in KINDS.items()),
    )),
)  # fmt: skip
STATES: Final = {
    decisions.DelegationState.OFFERED: mark("Asked. It counts once they say yes."),
    decisions.DelegationState.ACCEPTED: mark("They vote for you in votes that open until %(day)s."),
    decisions.DelegationState.DECLINED: mark("They said no. Vote yourself, or ask somebody else."),
    decisions.DelegationState.REVOKED: mark("You took it back."),
    decisions.DelegationState.LAID_DOWN: mark("They do this no longer. Vote yourself."),
    decisions.DelegationState.GONE: mark("They have left. Vote yourself, or ask somebody else."),
    decisions.DelegationState.EXPIRED: mark("It has run out. Vote yourself, or ask again."),
}
LOST: Final = frozenset({
    decisions.DelegationState.DECLINED, decisions.DelegationState.LAID_DOWN,
    decisions.DelegationState.GONE, decisions.DelegationState.EXPIRED,
})  # fmt: skip
"""How somebody comes to have a voice back that they had given away."""


@dataclass(frozen=True, kw_only=True)
class Row:
    """A delegation as its page shows it."""

    id: str
    name: str
    handle: str
    kind: str
    words: str
    live: bool
    asked: bool
    """Whoever it is for has not answered."""


@dataclass(frozen=True, kw_only=True)
class Told:
    """What became of voices in one vote; for both of the two."""

    about: str
    slug: str
    words: tuple[str, ...]
    at: datetime


def _everything(db: Connection, me: str, now: datetime, spoken: Voice) -> dict[str, Any]:
    given, held = decisions.of_giver(db, me), decisions.of_holder(db, me)
    names = _names(db, [d.holder for d in given] + [d.giver for d in held])
    mine = [_row(d, names, now, spoken, mine=True) for d in given]
    theirs = [_row(d, names, now, spoken, mine=False) for d in held]
    return {
        "on": choices.now(db, decisions.DELEGATION),
        "open": choices.now(db, decisions.OPEN),
        "mine": [one for one in mine if one.live],
        "before": [one for one in mine if not one.live][:10],
        "asked": [one for one in theirs if one.live and one.asked],
        "held": [one for one in theirs if one.live and not one.asked],
        "told": _told(db, me, now - KEPT, spoken),
    }


def _asked(db: Connection, me: str, now: datetime, spoken: Voice) -> list[Row]:
    """Who asks this member to vote for them and has no answer yet; every first page reads it."""
    state = decisions.DelegationState.OFFERED
    found = [one for one in decisions.of_holder(db, me) if one.now(now) is state]
    names = _names(db, [one.giver for one in found]) if found else {}
    return [_row(one, names, now, spoken, mine=False) for one in found]


def _names(db: Connection, ids: list[str | None]) -> dict[str, tuple[str, str]]:
    found = {one.id: (one.label, one.handle) for one in accounts.members(db)}
    return {id_: found[id_] for id_ in ids if id_ is not None and id_ in found}


def _row(
    one: decisions.Delegation, names: dict[str, tuple[str, str]], now: datetime, spoken: Voice,
    *, mine: bool,
) -> Row:  # fmt: skip
    state = one.now(now)
    other = one.holder if mine else one.giver
    name, handle = names.get(other or "", (spoken.say("Somebody who has left"), ""))
    day = spoken.day(one.until.astimezone(spoken.zone)) if one.until else ""
    return Row(
        id=one.id,
        name=name,
        handle=handle,
        kind=spoken.say(KINDS.get(one.kind, mark("In all in which ballots are open"))),
        words=spoken.say(STATES[state], day=day) if mine else spoken.say("Until %(day)s", day=day),
        live=state in decisions.LIVE,
        asked=state is decisions.DelegationState.OFFERED,
    )


def _told(db: Connection, me: str, since: datetime, spoken: Voice) -> list[Told]:
    """What became of the voices that this member gave or was given, the newest vote first."""
    every = decisions.voices_told(db, me, since)
    names = _names(db, [own.holder for _, own, _ in every if own])
    found = []
    for box, own, used in every:
        words = []
        if own is not None:
            name = names.get(own.holder or "", (spoken.say("Somebody who has left"), ""))[0]
            words.append(spoken.say(decisions.FATES[own.fate], name=name))
        if used:
            words.append(spoken.many("%(num)d voice that was given to you was counted.",
                                     "%(num)d voices that were given to you were counted.",
                                     used))  # fmt: skip
        elif own is None:
            words.append(spoken.say("None of the voices that were given to you was counted."))
        about = str(box.subject.get("name", ""))
        found.append(Told(about=about, slug=box.id, words=tuple(words), at=box.counted or since))
    return found


async def show(request: Request) -> Response:
    """Who votes for me, for whom I vote, and what came of it."""
    member(request)
    return await _show(request, blank(request, OFFER, kind="all"))


async def _show(request: Request, form: Entry, status: int = 200) -> Response:
    node, _viewer, me = member(request)
    seen = await node.read(_everything, me, node.now(), voice(request))
    title = voice(request).say("Voting for each other")
    return page(request, "proposals/delegations.html", status=status, title=title,
                place="decide", width="mid", form=form, **seen)  # fmt: skip


async def offer(request: Request) -> Response:
    """Ask somebody to vote for oneself."""
    node, _viewer, me = member(request)
    form = read(request, OFFER)
    if not form.errors:
        try:
            kind = "" if form.values["kind"] == "all" else form.values["kind"]
            await node.write(decisions.offer, me, form.values["holder"], kind, once=form.once)
            words = voice(request).say("They are asked. It counts once they say yes.")
            return done(request, "/delegations", words)
        except Invalid as problem:
            form = form.wrong(problem)
        except Conflict as problem:
            form = form.wrong(Invalid({"kind": problem.safe or ""}))
    return await _show(request, form, status=422)


DONE: Final = {
    decisions.Act.ACCEPT: mark("You vote for them from the next vote on that opens."),
    decisions.Act.DECLINE: mark("They are told that you said no."),
    decisions.Act.REVOKE: mark("You have your voice back, in votes that are open, too."),
    decisions.Act.LAY_DOWN: mark("They are told, and vote themselves from now on."),
}


async def act(request: Request) -> Response:
    """Accept it, decline it, take it back, give it back."""
    node, _viewer, me = member(request)
    try:
        what = decisions.Act(request.path_params["act"])
    except ValueError:
        raise Missing from None
    await node.write(decisions.act, request.path_params["id"], me, what)
    return done(request, "/delegations", voice(request).say(DONE[what]))


routes = (
    Route("/delegations", show, methods=["GET"]),
    Route("/delegations", offer, methods=["POST"]),
    Route("/delegations/{id}/{act}", act, methods=["POST"]),
)


# On other pages -----------------------------------------------------------------------------


async def way(node: "Node", viewer: Viewer) -> list[Card]:
    """On the page of decisions: the way here, where it is switched on."""
    if not viewer.is_member or not await node.read(choices.now, decisions.DELEGATION):
        return []
    _ = speak(node, viewer).say
    return [Card(title=_("Voting for each other"), href="/delegations", icon="meet",
                 text=_("In open votes somebody you trust can vote for you."))]  # fmt: skip


async def waiting(node: "Node", viewer: Viewer) -> list[Card]:
    """Who asks me to vote for them; votes in which nobody votes for me although I asked."""
    if not viewer.is_member or viewer.id is None:
        return []
    spoken, now = speak(node, viewer), node.now()
    asked = await node.read(_asked, viewer.id, now, spoken)
    cards = [
        Card(title=spoken.say("%(name)s asks you to vote for them", name=one.name),
             href="/delegations", text=one.kind, icon="meet", act=spoken.say("Look"),
             about=one.name, order=35)
        for one in asked
    ]  # fmt: skip
    for box, given in await node.read(decisions.warned, viewer.id, now):
        names = await node.read(_names, [given.holder])
        name = names.get(given.holder or "", (spoken.say("Somebody who has left"), ""))[0]
        about = str(box.subject.get("name", ""))
        cards.append(Card(
            title=spoken.say("Vote yourself on “%(title)s”", title=about), href=f"/p/{box.id}/vote",
            text=spoken.say(decisions.WARNINGS[given.fate], name=name), icon="meet",
            act=spoken.say("Vote"), about=about, by=box.closes, order=19,
        ))  # fmt: skip
    return cards


async def happened(node: "Node", viewer: Viewer) -> list[Card]:
    """What became of voices in votes that were counted lately, and who gave one back."""
    if not viewer.is_member or viewer.id is None:
        return []
    spoken, now = speak(node, viewer), node.now()
    told = await node.read(_told, viewer.id, now - NEWS, spoken)
    lost = await node.read(_lost, viewer.id, now, spoken)
    cards = [
        Card(title=one.about, href="/delegations", text=" ".join(one.words), icon="meet",
             kick=spoken.say("Voting for each other"), order=61)
        for one in told
    ]  # fmt: skip
    return cards + [
        Card(title=spoken.say("%(name)s does not vote for you", name=one.name), text=one.words,
             href="/delegations", kick=spoken.say("Voting for each other"), icon="meet", order=62)
        for one in lost
    ]  # fmt: skip


def _lost(db: Connection, me: str, now: datetime, spoken: Voice) -> list[Row]:
    """What this member gave and has back lately, though they did not ask for it."""
    found = [one for one in decisions.of_giver(db, me) if one.now(now) in LOST]
    ended = [(one.until if one.now(now) is decisions.DelegationState.EXPIRED else one.answered, one)
             for one in found]  # fmt: skip
    late = [one for at, one in ended if at is not None and at >= now - NEWS]
    names = _names(db, [one.holder for one in late])
    return [_row(one, names, now, spoken, mine=True) for one in late]
