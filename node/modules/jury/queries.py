"""All SQL about juries."""

import secrets
from collections.abc import Iterable
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, delete, insert, select, update

from node.kernel.unit import Unit
from node.modules.jury.rules import GOES_ON, Part, Stage
from node.modules.jury.tables import Jury, Person, Word, juror, jury, word


def _juries(db: Connection, *which: Any) -> list[Jury]:
    rows = db.execute(select(jury).where(*which).order_by(jury.c.at, jury.c.id)).all()
    return [_jury(db, row) for row in rows]


def _jury(db: Connection, row: Any) -> Jury:
    here = select(juror).where(juror.c.jury == row.id).order_by(juror.c.place, juror.c.id)
    people = [
        Person(**{k: v for k, v in r._mapping.items() if k not in ("jury", "part")},  # noqa: SLF001
               part=Part(r.part))
        for r in db.execute(here)
    ]  # fmt: skip
    said = select(word).where(word.c.jury == row.id).order_by(word.c.digest)
    words = [Word(member=r.member, digest=r.digest, word=r.word) for r in db.execute(said)]
    lot_word = row.lot_word if row.seed else ""
    held = {**row._mapping, "stage": Stage(row.stage), "lot_word": lot_word}  # noqa: SLF001
    return Jury(**held, people=people, words=words)


def on(db: Connection, matter: str) -> Jury | None:
    """The jury on a matter, if one was asked."""
    return next(iter(_juries(db, jury.c.matter == matter)), None)


def lot_word(unit: Unit, id: str) -> str:
    """The word that the node keeps to itself until the draw."""
    return str(unit.db.scalar(select(jury.c.lot_word).where(jury.c.id == id)))


def going(db: Connection) -> list[Jury]:
    """The juries that go on."""
    return _juries(db, jury.c.stage.in_(GOES_ON))


def due(db: Connection, now: datetime) -> list[str]:
    """The matters whose jury waits for the clock."""
    ending = select(jury.c.matter).where(jury.c.stage.in_(GOES_ON), jury.c.ends <= now)
    late = select(jury.c.matter).join_from(juror, jury).where(
        jury.c.stage == Stage.SITS, juror.c.part == Part.ASKED, juror.c.until <= now
    )  # fmt: skip
    return sorted({*db.scalars(ending), *db.scalars(late)})


def add(unit: Unit, values: dict[str, Any], people: Iterable[tuple[str, Part, str | None]]) -> None:
    """Keep a jury and its list: who, as what, for what reason."""
    unit.db.execute(insert(jury).values(at=unit.now, **values))
    rows = [
        {"id": secrets.token_urlsafe(16), "jury": values["id"], "member": who, "part": part.value,
         "reason": reason}
        for who, part, reason in people
    ]  # fmt: skip
    unit.db.execute(insert(juror), rows)


def change(unit: Unit, id: str, **values: Any) -> None:
    """Change where a jury stands."""
    unit.db.execute(update(jury).where(jury.c.id == id).values(values))


def place(unit: Unit, id: str, **values: Any) -> None:
    """Change what somebody on a list is."""
    unit.db.execute(update(juror).where(juror.c.id == id).values(values))


def nobody_stands(unit: Unit, id: str) -> None:
    """The words changed, so nobody stands behind them yet."""
    unit.db.execute(update(juror).where(juror.c.jury == id).values(stands=False))


def promise(unit: Unit, id: str, member: str, digest: str) -> None:
    """Keep the digest of a word."""
    unit.db.execute(insert(word).values(jury=id, member=member, digest=digest))


def tell(unit: Unit, id: str, member: str, said: str) -> None:
    """Keep a word that was promised."""
    mine = (word.c.jury == id) & (word.c.member == member)
    unit.db.execute(update(word).where(mine).values(word=said))


def of_member(db: Connection, member: str) -> dict[str, list[dict[str, Any]]]:
    """What is kept of a member, for their own export."""
    asked = select(jury).where(jury.c.asker == member).order_by(jury.c.at)
    drawn = select(juror, jury.c.matter).join_from(juror, jury).where(juror.c.member == member)
    said = select(word.c.digest, word.c.word).where(word.c.member == member)
    return {
        "asked": [
            {"matter": r.matter, "question": r.question, "at": r.at.isoformat()}
            for r in db.execute(asked)
        ],
        "listed": [
            {"matter": r.matter, "part": r.part, "otherwise": r.otherwise}
            for r in db.execute(drawn.order_by(jury.c.at))
        ],
        "words": [{"digest": r.digest, "word": r.word} for r in db.execute(said)],
    }


def forget(unit: Unit, member: str) -> None:
    """Take a member's name and own words from juries; places on lists stay, nameless.

    So does a word of the lot that they told: the draw rests on it.
    """
    mine = word.c.member == member
    unit.db.execute(delete(word).where(mine, word.c.word.is_(None)))
    unit.db.execute(update(word).where(mine).values(member=None))
    unit.db.execute(update(jury).where(jury.c.asker == member).values(asker=None))
    unit.db.execute(update(juror).where(juror.c.member == member).values(member=None, otherwise=""))
