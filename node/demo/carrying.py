"""What becomes of decisions in the demo: one was looked at again, one is being carried out."""

from datetime import timedelta

from node.kernel.node import Node
from node.kernel.unit import Unit
from node.modules.accounts import api as accounts
from node.modules.decisions import api as decisions
from node.modules.deliveries import doing, matters, queries, reviewing
from node.modules.deliveries.doing import Draft, Said
from node.modules.deliveries.reviewing import Finding
from node.modules.deliveries.rules import Act, Came, Verdict

MONTH = 32
"""Days after which what is to be looked at again after a month is due."""

LAMP = (
    "A lamp over the back door, on until midnight",
    (
        "Whoever comes home late finds the keyhole. The lamp goes on by itself when it gets dark "
        "and off at midnight."
    ),
)
"""What alder decided some time ago: title and text."""
SEEN = ("Nobody has stumbled at the back door", "We ask at the next tea, and look into the book")
DARK = "Within a month whoever sleeps above the door will have hung something before the window."
FOUND = "Nobody has, for four weeks."
WHY = (
    "The keyhole is found, and Lene sleeps badly: the lamp shines into her room. It should go "
    "on only when somebody comes."
)


def expecting(unit: Unit, slug: str) -> None:
    """Before the lamp is in force: by what it is judged, and what Lene sees coming."""
    jon, lene = _people(unit, "jon", "lene")
    doing.measure(unit, slug, jon, *SEEN, once="demo-measure")
    day = unit.now.date() + timedelta(days=20)
    doing.expect(unit, slug, lene, doing.Otherwise(text=DARK, day=day))


def looking_back(unit: Unit, slug: str) -> None:
    """After a month: Jon writes how it went, and Ana says that it is so."""
    jon, ana = _people(unit, "jon", "ana")
    one = matters.matter(unit.db, slug, matters.INSIDE, unit.now)
    finding = Finding(
        verdict=Verdict.PARTLY,
        reasons=WHY,
        found={measure.id: FOUND for measure in queries.measures(unit.db, slug)},
        came={said.key: Came.TRUE for said in matters.expected(unit.db, one)},
    )
    reviewing.write(unit, slug, jon, finding)
    reviewing.second(unit, slug, ana, unit.now.isoformat())


async def carry_out(node: Node, record: decisions.Record) -> None:
    """Birch's tools: one step is done and waits for a look, one is asked for, one is free."""
    await node.write(_steps, record.box or "")


def _steps(unit: Unit, slug: str) -> None:
    bo, yuki = _people(unit, "bo", "yuki")
    today = unit.now.date()
    for number, (maker, what, done_when, days, owner) in enumerate(
        (
            (yuki, "Hang a book beside the tool wall", "It hangs there, with a pen", 2, "yuki"),
            (yuki, "Write down what may be lent, and what not", "A list hangs there", 9, "felix"),
            (bo, "Mark our tools, so that they come home", "Each has a dab of red", 20, ""),
        )
    ):
        step = Draft(what=what, done_when=done_when, due=today + timedelta(days=days), owner=owner)
        doing.add(unit, slug, maker, step, once=f"demo-step-{number}")
    first = queries.steps(unit.db, slug)[0]
    said = Said(words="It hangs beside the door. The pen is on a string.")
    doing.move(unit, slug, first.id, yuki, Act.SHOW, said)


def _people(unit: Unit, *handles: str) -> list[str]:
    found = [accounts.by_handle(unit.db, handle) for handle in handles]
    return [one.id for one in found if one is not None]
