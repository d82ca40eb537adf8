"""The pages of agreements: the form to answer a notice, one agreement, all of a member's."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import Connection
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from federation.addressing import is_of_our_kind
from node.kernel.access import Viewer
from node.kernel.errors import Invalid, Missing, Refused
from node.kernel.node import find_accounts
from node.kernel.tables import Account
from node.kernel.unit import Unit
from node.modules.agreements import doing, queries, rules, settling
from node.modules.agreements.rules import Party, State
from node.modules.agreements.tables import Agreement, Step, Thanks
from node.modules.listings import api as listings
from web.forms import (
    Entry,
    Form,
    Line,
    Minutes,
    Moment,
    Text,
    Tick,
    blank,
    done,
    fields_of,
    read,
)
from web.language import mark
from web.render import page
from web.voice import voice

if TYPE_CHECKING:
    from node.kernel.node import Node

HEADINGS: Final[Mapping[State, str]] = {
    State.OFFERED: mark("Waiting for %(who)s"),
    State.AGREED: mark("Agreed with %(who)s"),
    State.UNDER_WAY: mark("Under way with %(who)s"),
    State.DELIVERED: mark("Done; waiting to be confirmed"),
    State.CONFIRMED: mark("Confirmed; waiting for %(who)s’s server"),
    State.REFUSED: mark("%(who)s said no"),
    State.WITHDRAWN: mark("Taken back"),
    State.EXPIRED: mark("No answer came from %(who)s"),
    State.FULFILLED: mark("Done, with %(who)s"),
    State.DISPUTED: mark("You and %(who)s see it differently"),
    State.CANCELLED: mark("Called off with %(who)s"),
}
"""What an agreement is called, for whoever answered the notice."""

STEPS: Final[Mapping[State, tuple[str, str]]] = {
    State.OFFERED: (mark("You answered the notice"), mark("%(who)s answered the notice")),
    State.AGREED: (mark("You said yes"), mark("%(who)s said yes")),
    State.DELIVERED: (mark("You said that you did it"), mark("%(who)s said that they did it")),
    State.CONFIRMED: (mark("You confirmed it"), mark("%(who)s confirmed it")),
    State.REFUSED: (mark("You said no"), mark("%(who)s said no")),
    State.WITHDRAWN: (mark("You took it back"), mark("%(who)s took it back")),
    State.EXPIRED: (mark("Nobody answered in time"), mark("Nobody answered in time")),
    State.FULFILLED: (mark("You said that it is done"), mark("%(who)s said that it is done")),
    State.DISPUTED: (
        mark("You said that there is a disagreement"),
        mark("%(who)s said that there is a disagreement"),
    ),
    State.CANCELLED: (mark("You called it off"), mark("%(who)s called it off")),
}
"""What happened, for whoever did it and for the other."""
COUNTERED: Final = (mark("You proposed other terms"), mark("%(who)s proposed other terms"))
RESOLVED: Final = (mark("You said that it goes on"), mark("%(who)s said that it goes on"))
BY_ITSELF: Final = mark("Confirmed by itself, after seven days")
CLOSED: Final = mark("Both say that it is done")
TURNED_DOWN: Final = mark("It was over already, so nothing came of it")

MET: Final = (State.CONFIRMED, State.FULFILLED)
TERMS: Final = (
    Moment("due", mark("When?"), mark("Day and time, as in 5 December 14:30"), optional=True),
    Line("where", mark("Where?"), mark("Roughly; the exact place you tell each other"),
         optional=True, at_most=rules.TERM),
    Line("materials", mark("Who brings or pays what?"), optional=True, at_most=rules.TERM),
)  # fmt: skip
ACTS: Final = Form(
    Text("no", mark("Why not?"), optional=True, at_most=rules.WORDS),
    Minutes("minutes", mark("How long?"), optional=True, most=rules.LONGEST),
    *TERMS,
    Text("along", mark("A few words to them"), optional=True, at_most=rules.WORDS),
    Minutes("took", mark("How long did it take?"), optional=True, most=rules.LONGEST),
    Tick("gift", mark("It was a gift"), mark("Nothing is written down as time.")),
    Text("told", mark("A few words about it"), optional=True, at_most=rules.WORDS),
    Text("thanks", mark("A word of thanks"),
         mark("They may show it on their profile."), optional=True, at_most=rules.WORDS),
    Text("trouble", mark("What is wrong?"), mark("They read it. Nothing moves until you agree."),
         optional=True, at_most=rules.WORDS),
    Text("note", mark("What did you agree on?"), optional=True, at_most=rules.WORDS),
    Text("why", mark("Why?"), optional=True, at_most=rules.WORDS),
)  # fmt: skip
"""What can be written on the page of an agreement; each button reads its own fields."""


def who(people: Mapping[str, Account], id: str) -> str:
    """What somebody is called; the host for whom we do not know."""
    known = people.get(id)
    return known.label if known else id.partition("://")[2].partition("/")[0]


def member(request: Request) -> "tuple[Node, str]":
    """The node and who asks it.

    Raises:
        Refused: no member.
    """
    viewer: Viewer = request.state.viewer
    if not viewer.is_member or viewer.id is None:
        raise Refused(
            "E_MEMBERS_ONLY", safe=mark("This page is for %(word_members)s. Sign in first.")
        )
    return request.app.state.node, viewer.id


async def mine(request: Request) -> Response:
    """All agreements of a member, the last that changed first."""
    node, me = member(request)
    found, people = await node.read(_mine, me)
    _ = voice(request).say
    now = node.now()
    return page(
        request,
        "agreements/mine.html",
        title=_("Agreements"),
        place="me",
        found=[(one, _heading(request, one, me, people, one.at(now))) for one in found],
    )


def _mine(db: Connection, me: str) -> tuple[list[Agreement], Mapping[str, Account]]:
    found = queries.with_member(db, me)
    return found, find_accounts(db, [one.other(me) for one in found])


def _heading(
    request: Request, one: Agreement, me: str, people: Mapping[str, Account], state: State
) -> str:
    """What a member's agreement is called, by where it stands."""
    _ = voice(request).say
    name = who(people, one.other(me))
    if one.proposer != me:
        return _(HEADINGS[state], who=name)
    if state is State.OFFERED:
        return _("%(who)s answers your notice", who=name)
    return _("You said no") if state is State.REFUSED else _(HEADINGS[state], who=name)


def besides(said: Mapping[str, Any]) -> settling.Besides:
    """When, where and with what, as typed."""
    return settling.Besides(
        due=said.get("due"),
        where=said.get("where") or "",
        materials=said.get("materials") or "",
    )


# One of them --------------------------------------------------------------------------------


async def show(request: Request) -> Response:
    """One agreement, as the two it is between see it, and nobody else."""
    return await _page(request, None)


async def _page(request: Request, form: Entry | None, status: int = 200) -> Response:
    node, me = member(request)
    one, steps, people, thanks = await node.read(_one, request.path_params["slug"], me)
    state = one.at(node.now())
    other = people.get(one.other(me))
    plain = other is None or not (other.local or is_of_our_kind(other))
    roles = one.party(me) | ({Party.PLAIN} if plain else frozenset())
    agreed = rules.minutes(one.primary)
    viewer = request.state.viewer
    notice = await node.read(listings.listing, one.listing, viewer)
    return page(
        request,
        "agreements/show.html",
        status=status,
        title=_heading(request, one, me, people, state),
        place="give",
        one=one,
        state=state,
        other=other,
        name=who(people, one.other(me)),
        notice=notice,
        mine_up=await node.read(_up, viewer, notice, node.now()) if state in MET else (),
        mine=one.proposer == me,
        gives=one.giver == me,
        may={after: rules.may(state, after, roles) for after in State},
        plain=plain,
        before=state in rules.BEFORE,
        binding=state in rules.BINDING,
        steps=_timeline(request, steps, me, people),
        agreed=agreed,
        took=rules.minutes(one.done) if one.done else None,
        gift=one.done is not None and rules.minutes(one.done) is None and agreed is not None,
        thanks=thanks,
        returned=one.returned,
        minutes=listings.minutes,
        form=form or blank(request, ACTS, minutes=agreed, took=agreed, due=one.due, **one.terms),
    )


def _up(
    db: Connection, viewer: Viewer, notice: listings.Notice | None, now: datetime
) -> list[listings.Notice]:
    """What a member has on the board that this notice of somebody else may have met."""
    about = tuple(topic for topic in notice.topics if "#kind-" not in topic) if notice else ()
    if notice is None or notice.owner == viewer.id or not about:
        return []
    other = "offer" if notice.is_need else "request"
    asked = listings.Asked(owner=viewer.id, local=True, purpose=other, concepts=about)
    return listings.open_listings(db, viewer, now, asked, limit=3)


def _one(
    db: Connection, slug: str, me: str
) -> tuple[Agreement, list[Step], Mapping[str, Account], list[Thanks]]:
    found = queries.own(db, slug, me)
    if found is None:
        raise Missing(detail=slug)
    people = find_accounts(db, (found.proposer, found.interested))
    return found, queries.steps(db, found.offer), people, queries.thanked(db, found.offer)


def _timeline(
    request: Request, steps: Sequence[Step], me: str, people: Mapping[str, Account]
) -> list[tuple[str, str, str]]:
    """The steps as lines: their words, when, and what was said."""
    spoken, found, before = voice(request), [], None
    for one in steps:
        mine, theirs = _words_for(before, one)
        words = spoken.say(mine) if one.by == me else spoken.say(
            theirs, who=who(people, one.by or "")
        )  # fmt: skip
        found.append((words, spoken.when(one.at), one.words))
        before = one.state
    return found


def _words_for(before: State | None, step: Step) -> tuple[str, str]:
    """What a step is called, for whoever did it and for the other; by what stood before it."""
    if step.state is State.OFFERED and before is not None:
        return COUNTERED
    if step.state is State.AGREED and before is State.DISPUTED:
        return RESOLVED
    if step.state is State.CONFIRMED and step.by is None:
        return BY_ITSELF, BY_ITSELF
    if before is not None and rules.by_itself(before, step.state):
        return CLOSED, CLOSED
    if step.state is State.REFUSED and step.by is None:
        return TURNED_DOWN, TURNED_DOWN
    return STEPS[step.state]


async def settle(request: Request) -> Response:
    """What one of the two does: yes, no, other terms, done, confirm, something wrong, off."""
    node, me = member(request)
    slug, say = request.path_params["slug"], (fields_of(request).get("say") or [""])[0]
    await node.read(_one, slug, me)
    if say not in DO:
        raise Invalid({}, safe=mark("Use one of the buttons on the page."))
    form = read(request, ACTS)
    if form.errors:
        return await _page(request, form, 422)
    act, sentence = DO[say]
    try:
        await node.write(act, me, slug, form.values)
    except Invalid as problem:
        return await _page(request, form.wrong(_at(problem, say)), 422)
    kind = "good" if say in ("yes", "confirm") else "wait"
    return done(request, f"/agreements/{slug}", voice(request).say(sentence), kind)


FIELDS: Final = {"other": "along", "delivered": "told", "confirm": "thanks", "wrong": "trouble",
                 "off": "why", "again": "note", "no": "no", "back": "why"}  # fmt: skip


def _at(problem: Invalid, say: str) -> Invalid:
    """What a unit found wrong, at the fields of this page."""
    named = {"words": FIELDS.get(say, "words"), "minutes": "minutes"}
    if say == "delivered":
        named["minutes"] = "took"
    return Invalid({named.get(k, k): v for k, v in problem.fields.items()}, problem.code)


def _yes(unit: Unit, me: str, slug: str, _said: Mapping[str, Any]) -> None:
    settling.accept(unit, me, slug)


def _no(unit: Unit, me: str, slug: str, said: Mapping[str, Any]) -> None:
    settling.refuse(unit, me, slug, said.get("no") or "")


def _back(unit: Unit, me: str, slug: str, said: Mapping[str, Any]) -> None:
    settling.withdraw(unit, me, slug, said.get("why") or "")


def _other(unit: Unit, me: str, slug: str, said: Mapping[str, Any]) -> None:
    doing.counter(unit, me, slug, said.get("minutes"), said.get("along") or "", besides(said))


def _delivered(unit: Unit, me: str, slug: str, said: Mapping[str, Any]) -> None:
    gift = bool(said.get("gift"))
    doing.deliver(unit, me, slug, said.get("took"), said.get("told") or "", gift=gift)


def _confirm(unit: Unit, me: str, slug: str, said: Mapping[str, Any]) -> None:
    doing.confirm(unit, me, slug, said.get("thanks") or "")


def _over(unit: Unit, me: str, slug: str, _said: Mapping[str, Any]) -> None:
    settling.close(unit, me, slug, State.FULFILLED)


def _wrong(unit: Unit, me: str, slug: str, said: Mapping[str, Any]) -> None:
    doing.dispute(unit, me, slug, said.get("trouble") or "")


def _again(unit: Unit, me: str, slug: str, said: Mapping[str, Any]) -> None:
    settling.close(unit, me, slug, State.AGREED, said.get("note") or "")


def _off(unit: Unit, me: str, slug: str, said: Mapping[str, Any]) -> None:
    settling.close(unit, me, slug, State.CANCELLED, said.get("why") or "")


def _show(unit: Unit, me: str, slug: str, _said: Mapping[str, Any]) -> None:
    doing.show_thanks(unit, me, slug, shown=True)


def _hide(unit: Unit, me: str, slug: str, _said: Mapping[str, Any]) -> None:
    doing.show_thanks(unit, me, slug, shown=False)


Act = Callable[[Unit, str, str, Mapping[str, Any]], None]
DO: Final[Mapping[str, tuple[Act, str]]] = {
    "yes": (_yes, mark("Agreed.")),
    "no": (_no, mark("Your no is on its way.")),
    "back": (_back, mark("They are told.")),
    "other": (_other, mark("Your terms are on their way.")),
    "delivered": (_delivered, mark("They are told, and asked to confirm it.")),
    "confirm": (_confirm, mark("Confirmed. Thank you.")),
    "done": (_over, mark("They are told.")),
    "wrong": (_wrong, mark("They are told. Nothing moves until you agree.")),
    "again": (_again, mark("They are told. It goes on.")),
    "off": (_off, mark("They are told.")),
    "show": (_show, mark("It stands on your profile.")),
    "hide": (_hide, mark("It is off your profile.")),
}
"""What a button does, and what is said then."""

routes = (
    Route("/agreements", mine, methods=["GET"]),
    Route("/agreements/{slug}", show, methods=["GET"]),
    Route("/agreements/{slug}", settle, methods=["POST"]),
)
