"""Casting a ballot: choose, look at it once more, cast it, take the receipt home.

Nothing is kept until it is cast. The receipt is shown once, in the answer itself: it stands
in no address, no cookie and no log.
"""

from dataclasses import dataclass
from typing import Final

from sqlalchemy import Connection
from starlette.requests import Request
from starlette.responses import Response

from node.kernel.access import Viewer
from node.kernel.errors import Conflict, Invalid, Missing
from node.modules.decisions import api as decisions
from node.modules.proposals import queries
from node.modules.proposals.queries import Proposal
from node.modules.proposals.views import member
from web.forms import Choice, Entry, Form, Pick, Text, Tick, blank, fields_of, read
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
MAJORITY: Final = (
    Choice("inFavour", mark("Yes"), mark("I am in favour.")),
    Choice("oppose", mark("No"), mark("I am against.")),
    Choice("abstain", mark("I abstain"), mark("I leave it to the others. I count as present.")),
)
BALLOTS: Final = {
    "consent": Form(
        Pick("position", mark("Is this good enough for now, and safe enough to try?"),
             mark("You need not love it."), choices=CONSENT, missing=mark("Choose one of four.")),
        Text("reason", mark("Your reason"),
             mark("Needed if you object; kept with a concern too. %(word_Members)s read it after "
                  "the close, without your name. Write it so that it does not tell who you are."),
             optional=True, at_most=3000),
        Tick("publish", mark("My reason may stand in the public record, without my name"),
             mark("If you do not tick this, it stays among us.")),
    ),
    "majority": Form(
        Pick("position", mark("Are you for it?"), choices=MAJORITY,
             missing=mark("Choose one of three.")),
    ),
}  # fmt: skip
ABSTAIN: Final = MAJORITY[-1]
UNCHANGED: Final = mark(
    "Nothing changes. It also stays so if more than half do not choose the same change."
)


def form_of(box: decisions.Box) -> Form:
    """The paper of a box: what can be chosen on it."""
    if not box.options:
        return BALLOTS[box.method.value]
    choices = (*(_choice(option) for option in box.options), ABSTAIN)
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


@dataclass(frozen=True, kw_only=True)
class Paper:
    """A proposal and its box, as somebody who may vote sees them."""

    proposal: Proposal
    box: decisions.Box


def paper(db: Connection, slug: str, viewer: Viewer) -> Paper:
    """What somebody needs to vote.

    Raises:
        Missing: there is no such vote.
        Conflict: E_VOTED.
        Refused: E_NOT_ON_ROSTER.
    """
    found = queries.by_slug(db, slug, viewer)
    box = decisions.box_of(db, slug) if found else None
    if found is None or box is None:
        raise Missing
    decisions.admit(db, slug, viewer.id or "")
    return Paper(proposal=found, box=box)


async def _paper(request: Request) -> Paper:
    node, viewer, _me = member(request)
    found = await node.read(paper, request.path_params["slug"], viewer)
    if found.box.counted or node.now() >= found.box.closes:
        raise Conflict("E_CLOSED", safe=mark("Voting has closed. The result is on its page."))
    return found


async def ballot(request: Request) -> Response:
    """The ballot, empty."""
    found = await _paper(request)
    return _ballot(request, found, blank(request, form_of(found.box)))


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
    )


def _read(request: Request, found: Paper) -> Entry:
    form = read(request, form_of(found.box))
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
    node, _viewer, me = member(request)
    found = await _paper(request)
    form = _read(request, found)
    if form.errors:
        return _ballot(request, found, form, status=422)
    word = await node.write(
        decisions.cast,
        found.box.id,
        me,
        form.values["position"],
        _kept(form),
        publish=_published(form),
    )
    _ = voice(request).say
    answer = page(
        request,
        "proposals/receipt.html",
        title=_("Your ballot is in the box"),
        place="decide",
        width="narrow",
        paper=found,
        word=word,
    )
    answer.headers["Cache-Control"] = "no-store"
    return answer
