"""Casting a ballot: choose, look at it once more, cast it, take the receipt home.

Nothing is kept until it is cast. The receipt is shown once, in the answer itself: it stands
in no address, no cookie and no log.
"""

from functools import partial
from typing import Final

from starlette.requests import Request
from starlette.responses import Response

from node.kernel.errors import Conflict, Invalid
from node.modules.decisions import api as decisions
from node.modules.proposals import shapes
from node.modules.proposals.papers import CODE, Paper, back, paper, seen_openly, voter
from web.forms import Choice, Entry, Form, Pick, Text, Tick, blank, done, fields_of, read
from web.language import mark
from web.render import page
from web.voice import voice

CONSENT: Final = (
    Choice("consent", mark("I consent"), mark("Good enough for now, safe enough to try.")),
    Choice("consentWithReservation", mark("I consent, with a concern"),
           mark("It may go ahead, and my concern is kept.")),
    Choice("block", mark("I object"),
           mark("It would harm us or somebody outside. I say how. One objection stops it.")),
    Choice("abstain", mark("I stand aside"), mark("I leave it to the others. I count as present.")),
)  # fmt: skip
ABSTAINS: Final = Choice("abstain", mark("I abstain"),
                         mark("I leave it to the others. I count as present."))  # fmt: skip
MAJORITY: Final = (
    Choice("inFavour", mark("Yes"), mark("I am in favour.")),
    Choice("oppose", mark("No"), mark("I am against.")),
    ABSTAINS,
)
BLOCK: Final = Choice(
    "block",
    mark("I block it, and say why"),
    mark("It goes against what we are here for. One block stops it."),
)
CONSENSUS: Final = (
    Choice("consent", mark("I agree")),
    Choice("abstain", mark("I stand aside"), mark("I would not do it so, and I let it be.")),
    BLOCK,
)
GRADIENTS: Final = (
    Choice("inFavour", mark("I am wholly for it")),
    Choice("consent", mark("I agree")),
    Choice("consentWithReservation", mark("I agree, with a concern"),
           mark("It may go ahead, and my concern is kept.")),
    Choice("abstain", mark("I am in the middle")),
    Choice("oppose", mark("I am against it"), mark("I do not stop it.")),
    BLOCK,
)  # fmt: skip
SENSE: Final = (
    Choice("inFavour", mark("I am for it, as it looks now")),
    Choice("consentWithReservation", mark("I am not sure yet")),
    Choice("oppose", mark("I am against it, as it looks now")),
    ABSTAINS,
)
ADVICE: Final = (
    Choice("inFavour", mark("Go ahead")),
    Choice("consentWithReservation", mark("Go ahead, and mind this")),
    Choice("oppose", mark("I advise against it")),
)
REASON: Final = (
    Text("reason", mark("Your reason"),
         mark("Needed if you object; kept with a concern too. %(word_Members)s read it after "
              "the close, without your name. Write it so that it does not tell who you are."),
         optional=True, at_most=3000),
    Tick("publish", mark("My reason may stand in the public record, without my name"),
         mark("If you do not tick this, it stays among us.")),
)  # fmt: skip
OPEN_REASON: Final = (
    Text("reason", mark("Your reason"),
         mark("Needed if you object; kept with a concern too. %(word_Members)s read it after "
              "the close, with your name."),
         optional=True, at_most=3000),
    REASON[1],
)  # fmt: skip


def _stand(label: str, choices: tuple[Choice, ...]) -> Pick:
    return Pick("position", label, choices=choices, missing=mark("Choose one of these."))


BALLOTS: Final = {
    "consent": Form(
        Pick("position", mark("Is this good enough for now, and safe enough to try?"),
             mark("You need not love it."), choices=CONSENT, missing=mark("Choose one of four.")),
        *REASON,
    ),
    "majority": Form(
        Pick("position", mark("Are you for it?"), choices=MAJORITY,
             missing=mark("Choose one of three.")),
    ),
    "supermajority": Form(_stand(mark("Are you for it?"), MAJORITY)),
    "consensus": Form(_stand(mark("Do you agree?"), CONSENSUS), *REASON),
    "gradients": Form(_stand(mark("How far do you agree?"), GRADIENTS), *REASON),
    "senseCheck": Form(_stand(mark("Where do you stand?"), SENSE), *REASON),
    "adviceProcess": Form(_stand(mark("What do you advise?"), ADVICE), *REASON),
}  # fmt: skip
UNCHANGED: Final = mark(
    "Nothing changes. It also stays so if more than half do not choose the same change."
)


def form_for(found: Paper) -> Form:
    """The paper of somebody, with a place for the code if they have voted already."""
    form = form_of(found.box)
    if found.box.open and "reason" in form.fields:
        form = Form(*(f for f in form.fields.values() if f.name not in ("reason", "publish")),
                    *OPEN_REASON)  # fmt: skip
    return Form(*form.fields.values(), CODE) if found.coded else form


def form_of(box: decisions.Box) -> Form:
    """The paper of a box: what can be chosen on it."""
    if not box.options:
        return BALLOTS[box.method.value]
    choices = (*(_choice(option) for option in box.options), ABSTAINS)
    return Form(
        Pick("position", mark("Which of these shall it be?"), choices=choices,
             missing=mark("Choose one of these.")),
    )  # fmt: skip


def _choice(option: decisions.Option) -> Choice:
    key = decisions.key(option.id)
    help_ = UNCHANGED if key == decisions.STAY else _literal(option.tradeoff)
    return Choice(key, _literal(option.name), help_)


def _literal(text: str | None) -> str:
    """Words of a member where a sentence of ours is expected, which may have values in it."""
    return (text or "").replace("%", "%%")


async def _paper(request: Request) -> Paper:
    node, viewer, me = await voter(request)
    found = await node.read(paper, request.path_params["slug"], viewer)
    if found.box.counted or node.now() >= found.box.closes:
        raise Conflict("E_CLOSED", safe=mark("Voting has closed. The result is on its page."))
    if found.box.open:
        return await node.write(seen_openly, found, me, voice(request))
    return found


async def ballot(request: Request) -> Response:
    """The ballot, empty."""
    found = await _paper(request)
    if found.box.way.paper is not decisions.Paper.ONE:
        return shapes.show(request, found)
    begins = next(iter(found.mine or {}), None)
    return _ballot(request, found, blank(request, form_for(found), position=begins))


def _ballot(request: Request, found: Paper, form: Entry, status: int = 200) -> Response:
    _ = voice(request).say
    return page(
        request,
        "proposals/ballot.html",
        status=status,
        title=_("Your ballot: %(title)s", title=found.proposal.name),
        place="decide",
        width="mid",
        form=form,
        paper=found,
        small=found.box.eligible < 3,
    )


async def review(request: Request) -> Response:
    """The ballot as it will be counted; or, asked to change it, the ballot as it was filled in."""
    found = await _paper(request)
    if found.box.way.paper is not decisions.Paper.ONE:
        return shapes.review(request, found)
    form = _read(request, found)
    if form.errors:
        return _ballot(request, found, form, status=422)
    if fields_of(request).get("change"):
        return _ballot(request, found, form)
    _ = voice(request).say
    position = form["position"]
    return page(
        request,
        "proposals/review.html",
        title=_("Look at your ballot once more"),
        place="decide",
        width="mid",
        form=form,
        paper=found,
        choice=next(c for c in position.choices if c.value in position.chosen),
        reason=_kept(form),
        publish=_published(form),
        code=form.values.get("code") or "",
    )


def _read(request: Request, found: Paper) -> Entry:
    form = read(request, form_for(found))
    objects = form.values.get("position") == decisions.Position.OBJECTION
    if objects and not form.values.get("reason"):
        sentence = mark("An objection needs a reason. Say what harm you see.")
        return form.wrong(Invalid({"reason": sentence}))
    return form


def _kept(form: Entry) -> str:
    """The reason, if the position keeps one."""
    keeps = form.values["position"] in decisions.WITH_REASON
    return str(form.values.get("reason") or "") if keeps else ""


def _published(form: Entry) -> bool:
    return bool(_kept(form)) and bool(form.values.get("publish"))


async def cast(request: Request) -> Response:
    """Put the ballot into the box and show its receipt."""
    node, _viewer, me = await voter(request)
    found = await _paper(request)
    if found.box.way.paper is not decisions.Paper.ONE:
        filled = shapes.filled(request, found)
        if filled.entry.errors:
            return shapes.page_of(request, found, filled, status=422)
        put = partial(decisions.cast, said=filled.marks, code=filled.code)
        return receipt(request, found, await node.write(put, found.box.id, me))
    form = _read(request, found)
    if form.errors:
        return _ballot(request, found, form, status=422)
    put = partial(
        decisions.cast, said=form.values["position"], reason=_kept(form),
        publish=_published(form), code=form.values.get("code") or "",
    )  # fmt: skip
    return receipt(request, found, await node.write(put, found.box.id, me))


def receipt(request: Request, found: Paper, got: decisions.Receipt) -> Response:
    """The receipt, and the code of the ballot: shown this once."""
    _ = voice(request).say
    answer = page(
        request,
        "proposals/receipt.html",
        title=_("Your ballot is in the box"),
        place="decide",
        width="narrow",
        paper=found,
        word=got.word,
        code=got.code,
    )
    answer.headers["Cache-Control"] = "no-store"
    return answer


async def secrecy(request: Request) -> Response:
    """How secret a ballot is, and what cannot be promised."""
    _ = voice(request).say
    title = _("How secret is your ballot?")
    return page(request, "proposals/secrecy.html", title=title, place="decide", width="mid")


async def recuse(request: Request) -> Response:
    """Stay out of a vote in which one has a stake."""
    node, _viewer, me = await voter(request)
    found = await _paper(request)
    await node.write(decisions.recuse, found.box.id, me)
    words = voice(request).say("It goes on without you. You are not counted among those needed.")
    return done(request, back(request, found.proposal.slug), words)
