"""Choosing somebody for a role: named, named again, proposed, agreed to, asked. Units.

Each has their turn in their own time, or passes; when a round is over the clock takes the next,
so that silence holds nothing up. The consent itself is a vote like any other, and has its record;
that and all else stays among the members.
"""

import secrets
from collections.abc import Sequence
from datetime import datetime
from fractions import Fraction
from typing import Any, Final

from sqlalchemy import Connection

from node.kernel import choices
from node.kernel.errors import Conflict, Invalid, Missing, Refused
from node.kernel.unit import Unit
from node.modules.accounts import api as accounts
from node.modules.decisions import api as decisions
from node.modules.proposals import api as proposals
from node.modules.roles import holding, queries, rules
from node.modules.roles.choices import KEEPS, ROW
from node.modules.roles.rules import Kind, Power, Stage, State
from node.modules.roles.tables import Nomination, Role, Selection
from node.modules.rounds import api as rounds
from vocab.values import dataclass
from web.language import catalogue, mark


@dataclass(frozen=True, kw_only=True)
class Said:
    """Whom a member names; `handle` None: they pass, or stay with whom they named."""

    handle: str | None = None
    reason: str = ""


def begin(unit: Unit, role_slug: str, member: str, *, once: str) -> str:
    """Begin to choose somebody for a role; whoever begins leads it.

    Returns:
        Its slug.

    Raises:
        Refused: not a member.
        Missing: there is no such role.
        Conflict: E_GOING, somebody is being chosen; E_TAKEN, no seat is free.
    """
    if (before := queries.made_by(unit.db, once)) is not None:
        return before
    if not accounts.is_member(unit.db, member):
        raise Refused("E_MEMBERS_ONLY", member)
    held = queries.role_of(unit.db, role_slug)
    if held is None or held.ended is not None:
        raise Missing(detail=role_slug)
    if queries.going(unit.db, role_slug):
        raise Conflict("E_GOING", role_slug, safe=GOING)
    if not holding.open_seats(queries.holdings(unit.db, role_slug), held, unit.now):
        raise Conflict("E_TAKEN", role_slug, safe=TAKEN)
    slug = secrets.token_urlsafe(16)
    row: dict[str, Any] = {"slug": slug, "role": role_slug, "lead": member, "once": once}
    row |= {"stage": Stage.NOMINATE.value, "ends": unit.now + rules.NOMINATE}
    queries.add_selection(unit, row)
    unit.log("role.select", member, subject=role_slug)
    return slug


GOING: Final = mark("Somebody is being chosen for it already. Take your turn there.")
TAKEN: Final = mark("All its seats are taken for longer than a month. Look again later.")


def ours(unit: Unit, slug: str) -> tuple[Selection, Role]:
    """A selection and its role.

    Raises:
        Missing: there is none.
    """
    found = queries.selection_of(unit.db, slug)
    held = queries.role_of(unit.db, found.role) if found else None
    if found is None or held is None:
        raise Missing(detail=slug)
    return found, held


# The rounds -----------------------------------------------------------------------------------


def waiting(db: Connection, found: Selection) -> frozenset[str]:
    """Who has not had their turn in the round that goes on."""
    if found.stage not in rules.ROUNDS:
        return frozenset()
    had = {one.member for one in queries.nominations(db, found.slug) if one.round is found.stage}
    return frozenset(one.id for one in accounts.members(db, suspended=False)) - had


def told(said: Sequence[Nomination], stage: Stage, me: str) -> list[Nomination]:
    """What a member may see of whom all named: their own alone, until all did or time is over."""
    return [one for one in said if stage is not Stage.NOMINATE or one.member == me]


def say(unit: Unit, slug: str, member: str, stage: Stage, said: Said) -> None:
    """Take one's turn: name somebody with a reason, or pass; oneself, too.

    Args:
        unit: the unit.
        slug: which selection.
        member: who says it.
        stage: the round they saw.
        said: what they say.

    Raises:
        Refused: not a member.
        Missing: there is no such selection.
        Conflict: E_CHANGED, another stage goes on.
        Invalid: `nominee` is nobody here, or held it long enough; `reason` is missing.
    """
    found, held = ours(unit, slug)
    if not accounts.is_member(unit.db, member):
        raise Refused("E_MEMBERS_ONLY", member)
    if found.stage is not stage or stage not in rules.ROUNDS or unit.now >= found.ends:
        raise Conflict("E_CHANGED", slug, safe=ANOTHER)
    before = [one for one in queries.nominations(unit.db, slug) if one.member == member]
    if said.handle is None:
        stays = before[0] if before and stage is Stage.CHANGE else None
        nominee, reason = (stays.nominee, stays.reason) if stays else (None, "")
    else:
        nominee, reason = _nominee(unit, held, said), said.reason.strip()
    queries.nominate(unit, slug, member, nominee=nominee, reason=reason, round=stage.value,
                     passed=said.handle is None)  # fmt: skip
    if rounds.over(ends=found.ends, now=unit.now, waiting=len(waiting(unit.db, found))):
        _next(unit, found)


ANOTHER: Final = mark("Another step has begun meanwhile. Look at it, and take your turn there.")
NOBODY: Final = mark("Nobody here has this short name. Look under %(word_members)s.")
REASON: Final = mark("Say what you see in them. The others read it.")
LONG: Final = mark("They have held it as often in a row as our charter allows. Name another.")


def _nominee(unit: Unit, held: Role, said: Said) -> str:
    one = accounts.by_handle(unit.db, (said.handle or "").strip().lstrip("@"))
    if one is None or one.suspended is not None:
        raise Invalid({"nominee": NOBODY})
    if not may_hold(unit.db, held, one.id, unit.now):
        raise Invalid({"nominee": LONG})
    if not said.reason.strip():
        raise Invalid({"reason": REASON})
    return one.id


def may_hold(db: Connection, held: Role, member: str, now: datetime) -> bool:
    """Whether a member may hold a role once more: not too often in a row."""
    terms = holding.terms_of(queries.holdings(db, held.slug), member)
    begins = max([now, *(end for _, end in terms)])
    row = rules.in_a_row(terms, begins=begins, months=held.months)
    return bool(row < choices.now(db, ROW))


def _to(unit: Unit, found: Selection, stage: Stage) -> None:
    """Have a selection come to another stage.

    Raises:
        Conflict: E_STAGE, no step leads there.
    """
    if not rules.legal(found.stage, stage):
        raise Conflict("E_STAGE", f"{found.stage} to {stage}", safe=ANOTHER)
    lasts = rules.LASTS.get(stage)
    ends = unit.now + lasts if lasts else unit.now
    queries.set_selection(unit, found.slug, stage=stage.value, ends=ends)
    unit.log("role.stage", unit.community.id, subject=found.slug, words=stage.value)
    if stage in (Stage.DONE, Stage.NOBODY) and not choices.now(unit.db, KEEPS):
        queries.drop_nominations(unit, found.slug)


def _next(unit: Unit, found: Selection) -> None:
    """A round is over: the next, or nothing if nobody named anybody."""
    anybody = any(one.nominee for one in queries.nominations(unit.db, found.slug))
    after = Stage.CHANGE if found.stage is Stage.NOMINATE else Stage.PROPOSE
    _to(unit, found, after if anybody else Stage.NOBODY)


def by_clock(unit: Unit, slug: str) -> None:
    """Take a selection on whose time is over; nothing if it is not.

    Who leads it and proposes nobody is not waited for: then anybody may.
    """
    found, _held = ours(unit, slug)
    if unit.now < found.ends or found.stage not in rules.GOES_ON:
        return
    if found.stage in rules.ROUNDS:
        _next(unit, found)
    elif found.stage is Stage.ASK:
        for one in queries.of_selection(unit.db, slug):
            if one.state is State.ASKED:
                queries.set_holding(unit, one.id, state=State.DECLINED, closed=unit.now, ends=None)
        settled(unit, slug)
    elif found.stage is Stage.PROPOSE and unit.now >= found.ends + rules.PETITION:
        _to(unit, found, Stage.NOBODY)


# The proposal ---------------------------------------------------------------------------------


def may_propose(unit: Unit, found: Selection, member: str) -> bool:
    """Whether a member may propose somebody: who leads it, a facilitator; in the end anybody."""
    if not accounts.is_member(unit.db, member):
        return False
    late = unit.now >= found.ends
    return member == found.lead or late or accounts.may(unit, member, Power.FACILITATE)


def propose(
    unit: Unit, slug: str, member: str, people: Sequence[str], deputy: str, *, once: str
) -> str:
    """Propose those who were named to all for consent.

    Args:
        unit: the unit.
        slug: which selection.
        member: who proposes.
        people: ids of members, no more than there are seats.
        deputy: the id of another, or "".
        once: the key of the form.

    Returns:
        The slug of the proposal.

    Raises:
        Missing: there is no such selection.
        Refused: E_NOT_YOURS, somebody else leads it.
        Conflict: E_CHANGED, it is not time for it.
        Invalid: `people` or `deputy` cannot be.
    """
    found, held = ours(unit, slug)
    if found.stage is not Stage.PROPOSE:
        raise Conflict("E_CHANGED", slug, safe=ANOTHER)
    if not may_propose(unit, found, member):
        raise Refused("E_NOT_YOURS", member, safe=LEADS)
    _fits(unit, found, held, people, deputy)
    proposal = proposals.bring(unit, member, _draft(unit, held, people, deputy), once=once)
    for kind, ids in ((Kind.SEAT, people), (Kind.DEPUTY, [deputy] if deputy else [])):
        for one in ids:
            queries.add_holding(unit, {
                "id": secrets.token_urlsafe(16), "role": held.slug, "member": one,
                "kind": kind.value, "state": State.PROPOSED.value, "selection": slug,
            })  # fmt: skip
    _to(unit, found, Stage.CONSENT)
    queries.set_selection(unit, slug, proposal=proposal, tries=found.tries + 1)
    return proposal


LEADS: Final = mark("Who leads it proposes somebody. If they do not within a week, anybody may.")
BEGAN: Final = mark("Only who began it ends it. It goes on by itself otherwise.")


def _fits(unit: Unit, found: Selection, held: Role, people: Sequence[str], deputy: str) -> None:
    named = {one.nominee for one in queries.nominations(unit.db, found.slug)}
    free = holding.open_seats(queries.holdings(unit.db, held.slug), held, unit.now)
    every = [*people, *([deputy] if deputy else [])]
    here = all(accounts.is_member(unit.db, one) for one in every)
    if not people or len(people) > free or not set(people) <= named:
        raise Invalid({"people": mark("Choose among those who were named, no more than seats.")})
    if not here or any(not may_hold(unit.db, held, one, unit.now) for one in every):
        raise Invalid({"people": mark("One of them cannot hold it now. Choose another.")})
    if deputy and (deputy in people or deputy not in named):
        raise Invalid({"deputy": mark("The deputy is another of those who were named.")})


def _draft(unit: Unit, held: Role, people: Sequence[str], deputy: str) -> proposals.Draft:
    say = catalogue(unit.community.language).gettext
    names = accounts.names_of(unit.db, [*people, *([deputy] if deputy else [])])
    names = {one: " ".join(name.split()) for one, name in names.items()}
    chosen = ", ".join(names.get(one, "") for one in people)
    values = {"names": chosen, "role": held.name, "months": held.months, "purpose": held.purpose}
    parts = [say(TEXT) % values]
    if deputy:
        parts.append(say(DEPUTY) % {"name": names.get(deputy, "")})
    return proposals.Draft(
        title=(say(TITLE) % values)[:120],
        text="\n\n".join(parts),
        method=decisions.Method.CONSENT,
        settings={"extends": False, "people": True},
        share=Fraction(1, 2),
        counts=False,
        opens=None,
        closes=unit.now + rules.CONSENT,
        review_months=held.months,
        reach="community",
        named=False,
    )


TITLE: Final = mark("%(role)s: %(names)s")
TEXT: Final = mark(
    "The role: %(purpose)s\n\nWe choose %(names)s for it, for %(months)d months from the day they "
    "say yes. They were named by some of us, and proposed out of what was said. Whoever is "
    "chosen is asked last."
)
DEPUTY: Final = mark("%(name)s is the deputy, and steps in if the role falls empty before.")


def decided(unit: Unit, found: Selection, outcome: str) -> None:
    """The vote was counted: it stays among us; without consent somebody else can be proposed."""
    if found.stage is not Stage.CONSENT or outcome == decisions.Outcome.APPROVED:
        return
    queries.drop_proposed(unit, found.slug)
    _again(unit, found)


def _again(unit: Unit, found: Selection) -> None:
    _to(unit, found, Stage.PROPOSE if found.tries < rules.TRIES else Stage.NOBODY)


def agreed(unit: Unit, found: Selection, record: str) -> None:
    """The decision is in force: those who were chosen are asked, last of all."""
    if found.stage is not Stage.CONSENT:
        return
    for one in queries.of_selection(unit.db, found.slug):
        if one.state is State.PROPOSED:
            asked = {"state": State.ASKED.value, "record": record, "ends": unit.now + rules.ANSWER}
            queries.set_holding(unit, one.id, **asked)
    _to(unit, found, Stage.ASK)
    settled(unit, found.slug)


def settled(unit: Unit, slug: str) -> None:
    """Somebody answered: it is over once all have, or somebody else can be proposed."""
    found, _held = ours(unit, slug)
    every = [one for one in queries.of_selection(unit.db, slug) if one.kind is Kind.SEAT]
    if found.stage is not Stage.ASK or any(one.state is State.ASKED for one in every):
        return
    if any(one.state is State.HELD for one in every):
        _to(unit, found, Stage.DONE)
    else:
        _again(unit, found)


def free(db: Connection, held: Role, now: datetime) -> int:
    """How many people can be proposed for a role."""
    return holding.open_seats(queries.holdings(db, held.slug), held, now)


def stop(unit: Unit, slug: str, member: str) -> None:
    """End a selection without anybody, before its vote.

    Whoever leads it alone: a keeper who could do it would decide who is never chosen. If who
    leads it is gone, the clock takes it on, and anybody may propose somebody.

    Raises:
        Missing: there is no such selection.
        Refused: E_NOT_YOURS.
        Conflict: E_STAGE, it is voted on, or over.
    """
    found, _held = ours(unit, slug)
    if member != found.lead or not accounts.is_member(unit.db, member):
        raise Refused("E_NOT_YOURS", member, safe=BEGAN)
    if found.stage not in (*rules.ROUNDS, Stage.PROPOSE):
        raise Conflict("E_STAGE", slug, safe=ANOTHER)
    _to(unit, found, Stage.NOBODY)
    unit.log("role.stop", member, subject=found.role)
