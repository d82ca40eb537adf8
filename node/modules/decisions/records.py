"""Building what leaves: the record of a decision, and our answer to another's. Pure.

Nothing goes in but sums and texts that may be told, so nothing else can come out.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from html import escape
from typing import Final

from node.kernel.access import Reach
from node.modules.decisions.objects import (
    DecisionRecord,
    DecisionResponse,
    Electorate,
    MinorityStatement,
    Objection,
    Quorum,
    Tally,
)
from node.modules.decisions.rules import (
    SUPPRESSED_BELOW,
    Answer,
    Disclosure,
    Method,
    Outcome,
    Result,
)
from vocab.html import from_text
from vocab.model import PUBLIC
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
SENTENCES: Final = {
    (Method.CONSENT, Outcome.APPROVED): mark("%(community)s decided this by consent."),
    (Method.CONSENT, Outcome.BLOCKED): mark(
        "%(community)s did not consent: a reasoned objection stands against it."
    ),
    (Method.CONSENT, Outcome.NO_DECISION): mark("%(community)s came to no decision on this."),
    (Method.MAJORITY, Outcome.APPROVED): mark("%(community)s decided this by a majority."),
    (Method.MAJORITY, Outcome.REJECTED): mark(
        "%(community)s did not adopt this: it found no majority."
    ),
    (Method.MAJORITY, Outcome.NO_DECISION): mark("%(community)s came to no decision on this."),
}
TURNOUT: Final = mark("%(came)d of %(eligible)d took part; %(needed)d were needed.")
REVIEW: Final = mark("It is looked at again on %(day)s.")
ANSWERS: Final = {
    Answer.NOTED: mark("%(community)s has taken note of this decision."),
    Answer.ADOPTED: mark("%(community)s adopted this decision by its own process."),
    Answer.OBJECTED: mark("%(community)s objects to this decision, by its own process."),
}


def matter_of(name: str, language: str | None) -> str:
    """What a record is about: its title without our word for the outcome before it.

    >>> matter_of("Decided: Lend our tools", "en")
    'Lend our tools'
    """
    say = catalogue(language or SOURCE).gettext
    for title in TITLES.values():
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


def address(reach: str, *, followers: str | None, peers: str, also: str | None = None) -> Address:
    """Where something of this reach goes; nowhere if it stays in the community.

    Args:
        reach: community, trusted or public.
        followers: the community's followers collection.
        peers: the collection of trusted nodes.
        also: one more who is told, such as the community that is answered.
    """
    more = (also,) if also else ()
    if reach == Reach.PUBLIC:
        wide = (*((followers,) if followers else ()), *more)
        return Address(to=(PUBLIC,), cc=wide, handling="public")
    if reach == Reach.TRUSTED:
        return Address(to=(peers,), cc=more, handling="trustedPeers")
    return Address()


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
    method: Method
    eligible: int
    needed: int
    closed: datetime
    review: datetime
    effective: datetime | None
    audit: str
    result: Result
    statements: Sequence[str] = ()


def record(matter: Matter, where: Address, say: Say) -> DecisionRecord:
    """The record of a decision, not yet signed.

    Args:
        matter: what was decided and how.
        where: who it goes to.
        say: the community's language.
    """
    result = matter.result
    title = say(TITLES[result.outcome]) % {"title": matter.title}
    return DecisionRecord(
        id=matter.id,
        name=title[:200],
        summary=f"<p>{escape(_lead(matter, say), quote=False)}</p>",
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
        decision_scope="local",
        outcome=result.outcome.value,
        method=matter.method.value,
        electorate=Electorate(
            eligible=matter.eligible, participated=result.participated, as_of=matter.closed
        ),
        quorum=Quorum(
            quorum_basis="eligibleMembers", required=matter.needed, reached=result.reached
        ),
        disclosure=result.disclosure.value,
        suppressed_below=SUPPRESSED_BELOW,
        tallies=_tallies(result),
        minority_statements=tuple(
            MinorityStatement(content=from_text(text), authorship="anonymous")
            for text in matter.statements
        ),
        effective_from=matter.effective,
        review_date=matter.review,
        audit_commitment=matter.audit,
        responses=f"{matter.id}/responses",
    )


def _tallies(result: Result) -> tuple[Tally, ...]:
    if result.disclosure is not Disclosure.FULL:
        return ()
    return tuple(Tally(position=position.value, count=count) for position, count in result.tallies)


def _lead(matter: Matter, say: Say) -> str:
    result = matter.result
    figures = {
        "came": result.participated, "eligible": matter.eligible, "needed": matter.needed,
        "community": matter.community, "day": _day(matter.review, say),
    }  # fmt: skip
    parts = [SENTENCES[matter.method, result.outcome], TURNOUT]
    if result.outcome is Outcome.APPROVED:
        parts.append(REVIEW)
    return " ".join(say(part) % figures for part in parts)


def _day(day: date, say: Say) -> str:
    """Weekday, date and year, in the community's language."""
    return say("%(weekday)s %(day)d %(month)s %(year)d") % {
        "weekday": say(WEEKDAYS[day.weekday()]),
        "day": day.day,
        "month": say(MONTHS[day.month - 1]),
        "year": day.year,
    }


def _content(matter: Matter, say: Say) -> str:
    """Title, text, how it was decided, what the minority says: all in words (W9)."""
    parts = [
        f"<h2>{escape(matter.title, quote=False)}</h2>{matter.text}",
        _section(say(mark("How it was decided")), _lead(matter, say)),
    ]
    if matter.statements:
        parts.append(f"<h2>{escape(say(mark('What the minority says')), quote=False)}</h2>")
        parts += [f"<blockquote>{from_text(text)}</blockquote>" for text in matter.statements]
    return "".join(parts)


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
    digest: str
    basis: str | None = None
    ground: str | None = None
    request: str | None = None
    reason: str = ""


def response(reply: Reply, where: Address, say: Say) -> DecisionResponse:
    """Our answer to another community's record, not yet signed."""
    lead = say(ANSWERS[reply.answer]) % {"community": reply.community}
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
