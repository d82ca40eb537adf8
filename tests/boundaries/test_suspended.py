"""Who is suspended, signed out or in another role now is so at once, in every door."""

from typing import Any

import pytest

from node.modules.accounts import api as accounts
from node.modules.accounts import doors, leaving, members
from node.modules.decisions import api as decisions
from node.modules.moderation import acts
from tests.boundaries import routes
from tests.boundaries.visitors import FORM, Visitors
from tests.boundaries.world import World
from tests.federation.outside import ACTIVITY
from web import sessions

NOTE = {
    "@context": "https://www.w3.org/ns/activitystreams",
    "type": "Note",
    "content": "I am still here",
    "to": ["https://www.w3.org/ns/activitystreams#Public"],
}


def suspended(unit: Any, full: World) -> None:
    acts.suspend(unit, full.ana.id, by=full.keeper.id, reason="For a test")


def signed_out(unit: Any, full: World) -> None:
    accounts.end_sessions(unit, full.ana.id, tokens=True)


def with_new_password(unit: Any, full: World) -> None:
    members.set_password(unit, full.ana.id, "another")


def left(unit: Any, full: World) -> None:
    leaving.leave(unit, full.ana.id)


ENDS = {"suspended": suspended, "signed out": signed_out, "left": left,
        "a new password": with_new_password}  # fmt: skip


async def outbox(visitors: Visitors, token: str) -> int:
    headers = {"authorization": f"Bearer {token}", "content-type": ACTIVITY}
    answer = await visitors.client("nobody").post("/u/ana/outbox", json=NOTE, headers=headers)
    return answer.status_code


async def inbox(visitors: Visitors, token: str) -> int:
    answer = await visitors.ask("nobody", "/u/ana/inbox", authorization=f"Bearer {token}")
    return answer.status_code


@pytest.mark.parametrize("how", list(ENDS))
async def test_every_door_is_shut_at_once(full: World, visitors: Visitors, how: str) -> None:
    node, token = full.node, full.secret["bearer token"]
    form = await visitors.token("ana")
    assert (await visitors.ask("ana", "/me/account", accept="text/html")).status_code == 200
    assert (await outbox(visitors, token), await inbox(visitors, token)) == (201, 200)

    await node.write(ENDS[how], full)

    assert (await visitors.ask("ana", "/me/account", accept="text/html")).status_code in {401, 403}
    data = {"csrf": form, "display": "Still here"}
    sent = await visitors.client("ana").post(
        "/me/account", data=data, headers={"origin": node.origin, **FORM}
    )
    assert sent.status_code in {401, 403}
    assert await outbox(visitors, token) in {401, 403, 404}
    assert await inbox(visitors, token) in {401, 403, 404}
    assert (await visitors.ask("ana", f"/n/{full.ids['community post']}")).status_code == 404
    if how in {"suspended", "left"}:
        assert (await link(visitors, full.secret["sign-in link"])).status_code >= 400
        assert await joined(visitors, full.secret["token of Ana's invite"]) >= 400


async def link(visitors: Visitors, token: str) -> Any:
    return await visitors.send("nobody", "/sign-in/link", {"token": token})


async def joined(visitors: Visitors, invite: str) -> int:
    data = {"invite": invite, "handle": "newcomer", "display": "New", "language": "en",
            "password": "a very long password indeed", "again": "a very long password indeed",
            "rules": "on", "agreed": "on"}  # fmt: skip
    return (await visitors.send("nobody", "/join", data)).status_code


async def test_the_doors_were_open_before(full: World, visitors: Visitors) -> None:
    """The refusals above are worth something only if the doors open otherwise."""
    assert (await joined(visitors, full.secret["token of Ana's invite"])) == 303
    visitors.client("nobody").cookies.clear()
    assert (await link(visitors, full.secret["sign-in link"])).status_code == 303


async def test_another_role_counts_at_once(full: World, visitors: Visitors) -> None:
    """A keeper who is none any more does not go on as one, in no open browser."""
    node, path = full.node, "/desk/members"
    await node.write(accounts.set_role, full.ben.id, "admin")
    session = await node.write(doors.sign_in, full.ben.id)
    visitors.client("ben").cookies.set(sessions.name(node.origin), session)
    assert (await visitors.ask("ben", path, accept="text/html")).status_code == 200
    desk = await visitors.token("ben")

    await node.write(accounts.set_role, full.ben.id, "member")

    assert (await visitors.ask("ben", path, accept="text/html")).status_code == 403
    data = {"handle": "ana", "role": "admin"}
    refused = await visitors.send("ben", "/desk/members/role", data, token=desk)
    assert refused.status_code == 403
    found = await node.read(accounts.members)
    assert [m.handle for m in found if m.is_admin] == ["keeper"]


async def test_a_member_cannot_become_a_keeper_by_a_field(full: World, visitors: Visitors) -> None:
    more = {"role": "admin", "account": full.keeper.id}
    said = {"display": "Ben", "language": "en", "timezone": "", **more}
    await visitors.send("ben", "/me/account", said)
    made = await full.node.write(doors.make_invite, full.keeper.id)
    await visitors.send("nobody", "/join", {"role": "admin", "invite": made, "handle": "sly"})

    found = await full.node.read(accounts.members)

    assert [m.handle for m in found if m.is_admin] == ["keeper"]


@pytest.mark.sqlite
async def test_let_in_to_vote_somebody_sees_what_nobody_sees(
    full: World, visitors: Visitors
) -> None:
    """Of all routes, a session to vote opens the page of what is left, and the ballots."""
    node = full.node
    await node.write(suspended, full)
    token = await node.write(doors.let_in_to_vote, full.ana.id)
    visitors.client("ana").cookies.set(sessions.name(node.origin), token)
    theirs = await node.read(decisions.theirs, full.ana.id, node.now())
    opened = {"/suspended", "/sign-in", *(f"/p/{slug}/vote" for slug in theirs)}
    found = []

    for path in routes.reading(visitors.app):
        for one in routes.filled(path, routes.known(full, path)):
            nobody = await visitors.ask("nobody", one, accept="text/html")
            shut = await visitors.ask("ana", one, accept="text/html")
            if shut.status_code != nobody.status_code and one not in opened:
                found.append((one, nobody.status_code, shut.status_code))
            if one not in opened:
                found += [(one, name) for name, word in full.secret.items() if word in shut.text]

    assert theirs
    assert not found
    assert (await visitors.ask("ana", "/suspended", accept="text/html")).status_code == 200
