"""What is talked through in the demo: one matter goes round, another was decided and cools off."""

from datetime import UTC, datetime
from fractions import Fraction
from typing import Any, Final

from node.kernel.access import Viewer
from node.kernel.node import Node
from node.kernel.unit import Unit
from node.modules.accounts import api as accounts
from node.modules.decisions import api as decisions
from node.modules.deliberation import queries, saying
from node.modules.deliberation.rules import Act, Kind, Stand
from node.modules.deliberation.saying import Said
from node.modules.proposals import api as proposals
from node.modules.proposals import stepping
from node.modules.proposals.bringing import Draft, bring
from node.modules.rounds import going
from node.modules.rounds.rules import Round
from node.stage import Stage

BELL: Final = (
    "Ring the bell before the yard is swept",
    "Whoever sweeps rings it a quarter of an hour before, so that bicycles and washing are safe.",
)
"""What alder has decided just now."""
QUIET: Final = (
    "Quiet in the yard from ten at night",
    (
        "From ten in the evening until seven in the morning we speak softly in the yard. On "
        "Saturdays it is eleven."
    ),
)
"""What alder talks through."""


def decide(unit: Unit) -> str:
    """Bring the bell, have nobody ask anything, and let all say yes; its slug."""
    jon = _people(unit, "jon")[0]
    slug = bring(unit, jon, _draft(*BELL), once="demo bell")
    proposals.came(unit, slug, {"rounds": 1})
    stepping.by_hand(unit, slug, jon)
    for member in accounts.members(unit.db):
        decisions.cast(unit, slug, member.id, "consent")
    return slug


async def go_on(stage: Stage, node: Node, slug: str) -> str:
    """The bell is counted and cools off, and quiet in the yard is talked through; its slug."""
    await cool(stage, node, slug)
    return await node.write(talk)


async def cool(stage: Stage, node: Node, slug: str) -> None:
    """Wait for its count; a keeper keeps it among us, and it cools off."""

    async def counted() -> decisions.Record | None:
        node.wake()
        return await node.read(decisions.decided_by, slug)

    record = await stage.until(counted)
    keeper = (await node.read(accounts.admins))[0].id
    await node.write(decisions.settle, record.id, "community", by=keeper)


def talk(unit: Unit) -> str:
    """Bring quiet in the yard: facts, a question, an objection, a change, and a first round."""
    otto, lene, ana, mira = _people(unit, "otto", "lene", "ana", "mira")
    slug = bring(unit, otto, _draft(*QUIET), once="demo quiet")
    said: list[tuple[str, Kind, str, str]] = [
        (lene, Kind.FACT, "In June four of us asked for more quiet, in the book.", ""),
        (ana, Kind.MIND, "If the children may still come home later, I am for it.", ""),
        (mira, Kind.QUESTION, "Does it hold for the workshop, too?", ""),
        (ana, Kind.OBJECTION, "In summer nobody is asleep at ten.", "Eleven from June to August."),
        (mira, Kind.AMENDMENT, "On Fridays and Saturdays it is eleven.",
         "On Saturdays it is eleven."),
    ]  # fmt: skip
    for number, (who, kind, text, more) in enumerate(said):
        words = Said(text=text, more=more)
        saying.say(unit, slug, who, kind, words, once=f"demo quiet {number}")
    _answer(unit, slug, otto)
    for who, stand in ((lene, Stand.FOR), (ana, Stand.UNSURE)):
        saying.stand(unit, slug, who, stand)
    going.say(unit, slug, lene, Round.CLARIFY, None, once="demo round lene")
    asks = "Who tells guests?"
    going.say(unit, slug, mira, Round.CLARIFY, asks, once="demo round mira")
    return slug


def _answer(unit: Unit, slug: str, otto: str) -> None:
    for one in queries.on(unit.db, slug, Viewer(role="member")):
        if one.kind is Kind.QUESTION:
            saying.move(unit, one.id, otto, Act.ANSWER, "Yes, with its door shut it does.")


def _draft(title: str, text: str) -> Draft:
    """A proposal on the course of consent, which fixes all else."""
    fixed: dict[str, Any] = {"share": Fraction(1, 2), "counts": False, "opens": None}
    return Draft(
        title=title, text=text, method=decisions.Method.CONSENT, closes=NEVER, review_months=6,
        reach="community", named=True, course="consent", **fixed,
    )  # fmt: skip


NEVER: Final = datetime(2000, 1, 1, tzinfo=UTC)
"""A time that a course replaces."""


def _people(unit: Unit, *handles: str) -> list[str]:
    known = {member.handle: member.id for member in accounts.members(unit.db)}
    return [known[handle] for handle in handles]
