"""Who sees which row: every reach before every viewer, with owners and hidden rows."""

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
from sqlalchemy import Column, Connection, String, Table, create_engine, insert, select

from node.kernel.access import ANONYMOUS, Reach, Viewer, owned, visible
from node.kernel.database import Moment, new_metadata
from node.kernel.tables import Account

metadata = new_metadata()
card = Table(
    "card",
    metadata,
    Column("id", String(20), primary_key=True),
    Column("reach", String(20), nullable=False),
    Column("owner", String(200), nullable=False),
    Column("hidden", Moment),
)
bare = Table(
    "bare", metadata, Column("id", String(20), primary_key=True), Column("reach", String(20))
)

ANA = "https://alder.test/u/ana"
BEN = "https://alder.test/u/ben"
FAR = "https://birch.test/u/far"


def account(id: str) -> Account:
    names = Account.__dataclass_fields__
    return Account(**{**dict.fromkeys(names), "id": id, "handle": id.rpartition("/")[2]})


VIEWERS = {
    "nobody": ANONYMOUS,
    "stranger": Viewer(account=account(FAR)),
    "peer": Viewer(account=account("https://birch.test/service"), trusted=True),
    "member": Viewer(account=account(BEN), role="member"),
    "owner": Viewer(account=account(ANA), role="member"),
    "admin": Viewer(account=account("https://alder.test/u/keeper"), role="admin"),
}

SEEN = {
    "nobody": {"public"},
    "stranger": {"public"},
    "peer": {"trusted", "public"},
    "member": {"community", "trusted", "public"},
    "owner": {"community", "trusted", "public", "direct"},
    "admin": {"community", "trusted", "public"},
}


@pytest.fixture
def db() -> Iterator[Connection]:
    engine = create_engine("sqlite://")
    with engine.connect() as connection:
        metadata.create_all(connection)
        for reach in Reach:
            hidden = datetime(2026, 11, 1, tzinfo=UTC)
            rows = [
                {"id": f"{reach}", "reach": reach, "owner": ANA, "hidden": None},
                {"id": f"{reach}-hidden", "reach": reach, "owner": ANA, "hidden": hidden},
            ]
            connection.execute(insert(card), rows)
            connection.execute(insert(bare), {"id": f"{reach}", "reach": reach})
        connection.execute(insert(bare), {"id": "odd", "reach": "everybody!"})
        yield connection
    engine.dispose()


@pytest.mark.parametrize("who", VIEWERS)
def test_what_each_viewer_sees(db: Connection, who: str) -> None:
    shown = set(db.scalars(select(card.c.id).where(visible(card, VIEWERS[who]))))

    hidden = {f"{reach}-hidden" for reach in SEEN[who]} if who in {"owner", "admin"} else set()
    assert shown == SEEN[who] | hidden


@pytest.mark.parametrize("who", VIEWERS)
def test_a_table_without_owners_shows_no_more_than_its_reach(db: Connection, who: str) -> None:
    shown = set(db.scalars(select(bare.c.id).where(visible(bare, VIEWERS[who]))))

    assert shown == SEEN[who] - {"direct"}


@pytest.mark.parametrize("who", VIEWERS)
def test_rows_of_ones_own_are_nobody_elses(db: Connection, who: str) -> None:
    shown = set(db.scalars(select(card.c.id).where(owned(card, VIEWERS[who]))))

    assert bool(shown) is (who == "owner")


def test_a_stranger_is_no_owner_of_what_is_owned_here(db: Connection) -> None:
    same_id = Viewer(account=account(ANA))

    assert set(db.scalars(select(card.c.id).where(owned(card, same_id)))) == set()


def test_roles() -> None:
    assert [VIEWERS[who].is_member for who in VIEWERS] == [False, False, False, True, True, True]
    assert [VIEWERS[who].is_admin for who in VIEWERS] == [False] * 5 + [True]
    assert ANONYMOUS.id is None
