"""The page of who watches over a vote: list and deadline, second hands, words of the lot."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from node.kernel.access import Viewer
from node.kernel.errors import Conflict, Invalid, Missing, Refused
from node.modules.accounts import api as accounts
from node.modules.decisions import guarding, hands, queries, watched, watching
from node.modules.decisions.hands import Kind, State
from node.modules.decisions.methods import lots
from node.modules.decisions.queries import Box
from node.modules.decisions.watching import Asked
from vocab.values import dataclass
from web.forms import Choice, Entry, Form, Line, Moment, Pick, Text, blank, done, fields_of, read
from web.language import mark
from web.render import page
from web.voice import Voice, voice

if TYPE_CHECKING:
    from node.kernel.node import Node

ASK = Form(
    Pick("kind", mark("What do you ask for?"), choices=(
        Choice(Kind.ADMIT.value, mark("Let somebody vote who joined since")),
        Choice(Kind.LEAVE_OUT.value, mark("Take somebody off the list")),
        Choice(Kind.PROLONG.value, mark("Close it later")),
        Choice(Kind.ANNUL.value, mark("Declare the result void")),
    )),
    Line("member", mark("Who?"), mark("Their handle, as in ana, if it is about somebody."),
         at_most=60, optional=True, spell=False),
    Moment("closes", mark("When shall it close?"), mark("Only if you ask for that."),
           optional=True),
    Text("reason", mark("Why?"), mark("Everybody reads it."), at_most=500),
)  # fmt: skip
DIGEST = Form(Line("digest", mark("The SHA-256 of your word"),
                   mark("Of small letters and digits alone, without hyphens or spaces."),
                   at_most=80, optional=True, spell=False))  # fmt: skip
WORD = Form(Line("word", mark("Your word"), mark("As it was shown to you once."), at_most=200,
                 spell=False))  # fmt: skip
STATES = {
    State.WAITS: mark("Waits for a second hand"),
    State.DONE: mark("Done"),
    State.DECLINED: mark("Declined"),
    State.BACK: mark("Taken back"),
}


@dataclass(frozen=True, kw_only=True)
class Asking:
    """A request as somebody reads it."""

    id: str
    words: str
    reason: str
    by: str
    at: str
    state: str
    waits: bool
    seconds: str
    mine: bool
    may: bool


@dataclass(frozen=True, kw_only=True)
class Watch:
    """All that the page shows of one vote."""

    box: Box
    requests: list[Any]
    seconds: dict[str, list[str]]
    guards: list[watched.Guard]
    may_guard: bool
    names: dict[str, str]
    listed: list[str]
    """Who could vote, by name, once it is counted: so that nobody hides a made-up voter."""


def _member(request: Request) -> "tuple[Node, Viewer, str]":
    viewer: Viewer = request.state.viewer
    if not viewer.is_member or viewer.id is None:
        raise Refused("E_MEMBERS_ONLY")
    return request.app.state.node, viewer, viewer.id


def lapsed(one: watched.Request, found: Box, now: datetime) -> bool:
    """Whether something that waits can be done no longer: the vote has closed."""
    return one.kind is not Kind.ANNUL and (found.counted is not None or now >= found.closes)


def _watch(db: Connection, slug: str, me: str, now: Any) -> Watch | None:
    found = queries.box_of(db, slug[:64])
    if found is None:
        return None
    asked = watched.requests(db, found.id)
    seconds = {one.id: watched.seconds(db, found, one, now)
               for one in asked if one.state is State.WAITS
               and not lapsed(one, found, now)}  # fmt: skip
    guards = watched.guards(db, found.id) if found.options else []
    may = watched.may_guard(db, found) if found.options else []
    ids = {who for one in asked for who in (one.asked_by, one.member, one.second) if who}
    ids |= {who for held in seconds.values() for who in held} | {g.member for g in guards}
    listed = accounts.names_of(db, watched.told(db, found.id) if found.counted else ())
    return Watch(box=found, requests=asked, seconds=seconds, guards=guards,
                 may_guard=me in may, names=dict(accounts.names_of(db, ids)),
                 listed=sorted(listed.values(), key=str.casefold))  # fmt: skip


async def show(request: Request) -> Response:
    """Who watches over a vote, and what was asked for."""
    return await _show(request)


def strip(seen: Watch, me: str, spoken: Voice, *, may_tell: bool) -> tuple[str, str, str, str]:
    """Now, next, your turn, by when: in the viewer's language."""
    _, vote = spoken.say, seen.box
    asked = any(me in held for held in seen.seconds.values())
    yours = _("Confirm or decline what is asked for") if asked else ""
    if vote.counted is not None:
        return _("Decided"), _("Nothing more"), yours, ""
    if spoken.now < vote.closes:
        return _("We vote"), _("The result"), yours, spoken.short(vote.closes)
    by = spoken.short(vote.closes + guarding.PATIENCE) if may_tell else ""
    return _("Voting has closed"), _("The count"), _("Tell your word") if may_tell else yours, by


def _unwatched(request: Request, slug: str) -> Response:
    """The page of a matter that is not voted on yet."""
    title = voice(request).say("Who watches over this vote")
    return page(request, "decisions/unwatched.html", title=title, place="decide", width="mid",
                slug=slug)  # fmt: skip


def _begun(request: Request) -> Entry:
    """The form to ask with; if it is begun for somebody who is suspended, with who it is about."""
    about = request.query_params.get("leave", "")
    kind = Kind.LEAVE_OUT.value if about else None
    return blank(request, ASK, kind=kind, member=about[:60] or None)


def lists(db: Connection, handle: str, now: datetime) -> list[Box]:
    """The open votes on whose list somebody is, by their close."""
    who = accounts.by_handle(db, handle)
    found = watched.theirs(db, who.id, now) if who else []
    return [one for one in (queries.box_of(db, id) for id in found) if one is not None]


async def _show(
    request: Request,
    *,
    form: Entry | None = None,
    promised: Entry | None = None,
    told: Entry | None = None,
    status: int = 200,
) -> Response:
    node, viewer, me = _member(request)
    slug = request.path_params["slug"]
    seen = await node.read(_watch, slug, me, node.now())
    spoken = voice(request)
    title = spoken.say("Who watches over this vote")
    if seen is None:
        return _unwatched(request, slug)
    over = node.now() >= seen.box.closes
    mine = next((one for one in seen.guards if one.member == me), None)
    entry = form if form is not None else _begun(request)
    may_tell = mine is not None and mine.word is None and over and not seen.box.counted
    return page(
        request,
        "decisions/watch.html",
        status=status,
        title=title,
        place="decide",
        width="mid",
        seen=seen,
        slug=slug,
        over=over,
        asked=[_asking(one, seen, me, spoken) for one in seen.requests],
        ask=entry if viewer.is_admin else None,
        guards=[_guarding(one, seen) for one in seen.guards],
        may_promise=seen.may_guard and mine is None and not over,
        may_tell=may_tell,
        strip=strip(seen, me, spoken, may_tell=may_tell),
        promised=promised if promised is not None else blank(request, DIGEST),
        told=told if told is not None else blank(request, WORD),
        wrong=next((one for one in (form, promised, told) if one is not None and one.errors), None),
        until=seen.box.closes + guarding.PATIENCE,
    )


def _asking(one: Any, seen: Watch, me: str, spoken: Voice) -> Asking:
    gone = spoken.say("somebody who left")
    name = seen.names.get(one.member or "", gone)
    when = spoken.when(one.closes) if one.closes else ""
    seconds, live = seen.seconds.get(one.id, []), one.id in seen.seconds
    waits = one.state is State.WAITS
    return Asking(
        id=one.id,
        words=spoken.say(hands.WORDS[one.kind], name=name, when=when),
        reason=one.reason,
        by=seen.names.get(one.asked_by or "", gone),
        at=spoken.short(one.at),
        state=spoken.say(STATES[one.state] if live or not waits else mark("Lapsed")),
        waits=waits and live,
        seconds=", ".join(seen.names.get(who, gone) for who in seconds)
        or seen.names.get(one.second or "", ""),
        mine=one.asked_by == me,
        may=me in seconds,
    )


def _guarding(one: watched.Guard, seen: Watch) -> tuple[str, str, str]:
    """Who guards the lot, the digest, and the word once all is counted."""
    word = one.word if one.word and seen.box.counted else ""
    return seen.names.get(one.member, ""), one.digest, word or ""


async def ask(request: Request) -> Response:
    """Ask for a change."""
    node, _viewer, me = _member(request)
    slug = request.path_params["slug"]
    form = read(request, ASK)
    if form.errors:
        return await _show(request, form=form, status=422)
    try:
        await node.write(_ask, slug, me, form.values, form.once)
    except Invalid as problem:
        return await _show(request, form=form.wrong(problem), status=422)
    words = voice(request).say("It is asked. Nothing changes before a second hand confirms it.")
    return done(request, f"/votes/{slug}", words)


def _ask(unit: Any, slug: str, me: str, said: Mapping[str, Any], once: str) -> None:
    kind = Kind(said["kind"])
    about = None
    if kind in (Kind.ADMIT, Kind.LEAVE_OUT):
        found = accounts.by_handle(unit.db, (said.get("member") or "").strip().removeprefix("@"))
        about = found.id if found else None
    closes = said.get("closes") if kind is Kind.PROLONG else None
    asked = Asked(kind=kind, reason=said["reason"], member=about, closes=closes)
    watching.ask(unit, slug, me, asked, once=once)


async def answer(request: Request) -> Response:
    """Confirm, decline, or take back what was asked for."""
    node, _viewer, me = _member(request)
    slug = request.path_params["slug"]
    sent = {name: (fields_of(request).get(name) or [""])[0] for name in ("request", "say")}
    steps = {"confirm": watching.confirm, "decline": watching.decline, "back": watching.take_back}
    step = steps.get(sent["say"])
    if step is None:
        raise Missing(detail=sent["say"][:60])
    try:
        await node.write(step, sent["request"][:64], me)
    except Invalid as problem:
        # what it was about has changed since it was asked for
        raise Conflict("E_STATE", safe=next(iter(problem.fields.values()))) from problem
    return done(request, f"/votes/{slug}", voice(request).say("It is written down."))


async def promise(request: Request) -> Response:
    """Guard the lot: with a word that is drawn here and shown once, or with one of one's own."""
    node, _viewer, me = _member(request)
    slug = request.path_params["slug"]
    form = read(request, DIGEST)
    if form.errors:
        return await _show(request, promised=form, status=422)
    word = "" if form.values.get("digest") else guarding.new_word()
    digest = form.values.get("digest") or lots.commitment(guarding.plain(word))
    try:
        await node.write(guarding.promise, slug, me, digest)
    except Invalid as problem:
        return await _show(request, promised=form.wrong(problem), status=422)
    if not word:
        return done(request, f"/votes/{slug}", voice(request).say("You guard the lot."))
    shown = page(request, "decisions/word.html", title=voice(request).say("You guard the lot"),
                 place="decide", width="narrow", word=word, slug=slug)  # fmt: skip
    shown.headers["Cache-Control"] = "no-store"
    return shown


async def tell(request: Request) -> Response:
    """Tell the word that one has promised."""
    node, _viewer, me = _member(request)
    slug = request.path_params["slug"]
    form = read(request, WORD)
    if form.errors:
        return await _show(request, told=form, status=422)
    try:
        await node.write(guarding.reveal, slug, me, form.values["word"])
    except Invalid as problem:
        return await _show(request, told=form.wrong(problem), status=422)
    return done(request, f"/votes/{slug}", voice(request).say("Thank you. It is part of the lot."))


FRESH = timedelta(days=60)
"""How old a vote may be for a request about it to stand on the first page."""


def waiting(db: Connection, me: str, now: Any) -> tuple[list[tuple[str, str]], list[str]]:
    """What waits for somebody: (vote, what is asked for) to answer, votes whose word to tell."""
    answer_ = []
    for one in watched.waiting(db):
        found = queries.box_of(db, one.box)
        stale = found is None or now > found.closes + FRESH or lapsed(one, found, now)
        if not stale and found and me in watched.seconds(db, found, one, now):
            answer_.append((one.box, str(found.subject.get("name", ""))))
    return answer_, watched.untold(db, me, now)


routes = (
    Route("/votes/{slug}", show, methods=["GET"]),
    Route("/votes/{slug}/ask", ask, methods=["POST"]),
    Route("/votes/{slug}/answer", answer, methods=["POST"]),
    Route("/votes/{slug}/lot", promise, methods=["POST"]),
    Route("/votes/{slug}/word", tell, methods=["POST"]),
)
