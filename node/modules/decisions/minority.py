"""What those say who would decide otherwise: unseen until the count, then in the record. Units.

It is said beside the ballot and not on it, so it can be said in every method, and before voting
opens. Whose it is, another module keeps; here it has no name.
"""

from collections.abc import Sequence

from sqlalchemy import delete, select

from node.kernel.database import upsert
from node.kernel.errors import Conflict
from node.kernel.unit import Unit
from node.modules.decisions import queries
from node.modules.decisions.tables import statement
from web.language import mark


def state(unit: Unit, box: str, id: str, text: str) -> None:
    """Keep a statement for the record of a vote; the same id again takes its place.

    Raises:
        Conflict: E_COUNTED, the record is written.
    """
    found = queries.box_of(unit.db, box)
    if found is not None and found.counted is not None:
        raise Conflict("E_COUNTED", box, safe=WRITTEN)
    row = {"id": id, "box": box, "text": text.strip()}
    upsert(unit.db, statement, row, key=["id"])


WRITTEN = mark("The ballots are counted and the record is written, so it cannot stand there.")


def unstate(unit: Unit, id: str) -> None:
    """Forget a statement; one that stands in a record stays there."""
    unit.db.execute(delete(statement).where(statement.c.id == id))


def stated(unit: Unit, box: str) -> Sequence[str]:
    """What is to stand in the record of a vote."""
    mine = select(statement.c.text).where(statement.c.box == box)
    return list(unit.db.scalars(mine.order_by(statement.c.text)))
