"""Building what leaves: the record of a decision, and our answer to another's. Pure.

Nothing goes in but sums and texts that may be told, so nothing else can come out.
"""

from collections.abc import Callable, Sequence
from dataclasses import field
from datetime import date, datetime
from html import escape
from typing import Any, Final

from node.kernel.access import Reach
from node.modules.decisions import telling
from node.modules.decisions.aggregate import Voice
from node.modules.decisions.methods.face import Setup
from node.modules.decisions.methods.ways import Method
from node.modules.decisions.objects import (
    DecisionRecord,
    DecisionResponse,
    Electorate,
    MinorityStatement,
    Objection,
    Option,
    Quorum,
    Tally,
)
from node.modules.decisions.options import key
from node.modules.decisions.replies import Answer
from node.modules.decisions.rules import (
    SUPPRESSED_BELOW,
    Disclosure,
    Outcome,
    Result,
)
from vocab.html import from_text, short
from vocab.model import PUBLIC
from vocab.values import dataclass
from web.language import SOURCE, catalogue, mark
from web.voice import MONTHS, WEEKDAYS

Say = Callable[[str], str]
"""A marked English sentence to the community's language."""

TITLES: Final = {
    Outcome.APPROVED: mark("Decided: %(title)s"),
    Outcome.REJECTED: mark("Not adopted: %(title)s"),
    Outcome.BLOCKED: mark("Stopped by an objection: %(title)s"),
    Outcome.NO_DECISION: mark("Lapsed: %(title)s"),
}
STAYS: Final = mark("It stays as it is: %(title)s")
OPINION: Final = mark("Where we stand: %(title)s")
CHOICE: Final = mark("%(title)s – %(option)s")
VOTES: Final = {
    Voice.APPROVE: mark("%(community)s says yes: %(title)s"),
    Voice.REJECT: mark("%(community)s says no: %(title)s"),
    Voice.BLOCK: mark("%(community)s objects: %(title)s"),
    Voice.ABSTAIN: mark("%(community)s abstains: %(title)s"),
}
"""What a record is called that is a ballot among others."""
REVIEW: Final = mark("It is looked at again on %(day)s.")
COOLS: Final = mark("Members can challenge it until %(day)s; it is in force after that.")
LASTS: Final = mark(
    "It ends by itself %(days)d days after it came into force, unless another decision confirms it."
)
ANSWERS: Final = {
    Answer.NOTED: mark("%(community)s has taken note of the decision “%(title)s”."),
    Answer.ADOPTED: mark("%(community)s adopted the decision “%(title)s” by its own process."),
    Answer.DECLINED: mark(
        "%(community)s counted the decision “%(title)s” again and does not come to the same."
    ),
    Answer.CHANGED: mark(
        "%(community)s adopted the decision “%(title)s” with changes, by its own process."
    ),
    Answer.RATIFIED: mark("%(community)s ratified the decision “%(title)s” by its own process."),
    Answer.OBJECTED: mark("%(community)s objects to the decision “%(title)s”, by its own process."),
    Answer.RETRACTED: mark(
        "%(community)s takes back what it answered to the decision “%(title)s”."
    ),
}
ABOUT: Final = mark("“%(title)s”: %(words)s")
"""What is shown folded says what it is about."""


def matter_of(name: str, language: str | None) -> str:
    """What a record is about: its title without our word for the outcome before it.

    >>> matter_of("Decided: Lend our tools", "en")
    'Lend our tools'
    """
    say = catalogue(language or SOURCE).gettext
    for title in (*TITLES.values(), STAYS, OPINION):
        before, _, after = say(title).partition("%(title)s")
        if name.startswith(before) and name.endswith(after):
            return name[len(before) : len(name) - len(after)]
    return name


@dataclass(frozen=True, kw_only=True)
class Address:
    """Who a public document goes to."""

    to: tuple[str, ...] = ()
    cc: tuple[str, ...] = ()
    handling: str | None = None


def address(reach: str, *, followers: str | None, peers: str, also: Sequence[str] = ()) -> Address:
    """Where something of this reach goes; nowhere if it stays in the community.

    Args:
        reach: community, trusted or public.
        followers: the community's followers collection.
        peers: the collection of trusted nodes.
        also: who else is told, such as the community that is answered.
    """
    more = tuple(also)
    if reach == Reach.PUBLIC:
        wide = (*((followers,) if followers else ()), *more)
        return Address(to=(PUBLIC,), cc=wide, handling="public")
    if reach == Reach.TRUSTED:
        return Address(to=(peers,), cc=more, handling="trustedPeers")
    return Address()


@dataclass(frozen=True, kw_only=True)
class Joint:
    """The joint process in which a decision is our ballot: its id, the text's digest, the others.

    Source: vocabulary.md 6.11.
    """

    process: str
    digest: str
    others: tuple[str, ...]


VOICES: Final = {
    Outcome.APPROVED: Voice.APPROVE,
    Outcome.REJECTED: Voice.REJECT,
    Outcome.BLOCKED: Voice.BLOCK,
    Outcome.NO_DECISION: Voice.ABSTAIN,
}


@dataclass(frozen=True, kw_only=True)
class Matter:
    """Everything a record is made of; `text` is HTML as it was put to the vote."""

    id: str
    url: str
    owner: str
    community: str
    language: str
    decides: str
    title: str
    text: str
    subject_digest: str
    options: tuple[Option, ...] = ()
    method: Method
    eligible: int
    needed: int
    closed: datetime
    review: datetime
    effective: datetime | None
    audit: str
    result: Result
    statements: Sequence[str] = ()
    floor: int = SUPPRESSED_BELOW
    setup: Setup = field(default_factory=Setup)
    recused: int = 0
    voices: int = 0
    open: bool = False
    lot: str | None = None
    run_off: tuple[str, ...] = ()
    joint: Joint | None = None
    cools: datetime | None = None
    """Until when it can be challenged, if it can."""
    lasts: int | None = None
    """After so many days in force it ends by itself, if it does."""
    supersedes: str | None = None

    @property
    def ballot(self) -> Voice | None:
        """What this is in a joint process; nothing if too few took part: that is silence."""
        return VOICES[self.result.outcome] if self.joint and self.result.reached else None

    @property
    def chosen(self) -> Option | None:
        """The option chosen, if there were options and one was."""
        return next((o for o in self.options if key(o.id) == self.result.chosen), None)


def record(matter: Matter, where: Address, say: Say) -> DecisionRecord:
    """The record of a decision, not yet signed.

    Args:
        matter: what was decided and how.
        where: who it goes to.
        say: the community's language.
    """
    result = matter.result
    return DecisionRecord(
        id=matter.id,
        name=_title(matter, say)[:200],
        summary=f"<p>{escape(_summary(matter, say), quote=False)}</p>",
        content=_content(matter, say),
        lang=matter.language,
        url=matter.url,
        published=matter.closed,
        attributed_to=matter.owner,
        audience=matter.owner,
        to=where.to,
        cc=where.cc,
        handling=where.handling,
        decides=matter.decides,
        subject_digest=matter.subject_digest,
        **_together(matter),
        outcome=result.outcome.value,
        options=matter.options,
        chosen_option=matter.chosen.id if matter.chosen else None,
        method=telling.method(matter.method),
        electorate=_electorate(matter),
        quorum=Quorum(
            quorum_basis="eligibleMembers", required=matter.needed, reached=result.reached
        ),
        disclosure=result.disclosure.value,
        suppressed_below=matter.floor,
        tallies=_tallies(matter),
        counting=telling.counting(matter),
        minority_statements=_statements(matter),
        supersedes=matter.supersedes,
        cooling_off_ends=matter.cools,
        effective_from=matter.effective,
        review_date=matter.review,
        audit_commitment=matter.audit,
        responses=f"{matter.id}/responses",
    )


def _statements(matter: Matter) -> tuple[MinorityStatement, ...]:
    return tuple(
        MinorityStatement(content=from_text(text), authorship="anonymous")
        for text in matter.statements
    )


def _together(matter: Matter) -> dict[str, Any]:
    """Whether it is our ballot in a joint process, and which."""
    if matter.joint is None or matter.ballot is None:
        return {"decision_scope": "joint" if matter.joint else "local"}
    ballot = {"ballot_in": matter.joint.process, "ballot": matter.ballot.value}
    return {"decision_scope": "joint", **ballot}


def _electorate(matter: Matter) -> Electorate:
    came = matter.result.participated
    return Electorate(eligible=matter.eligible, participated=came, as_of=matter.closed)


def _title(matter: Matter, say: Say) -> str:
    """The outcome and the matter; the option that is taken belongs to it."""
    outcome, chosen = matter.result.outcome, matter.chosen
    if matter.joint and matter.ballot:
        names = {"community": short(matter.community, 60), "title": matter.title}
        return say(VOTES[matter.ballot]) % names
    if not telling.decides(matter.method):
        return say(OPINION) % {"title": matter.title}
    if chosen is None:
        return say(TITLES[outcome]) % {"title": matter.title}
    if outcome is not Outcome.APPROVED:
        return say(STAYS) % {"title": matter.title}
    taken = say(CHOICE) % {"title": matter.title, "option": chosen.name}
    return say(TITLES[outcome]) % {"title": taken}


def _tallies(matter: Matter) -> tuple[Tally, ...]:
    """The counts; empty where they are not to be shown."""
    if matter.result.disclosure is Disclosure.OUTCOME_ONLY:
        return ()
    ids = {key(option.id): option.id for option in matter.options}
    return tuple(
        Tally(option=ids.get(vote.option), position=vote.position, count=count)
        for vote, count in matter.result.tallies
    )


def _summary(matter: Matter, say: Say) -> str:
    return say(ABOUT) % {"title": short(matter.title), "words": _lead(matter, say)}


def _lead(matter: Matter, say: Say) -> str:
    parts = telling.sentences(matter, say)
    if matter.result.outcome is Outcome.APPROVED:
        if matter.cools:
            parts.append(say(COOLS) % {"day": in_full(matter.cools, say)})
        if matter.lasts:
            parts.append(say(LASTS) % {"days": matter.lasts})
        parts.append(say(REVIEW) % {"day": in_full(matter.review, say)})
    return " ".join(parts)


def in_full(day: date, say: Say) -> str:
    """Weekday, date and year, for what is read years later."""
    return say("%(weekday)s %(day)d %(month)s %(year)d") % {
        "weekday": say(WEEKDAYS[day.weekday()]),
        "day": day.day,
        "month": say(MONTHS[day.month - 1]),
        "year": day.year,
    }


def _content(matter: Matter, say: Say) -> str:
    """Title, text, options, how it was decided, what the minority says: all in words (W9)."""
    parts = [
        f"<h2>{escape(matter.title, quote=False)}</h2>{matter.text}",
        _options(matter, say),
        _section(say(mark("How it was decided")), _lead(matter, say)),
    ]
    if matter.statements:
        parts.append(f"<h2>{escape(say(mark('What the minority says')), quote=False)}</h2>")
        parts += [f"<blockquote>{from_text(text)}</blockquote>" for text in matter.statements]
    return "".join(parts)


def _options(matter: Matter, say: Say) -> str:
    if not matter.options:
        return ""
    rows = "".join(f"<li>{_option(option)}</li>" for option in matter.options)
    return f"<h2>{escape(say(mark('The options')), quote=False)}</h2><ul>{rows}</ul>"


def _option(option: Option) -> str:
    name = f"<strong>{escape(option.name or '', quote=False)}</strong>"
    return f"{name}{from_text(option.tradeoff)}" if option.tradeoff else name


def _section(heading: str, words: str) -> str:
    return f"<h2>{escape(heading, quote=False)}</h2><p>{escape(words, quote=False)}</p>"


@dataclass(frozen=True, kw_only=True)
class Reply:
    """Everything an answer to another community's record is made of."""

    id: str
    url: str
    owner: str
    community: str
    language: str
    at: datetime
    answer: Answer
    record: str
    matter: str
    digest: str
    basis: str | None = None
    ground: str | None = None
    request: str | None = None
    reason: str = ""


def response(reply: Reply, where: Address, say: Say) -> DecisionResponse:
    """Our answer to another community's record, not yet signed."""
    names = {"community": short(reply.community, 60), "title": short(reply.matter)}
    lead = say(ANSWERS[reply.answer]) % names
    said = f"<p><strong>{escape(lead, quote=False)}</strong></p>"
    link = escape(reply.url)
    objection = None
    if reply.answer is Answer.OBJECTED:
        said += from_text(reply.reason)
        objection = Objection(
            ground=reply.ground, requested_action=reply.request, content=from_text(reply.reason)
        )
    return DecisionResponse(
        id=reply.id,
        content=f'{said}<p><a href="{link}">{link}</a></p>',
        lang=reply.language,
        url=reply.url,
        published=reply.at,
        attributed_to=reply.owner,
        audience=reply.owner,
        in_reply_to=reply.record,
        to=where.to,
        cc=where.cc,
        handling=where.handling,
        responds_to=reply.record,
        responds_to_digest=reply.digest,
        response=reply.answer.value,
        basis=reply.basis,
        objection=objection,
    )
