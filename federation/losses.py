"""Letters that some place never got: what was given up, and trying it once more.

Each is kept, with what it said, until a keeper tries it again or lets it go, its server fetches
it by itself (`catching`), or nobody has done anything about it for three months.
"""

from collections.abc import Sequence
from datetime import timedelta

from sqlalchemy import Connection, Row, delete, select, update

from federation import letters
from federation.tables import lost
from node.kernel.errors import Missing, Refused, mark
from node.kernel.tables import letter
from node.kernel.unit import Unit

KEPT = timedelta(days=90)
"""How long what was given up is remembered."""
MANY = 1000
"""Letters of one server that are tried again at once."""

EMPTY = mark("What this letter said is not kept any more, so it cannot be tried again.")


def again(unit: Unit, name: str) -> None:
    """Try a letter once more that was given up, for as many days as a new one.

    Raises:
        Missing: it was not given up, or somebody tried it already.
        Refused: E_EMPTY, what it said is gone.
    """
    row = unit.db.execute(select(lost).where(lost.c.name == name)).one_or_none()
    if row is None:
        raise Missing(detail=name)
    if not _try(unit, row):
        raise Refused("E_EMPTY", row.activity, safe=EMPTY)


def all_again(unit: Unit, domain: str) -> int:
    """Try all letters once more that a server never got, oldest first; how many that could be."""
    wanted = select(lost).where(lost.c.domain == domain).order_by(lost.c.since, lost.c.name)
    return sum([_try(unit, row) for row in unit.db.execute(wanted.limit(MANY)).all()])


def _try(unit: Unit, row: Row[tuple[object, ...]]) -> bool:
    found = letters.outgoing(unit.db, row.activity)
    if found is None:
        return False
    unit.db.execute(delete(lost).where(lost.c.name == row.name))
    if row.code == "E_NO_ACTOR":
        letters.introduce(unit, row.activity, row.place, again=True)
    else:
        letters.post(unit, row.activity, row.place, again=True)
    others = select(lost.c.name).where(lost.c.activity == row.activity).limit(1)
    if unit.db.scalar(others) is None:
        ours = (letter.c.way == "out") & (letter.c.activity == row.activity)
        unit.db.execute(update(letter).where(ours).values(state="waiting", code=None))
    return True


def let_go(unit: Unit, name: str) -> str:
    """Forget that a letter was given up; the server that it was for.

    Raises:
        Missing: it was not.
    """
    done = unit.db.execute(delete(lost).where(lost.c.name == name).returning(lost.c.domain))
    domain = done.scalar_one_or_none()
    if domain is None:
        raise Missing(detail=name)
    return str(domain)


def let_all_go(unit: Unit, domain: str) -> int:
    """Forget all that was given up of what a server should have got; how many."""
    return unit.db.execute(delete(lost).where(lost.c.domain == domain)).rowcount


def came(unit: Unit, domain: str, activities: Sequence[str]) -> None:
    """A server has fetched these letters by itself: they are not lost, and wait no longer."""
    for start in range(0, len(activities), 500):
        some = lost.c.activity.in_(activities[start : start + 500])
        unit.db.execute(delete(lost).where(lost.c.domain == domain, some))


def of(db: Connection, domain: str, most: int) -> Sequence[Row[tuple[object, ...]]]:
    """What a server never got, newest first."""
    wanted = select(lost).where(lost.c.domain == domain)
    return db.execute(wanted.order_by(lost.c.at.desc(), lost.c.name).limit(most)).all()


def forget(unit: Unit) -> None:
    """Let go what was given up long ago."""
    unit.db.execute(delete(lost).where(lost.c.at < unit.now - KEPT))
