"""Roles, a jury, an open vote and a draft in the demo: who does what for alder, and by what."""

from datetime import timedelta
from fractions import Fraction
from typing import Any, Final

from sqlalchemy import Connection

from node.kernel.access import Viewer
from node.kernel.node import Node
from node.kernel.unit import Unit
from node.modules.accounts import api as accounts
from node.modules.decisions import api as decisions
from node.modules.jury import sitting
from node.modules.jury.rules import FEWEST
from node.modules.proposals import drafts
from node.modules.proposals.bringing import Draft, bring
from node.modules.roles import holding, queries, selecting
from node.modules.roles import rules as roles
from node.modules.roles.rules import Power, Spec, Stage
from node.modules.roles.selecting import Said
from node.stage import Stage as Scene

HOST: Final = Spec(
    name="Host of the yard",
    purpose="Greets who is new, and sees that everybody is heard.",
    powers=(Power.FACILITATE,),
    months=6,
)
NEEDED: Final = (
    "A host of the yard",
    (
        "Somebody should greet who is new. It goes round, and nobody does it for long.\n\n"
        + roles.lines(HOST)
    ),
)
OPENLY: Final = (
    "Small things of the yard may be voted on openly",
    (
        "Some of us like to stand by what they say, and some have somebody else vote for them. "
        "Whoever brings something says whether its ballots are open.\n\n"
        "§ decisions.open = yes\n§ decisions.delegation = yes"
    ),
)
BENCH: Final = (
    "Paint the bench by the gate blue",
    "There is half a tin left of the door. It takes an afternoon.",
)
QUESTION: Final = (
    "Is ten the right hour all year round, and what would the children and the night shift say?"
)
IDEA: Final = {
    "title": ["A shelf for lost things in the entrance"],
    "text": ["Gloves, keys, a left shoe. Who cleans it out, and when? Ask Edda."],
    "course": ["consent"],
}


def begin(unit: Unit) -> None:
    """Bring the role of a host, and that ballots may be open; all say yes to both."""
    for who, words in (("ana", NEEDED), ("lene", OPENLY)):
        slug = bring(unit, _id(unit, who), _draft(unit, *words), once=f"demo {words[0]}")
        for member in accounts.members(unit.db):
            decisions.cast(unit, slug, member.id, "consent")


async def name(scene: Scene, node: Node) -> str:
    """Have somebody named for the role, and all asked whether they see harm in it; the choosing."""

    async def there() -> bool:
        return await node.read(queries.role_by_key, roles.key(HOST.name)) is not None

    await _keep_here(node)
    await scene.until(there)
    return await node.write(_name)


def _name(unit: Unit) -> str:
    held = queries.role_by_key(unit.db, roles.key(HOST.name))
    assert held is not None, "it was decided"
    ana, mira = _id(unit, "ana"), _id(unit, "mira")
    slug = selecting.begin(unit, held.slug, ana, once="demo host")
    words = {"ana": "She knows who is new before I do.", "pavel": "She asks, and then she waits."}
    for one in accounts.members(unit.db):
        said = Said(handle="mira", reason=words[one.handle]) if one.handle in words else Said()
        selecting.say(unit, slug, one.id, Stage.NOMINATE, said)
    for one in accounts.members(unit.db):
        selecting.say(unit, slug, one.id, Stage.CHANGE, Said())
    matter = selecting.propose(unit, slug, ana, [mira], "", once="demo host proposed")
    for one in accounts.members(unit.db):
        decisions.cast(unit, matter, one.id, "consent")
    return slug


async def take_on(scene: Scene, node: Node, slug: str) -> None:
    """Mira was chosen, and says yes."""

    def asked(db: Connection) -> str | None:
        found = queries.of_selection(db, slug)
        return next((one.id for one in found if one.state is roles.State.ASKED), None)

    async def chosen() -> str | None:
        node.wake()
        await _keep_here(node)
        return await node.read(asked)

    id_ = await scene.until(chosen)
    await node.write(lambda unit: holding.answer(unit, id_, _id(unit, "mira"), yes=True))


async def _keep_here(node: Node) -> None:
    """Have a keeper say of each decision that nobody said it of: it stays among us."""
    keeper = (await node.read(accounts.admins))[0].id

    def open_(db: Connection) -> list[str]:
        every = decisions.records(db, Viewer(role="member"), ours=True)
        return [one.id for one in every if one.settled is None]

    for record in await node.read(open_):
        await node.write(decisions.settle, record, "community", by=keeper)


def go_on(unit: Unit, quiet: str) -> None:
    """A jury is asked about quiet, the bench is voted on openly, and Ana keeps a draft.

    Args:
        unit: the unit.
        quiet: the matter that is talked through, brought by Otto.
    """
    sitting.ask(unit, quiet, _id(unit, "otto"), QUESTION, FEWEST)
    voice = decisions.offer(unit, _id(unit, "jon"), "lene", "", once="demo voice")
    decisions.act(unit, voice, _id(unit, "lene"), decisions.Act.ACCEPT)
    said: dict[str, Any] = {"method": decisions.Method.MAJORITY, "open": True, "reach": "community"}
    bench = bring(unit, _id(unit, "edda"), _draft(unit, *BENCH, **said), once="demo bench")
    for who, word in (("lene", "inFavour"), ("pavel", "oppose")):
        decisions.cast(unit, bench, _id(unit, who), word)
    drafts.keep(unit, _id(unit, "ana"), "demo-draft", IDEA)


def _draft(unit: Unit, title: str, text: str, **more: Any) -> Draft:
    said: dict[str, Any] = {
        "method": decisions.Method.CONSENT, "share": Fraction(1, 2), "counts": False,
        "opens": None, "closes": unit.now + timedelta(days=3), "review_months": 6,
        "reach": "community", "named": True,
    }  # fmt: skip
    return Draft(title=title, text=text, **{**said, **more})


def _id(unit: Unit, handle: str) -> str:
    found = accounts.by_handle(unit.db, handle)
    assert found is not None, f"{handle} was added before"
    return found.id
