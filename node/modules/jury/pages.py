"""The page of a jury: asking for it, the lot, who was drawn, and what it recommends."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import Connection
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from node.kernel.access import Viewer
from node.kernel.errors import Invalid, Missing, Refused
from node.modules.accounts import api as accounts
from node.modules.decisions import api as decisions
from node.modules.jury import jobs, queries, rules, sitting
from node.modules.jury.rules import PARTS, REASONS, TITLES, Part, Stage
from node.modules.jury.tables import Jury, Person, Word
from node.modules.proposals import api as proposals
from vocab.values import dataclass
from web.forms import Entry, Form, Line, Number, Text, blank, done, fields_of, read
from web.language import mark
from web.render import page
from web.voice import Voice, voice

if TYPE_CHECKING:
    from node.kernel.node import Node

ASK: Final = Form(
    Text("question", mark("What should the jury look at?"),
         mark("A question that they can answer in two weeks. All of us read it."), at_most=2000),
    Number("seats", mark("How many are drawn?"), of=mark("people"), least=rules.FEWEST,
           most=rules.MOST),
)  # fmt: skip
DIGEST: Final = Form(
    Line("digest", mark("The SHA-256 of your word"),
         mark("Of small letters and digits alone, without hyphens or spaces."), at_most=80,
         optional=True, spell=False),
)  # fmt: skip
WORD: Final = Form(
    Line("word", mark("Your word"), mark("As it was shown to you once."), at_most=200,
         spell=False),
)  # fmt: skip
WRITE: Final = Form(
    Text("text", mark("What do you recommend?"),
         mark("What you heard, what you found, and what you advise all of us to do."),
         at_most=10_000),
)  # fmt: skip
OTHERWISE: Final = Form(
    Text("otherwise", mark("What do you see differently?"),
         mark("It stands beside the recommendation, with your name."), at_most=3000),
)  # fmt: skip
FORMS: Final = {"ask": ASK, "promise": DIGEST, "tell": WORD, "write": WRITE, "stand": OTHERWISE}


@dataclass(frozen=True, kw_only=True)
class View:
    """A jury as a member sees it, or that there is none yet."""

    proposal: proposals.Proposal
    about: proposals.Strip
    """Where the proposal stands."""
    jury: Jury | None
    names: Mapping[str, str]
    may_ask: bool
    room: int
    """How many could be drawn."""
    mine: Person | None
    order: Sequence[Person]
    """Those whom the lot has asked, in its order."""
    out: Sequence[Person]
    waits: bool
    """Somebody was asked and has not answered."""
    stands: bool
    still: bool
    """It stays as it is written until the end."""


def _view(db: Connection, slug: str, viewer: Viewer, spoken: Voice) -> View:
    found = proposals.by_slug(db, slug[:64], viewer)
    if found is None or not found.ours:
        raise Missing(detail=slug)
    held, now = queries.on(db, found.slug), spoken.now
    people = held.people if held else ()
    ids = {one.member for one in people if one.member}
    ids |= {one.member for one in held.words if one.member} if held else set()
    ids |= {held.asker} if held and held.asker else set()
    made = proposals.plan_of(db, found.id)
    called = [one for one in people if one.part not in (Part.LISTED, Part.OUT)]
    return View(
        proposal=found,
        about=proposals.strip_of(db, found.slug, viewer, spoken),
        jury=held,
        names=accounts.names_of(db, ids),
        may_ask=held is None and found.stage in sitting.BEFORE_VOTE,
        room=sitting.seats(db, made, viewer.id or "", now) if made else 0,
        mine=next((one for one in people if one.member == viewer.id), None),
        order=sorted(called, key=lambda one: one.place or 0),
        out=[one for one in people if one.part is Part.OUT],
        waits=any(one.part is Part.ASKED for one in people),
        stands=held is not None and sitting.stands(held),
        still=held is not None and sitting.still(held, now),
    )


async def _seen(request: Request) -> "tuple[Node, View, str]":
    viewer: Viewer = request.state.viewer
    if not viewer.is_member or viewer.id is None:
        raise Refused(
            "E_MEMBERS_ONLY", safe=mark("This page is for %(word_members)s. Sign in first.")
        )
    node: Node = request.app.state.node
    await jobs.due(node)
    spoken = voice(request)
    return node, await node.read(_view, request.path_params["slug"], viewer, spoken), viewer.id


async def show(request: Request) -> Response:
    """Where the jury stands, and what a member can do."""
    _node, seen, me = await _seen(request)
    return _page(request, seen, me)


def _page(
    request: Request, seen: View, me: str, given: Mapping[str, Entry] | None = None
) -> Response:
    """The page, with the forms as they were sent if something is wrong with them."""
    held, viewer = seen.jury, request.state.viewer
    text = held.text if held else ""
    seats = min(rules.SEATS, seen.room)
    forms = {name: blank(request, form, text=text, seats=seats) for name, form in FORMS.items()}
    wrong = next(iter((given or {}).values()), None)
    own = _own(held, me) if held else None
    part = seen.mine.part if seen.mine else None
    return page(
        request,
        "jury/show.html",
        status=422 if wrong else 200,
        title=voice(request).say("A jury drawn by lot"),
        place="decide",
        width="narrow",
        seen=seen,
        jury=held,
        strip=strip(seen, held, voice(request), me) if held else seen.about,
        forms={**forms, **(given or {})},
        wrong=wrong,
        titles=TITLES,
        parts=PARTS,
        reasons=REASONS,
        me=me,
        own=own,
        asked=part is Part.ASKED,
        sits=part is Part.SITS and held is not None and held.stage is Stage.SITS,
        may_stake=part is Part.LISTED and held is not None
        and held.stage in (Stage.PROMISE, Stage.TELL),
        open_words=held is None or not held.hidden or viewer.is_admin,
        fewest=rules.FEWEST,
        most=rules.MOST,
        need=rules.TIMES,
    )  # fmt: skip


def _own(held: Jury, me: str) -> Word | None:
    """The word for the lot that a member has promised."""
    return next((one for one in held.words if one.member == me), None)


def strip(seen: View, held: Jury, spoken: Voice, me: str) -> proposals.Strip:
    """Now, next, your turn, by when: in the viewer's language."""
    _, own = spoken.say, _own(held, me)
    now, by = _(TITLES[held.stage]), spoken.short(held.ends)
    if held.stage is Stage.PROMISE:
        yours = "" if own else _("Guard the lot, if you like")
        return now, _(TITLES[Stage.TELL]), yours, by
    if held.stage is Stage.TELL:
        return now, _("The jury is drawn"), _("Tell the word") if own and not own.word else "", by
    if held.stage is Stage.SITS:
        asked = seen.mine.until if seen.mine and seen.mine.part is Part.ASKED else None
        by = spoken.short(asked) if asked else by
        yours = _sitting(seen, held)
        return now, _("What the jury recommends"), _(yours) if yours else "", by
    return now, _("Nothing more"), "", ""


def _sitting(seen: View, held: Jury) -> str:
    """What somebody who was drawn does next, as a marked sentence; nothing for all others."""
    part = seen.mine.part if seen.mine else None
    if part is Part.ASKED:
        return mark("Say whether you take part")
    if seen.mine is None or part is not Part.SITS:
        return ""
    if not held.text:
        return mark("Look at it with the others, and write")
    if not seen.mine.stands:
        return mark("Say whether you stand behind it")
    return mark("Hand it in") if seen.stands and not seen.waits else ""


def _wrong(request: Request, seen: View, me: str, name: str, form: Entry) -> Response:
    return _page(request, seen, me, {name: form})


async def ask(request: Request) -> Response:
    """Ask for a jury."""
    node, seen, me = await _seen(request)
    form = read(request, ASK)
    if form.errors:
        return _wrong(request, seen, me, "ask", form)
    slug = seen.proposal.slug
    await node.write(sitting.ask, slug, me, form.values["question"], form.values["seats"])
    words = voice(request).say("The list is frozen. For two days words for the lot are promised.")
    return done(request, f"/juries/{slug}", words)


async def stake(request: Request) -> Response:
    """Leave oneself out."""
    node, seen, me = await _seen(request)
    await node.write(sitting.stake, seen.proposal.slug, me)
    words = voice(request).say("You are left out of the draw.")
    return done(request, f"/juries/{seen.proposal.slug}", words)


async def promise(request: Request) -> Response:
    """Promise a word: one that is drawn here and shown once, or one of one's own."""
    node, seen, me = await _seen(request)
    form, slug = read(request, DIGEST), seen.proposal.slug
    if form.errors:
        return _wrong(request, seen, me, "promise", form)
    word = "" if form.values.get("digest") else decisions.new_word()
    digest = form.values.get("digest") or decisions.commitment(decisions.plain(word))
    try:
        await node.write(sitting.promise, slug, me, digest)
    except Invalid as problem:
        return _wrong(request, seen, me, "promise", form.wrong(problem))
    _ = voice(request).say
    if not word:
        return done(request, f"/juries/{slug}", _("You guard the lot."))
    shown = page(request, "jury/word.html", title=_("You guard the lot"), place="decide",
                 width="narrow", word=word, slug=slug)  # fmt: skip
    shown.headers["Cache-Control"] = "no-store"
    return shown


async def tell(request: Request) -> Response:
    """Tell the word that one has promised."""
    node, seen, me = await _seen(request)
    form, slug = read(request, WORD), seen.proposal.slug
    if form.errors:
        return _wrong(request, seen, me, "tell", form)
    try:
        await node.write(sitting.tell, slug, me, form.values["word"])
    except Invalid as problem:
        return _wrong(request, seen, me, "tell", form.wrong(problem))
    words = voice(request).say("Thank you. It is part of the lot.")
    return done(request, f"/juries/{slug}", words)


async def answer(request: Request) -> Response:
    """Say whether one takes part."""
    node, seen, me = await _seen(request)
    yes = (fields_of(request).get("say") or [""])[0] == "yes"
    await node.write(_answer, seen.proposal.slug, me, yes)
    _ = voice(request).say
    words = (
        _("You take part. Thank you.") if yes else _("The next in the order of the lot is asked.")
    )
    return done(request, f"/juries/{seen.proposal.slug}", words)


def _answer(unit: Any, slug: str, me: str, yes: bool) -> None:  # noqa: FBT001
    sitting.answer(unit, slug, me, yes=yes)


async def write(request: Request) -> Response:
    """Write the recommendation."""
    node, seen, me = await _seen(request)
    form = read(request, WRITE)
    if form.errors:
        return _wrong(request, seen, me, "write", form)
    await node.write(sitting.write, seen.proposal.slug, me, form.values["text"])
    words = voice(request).say("It is written. The others say whether they stand behind it.")
    return done(request, f"/juries/{seen.proposal.slug}", words)


async def stand(request: Request) -> Response:
    """Stand behind it, or say what one sees differently."""
    node, seen, me = await _seen(request)
    behind = bool(fields_of(request).get("behind"))
    form = read(request, OTHERWISE)
    if form.errors and not behind:
        return _wrong(request, seen, me, "stand", form)
    said = "" if behind else form.values["otherwise"]
    await node.write(sitting.stand, seen.proposal.slug, me, said)
    _ = voice(request).say
    words = _("You stand behind it.") if behind else _("It stands beside it.")
    return done(request, f"/juries/{seen.proposal.slug}", words)


async def hand_in(request: Request) -> Response:
    """Hand the recommendation in."""
    node, seen, me = await _seen(request)
    await node.write(sitting.hand_in, seen.proposal.slug, me)
    words = voice(request).say("It stands on the page of the matter now.")
    return done(request, f"/p/{seen.proposal.slug}", words)


routes = (
    Route("/juries/{slug}", show, methods=["GET"]),
    Route("/juries/{slug}", ask, methods=["POST"]),
    Route("/juries/{slug}/stake", stake, methods=["POST"]),
    Route("/juries/{slug}/promise", promise, methods=["POST"]),
    Route("/juries/{slug}/tell", tell, methods=["POST"]),
    Route("/juries/{slug}/answer", answer, methods=["POST"]),
    Route("/juries/{slug}/write", write, methods=["POST"]),
    Route("/juries/{slug}/stand", stand, methods=["POST"]),
    Route("/juries/{slug}/hand-in", hand_in, methods=["POST"]),
)
