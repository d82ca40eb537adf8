"""Taking one's data along, leaving without a trace, and what other servers hear."""

import json
from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import Column, String, Table, delete, insert, select

import federation
from node.kernel.database import new_metadata
from node.kernel.errors import Conflict, Refused
from node.kernel.module import Module
from node.kernel.node import Node
from node.kernel.tables import Account, account, actor_key, letter
from node.modules import accounts
from node.modules.accounts import api, doors, leaving, queries
from node.modules.accounts.telling import tell_changed
from tests.conftest import PASSWORD, Browser, Clock, Wire, person, settle
from vocab.types import Delete, Person, Update

MakeNode = Callable[..., Awaitable[Node]]
Browse = Callable[..., Awaitable[Browser]]
CANARY = "Kanarienvogel Quibble"

metadata = new_metadata()
diary = Table(
    "diary",
    metadata,
    Column("account", String(2048), primary_key=True),
    Column("text", String(500)),
)
said = Table("said", metadata, Column("event", String(2048), primary_key=True))


def _export(db: Any, account_id: str) -> dict[str, Any]:
    found = db.scalars(select(diary.c.text).where(diary.c.account == account_id))
    return {"pages": list(found)}


def _erase(unit: Any, account_id: str) -> None:
    unit.db.execute(delete(diary).where(diary.c.account == account_id))


def heard_left(unit: Any, event: api.Left) -> None:
    unit.db.execute(insert(said).values(event=f"left {event.account}"))


def heard_gone(unit: Any, event: api.Gone) -> None:
    unit.db.execute(insert(said).values(event=f"gone {event.account}"))


def heard_joined(unit: Any, event: api.Joined) -> None:
    unit.db.execute(insert(said).values(event=f"joined {event.account}"))


def modules(*followers: str) -> list[Module]:
    """Ours, and a diary whose owners are followed by these ids."""
    own = Module(
        name="diary",
        metadata=metadata,
        export=_export,
        erase=_erase,
        audiences=(lambda db, place: list(followers) if place.endswith("/followers") else None,),
        subscribers=((api.Left, heard_left), (api.Gone, heard_gone), (api.Joined, heard_joined)),
    )
    return [federation.module, accounts.module, own]


async def make(make_node: MakeNode, name: str, *followers: str) -> Node:
    return await make_node(name, modules=modules(*followers))


@pytest.fixture
async def alder(make_node: MakeNode) -> Node:
    return await make(make_node, "alder")


async def write_diary(node: Node, who: Account, text: str) -> None:
    def change(unit: Any) -> None:
        unit.db.execute(insert(diary).values(account=who.id, text=text))

    await node.write(change)


async def remote(node: Node, id: str = "https://birch.test/u/ben") -> Account:
    """Somebody elsewhere whom this node knows."""

    def change(unit: Any) -> Account:
        unit.db.execute(
            insert(account).values(
                id=id, local=False, type="Person", handle="ben", domain="birch.test", name="Ben",
                summary="", inbox=f"{id}/inbox", created=unit.now,
            )
        )  # fmt: skip
        known = unit.account(id)
        assert known is not None
        return known

    return await node.write(change)


async def dump(node: Node) -> str:
    """Every value in every table of the node, as text."""
    tables = [t for m in node.registry.metadatas for t in m.sorted_tables]

    def change(unit: Any) -> str:
        return "\n".join(
            (value.decode("utf-8", "replace") if isinstance(value, bytes) else str(value))
            for table in tables
            for row in unit.db.execute(select(table))
            for value in row
        )

    return await node.write(change)


# Data ---------------------------------------------------------------------------------------


async def test_the_download_holds_ones_own_and_nobody_elses(alder: Node, browse: Browse) -> None:
    ana, ben = (
        await person(alder, "ana", display=CANARY),
        await person(alder, "ben", display="Ben Otter"),
    )
    await write_diary(alder, ana, "my page")
    await write_diary(alder, ben, "secret of ben")
    browser = await browse(alder, "ana")
    await browse(alder, "ben")

    answer = await browser.post("/me/data", {})

    held = json.loads(answer.text)
    assert "attachment" in answer.headers["content-disposition"]
    assert held["modules"]["diary"] == {"pages": ["my page"]}
    assert held["modules"]["accounts"]["name"] == CANARY
    assert len(held["modules"]["accounts"]["sessions"]) == 1
    assert "otter" not in answer.text.lower()
    assert "secret of ben" not in answer.text
    assert "argon2" not in answer.text


async def test_only_a_form_of_ours_makes_the_download(alder: Node, browse: Browse) -> None:
    browser = await browse(alder, "keeper")

    page = await browser.get("/me/data")

    assert page.headers["content-type"].startswith("text/html")


# Leaving ------------------------------------------------------------------------------------


async def test_leaving_asks_for_the_password(alder: Node, browse: Browse) -> None:
    ana = await person(alder, "ana")
    browser = await browse(alder, "ana")

    wrong = await browser.post("/me/leave", {"password": "not this one"})

    assert (wrong.status_code, "not your password" in wrong.text) == (422, True)
    assert await alder.read(api.is_member, ana.id)


async def test_leaving_erases_every_byte_of_a_name(alder: Node, browse: Browse) -> None:
    ana = await person(alder, "ana", display=CANARY)
    await write_diary(alder, ana, f"I am {CANARY}")
    await alder.write(lambda unit: unit.log("note", ana.id, words=f"of {CANARY}"))
    await alder.write(tell_changed, ana, name=f"{CANARY} the second")
    await alder.write(doors.token_for, ana.id, f"phone of {CANARY}")
    await alder.write(lambda unit: unit.keep("members_invite", True))
    await alder.write(doors.make_invite, ana.id, note=f"from {CANARY}")
    await settle(alder)
    assert CANARY in await dump(alder)
    browser = await browse(alder, "ana")
    await browser.get("/me")

    farewell = await browser.post("/me/leave", {"password": PASSWORD})
    await settle(alder)

    assert "Your account is deleted" in farewell.text
    assert CANARY not in await dump(alder)
    assert f"left {ana.id}" in await dump(alder)
    assert (await browser.get("/me")).status_code == 403
    assert not await alder.read(api.is_member, ana.id)
    assert (
        await browser.post("/sign-in", {"name": "ana", "password": PASSWORD})
    ).status_code == 422


async def test_nobody_takes_the_handle_of_who_left(alder: Node) -> None:
    ana = await person(alder, "ana")
    await alder.write(leaving.leave, ana.id)

    with pytest.raises(Exception, match="handle"):
        await alder.write(api.add_member, "ana", alder.make_keys())


async def test_the_last_keeper_cannot_leave(alder: Node, browse: Browse) -> None:
    await person(alder, "ana")
    browser = await browse(alder, "keeper")
    page = await browser.get("/me/leave")
    assert "only one who keeps this node" in page.text
    assert 'action="/me/leave"' not in page.text
    (only,) = await alder.read(api.admins)

    with pytest.raises(Conflict):
        await alder.write(leaving.leave, only.id)

    assert await alder.read(api.is_admin, only.id)


async def test_a_keeper_leaves_once_there_is_another(alder: Node) -> None:
    ana = await person(alder, "ana")
    await alder.write(api.set_role, ana.id, "admin")
    first = next(m for m in await alder.read(api.admins) if m.handle == "keeper")

    await alder.write(leaving.leave, first.id)

    assert [m.id for m in await alder.read(api.admins)] == [ana.id]


async def test_those_who_knew_hear_of_it_though_nobody_remembers_them(
    make_node: MakeNode, wire: Wire
) -> None:
    node = await make(make_node, "alder", "https://birch.test/u/ben")
    await remote(node)
    ana = await person(node, "ana", display=CANARY)

    await node.write(leaving.leave, ana.id)
    await settle(node)

    sent = [(url, json.loads(body)) for method, url, body in wire.seen if method == "POST"]
    assert [(url, body["type"], body["object"]) for url, body in sent] == [
        ("https://birch.test/u/ben/inbox", "Delete", ana.id)
    ]
    assert CANARY not in str(sent)


async def test_letters_under_way_are_empty_after_leaving(make_node: MakeNode) -> None:
    node = await make(make_node, "alder", "https://birch.test/u/ben")
    await remote(node)
    ana = await person(node, "ana")
    await node.write(tell_changed, ana, name=CANARY)

    await node.write(leaving.leave, ana.id)

    rows = await node.read(
        lambda db: list(db.execute(select(letter.c.state, letter.c.body).order_by(letter.c.id)))
    )
    assert [(r.state, r.body is None) for r in rows] == [("dead", True), ("waiting", False)]


async def test_the_keys_of_who_left_go_after_a_month(alder: Node, clock: Clock) -> None:
    ana = await person(alder, "ana")
    await alder.write(leaving.leave, ana.id)

    async def kept() -> bool:
        row = select(actor_key.c.account).where(actor_key.c.account == ana.id)
        return await alder.write(lambda unit: unit.db.scalar(row)) is not None

    clock.advance(days=29)
    await alder.registry.jobs["accounts.sweep"](alder)
    assert await kept()
    clock.advance(days=2)
    await alder.registry.jobs["accounts.sweep"](alder)
    assert not await kept()


async def test_joining_is_told(alder: Node) -> None:
    ana = await person(alder, "ana")

    await settle(alder)

    assert f"joined {ana.id}" in await dump(alder)


# Theirs -------------------------------------------------------------------------------------


def _says(kind: Any, who: Account, obj: Person) -> Any:
    activity = kind(
        id=f"{who.id}/say/1", actor=who.id, object=obj, to=("https://alder.test/u/ana",)
    )
    return lambda unit: unit.perform(activity, who, obj, {"id": obj.id, "type": "Person"})


async def test_a_new_name_from_elsewhere_is_shown(alder: Node) -> None:
    ben = await remote(alder)
    now = Person(
        id=ben.id, name="Benno", preferred_username="ben", inbox=ben.inbox, summary="<p>Hi</p>"
    )

    await alder.write(_says(Update, ben, now))

    known = await alder.account(ben.id)
    assert known is not None
    assert (known.name, known.summary, known.local) == ("Benno", "<p>Hi</p>", False)
    assert known.created == ben.created


async def test_nobody_renames_or_deletes_another(alder: Node) -> None:
    ben = await remote(alder)
    eve = await remote(alder, "https://birch.test/u/eve")
    now = Person(id=ben.id, name="Fool", preferred_username="ben", inbox=ben.inbox)

    for kind in (Update, Delete):
        with pytest.raises(Refused):
            await alder.write(_says(kind, eve, now))

    known = await alder.account(ben.id)
    assert known is not None
    assert (known.name, known.gone) == ("Ben", None)


async def test_who_goes_elsewhere_is_gone_here(alder: Node) -> None:
    ben = await remote(alder)

    for _ in range(2):
        await alder.write(_says(Delete, ben, Person(id=ben.id)))
        known = await alder.account(ben.id)
        assert known is not None
        ben = replace(known)
    await settle(alder)

    assert (ben.name, ben.gone) == ("", alder.now())
    assert f"gone {ben.id}" in await dump(alder)


async def test_a_new_name_of_ours_goes_to_those_who_follow(
    make_node: MakeNode, browse: Browse, wire: Wire
) -> None:
    node = await make(make_node, "alder", "https://birch.test/u/ben")
    await remote(node)
    await person(node, "ana")
    browser = await browse(node, "ana")

    await browser.post("/me/account", {"display": "Ana B.", "language": "en", "timezone": ""})
    await settle(node)

    (body,) = [json.loads(b) for method, url, b in wire.seen if url.endswith("/ben/inbox")]
    assert (body["type"], body["object"]["type"], body["object"]["name"]) == (
        "Update",
        "Person",
        "Ana B.",
    )
    assert (await node.read(queries.by_handle, "ana")).name == "Ana B."


async def test_a_node_at_home_keeps_everything_to_itself(
    make_node: MakeNode, browse: Browse, wire: Wire
) -> None:
    node = await make_node("alder", modules=modules("https://birch.test/u/ben"), founded=False)
    home = api.Founding(
        origin=node.origin, at_home=True, name="Alder", handle="alder", purpose="", language="en",
        timezone="UTC", admin="keeper", password_hash=None,
    )  # fmt: skip
    await node.write(api.found, home, [node.make_keys() for _ in range(3)])
    await remote(node)
    ana = await person(node, "ana")
    await node.write(tell_changed, ana, name="Ana B.")
    await node.write(leaving.leave, ana.id)

    await settle(node)

    assert wire.seen == []


async def test_all_modules_together_forget_a_name(make_node: MakeNode, browse: Browse) -> None:
    node = await make_node("alder")
    ana = await person(node, "ana", display=CANARY)
    await node.write(tell_changed, ana, name=f"{CANARY} the second")
    await settle(node)
    browser = await browse(node, "ana")
    held = await browser.post("/me/data", {})
    assert set(json.loads(held.text)["modules"]) >= {"accounts"}

    await browser.post("/me/leave", {"password": PASSWORD})
    await settle(node)

    assert CANARY not in await dump(node)
    assert not await node.read(api.is_member, ana.id)
