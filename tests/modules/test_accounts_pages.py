"""Setting up, signing in, joining and keeping, through a browser without scripts."""

import re
from collections.abc import Awaitable, Callable
from dataclasses import replace
from ipaddress import ip_network
from typing import Any

import pytest

import federation
from node.kernel.node import Node
from node.modules import accounts
from node.modules.accounts import api, attempts, doors, queries
from tests.conftest import PASSWORD, Browser, Clock, Wire, person
from tests.servers import hidden_fields

MODULES = [federation.module, accounts.module]
MakeNode = Callable[..., Awaitable[Node]]
Browse = Callable[..., Awaitable[Browser]]
WRONG = "do not belong together"


@pytest.fixture
async def alder(make_node: MakeNode) -> Node:
    return await make_node("alder", modules=MODULES)


async def raw(browser: Browser, path: str, data: dict[str, str], **headers: str) -> Any:
    """Send a form as another site would: without our token."""
    sent = {"origin": browser.node.origin, "sec-fetch-site": "same-origin"} | headers
    return await browser.client.post(path, data=data, headers=sent)


async def stray(browser: Browser, path: str, data: dict[str, str], at: str = "/sign-in") -> Any:
    """Send a form that no page of ours shows now, with the token of another page."""
    token = re.search(r'name="csrf" value="([^"]*)"', (await browser.get(at)).text)
    assert token
    return await raw(browser, path, {"csrf": token[1], **data})


async def keeper(node: Node) -> str:
    return (await node.read(api.admins))[0].id


# The wizard ---------------------------------------------------------------------------------

WIZARD = {
    "name": "Alder Street", "handle": "alder", "purpose": "We share tools.", "language": "en",
    "timezone": "berlin", "display": "Ana", "admin": "ana", "password": PASSWORD,
    "address": "",
}  # fmt: skip


@pytest.fixture
async def empty(make_node: MakeNode) -> Node:
    return await make_node("alder", modules=MODULES, founded=False)


async def test_from_nothing_to_a_home_that_invites_the_next_step(
    empty: Node, browse: Browse
) -> None:
    code = await empty.write(api.setup_code)
    browser = await browse(empty)

    home = await browser.post("/setup", WIZARD, form=f"/setup?code={code}")

    assert (home.status_code, home.url.path) == (200, "/")
    assert "Invite the first neighbours" in home.text
    assert "Ana" in home.text
    community = empty.community
    assert (community.ready, community.at_home, community.name) == (True, True, "Alder Street")
    assert (community.timezone, community.handle) == ("Europe/Berlin", "alder")
    assert (await browser.get("/desk")).status_code == 200


async def test_everything_leads_to_the_setup_until_it_is_done(empty: Node, browse: Browse) -> None:
    browser = await browse(empty)

    page = await browser.get("/sign-in")

    assert page.url.path == "/setup"
    assert "/setup?code=" in page.text
    assert "<form" not in page.text


@pytest.mark.sqlite(but=1)
@pytest.mark.parametrize("code", ["", "wrong", "ñ"])
async def test_without_the_code_nobody_sets_up(empty: Node, browse: Browse, code: str) -> None:
    right = await empty.write(api.setup_code)
    browser = await browse(empty)
    shown = await browser.get("/setup", params={"code": code})
    assert 'name="handle"' not in shown.text
    assert shown.status_code == (403 if code else 200)

    answer = await stray(browser, "/setup", {**WIZARD, "code": code}, at=f"/setup?code={right}")

    assert answer.status_code == 403
    assert not empty.ready


async def test_the_wizard_says_all_errors_and_keeps_what_was_typed(
    empty: Node, browse: Browse
) -> None:
    code = await empty.write(api.setup_code)
    browser = await browse(empty)
    bad = {**WIZARD, "name": "", "timezone": "Atlantis", "password": "short"}

    page = await browser.post("/setup", bad, form=f"/setup?code={code}")

    assert page.status_code == 422
    assert "Fill this in." in page.text
    assert "We do not know this time zone" in page.text
    assert "at least 10 characters" in page.text.lower()
    assert "We share tools." in page.text
    assert 'value="Atlantis"' in page.text
    assert not empty.ready


async def test_the_wizard_refuses_handles_in_words(empty: Node, browse: Browse) -> None:
    code = await empty.write(api.setup_code)
    browser = await browse(empty)

    page = await browser.post("/setup", {**WIZARD, "handle": "Al der", "admin": "inbox"},
                              form=f"/setup?code={code}")  # fmt: skip

    assert page.status_code == 422
    assert "Use 2 to 30 letters" in page.text
    assert "kept for the node itself" in page.text


async def test_the_wizard_goes_on_in_the_language_that_was_chosen(
    empty: Node, browse: Browse
) -> None:
    code = await empty.write(api.setup_code)
    browser, form = await browse(empty), f"/setup?code={code}"

    wrong = await browser.post("/setup", {**WIZARD, "name": "", "language": "de"}, form=form)
    home = await browser.post("/setup", {**WIZARD, "language": "de"}, form=form)

    assert (wrong.status_code, "Fülle dies aus." in wrong.text) == (422, True)
    assert "Alder Street hat jetzt einen eigenen Knoten." in home.text


async def test_the_setup_is_gone_once_it_is_done(alder: Node, browse: Browse) -> None:
    browser = await browse(alder)

    assert (await browser.get("/setup?code=x")).url.path == "/"
    answer = await stray(browser, "/setup", WIZARD)

    assert answer.url.path == "/"
    assert alder.community.name == "Alder"


async def test_the_address_given_at_the_start_may_be_the_public_one_at_once(
    empty: Node, browse: Browse, wire: Wire
) -> None:
    wire.apps["https://alder.test"] = wire.apps[empty.origin]
    empty.community = replace(empty.community, origin="https://alder.test")
    code = await empty.write(api.setup_code)
    browser = await browse(empty)

    asked = await browser.get(f"/setup?code={code}")
    wizard = {**WIZARD, "address": "https://alder.test"}
    home = await browser.post("/setup", wizard, form=f"/setup?code={code}")

    assert 'value="https://alder.test"' in asked.text
    assert home.url.path == "/"
    assert (empty.origin, empty.community.at_home) == ("https://alder.test", False)


async def test_an_address_that_leads_here_is_taken_in_the_wizard(
    empty: Node, browse: Browse, wire: Wire
) -> None:
    wire.apps["https://elm.test"] = wire.apps[empty.origin]
    code = await empty.write(api.setup_code)
    browser = await browse(empty)
    token = hidden_fields((await browser.get(f"/setup?code={code}")).text, "/setup")
    wizard = {**token, **WIZARD, "address": "ELM.test"}

    answer = await raw(browser, "/setup", wizard)

    assert str(answer.url) == "https://elm.test/"
    assert (empty.origin, empty.community.at_home) == ("https://elm.test", False)


@pytest.mark.parametrize(
    ("address", "reason"),
    [("https://nobody.test", "could not be reached"), ("http://elm.test", "")],
)
async def test_an_address_that_leads_elsewhere_leaves_the_node_at_home(
    empty: Node, browse: Browse, address: str, reason: str
) -> None:
    code = await empty.write(api.setup_code)
    browser = await browse(empty)

    answer = await browser.post(
        "/setup", {**WIZARD, "address": address}, form=f"/setup?code={code}"
    )

    assert empty.ready is bool(reason)
    if reason:
        assert answer.url.path == "/desk/address"
        assert reason in answer.text
        assert empty.community.at_home
        assert (await browser.get("/me/account")).url.path == "/me/account"  # signed in
    else:
        assert "Write the address like" in answer.text


async def test_the_founder_does_not_take_a_name_as_password(empty: Node, browse: Browse) -> None:
    code = await empty.write(api.setup_code)
    browser = await browse(empty)
    wizard = {**WIZARD, "password": "alder street"}

    page = await browser.post("/setup", wizard, form=f"/setup?code={code}")

    assert (page.status_code, "first that anybody tries" in page.text) == (422, True)


# Signing in ---------------------------------------------------------------------------------


async def test_signing_in_and_out(alder: Node, browse: Browse) -> None:
    browser = await browse(alder, "keeper")
    assert "Sign out" in (await browser.get("/me")).text

    out = await browser.post("/sign-out", {}, form="/me")

    assert "You are signed out." in out.text
    assert (await browser.get("/me")).status_code == 403


async def test_wrong_names_and_wrong_passwords_get_one_answer(alder: Node, browse: Browse) -> None:
    await person(alder, "quentin")
    await alder.write(api.add_member, "nopassword", alder.make_keys())
    browser = await browse(alder)

    pages = []
    for name in ("quentin", "zelda", "nopassword"):
        answer = await browser.post("/sign-in", {"name": name, "password": "not this one"})
        plain = re.sub(r'name="csrf" value="[^"]*"', "", answer.text).replace(name, "NAME")
        pages.append((answer.status_code, plain))

    assert WRONG in pages[0][1]
    assert pages[0] == pages[1] == pages[2]


async def test_a_name_is_taken_as_people_type_it(alder: Node, browse: Browse) -> None:
    browser = await browse(alder)

    await browser.sign_in(" @Keeper ")

    assert (await browser.get("/desk")).status_code == 200


async def test_after_five_wrong_tries_even_the_right_one_waits(
    alder: Node, browse: Browse, clock: Clock
) -> None:
    browser = await browse(alder)
    for _ in range(5):
        await browser.post("/sign-in", {"name": "keeper", "password": "not this one"})

    refused = await browser.post("/sign-in", {"name": "keeper", "password": PASSWORD})

    assert refused.status_code == 429
    assert "Try again in ten minutes" in refused.text
    clock.advance(minutes=10)
    await browser.sign_in("keeper")


async def test_a_made_up_forwarded_address_does_not_help(alder: Node, browse: Browse) -> None:
    browser = await browse(alder)

    for number in range(6):
        browser.client.headers["x-forwarded-for"] = f"198.51.100.{number}"
        name = f"somebody{number}"
        last = await browser.post("/sign-in", {"name": name, "password": "not this one"})

    assert last.status_code == 429


async def test_behind_a_trusted_proxy_addresses_are_told_apart(
    make_node: MakeNode, browse: Browse
) -> None:
    node = await make_node("alder", modules=MODULES, trusted_proxies=(ip_network("127.0.0.0/8"),))
    browser = await browse(node)

    for number in range(6):
        browser.client.headers["x-forwarded-for"] = f"198.51.100.{number}"
        name = f"somebody{number}"
        last = await browser.post("/sign-in", {"name": name, "password": "not this one"})

    assert last.status_code == 422
    assert "from 198.51.100.0/32" in attempts.of(node)._tries


async def test_a_session_of_before_is_not_carried_over(alder: Node, browse: Browse) -> None:
    """Session fixation: signing in gives a new session and ends the browser's old one."""
    await person(alder, "ana")
    browser = await browse(alder, "ana")
    (before,) = browser.client.cookies.jar and [
        c.value for c in browser.client.cookies.jar if "form" not in c.name and "said" not in c.name
    ]

    await stray(browser, "/sign-in", {"name": "ana", "password": PASSWORD, "next": ""}, at="/me")

    assert await alder.read(queries.session_of, before, alder.now()) is None
    assert (await browser.get("/me")).status_code == 200


@pytest.mark.sqlite(but=1)
@pytest.mark.parametrize("to", ["https://evil.test/", "//evil.test", "/\\evil.test"])
async def test_signing_in_leads_nowhere_else(alder: Node, browse: Browse, to: str) -> None:
    browser = await browse(alder)

    answer = await browser.post("/sign-in", {"name": "keeper", "password": PASSWORD, "next": to})

    assert (answer.url.host, answer.url.path) == ("alder.test", "/")


async def test_signing_in_leads_back_to_where_one_was(alder: Node, browse: Browse) -> None:
    browser = await browse(alder)

    answer = await browser.post(
        "/sign-in", {"name": "keeper", "password": PASSWORD}, form="/sign-in?next=/desk"
    )

    assert answer.url.path == "/desk"


async def test_a_suspended_member_is_out_at_once(alder: Node, browse: Browse) -> None:
    ana = await person(alder, "ana")
    browser = await browse(alder, "ana")

    await alder.write(api.suspend, ana.id)

    assert (await browser.get("/me")).status_code == 403
    answer = await browser.post("/sign-in", {"name": "ana", "password": PASSWORD})
    assert answer.status_code == 403
    assert "You are suspended here" in answer.text


async def test_a_program_shows_its_token(alder: Node, browse: Browse) -> None:
    token = await alder.write(api.token_for, await keeper(alder), "phone")
    browser = await browse(alder)

    right = await browser.get("/me", headers={"authorization": f"Bearer {token}"})
    wrong = await browser.get("/me", headers={"authorization": "Bearer made-up"})

    assert (right.status_code, wrong.status_code) == (200, 403)


async def test_a_token_of_a_session_is_no_token_of_a_program(alder: Node, browse: Browse) -> None:
    token = await alder.write(doors.sign_in, await keeper(alder))
    browser = await browse(alder)

    page = await browser.get("/me", headers={"authorization": f"Bearer {token}"})

    assert page.status_code == 403


async def test_only_the_day_of_a_visit_is_kept(alder: Node, browse: Browse, clock: Clock) -> None:
    browser = await browse(alder, "keeper")
    clock.advance(days=2, hours=3)

    await browser.get("/me")

    (member,) = await alder.read(api.members)
    assert member.last_seen == clock().date()
    (opened,) = await alder.read(queries.sessions_of, member.id, alder.now())
    assert opened.seen == clock()


# CSRF ---------------------------------------------------------------------------------------

POSTS = [
    route.path
    for route in accounts.module.routes
    if "POST" in (route.methods or ()) and route.path != "/setup"
]


@pytest.mark.parametrize("path", POSTS)
@pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
async def test_no_form_is_believed_without_its_token(
    alder: Node, browse: Browse, path: str
) -> None:
    browser = await browse(alder, "keeper")
    before = [await alder.read(api.members), alder.community]

    without = await raw(browser, path, {"password": PASSWORD, "name": "Mallory"})
    crossed = await raw(browser, path, {"name": "Mallory"}, **{"sec-fetch-site": "cross-site"})

    assert (without.status_code, crossed.status_code) == (403, 403)
    assert [await alder.read(api.members), alder.community] == before


@pytest.mark.parametrize(
    "path", [r.path for r in accounts.module.routes if r.path.startswith(("/me", "/desk"))]
)
@pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
async def test_the_pages_of_members_and_keepers_are_theirs(
    alder: Node, browse: Browse, path: str
) -> None:
    await person(alder, "ana")
    visitor, ana = await browse(alder), await browse(alder, "ana")
    for_keepers = path.startswith("/desk")
    posts = not any(r.path == path and "GET" in (r.methods or ()) for r in accounts.module.routes)

    if posts:
        assert (await stray(visitor, path, {})).status_code == 403
        if for_keepers:
            answer = await stray(ana, path, {"handle": "keeper"}, at="/me")
            assert answer.status_code in {403, 404}
    else:
        assert (await visitor.get(path)).status_code == 403
        assert (await ana.get(path)).status_code == (403 if for_keepers else 200)


# Links and invites --------------------------------------------------------------------------


async def test_looking_at_a_link_does_not_use_it_up(alder: Node, browse: Browse) -> None:
    ana = await person(alder, "ana")
    token = await alder.write(api.link_for, ana.id)
    path = f"/sign-in/link?token={token}"
    preview, browser = await browse(alder), await browse(alder)
    await preview.get(path)
    await preview.get(path)

    home = await browser.post("/sign-in/link", {"password": ""}, form=path)

    assert home.url.path == "/"
    assert (await browser.get("/me")).status_code == 200
    again = await preview.get(path)
    assert again.status_code == 403
    assert "used already" in again.text


async def test_a_link_lets_one_set_a_new_password(alder: Node, browse: Browse) -> None:
    ana = await person(alder, "ana")
    old = await browse(alder, "ana")
    token = await alder.write(api.link_for, ana.id)
    browser = await browse(alder)
    path = f"/sign-in/link?token={token}"
    weak = await browser.post("/sign-in/link", {"password": "short"}, form=path)
    assert weak.status_code == 422

    await browser.post("/sign-in/link", {"password": "quite another one"}, form=path)

    assert (await browser.get("/me")).status_code == 200
    assert (await old.get("/me")).status_code == 403
    await (await browse(alder)).sign_in("ana", "quite another one")


async def test_joining_by_invite(alder: Node, browse: Browse) -> None:
    await alder.write(lambda unit: unit.keep("house_rules", "Bring tools back."))
    desk = await browse(alder, "keeper")
    made = await desk.post("/desk/invites", {"note": "Noor", "uses": "1", "days": "7"})
    link = re.search(r"https://alder\.test(/join\?invite=[\w-]+)", made.text)
    assert link
    browser = await browse(alder)
    page = await browser.get(link[1])
    assert "Bring tools back." in page.text
    noor = {"display": "Noor K.", "handle": "", "password": "we sew on mondays"}
    without = await browser.post("/join", noor, form=link[1])
    assert without.status_code == 422
    assert "Read the house rules above" in without.text

    home = await browser.post("/join", {**noor, "agreed": "yes"}, form=link[1])

    assert home.url.path == "/"
    member = await alder.read(queries.by_handle, "noor_k")
    assert member is not None
    assert (member.name, member.role, member.invited_by) == (
        "Noor K.",
        "member",
        await keeper(alder),
    )
    second = await browse(alder)
    used = await second.get(link[1])
    assert (used.status_code, "used already" in used.text) == (403, True)
    answer = await stray(second, "/join", {**noor, "invite": link[1].split("=")[1]})
    assert answer.status_code == 403


async def test_a_bad_name_does_not_use_the_invite_up(alder: Node, browse: Browse) -> None:
    token = await alder.write(doors.make_invite, await keeper(alder))
    browser = await browse(alder)
    path = f"/join?invite={token}"

    taken = await browser.post(
        "/join", {"display": "K", "handle": "keeper", "password": PASSWORD}, form=path
    )

    assert (taken.status_code, "Choose another short name" in taken.text) == (422, True)
    home = await browser.post(
        "/join", {"display": "K", "handle": "kim", "password": PASSWORD}, form=path
    )
    assert home.url.path == "/"


async def test_an_invite_that_ended_lets_nobody_in(
    alder: Node, browse: Browse, clock: Clock
) -> None:
    token = await alder.write(doors.make_invite, await keeper(alder))
    browser = await browse(alder)
    path = f"/join?invite={token}"
    await browser.get(path)
    clock.advance(days=15)

    assert (await browser.get(path)).status_code == 403
    kim = {"invite": token, "display": "K", "handle": "kim", "password": PASSWORD}
    answer = await stray(browser, "/join", kim)
    assert answer.status_code == 403
    assert await alder.read(queries.by_handle, "kim") is None


# One's own account --------------------------------------------------------------------------


async def test_changing_the_password_ends_all_other_sessions(alder: Node, browse: Browse) -> None:
    await person(alder, "ana")
    here, there = await browse(alder, "ana"), await browse(alder, "ana")
    wrong = await here.post(
        "/me/password", {"old": "not this one", "password": "quite another one"}, form="/me/account"
    )
    assert (wrong.status_code, "not your password" in wrong.text) == (422, True)
    assert (await there.get("/me")).status_code == 200

    await here.post(
        "/me/password", {"old": PASSWORD, "password": "quite another one"}, form="/me/account"
    )

    assert (await here.get("/me")).status_code == 200
    assert (await there.get("/me")).status_code == 403


async def test_the_old_password_cannot_be_guessed_from_within(alder: Node, browse: Browse) -> None:
    browser = await browse(alder, "keeper")
    for _ in range(5):
        await browser.post(
            "/me/password", {"old": "not this", "password": "quite another one"}, form="/me/account"
        )

    answer = await browser.post(
        "/me/password", {"old": PASSWORD, "password": "quite another one"}, form="/me/account"
    )

    assert answer.status_code == 429


async def test_signing_out_everywhere(alder: Node, browse: Browse) -> None:
    here, there = await browse(alder, "keeper"), await browse(alder, "keeper")
    token = await alder.write(api.token_for, await keeper(alder), "phone")

    await here.post("/me/sessions", {"all": "yes"}, form="/me/account")

    for browser in (here, there):
        assert (await browser.get("/me")).status_code == 403
    page = await here.get("/me", headers={"authorization": f"Bearer {token}"})
    assert page.status_code == 403


async def test_language_zone_and_name_are_ones_own(alder: Node, browse: Browse) -> None:
    await person(alder, "ana")
    browser = await browse(alder, "ana")

    saved = await browser.post(
        "/me/account", {"display": "Ana B.", "language": "de", "timezone": "Asia/Tokyo"}
    )

    assert saved.status_code == 200
    member = await alder.read(queries.by_handle, "ana")
    assert member is not None
    assert (member.name, member.language, member.timezone) == ("Ana B.", "de", "Asia/Tokyo")


async def test_a_member_sees_the_invites_only_of_their_own(alder: Node, browse: Browse) -> None:
    await person(alder, "ana")
    await alder.write(lambda unit: unit.keep("members_invite", True))
    await alder.write(doors.make_invite, await keeper(alder), note="of the keeper")
    browser = await browse(alder, "ana")

    page = await browser.post("/me/invites", {"note": "for Ben", "uses": "1", "days": "7"})

    assert "for Ben" in page.text
    assert "of the keeper" not in page.text
    withdrawn = await browser.post("/me/invites/withdraw", {}, form="/me/invites")
    assert "withdrawn" in withdrawn.text


# The desk -----------------------------------------------------------------------------------


async def test_the_desk_lists_the_places_of_all_modules(alder: Node, browse: Browse) -> None:
    browser = await browse(alder, "keeper")

    page = await browser.get("/desk")

    for place in ("/desk/members", "/desk/invites", "/desk/community", "/desk/address"):
        assert f'href="{place}"' in page.text
        assert (await browser.get(place)).status_code == 200


async def test_a_keeper_makes_a_link_for_who_cannot_get_in(alder: Node, browse: Browse) -> None:
    await person(alder, "ana", display="Ana")
    browser = await browse(alder, "keeper")

    page = await browser.post("/desk/members/link", {"handle": "ana"}, form="/desk/members")

    link = re.search(r"https://alder\.test(/sign-in/link\?token=[\w-]+)", page.text)
    assert link
    other = await browse(alder)
    assert "Ana" in (await other.get(link[1])).text
    nobody = await browser.post("/desk/members/link", {"handle": "zoe"}, form="/desk/members")
    assert nobody.status_code == 422


async def test_a_keeper_gives_the_desk_to_another(alder: Node, browse: Browse) -> None:
    await person(alder, "ana")
    browser, ana = await browse(alder, "keeper"), await browse(alder, "ana")

    await browser.post(
        "/desk/members/role", {"handle": "ana", "role": "admin"}, form="/desk/members"
    )

    assert (await ana.get("/me")).status_code == 403  # signs in anew
    await ana.sign_in("ana")
    assert (await ana.get("/desk")).status_code == 200
    only = await ana.post(
        "/desk/members/role", {"handle": "keeper", "role": "member"}, form="/desk/members"
    )
    assert only.status_code == 200
    last = await ana.post(
        "/desk/members/role", {"handle": "ana", "role": "member"}, form="/desk/members"
    )
    assert last.status_code == 409


COMMUNITY = {
    "name": "Alder Street", "purpose": "We share.", "language": "en", "timezone": "Europe/Berlin",
    "accent": "#8a3b12", "house_rules": "", "word_members": "neighbours",
}  # fmt: skip


async def test_the_community_gets_its_name_colour_and_words(alder: Node, browse: Browse) -> None:
    browser = await browse(alder, "keeper")

    unsaid = await browser.post("/desk/community", {**COMMUNITY, "house_rules": "Knock."})
    assert (unsaid.status_code, alder.community.accent) == (422, "")
    await browser.post(
        "/desk/community",
        {
            "rules_why": "We share a wall.",
            **COMMUNITY,
            "members_invite": "yes",
            "house_rules": "Knock.",
        },
    )

    community = alder.community
    assert (community.name, community.accent) == ("Alder Street", "#8a3b12")
    assert community.words == {"members": "neighbours"}
    assert "Neighbours and roles" in (await browser.get("/desk")).text
    assert "--accent:#8a3b12" in (await browser.get("/theme.css")).text
    assert await alder.read(queries.setting_of, "house_rules") == "Knock."
    assert await alder.read(queries.setting_of, "members_invite") is None


@pytest.mark.sqlite
@pytest.mark.parametrize(
    ("accent", "says"), [("#ffee00", "The nearest that works is #"), ("yellow", "six digits")]
)
async def test_a_colour_nobody_can_read_is_refused(
    alder: Node, browse: Browse, accent: str, says: str
) -> None:
    browser = await browse(alder, "keeper")

    page = await browser.post("/desk/community", {**COMMUNITY, "accent": accent})

    assert (page.status_code, says in page.text) == (422, True)
    assert alder.community.accent == ""


# Faces --------------------------------------------------------------------------------------


async def test_everybody_here_has_a_face(alder: Node, browse: Browse) -> None:
    browser = await browse(alder)

    svg = await browser.get("/face/keeper.svg")
    png = await browser.get("/face/keeper.png")

    assert svg.headers["content-type"].startswith("image/svg+xml")
    assert png.content.startswith(b"\x89PNG")
    again = await browser.get("/face/keeper.png", headers={"if-none-match": png.headers["etag"]})
    assert again.status_code == 304
    for missing in ("/face/zoe.svg", "/face/keeper.gif", "/face/keeper"):
        assert (await browser.get(missing)).status_code == 404
