"""Founding, members, roles and doors, as units."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

import federation
from node.kernel.errors import Conflict, Invalid, Missing, Refused
from node.kernel.moving import move
from node.kernel.node import Node
from node.kernel.tables import account, log_entry
from node.modules import accounts
from node.modules.accounts import api, doors, members, passwords, queries
from node.modules.accounts.tables import bearer, invite, link, session
from tests.conftest import Clock, person

MODULES = [federation.module, accounts.module]
MakeNode = Callable[..., Awaitable[Node]]


@pytest.fixture
async def alder(make_node: MakeNode) -> Node:
    return await make_node("alder", modules=MODULES)


async def ids(node: Node) -> set[str]:
    return await node.read(lambda db: set(db.scalars(select(account.c.id))))


async def rows(node: Node, table: Any) -> list[Any]:
    return await node.read(lambda db: list(db.execute(select(table))))


async def keeper(node: Node) -> str:
    return (await node.read(api.admins))[0].id


# Founding -----------------------------------------------------------------------------------


async def test_founding_makes_community_service_and_keeper(alder: Node) -> None:
    assert await ids(alder) == {
        "https://alder.test/c/alder", "https://alder.test/service", "https://alder.test/u/keeper",
    }  # fmt: skip
    assert (alder.ready, alder.origin, alder.community.name) == (
        True,
        "https://alder.test",
        "Alder",
    )
    group = await alder.read(api.community_account)
    service = await alder.read(api.service_account)
    assert (group.type, group.kind, group.handle) == ("Group", "Community", "alder")
    assert (service.type, service.kind, service.handle) == (
        "Application",
        "NodeService",
        "alder.test",
    )
    (first,) = await alder.read(api.admins)
    assert (first.handle, first.role) == ("keeper", "admin")


async def test_nobody_founds_twice(alder: Node) -> None:
    again = api.Founding(
        origin="https://alder.test", at_home=False, name="Other", handle="other", purpose="",
        language="en", timezone="UTC", admin="mallory", password_hash=None,
    )  # fmt: skip
    before = await ids(alder)

    with pytest.raises(Conflict):
        await alder.write(api.found, again, [alder.make_keys() for _ in range(3)])

    assert await ids(alder) == before


async def test_a_founder_cannot_be_called_as_the_community(make_node: MakeNode) -> None:
    node = await make_node("alder", modules=MODULES, founded=False)
    same = api.Founding(
        origin="https://alder.test", at_home=False, name="Alder", handle="alder", purpose="",
        language="en", timezone="UTC", admin="a1der", password_hash=None,
    )  # fmt: skip

    with pytest.raises(Invalid) as refused:
        await node.write(api.found, same, [node.make_keys() for _ in range(3)])

    assert set(refused.value.fields) == {"admin"}
    assert await ids(node) == set()


# Members ------------------------------------------------------------------------------------


async def test_a_member_is_an_actor_of_the_node(alder: Node) -> None:
    ana = await person(alder, "Ana", display="Ana B.")

    assert (ana.id, ana.label) == ("https://alder.test/u/ana", "Ana B.")
    assert await alder.read(api.is_member, ana.id)
    assert not await alder.read(api.is_admin, ana.id)
    assert not await alder.read(api.is_member, "https://birch.test/u/ana")
    assert [m.handle for m in await alder.read(api.members)] == ["ana", "keeper"]


@pytest.mark.parametrize("handle", ["ANA", "keeper", "alder", "alder.test", "k33per.", "a1der", ""])
async def test_a_handle_that_is_taken_or_looks_so_is_refused(alder: Node, handle: str) -> None:
    await person(alder, "ana")
    before = await ids(alder)

    with pytest.raises(Invalid) as refused:
        await alder.write(api.add_member, handle, alder.make_keys())

    assert list(refused.value.fields) == ["handle"]
    assert await ids(alder) == before


async def test_nobody_becomes_a_member_before_the_founding(make_node: MakeNode) -> None:
    node = await make_node("alder", modules=MODULES, founded=False)

    with pytest.raises(Conflict):
        await node.write(api.add_member, "ana", node.make_keys())


async def test_two_at_once_cannot_take_one_handle(alder: Node) -> None:
    keys = alder.make_keys()

    done = await asyncio.gather(
        *(alder.write(api.add_member, "ana", keys) for _ in range(3)), return_exceptions=True
    )

    assert sum(isinstance(one, Invalid) for one in done) == 2, done


async def test_active_members_are_those_seen_since_a_day(alder: Node, clock: Clock) -> None:
    await person(alder, "ana")
    clock.advance(days=40)
    ben = await person(alder, "ben")

    active = await alder.read(api.active_members, clock() - timedelta(days=30))

    assert [m.id for m in active] == [ben.id]


async def test_a_keeper_makes_a_keeper_and_it_is_logged(alder: Node) -> None:
    ana = await person(alder, "ana")
    token = await alder.write(doors.sign_in, ana.id)

    first = await keeper(alder)
    await alder.write(api.set_role, ana.id, "admin", by=first)

    assert await alder.read(api.is_admin, ana.id)
    assert await alder.read(queries.session_of, token, alder.now()) is None
    said = [(e.actor, e.action, e.subject) for e in await rows(alder, log_entry)]
    assert (first, "member.role.admin", ana.id) in said


async def test_the_last_keeper_cannot_be_made_a_member_or_suspended(alder: Node) -> None:
    only = await keeper(alder)

    with pytest.raises(Conflict):
        await alder.write(api.set_role, only, "member")
    with pytest.raises(Conflict):
        await alder.write(api.suspend, only)

    assert await alder.read(api.is_admin, only)


async def test_two_keepers_cannot_both_go_at_once(alder: Node) -> None:
    first, ana = await keeper(alder), await person(alder, "ana")
    await alder.write(api.set_role, ana.id, "admin")

    done = await asyncio.gather(
        alder.write(api.set_role, first, "member"),
        alder.write(api.set_role, ana.id, "member"),
        return_exceptions=True,
    )

    assert [type(one) for one in done].count(Conflict) == 1, done
    assert len(await alder.read(api.admins)) == 1


async def test_a_suspended_member_has_no_door_left(alder: Node) -> None:
    ana = await person(alder, "ana")
    await alder.write(api.set_role, ana.id, "admin")
    for open_one in (doors.sign_in, doors.link_for, doors.make_invite):
        await alder.write(open_one, ana.id)
    await alder.write(doors.token_for, ana.id, "phone")

    await alder.write(api.suspend, ana.id)

    for table in (session, link, bearer, invite):
        assert await rows(alder, table) == []
    for open_one in (doors.sign_in, doors.make_invite):
        with pytest.raises(Refused):
            await alder.write(open_one, ana.id)
    with pytest.raises(Refused):
        await alder.write(doors.token_for, ana.id, "phone")

    await alder.write(api.unsuspend, ana.id)
    assert await alder.write(doors.sign_in, ana.id)


async def test_a_new_password_ends_sessions_links_and_tokens(alder: Node) -> None:
    ana = await person(alder, "ana")
    await alder.write(doors.sign_in, ana.id)
    await alder.write(doors.link_for, ana.id)
    await alder.write(doors.token_for, ana.id, "phone")

    await alder.write(api.set_password, ana.id, await passwords.hash_password("another long one"))

    for table in (session, link, bearer):
        assert await rows(alder, table) == []
    kept = await alder.read(queries.password_of, ana.id)
    assert await api.check_password("another long one", kept)
    assert not await api.check_password("a long enough password", kept)


async def test_nobody_has_no_password() -> None:
    assert not await api.check_password("nobody is called so", None)
    assert not await api.check_password("anything", "not a hash")


# Doors --------------------------------------------------------------------------------------


async def test_no_token_is_kept_as_it_is(alder: Node) -> None:
    who = await keeper(alder)
    tokens = [await alder.write(open_one, who) for open_one in
              (doors.sign_in, doors.link_for, doors.make_invite)]  # fmt: skip
    tokens.append(await alder.write(doors.token_for, who, "phone"))

    kept = [str(await rows(alder, table)) for table in (session, link, invite, bearer)]

    assert len(set(tokens)) == 4
    assert all(len(token) >= 43 and token not in text for token in tokens for text in kept)


async def test_a_session_ends_thirty_days_after_its_last_use(alder: Node, clock: Clock) -> None:
    token = await alder.write(doors.sign_in, await keeper(alder))
    clock.advance(days=29)
    opened = await alder.read(queries.session_of, token, alder.now())
    assert opened is not None

    await alder.write(doors.seen, opened)
    clock.advance(days=29)
    assert await alder.read(queries.session_of, token, alder.now()) is not None
    clock.advance(days=2)
    assert await alder.read(queries.session_of, token, alder.now()) is None


async def test_a_link_works_once_and_for_a_day(alder: Node, clock: Clock) -> None:
    who = await keeper(alder)
    first, second = [await alder.write(doors.link_for, who) for _ in range(2)]

    assert await alder.write(doors.use_link, first) == who
    with pytest.raises(Refused):
        await alder.write(doors.use_link, first)
    clock.advance(days=1)
    with pytest.raises(Refused):
        await alder.write(doors.use_link, second)
    with pytest.raises(Refused):
        await alder.write(doors.use_link, "made up")


async def test_an_invite_is_used_up_or_ends(alder: Node, clock: Clock) -> None:
    who = await keeper(alder)
    twice = await alder.write(doors.make_invite, who, uses=2)
    late = await alder.write(doors.make_invite, who, lasts=timedelta(days=3))

    for _ in range(2):
        assert (await alder.write(doors.use_invite, twice)).made_by == who
    with pytest.raises(Refused):
        await alder.write(doors.use_invite, twice)
    clock.advance(days=3)
    with pytest.raises(Refused):
        await alder.write(doors.use_invite, late)


async def test_two_at_once_cannot_use_one_invite(alder: Node) -> None:
    token = await alder.write(doors.make_invite, await keeper(alder))

    done = await asyncio.gather(
        *(alder.write(doors.use_invite, token) for _ in range(3)), return_exceptions=True
    )

    assert [type(one) for one in done].count(Refused) == 2, done


async def test_members_invite_only_where_the_keepers_allow_it(alder: Node) -> None:
    ana = await person(alder, "ana")
    with pytest.raises(Refused):
        await alder.write(doors.make_invite, ana.id)

    await alder.write(lambda unit: unit.keep("members_invite", True))

    assert await alder.write(doors.make_invite, ana.id)
    with pytest.raises(Refused):
        await alder.write(doors.make_invite, ana.id, role="admin")


async def test_an_invite_of_somebody_suspended_lets_nobody_in(alder: Node) -> None:
    ana = await person(alder, "ana")
    await alder.write(lambda unit: unit.keep("members_invite", True))
    token = await alder.write(doors.make_invite, ana.id)

    await alder.write(api.suspend, ana.id)

    with pytest.raises(Refused):
        await alder.write(doors.use_invite, token)


async def test_an_invite_is_withdrawn_by_its_maker_or_a_keeper(alder: Node) -> None:
    ana, ben = await person(alder, "ana"), await person(alder, "ben")
    await alder.write(lambda unit: unit.keep("members_invite", True))
    for _ in range(2):
        await alder.write(doors.make_invite, ana.id)
    one, two = [i.key for i in await alder.read(queries.invites, alder.now())]

    with pytest.raises(Missing):
        await alder.write(doors.withdraw_invite, one, ben.id)
    await alder.write(doors.withdraw_invite, one, ana.id)
    await alder.write(doors.withdraw_invite, two, await keeper(alder))

    assert await alder.read(queries.invites, alder.now()) == []


async def test_one_cannot_end_the_session_or_token_of_another(alder: Node) -> None:
    ana, ben = await person(alder, "ana"), await person(alder, "ben")
    await alder.write(doors.sign_in, ana.id)
    await alder.write(doors.token_for, ana.id, "phone")
    (opened,) = await alder.read(queries.sessions_of, ana.id, alder.now())
    (program,) = await alder.read(queries.bearers_of, ana.id)

    for end, key in ((doors.end_session, opened.key), (doors.end_token, program.key)):
        with pytest.raises(Missing):
            await alder.write(end, ben.id, key)
        with pytest.raises(Missing):
            await alder.write(end, ana.id, "zz")
        await alder.write(end, ana.id, key)

    assert await alder.read(queries.sessions_of, ana.id, alder.now()) == []


async def test_the_setup_code_stays_until_the_founding(make_node: MakeNode) -> None:
    node = await make_node("alder", modules=MODULES, founded=False)

    code = await node.write(api.setup_code)

    assert len(code) >= 43
    assert await node.write(api.setup_code) == code


async def test_there_is_no_setup_code_after_the_founding(alder: Node) -> None:
    with pytest.raises(Refused):
        await alder.write(api.setup_code)


async def test_the_sweep_removes_what_opens_nothing(alder: Node, clock: Clock) -> None:
    who = await keeper(alder)
    for open_one in (doors.sign_in, doors.link_for, doors.make_invite):
        await alder.write(open_one, who)
    clock.advance(days=31)
    fresh = await alder.write(doors.sign_in, who)

    await alder.registry.jobs["accounts.sweep"](alder)

    assert await alder.read(queries.session_of, fresh, alder.now()) is not None
    assert [len(await rows(alder, t)) for t in (session, link, invite)] == [1, 0, 0]


async def test_the_community_changes_with_its_actor(alder: Node) -> None:
    await alder.write(
        members.change_community, await keeper(alder), name="Alder Street", purpose="We share."
    )

    group = await alder.read(api.community_account)
    assert (alder.community.name, group.name, group.summary) == (
        "Alder Street",
        "Alder Street",
        "We share.",
    )


async def test_the_service_is_called_by_its_new_host(make_node: MakeNode) -> None:
    node = await make_node("alder", modules=MODULES, founded=False)
    home = api.Founding(
        origin=node.origin, at_home=True, name="Alder", handle="alder", purpose="", language="en",
        timezone="UTC", admin="keeper", password_hash=None,
    )  # fmt: skip
    await node.write(api.found, home, [node.make_keys() for _ in range(3)])
    token = await node.write(doors.sign_in, await keeper(node))

    await node.write(move, "https://alder.test")

    service = await node.read(api.service_account)
    assert (service.id, service.handle) == ("https://alder.test/service", "alder.test")
    opened = await node.read(queries.session_of, token, node.now())
    assert opened is not None
    assert opened.account == "https://alder.test/u/keeper"
