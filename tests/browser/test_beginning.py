"""A person founds a community, invites a second one, and says what they give."""

import pytest

from node.modules.accounts import api as accounts
from tests.browser.conftest import Open, Walk
from tests.conftest import PASSWORD, person


async def test_a_community_begins(nodes: Open, walk: Walk) -> None:
    alder = (await nodes("alder", founded=False)).nodes["alder"]
    code = await alder.write(accounts.setup_code)
    ruth = await walk(alder)

    await ruth.go("/", "setup-closed")
    await ruth.go(f"/setup?code={code}", "setup")
    await ruth.press("Begin", "setup-errors", status=422)
    await ruth.fill(
        name="Alder Street", handle="alder", purpose="Neighbours between the mill and the bridge.",
        timezone="Europe/Berlin", display="Ruth", admin="ruth", password=PASSWORD,
    )  # fmt: skip
    await ruth.press("Begin", "today-first")
    await ruth.sees("Alder Street has its own node now.", "Invite the first neighbours")

    await ruth.press("Make an invite", "invites")
    await ruth.fill(note="For the Okafors")
    await ruth.press("Make an invite", "invite-made")
    link = await ruth.page.get_by_label("The link of the invite").input_value()
    assert link.startswith(alder.origin)

    ana = await walk(alder)
    await ana.go("/", "public-empty")
    await ana.go(link.removeprefix(alder.origin), "join")
    await ana.fill(display="Ana Okafor", handle="ana", password=PASSWORD)
    await ana.press("Join", "today-second")
    await ana.sees("Welcome.")
    await ana.go(link.removeprefix(alder.origin))
    await (await walk(alder)).go(link.removeprefix(alder.origin), "join-used", status=403)


async def test_a_member_says_what_they_give_and_looks_as_the_public(
    nodes: Open, walk: Walk
) -> None:
    alder = (await nodes("alder")).nodes["alder"]
    await person(alder, "ana", display="Ana Okafor")
    ana = await walk(alder, "ana")

    await ana.go("/", "today-gift")
    await ana.press("Begin", "gift-guide")
    await ana.fill(first="I read a letter aloud", second="I filled in a form for Mr Brandt")
    await ana.press("Go on", "gift")
    await ana.fill(name="I help people read what is in small print.")
    await ana.choose(reach="public")
    await ana.press("Keep it so", "profile")
    await ana.press("Add a skill", "skill")
    await ana.press("Keep it so", "skill-errors", status=422)
    await ana.fill(name="Letters and forms, in two languages")
    await ana.choose(topic="writing", reach="trusted")
    await ana.press("Keep it so")
    await ana.press("Add a thing or a room")
    await ana.fill(name="A long ladder")
    await ana.choose(topic="tool-sharing")
    await ana.press("Keep it so")
    await ana.press("Say your mission")
    await ana.fill(name="Nobody here signs what they have not understood.")
    await ana.choose(reach="public")
    await ana.press("Keep it so", "profile-full")

    await ana.go("/@ana", "person")
    await ana.sees("A long ladder", "Letters and forms")
    await ana.press("the public", "person-public")
    await ana.sees("small print", "Nobody here signs")
    assert "ladder" not in await ana.text()
    assert "Letters and forms" not in await ana.text()
    stranger = await walk(alder)
    await stranger.go("/@ana", "person-stranger")
    await stranger.sees("small print")
    assert "ladder" not in await stranger.text()


@pytest.mark.thorough
async def test_the_places_of_a_member_and_of_a_keeper(nodes: Open, walk: Walk) -> None:
    alder = (await nodes("alder")).nodes["alder"]
    keeper = await walk(alder)
    await keeper.go("/me", "members-only", status=403)
    await keeper.go("/sign-in", "sign-in")
    await keeper.fill(name="keeper", password="not this one")
    await keeper.press("Sign in", "sign-in-wrong", status=422)
    await keeper.fill(password=PASSWORD)
    await keeper.press("Sign in")

    for path, shot in PLACES.items():
        await keeper.go(path, shot)


PLACES = {
    "/me": "me", "/me/account": "account", "/me/invites": "my-invites", "/me/data": "data",
    "/me/leave": "leave", "/me/following": "following", "/me/profile": "profile-empty",
    "/me/blocks": "my-blocks", "/me/contact": "contact", "/people": "people", "/nodes": "nodes",
    "/desk": "desk", "/desk/members": "members", "/desk/invites": "desk-invites",
    "/desk/community": "community", "/desk/address": "address", "/desk/nodes": "desk-nodes",
    "/desk/reports": "reports", "/desk/suspend": "suspend", "/desk/blocks": "blocks",
    "/desk/queue": "queue", "/public": "public",
}  # fmt: skip
