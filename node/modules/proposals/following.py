"""How a proposal follows what becomes of its decision: challenged, carried out, replaced. Units."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from typing import Final

from sqlalchemy import Connection

from node.kernel.database import change_rows
from node.kernel.errors import Conflict, Missing
from node.kernel.unit import Unit
from node.modules.decisions import api as decisions
from node.modules.proposals import courses, moves, pipeline, queries, stepping
from node.modules.proposals.courses import Course
from node.modules.proposals.pipeline import State, Who
from node.modules.proposals.queries import Plan, Proposal
from node.modules.proposals.tables import plan
from vocab.html import to_text
from web.language import mark

AGAIN: Final = timedelta(days=2)
"""How long a challenged matter is talked through at least, if its course does not say."""
HOW: Final = ("amend", "repeal", "confirm")
"""What a decision can do to one in whose place it comes."""


def reopen(unit: Unit, slug: str) -> str:
    """Bring a decided matter back to be talked through, because it was challenged; once.

    Args:
        unit: the unit.
        slug: a proposal of ours whose decision cools off.

    Returns:
        The id of the record that was stopped.

    Raises:
        Missing: there is no such proposal or decision.
        Conflict: E_STAGE, it does not cool off; E_ONCE, it was challenged before.
    """
    found, made = moves.ours(unit, slug)
    record = decisions.decided_by(unit.db, slug)
    if record is None:
        raise Missing
    if stopped(made):
        raise Conflict("E_ONCE", slug, safe=ONCE)
    if found.stage != "decided" or not decisions.stop(unit, record.id):
        raise Conflict("E_STAGE", slug, safe=COOLED)
    decisions.set_aside(unit, slug, f"{slug[:60]}-1")
    course = courses.course(made.course)
    step = course.step("deliberating")
    opens = unit.now + (step.least if step else AGAIN)
    closes = opens + timedelta(days=course.vote_days or stepping.VOTE_DAYS)
    have = {**(made.have or {}), "stopped": 1}
    kept = {"opens": opens, "closes": closes, "have": have, "due": opens, "look": opens}
    change_rows(unit.db, plan.c.proposal, found.id, **kept)
    again = replace(found, voting_starts=opens, voting_ends=closes)
    moves.move(unit, again, "deliberating", sent=record.sent is not None, by=Who.MEMBERS,
               side=State.CHALLENGED)  # fmt: skip
    unit.later("proposals.step", due=opens, slug=slug)
    return record.id


COOLED: Final = mark("This does not cool off any more. Bring another proposal to change it.")
ONCE: Final = mark("It was challenged once and talked through again. Now it stands.")


OPINIONS: Final = frozenset({decisions.Method.SENSE_CHECK, decisions.Method.ADVICE})
"""Ways that decide nothing."""
FOR_GOOD: Final = mark(
    "What comes in place of a decision is decided for good: not as an emergency, nor by advice. "
    "Choose another way."
)


STRICT: Final[Mapping[str, int]] = {
    decisions.Method.SUPERMAJORITY: 1,
    decisions.Method.GRADIENTS: 1,
    decisions.Method.CONSENT: 2,
    decisions.Method.CONSENSUS: 2,
}
"""How hard it is to decide something in these ways; in all others it takes a simple majority."""
STRICTER: Final[Mapping[int, str]] = {
    1: mark("What it replaces took two thirds of us. Choose two thirds, degrees of agreement, "
            "consent or consensus."),
    2: mark("What it replaces was decided without an objection. Choose consent or consensus."),
}  # fmt: skip


def least(db: Connection, replaces: Mapping[str, str] | None, text: str | None = None) -> int:
    """How strictly something has to be decided to come in place of a decision (`STRICT`).

    As strictly as that decision was: else it would take half of us to undo what all of us agreed
    to. What confirms it undoes nothing, as long as its `text` (None: not written yet) is the same.
    """
    if not replaces:
        return 0
    found = decisions.any_record(db, replaces.get("record", ""))
    if replaces.get("how") == "confirm" and (text is None or _same(db, found, text)):
        return 0
    box = decisions.box_of(db, found.box) if found is not None and found.box else None
    return STRICT.get(box.method, 0) if box is not None else 0


def _same(db: Connection, found: decisions.Record | None, text: str) -> bool:
    """Whether a text is that of a decision: as it was brought, or as its record has it."""
    held = queries.any_by_slug(db, found.box) if found is not None and found.box else None
    made = queries.plan_of(db, held.id) if held else None
    if found is None or made is None:
        return False
    either = (made.text, to_text(str(found.document.get("content", ""))))
    return text.split() in [one.split() for one in either]


def too_weak(db: Connection, method: str, replaces: Mapping[str, str] | None, text: str) -> str:
    """Why a way is not enough for a text to take the place of a decision; "" if it is.

    A marked sentence. What confirms a decision in other words changes it.
    """
    needed = least(db, replaces, text)
    if STRICT.get(method, 0) >= needed:
        return ""
    return OTHER_WORDS if (replaces or {}).get("how") == "confirm" else STRICTER[needed]


def adopting(answer: str, about: decisions.Record | None, text: str) -> str:
    """What a text answers to a record of others: whoever adopts other words adopts with changes."""
    if about is None or answer not in (decisions.Answer.ADOPTED, decisions.Answer.CHANGED):
        return answer
    theirs = to_text(str(about.document.get("content", "")))
    same = text.split() == theirs.split()
    return decisions.Answer.ADOPTED if same else decisions.Answer.CHANGED


def answers_now(db: Connection, made: Plan, text: str) -> dict[str, object] | None:
    """What an approval of a plan answers elsewhere, if its text is this one."""
    if not made.answers:
        return None
    about = decisions.any_record(db, str(made.answers["record"]))
    said = adopting(str(made.answers["answer"]), about, text)
    return {**made.answers, "answer": str(said)}


OTHER_WORDS: Final = mark(
    "This says something else than what it confirms. Leave the text as it was, or choose a way "
    "that is as strict."
)


def may_replace(course: Course, needed: int = 0) -> bool:
    """Whether what takes this course may come in place of a decision: one that lasts may.

    `needed`: how strictly it has to be decided (`least`).
    """
    strict = any(STRICT.get(method, 0) >= needed for method in course.methods)
    return course.lasts_days is None and strict and not OPINIONS.issuperset(course.methods)


def stopped(made: Plan) -> bool:
    """Whether a decision on a proposal was stopped by a challenge."""
    return bool((made.have or {}).get("stopped"))


def supersedes(unit: Unit, found: Proposal, made: Plan) -> str | None:
    """The record in whose place the next one on a proposal comes, if there is any."""
    if stopped(made):
        before = decisions.decided_by(unit.db, f"{found.slug[:60]}-1")
        return before.id if before else None
    return (made.replaces or {}).get("record")


def follow(unit: Unit, slug: str, stage: str, side: State | None = None, *, by: Who) -> None:
    """Bring a decided proposal to a later stage; nothing if no step leads there.

    Args:
        unit: the unit.
        slug: a proposal of ours.
        stage: on the wire, such as `acting`.
        side: what brought it there, if it ends.
        by: who takes the step.
    """
    found = queries.any_by_slug(unit.db, slug)
    made = queries.plan_of(unit.db, found.id) if found else None
    if found is None or made is None or not decided(found.stage):
        return
    then = side or made.side
    before = moves.standing(unit.db, found, made.side)
    after = moves.standing(unit.db, found, then, stage)
    if before is not after and not moves.may_step(before, after, by):
        return
    if pipeline.path(found.stage, stage):
        record = decisions.decided_by(unit.db, slug)
        told = record is not None and record.sent is not None
        moves.move(unit, found, stage, sent=told, by=by, side=then)
    elif found.stage == stage:
        change_rows(unit.db, plan.c.proposal, found.id, side=then)


def decided(stage: str) -> bool:
    """Whether a proposal at this stage has a decision."""
    return stage in ("decided", "acting", "reviewing", "monitoring", "amending", "ended")


def replaceable(unit: Unit, replaces: Mapping[str, str]) -> bool:
    """Whether another decision can come in place of one: it is ours, and in force.

    Only what ends by itself is confirmed; all else holds anyway.
    """
    found = decisions.any_record(unit.db, replaces.get("record", ""))
    if found is None or not found.ours or not found.holds or replaces.get("how") not in HOW:
        return False
    return replaces["how"] != "confirm" or decisions.expires(unit.db, found) is not None


def forced(unit: Unit, event: decisions.Forced) -> None:
    """A decision has come into force: the one in whose place it comes ends."""
    found = queries.any_by_slug(unit.db, event.box)
    made = queries.plan_of(unit.db, found.id) if found else None
    held = made.replaces if made else None
    if not held:
        return
    decisions.end(unit, held["record"], decisions.REPLACED)
    before = decisions.any_record(unit.db, held["record"])
    now = decisions.any_record(unit.db, event.record)
    since = now.in_force if now is not None else None
    if before is None or before.ended is None or (since and before.ended < since):
        return  # it had ended before
    if before.box:
        side = State.REPEALED if held["how"] == "repeal" else State.AMENDED
        follow(unit, before.box, "ended", side, by=Who.COUNT)


def ended(unit: Unit, event: decisions.Ended) -> None:
    """A decision has ended by itself, or came too late to be in force: so does its proposal."""
    if event.why in (decisions.EXPIRED, decisions.OVERTAKEN):
        by = Who.CLOCK if event.why == decisions.EXPIRED else Who.COUNT
        follow(unit, event.box, "ended", State.LAPSED, by=by)
