"""Bringing a proposal, opening it to the vote, closing it, taking it back. Units.

Every step is an act of the community: built here, carried out by the handler that also
takes the steps of other communities, and sent if the proposal may be seen outside.
"""

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import asdict, replace
from datetime import datetime
from fractions import Fraction
from typing import Any

from sqlalchemy import Connection, insert

from node.kernel import choices
from node.kernel.database import change_rows, insert_new
from node.kernel.errors import Conflict, Invalid, Missing, Refused
from node.kernel.tables import Account
from node.kernel.unit import Unit
from node.modules.accounts import api as accounts
from node.modules.decisions import api as decisions
from node.modules.proposals import (
    courses,
    following,
    moves,
    opening,
    queries,
    rules,
    stepping,
    wording,
)
from node.modules.proposals.courses import Course
from node.modules.proposals.events import Brought
from node.modules.proposals.objects import GovernanceProposal, StageEntry
from node.modules.proposals.pipeline import Who
from node.modules.proposals.queries import Plan, Proposal
from node.modules.proposals.tables import comment, plan
from node.modules.proposals.wording import Words
from vocab.html import untagged
from vocab.types import Create
from vocab.values import dataclass
from web.language import mark


@dataclass(frozen=True, kw_only=True)
class Together:
    """The joint process a proposal belongs to.

    `process`: its id; `subject`: `id`, `name` and `content` of the text that all decide on;
    `digest` of that; `others`: the communities that are told our decision.
    """

    process: str
    subject: Mapping[str, Any]
    digest: str
    others: Sequence[str]


@dataclass(frozen=True, kw_only=True)
class Draft(Words):
    """A proposal as a member writes it.

    `opens`: when voting opens, None for at once; `named`: the member may be named outside;
    `answers`: what an approval answers elsewhere (see `decisions.api.decide`); `source`: what
    it was made from, if another module asked for it; `course`: a name of `courses.COURSES`, which
    fixes whatever it fixes in place of what is said here; `replaces`: `record`, a decision of ours
    in force, and `how`: in whose place this one is to come; `open`: its ballots are open.
    """

    share: Fraction
    counts: bool
    opens: datetime | None
    closes: datetime
    review_months: int
    reach: str
    named: bool
    answers: Mapping[str, str] | None = None
    source: str = ""
    joint: Together | None = None
    course: str = courses.USUAL
    replaces: Mapping[str, str] | None = None
    open: bool = False


def bring(unit: Unit, member: str, draft: Draft, *, once: str) -> str:
    """Bring a proposal before the community.

    Args:
        unit: the unit.
        member: who brings it.
        draft: what it says and how it is decided.
        once: the key of the form; a second sending has no second effect.

    Returns:
        Its slug, the last part of `/p/…`.

    Raises:
        Refused: not a member.
        Invalid: `opens`, `closes`, `method`, `open` or `option_…` cannot be.
        Missing: what it is to replace is no decision of ours in force.
        Conflict: E_COURSE, nothing on this course comes in place of a decision.
    """
    if not accounts.is_member(unit.db, member):
        raise Refused("E_MEMBERS_ONLY")
    if (before := queries.made_by(unit.db, once)) is not None:
        return before
    if draft.replaces is not None and not following.replaceable(unit, draft.replaces):
        raise Missing(detail=draft.replaces.get("record", ""))
    course = courses.course(draft.course)
    if draft.replaces and not following.may_replace(course):
        raise Conflict("E_COURSE", course.name, safe=following.FOR_GOOD)
    draft = stepping.planned(draft, course, unit.now)
    if wrong := _faults(unit, draft, course):
        raise Invalid(wrong)
    us = accounts.community_account(unit.db)
    value = _value(unit, us, member, draft)
    made = Create(
        id=unit.id("a"), actor=us.id, object=value, to=value.to, cc=value.cc, published=unit.now
    )
    unit.perform(made, us)
    _keep_plan(unit, value.id or "", member, draft, once)
    slug = _slug(value.id or "")
    if value.stage == "voting":
        opening.open_box(unit, slug)
    elif course.steps:
        stepping.begin(unit, slug, value.stage or "")
    else:
        unit.later("proposals.open", due=draft.opens, slug=slug)
    if draft.source:
        unit.tell(Brought(slug=slug, source=draft.source))
    unit.log("proposal.bring", us.id, subject=value.id)
    return slug


def _faults(unit: Unit, draft: Draft, course: Course) -> dict[str, str]:
    """What is wrong with a proposal, by field."""
    wrong = rules.times(unit.now, opens=draft.opens, closes=draft.closes)
    if draft.open and not may_open(unit.db, course):
        wrong["open"] = mark("Ballots are secret here. Only the charter can allow open ones.")
    if draft.joint:
        return wrong
    if draft.method not in course.methods:
        wrong["method"] = mark("This course is decided in another way. Choose one of these.")
    if draft.replaces and draft.method in following.OPINIONS:
        wrong["method"] = following.FOR_GOOD
    elif weak := following.too_weak(unit.db, draft.method, draft.replaces, draft.text):
        wrong["method"] = weak
    later = course.wants_options
    return wrong | wording.faults(unit, draft, answers=draft.answers is not None, later=later)


def may_open(db: Connection, course: Course) -> bool:
    """Whether whoever brings something on a course may have its ballots open."""
    return course.may_open and bool(choices.now(db, decisions.OPEN))


def _value(unit: Unit, us: Account, member: str, draft: Draft) -> GovernanceProposal:
    id_ = unit.id("o")
    course = courses.course(draft.course)
    first = course.steps[0].stage if course.steps else "deliberating"
    history = rules.begun(unit.now, at="voting" if draft.opens is None else first)
    where = decisions.address(draft.reach, followers=us.followers, peers=unit.community.peers)
    return GovernanceProposal(
        id=id_,
        attributed_to=us.id,
        audience=us.id,
        proposed_by=member if draft.named else None,
        name=str(draft.joint.subject["name"]) if draft.joint else untagged(draft.title),
        summary=wording.summary(unit, draft.title, f"{unit.origin}/p/{_slug(id_)}"),
        content=str(draft.joint.subject["content"]) if draft.joint else _content(unit, draft),
        options=wording.options(unit, id_, draft),
        lang=unit.community.language,
        url=f"{unit.origin}/p/{_slug(id_)}",
        published=unit.now,
        revision=1,
        stage=history[-1][0],
        stage_history=tuple(StageEntry(stage=s, start_time=t) for s, t in history),
        decision_scope="local",
        voting_starts=draft.opens or unit.now,
        voting_ends=draft.closes,
        to=where.to,
        cc=where.cc,
        handling=where.handling,
    )


def _content(unit: Unit, draft: Draft) -> str:
    return wording.content(unit, draft.text, problem=draft.problem, affected=draft.affected)


def _keep_plan(unit: Unit, id_: str, member: str, draft: Draft, once: str) -> None:
    values = {
        "proposal": id_,
        "author": member,
        "text": draft.text,
        "problem": draft.problem or None,
        "affected": draft.affected or None,
        "method": draft.method.value,
        "share": str(draft.share),
        "counts": draft.counts,
        "opens": draft.opens,
        "closes": draft.closes,
        "review_months": draft.review_months,
        "answers": dict(draft.answers) if draft.answers else None,
        "settings": {**wording.settings(draft), **({"open": True} if draft.open else {})},
        "joint": asdict(draft.joint) if draft.joint else None,
        "course": draft.course if draft.course != courses.USUAL else None,
        "replaces": dict(draft.replaces) if draft.replaces else None,
        "once": once,
    }
    unit.db.execute(insert(plan), values)


def open_voting(unit: Unit, slug: str) -> None:
    """Open a proposal to the vote when its time has come; its text and roster freeze.

    Does nothing if it is open or withdrawn already.

    Raises:
        Missing: there is no such proposal.
        Conflict: E_EARLY, its time has not come.
    """
    found, made = moves.ours(unit, slug)
    if found.stage != "deliberating" or made.look is not None:
        return
    if made.opens is None or unit.now < made.opens:
        raise Conflict("E_EARLY", safe=mark("Voting opens by the clock. It is not time yet."))
    if stepping.came_too_late(unit.db, made):
        stepping.lapse(unit, found)
        return
    if (closes := _closes(made, unit.now)) != made.closes:
        change_rows(unit.db, plan.c.proposal, found.id, closes=closes)
        found = replace(found, voting_starts=unit.now, voting_ends=closes)
    moves.move(unit, found, "voting", sent=True, by=Who.CLOCK)
    opening.open_box(unit, slug)


def _closes(made: Plan, now: datetime) -> datetime:
    """When a vote closes that opens now: as it was said, or as much later as the node was off."""
    assert made.opens is not None, "its time has come"
    length = made.closes - made.opens
    missed = made.joint is None and made.closes - now < length / 2
    return now + length if missed else made.closes


def close(unit: Unit, slug: str) -> None:
    """Count a proposal whose voting has ended, and have its record written.

    Does nothing if that was done already. The stage is told outside when somebody has chosen
    who may see the decision (`settled`).

    Raises:
        Missing: there is no such proposal.
        Conflict: E_OPEN, only the clock closes it.
    """
    found, made = moves.ours(unit, slug)
    if found.stage != "voting":
        return
    if unit.now < made.closes:
        raise Conflict("E_OPEN", safe=mark("Voting is still open. Only the clock closes it."))
    done = decisions.decide(
        unit,
        slug,
        answers=made.answers,
        joint=_joint(made),
        supersedes=following.supersedes(unit, found, made),
    )
    if isinstance(done, decisions.Again):
        once_more(unit, found, done.closes)
    elif isinstance(done, decisions.Waiting):
        again = f"proposals.close:{slug}"
        unit.later("proposals.close", due=done.until, once=again, slug=slug)
    else:
        moves.move(unit, found, rules.ending(done.outcome), sent=False, by=Who.COUNT)


def _joint(made: Plan) -> decisions.Joint | None:
    if made.joint is None:
        return None
    held = Together(**made.joint)
    return decisions.Joint(process=held.process, digest=held.digest, others=tuple(held.others))


def bind(unit: Unit, slug: str, joint: Together) -> None:
    """Have a proposal of ours decided together with others; its words stay as they are.

    Raises:
        Missing: there is no such proposal.
        Conflict: E_STAGE, it is decided or withdrawn; E_JOINT, it is decided together already.
    """
    found, made = moves.ours(unit, slug)
    if found.stage not in ("deliberating", "voting"):
        raise Conflict("E_STAGE", safe=mark("This is decided already, or was taken back."))
    if made.joint is not None:
        raise Conflict("E_JOINT", safe=mark("Others were invited to this already."))
    kept = {"joint": asdict(joint)}
    change_rows(unit.db, plan.c.proposal, found.id, **kept)


def once_more(unit: Unit, found: Proposal, closes: datetime) -> None:
    """Voting goes on: too few took part, or options were equal."""
    change_rows(unit.db, plan.c.proposal, found.id, closes=closes)
    moves.move(unit, replace(found, voting_ends=closes), "voting", sent=True)
    unit.later("proposals.close", due=closes, slug=found.slug)


def withdraw(unit: Unit, slug: str, member: str) -> None:
    """Take a proposal back, before voting.

    Raises:
        Missing: there is no such proposal.
        Refused: neither who brought it nor an admin, or voting has begun.
    """
    found, made = moves.ours(unit, slug)
    author, admin = made.author == member, accounts.is_admin(unit.db, member)
    if not (author or admin):
        raise Refused("E_NOT_YOURS", safe=mark("Only who brought it can take it back."))
    if not rules.may_withdraw(stage=found.stage, author=author, admin=admin):
        raise Conflict("E_STAGE", safe=mark("Voting has begun, so it can not be taken back."))
    by = Who.AUTHOR if author else Who.KEEPER
    moves.move(unit, found, "withdrawn", sent=True, by=by)
    unit.log("proposal.withdraw", member, subject=found.id)


def choose_reach(unit: Unit, slug: str, member: str, reach: str) -> None:
    """Choose who may see the decision on a proposal.

    Raises:
        Missing: there is no such proposal, or no decision on it.
        Refused: neither who brought it nor an admin.
        Conflict: the decision has left already.
    """
    _, made = moves.ours(unit, slug)
    admin = accounts.is_admin(unit.db, member)
    if not rules.may_settle(author=made.author == member, admin=admin):
        raise Refused("E_NOT_YOURS", safe=mark("Who brought it, or an admin, chooses this."))
    found = decisions.decided_by(unit.db, slug)
    if found is None:
        raise Missing
    decisions.settle(unit, found.id, reach, by=member)


def settled(unit: Unit, event: decisions.Settled) -> None:
    """Tell those who see a proposal that it is decided, now that its record is settled."""
    found = queries.any_by_slug(unit.db, event.box)
    if found is not None and found.reach != "community":
        moves.move(unit, found, found.stage, sent=True)


def _slug(id_: str) -> str:
    return id_.rpartition("/")[2]


def say(unit: Unit, slug: str, member: str, text: str, *, once: str) -> None:
    """Say something to a proposal; members read it, and it never leaves.

    Raises:
        Missing: there is no such proposal.
        Refused: not a member.
    """
    found, _ = moves.ours(unit, slug)
    if not accounts.is_member(unit.db, member):
        raise Refused("E_MEMBERS_ONLY")
    row = {"id": secrets.token_hex(16), "proposal": found.id, "author": member, "text": text}
    insert_new(unit.db, comment, {**row, "at": unit.now, "once": once})
