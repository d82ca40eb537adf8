"""What two communities of ours say to everybody about what they decide."""

from datetime import timedelta
from typing import TYPE_CHECKING

from node.kernel.tables import Account
from node.modules.decisions import api as decisions
from node.modules.decisions import forcing
from node.modules.decisions.replies import NEEDS_BASIS
from node.modules.deliberation import asking
from node.modules.deliveries import reporting
from node.modules.joint import acting as joint
from node.modules.joint import queries as processes
from tests.conftest import settle
from tests.modules import moot

if TYPE_CHECKING:
    from tests.federation.readers.ours import World


async def one_by_one(here: "World") -> None:
    """A proposal, its stages, its record; what Birch answers to it, and to another."""
    await moot.follow(here.birch, here.alder)
    positions = ["consent", "consent", "consent"]
    for answer in decisions.Answer:
        title = {"title": f"To be {answer.value}", "reach": "public"}
        record = await moot.decided(here.alder, here.clock, positions, to="public", **title)
        await settle(here.alder, here.birch)
        if answer is decisions.Answer.ADOPTED:
            keeper, said = await moot.keeper(here.alder), ("partlyDelivered", "On two Sundays.")
            await here.alder.write(reporting.publish, record.box, keeper, *said, once="report")
        if answer is decisions.Answer.RETRACTED:
            await here.birch.write(decisions.respond, record.id, decisions.Answer.NOTED)
        if answer.value not in NEEDS_BASIS:
            await here.birch.write(decisions.respond, record.id, answer)
        else:
            told = {"record": record.id, "answer": answer.value, "ground": "harm",
                    "request": "talk", "reason": "It would flood our cellar."}  # fmt: skip
            own = {"title": f"We have {answer.value}", "reach": "public", "answers": told}
            await moot.decided(here.birch, here.clock, ["consent"], **own)
        await settle(here.alder, here.birch)
    await here.alder.write(forcing.end, record.id, forcing.VOID)
    await settle(here.alder)


async def together(here: "World", ana: Account) -> None:
    """A decision to which Birch is invited; it is called off."""
    slug = await moot.bring(here.alder, ana.id, reach="public", title="Share the van")
    now = here.clock.now
    plan = joint.Plan(
        invited=[here.birch.community.id],
        rule=decisions.Rule(kind=decisions.Kind.MAJORITY, least=2),
        answer_by=now + timedelta(days=3), ends=now + timedelta(days=14),
    )  # fmt: skip
    await here.alder.write(joint.begin, ana.id, slug, plan, once="begin")
    await settle(here.alder, here.birch)
    [one] = await here.alder.read(processes.listed, moot.inside(here.alder))
    await here.alder.write(joint.cancel, one.id, await moot.keeper(here.alder))
    await settle(here.alder, here.birch)


async def asking_others(here: "World", ana: Account) -> None:
    """A proposal of Ana's, on which the community asks everybody, until that is over."""
    slug = await moot.bring(
        here.alder, ana.id, reach="public", title="Mend the roof", course="agreement",
        method=decisions.Method.SUPERMAJORITY,
    )  # fmt: skip
    asked = asking.Question(text="Does it rain in at yours?", options=("Yes", "No"), several=False,
                            ends=here.clock.now + timedelta(hours=2))  # fmt: skip
    await here.alder.write(asking.ask, slug, ana.id, asked, once="asked")
    await settle(here.alder, here.birch)
    here.clock.advance(hours=3)
    await settle(here.alder, here.birch)
