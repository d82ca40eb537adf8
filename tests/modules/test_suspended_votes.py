"""Suspending is one keeper's act, and takes no ballot away: that needs a second hand."""

import re
from collections.abc import Awaitable, Callable
from functools import partial
from typing import Any

import pytest

from node.kernel.errors import Conflict, Invalid, Refused
from node.kernel.node import Node
from node.kernel.tables import log_entry
from node.modules.accounts import api as accounts
from node.modules.accounts import doors
from node.modules.accounts.tables import session
from node.modules.decisions import api as decisions
from node.modules.decisions import watched, watching
from node.modules.decisions.api import Fate, Method
from node.modules.decisions.hands import Kind
from node.modules.decisions.tables import roster
from node.modules.decisions.watching import Asked
from node.modules.moderation import acts
from node.modules.proposals.tables import plan, proposal
from tests.conftest import PASSWORD, Browser, Clock, person, settle
from tests.modules import moot
from tests.servers import hidden_fields

Browse = Callable[..., Awaitable[Browser]]
NAMES = ("ana", "ben", "cleo")
SECRET = "The saw stands behind the oak"


@pytest.fixture
async def alder(make_node: Any, clock: Clock) -> Node:
    """Ana keeps it with whoever founded it."""
    node: Node = await make_node("alder", modules=moot.MODULES)
    await moot.people(node, *NAMES)
    await node.write(accounts.set_role, await who(node, "ana"), "admin")
    clock.advance(seconds=5)
    return node


async def who(node: Node, name: str) -> str:
    found = await node.read(accounts.by_handle, name)
    assert found is not None
    return found.id


async def bring(node: Node, **more: Any) -> str:
    return await moot.bring(node, await who(node, "ana"), method=Method.MAJORITY, **more)


async def suspend(node: Node, clock: Clock, name: str = "ben") -> None:
    """By the founder's hand alone."""
    clock.advance(seconds=5)
    said = {"by": await who(node, "keeper"), "reason": "Shouted at the meeting."}
    await node.write(partial(acts.suspend, **said), await who(node, name))


async def come(browse: Browse, node: Node, name: str = "ben") -> Any:
    """Sign in with the password; the browser and what it shows then."""
    browser = await browse(node)
    return browser, await browser.post("/sign-in", {"name": name, "password": PASSWORD})


async def send(browser: Browser, slug: str, place: str, paper: dict[str, Any]) -> Any:
    page = await browser.get(f"/p/{slug}/vote")
    fields = hidden_fields(page.text, f"/p/{slug}/vote")
    headers = {"origin": browser.node.origin}
    return await browser.client.post(
        f"/p/{slug}/{place}", data={**fields, **paper}, headers=headers
    )


async def ask(node: Node, slug: str, kind: Kind = Kind.LEAVE_OUT, name: str = "ben") -> str:
    asked = Asked(kind=kind, reason="A made-up account.", member=await who(node, name))
    return await node.write(
        watching.ask, slug, await who(node, "keeper"), asked, once=f"{slug}{kind}{name}"[-64:]
    )


# The ballot ---------------------------------------------------------------------------------


async def test_one_hand_takes_no_ballot_away(alder: Node, clock: Clock, browse: Browse) -> None:
    slug = await bring(alder, text=SECRET)
    await suspend(alder, clock)

    browser, page = await come(browse, alder)

    assert page.url.path == "/suspended"
    assert "Shouted at the meeting." in page.text
    assert "Ask ana, keeper" in page.text
    assert f'href="/p/{slug}/vote"' in page.text
    ballot = await browser.get(f"/p/{slug}/vote")
    assert SECRET in ballot.text
    assert f'href="/p/{slug}"' not in ballot.text
    looked = await send(browser, slug, "vote", {"position": "oppose"})
    assert "Is this how you vote?" in looked.text
    cast = await send(browser, slug, "cast", {"position": "oppose"})
    assert "Your ballot is in the box" in cast.text
    code = re.findall(r"<code>([^<]+)</code>", cast.text)[1]
    again = await send(browser, slug, "cast", {"position": "inFavour", "code": code})
    assert "Your ballot is in the box" in again.text
    assert (await send(browser, slug, "cast", {"position": "oppose"})).status_code == 422

    await moot.vote(alder, slug, [(await who(alder, n), "inFavour") for n in ("ana", "cleo")])
    clock.advance(days=8)
    await settle(alder)
    record = await moot.record_of(alder, slug)
    assert record.outcome == "approved"
    assert record.document["electorate"]["participated"] == 3
    assert (await browser.get(f"/p/{slug}/vote")).status_code == 403


async def test_they_can_stay_out_of_a_vote(alder: Node, clock: Clock, browse: Browse) -> None:
    slug = await bring(alder)
    await suspend(alder, clock)
    browser, _ = await come(browse, alder)

    page = await browser.post(f"/p/{slug}/aside", {}, form=f"/p/{slug}/vote")

    assert page.url.path == "/suspended"
    assert f"/p/{slug}/vote" not in page.text
    assert {row.member for row in await moot.rows(alder, roster) if row.recused} == {
        await who(alder, "ben")
    }


async def test_nothing_but_the_ballot_opens(alder: Node, clock: Clock, browse: Browse) -> None:
    slug = await bring(alder, text=SECRET)
    await suspend(alder, clock)
    clock.advance(seconds=5)
    later = await bring(alder, title="A later one", text=SECRET)
    browser, page = await come(browse, alder)
    before = [await moot.rows(alder, table) for table in (proposal, plan)]

    assert later not in page.text
    for path in ("/me", "/decide", "/me/account", "/desk", f"/votes/{slug}", f"/p/{later}/vote"):
        answer = await browser.get(path)
        assert answer.status_code == 403, path
        assert SECRET not in answer.text
    assert (await browser.get(f"/p/{slug}")).status_code == 404
    home = await browser.get("/")
    assert "What outsiders see" not in home.text
    assert "My votes" in home.text
    for path, data in ((f"/p/{slug}/say", {"text": "Hello"}), (f"/p/{slug}/withdraw", {}),
                       (f"/p/{later}/cast", {"position": "oppose"})):  # fmt: skip
        fields = hidden_fields((await browser.get(f"/p/{slug}/vote")).text, f"/p/{slug}/vote")
        headers = {"origin": alder.origin}
        sent = await browser.client.post(path, data={**fields, **data}, headers=headers)
        assert sent.status_code in {403, 404}, path
    assert [await moot.rows(alder, table) for table in (proposal, plan)] == before


async def test_that_they_came_is_written_nowhere(alder: Node, clock: Clock, browse: Browse) -> None:
    """Else the day on which they were here would tell who of the suspended has voted."""
    slug = await bring(alder)
    await suspend(alder, clock)
    seen = (await alder.read(accounts.by_handle, "ben")).last_seen
    logged = len(await moot.rows(alder, log_entry))
    clock.advance(days=2)

    browser, _ = await come(browse, alder)
    await send(browser, slug, "cast", {"position": "oppose"})
    await settle(alder)

    assert (await alder.read(accounts.by_handle, "ben")).last_seen == seen
    assert len(await moot.rows(alder, log_entry)) == logged
    clock.advance(hours=2)
    assert (await browser.get("/suspended")).url.path == "/sign-in"


async def test_without_a_vote_nobody_is_let_in(alder: Node, clock: Clock, browse: Browse) -> None:
    await suspend(alder, clock)
    clock.advance(seconds=5)
    await bring(alder)
    browser, page = await come(browse, alder)

    assert (page.status_code, page.url.path) == (403, "/sign-in")
    assert "You are suspended here" in page.text
    assert await moot.rows(alder, session) == []
    with pytest.raises(Refused, match="E_NOT_SUSPENDED"):
        await alder.write(doors.let_in_to_vote, await who(alder, "ana"))
    with pytest.raises(Refused, match="E_NOT_SUSPENDED"):
        await alder.write(doors.let_in_to_vote, "https://birch.test/u/bo")
    assert (await browser.get("/suspended")).url.path == "/sign-in"
    assert (await (await browse(alder, "ana")).get("/suspended")).url.path == "/"


async def test_who_is_suspended_before_the_opening_is_on_the_list(
    alder: Node, clock: Clock, browse: Browse
) -> None:
    """A keeper cannot suspend somebody on the last day before a vote, so that it opens without."""
    opens = clock.now.replace(hour=12)
    slug = await bring(alder, opens=opens)
    await suspend(alder, clock)
    clock.advance(days=1)
    await settle(alder)
    browser, page = await come(browse, alder)

    assert f"/p/{slug}/vote" in page.text
    await send(browser, slug, "cast", {"position": "oppose"})

    listed = await alder.read(watched.listed, slug)
    assert listed == sorted([await who(alder, n) for n in ("keeper", *NAMES)])
    active = {row.member for row in await moot.rows(alder, roster) if row.active}
    assert await who(alder, "ben") not in active


async def test_let_in_again_they_sign_in_anew(alder: Node, clock: Clock, browse: Browse) -> None:
    await bring(alder)
    await suspend(alder, clock)
    browser, _ = await come(browse, alder)

    said = {"by": await who(alder, "keeper"), "reason": "We talked."}
    await alder.write(partial(acts.unsuspend, **said), await who(alder, "ben"))

    assert (await browser.get("/me")).status_code == 403
    assert (await browser.get("/suspended")).url.path == "/sign-in"


async def test_a_link_leads_to_the_votes_and_sets_no_password(
    alder: Node, clock: Clock, browse: Browse
) -> None:
    slug = await bring(alder)
    await suspend(alder, clock)
    token = await alder.write(doors.link_for, await who(alder, "ben"))
    browser = await browse(alder)

    form = f"/sign-in/link?token={token}"
    assert "password" not in (await browser.get(form)).text
    page = await browser.post("/sign-in/link", {"password": "another long password"}, form=form)

    assert page.url.path == "/suspended"
    assert f"/p/{slug}/vote" in page.text
    assert (await browser.get("/me")).status_code == 403
    assert (await come(browse, alder))[1].url.path == "/suspended"


# The second hand ----------------------------------------------------------------------------


async def test_two_hands_take_it(alder: Node, clock: Clock, browse: Browse) -> None:
    slug = await bring(alder)
    await suspend(alder, clock)
    browser, _ = await come(browse, alder)
    one = await ask(alder, slug)
    assert (await browser.get(f"/p/{slug}/vote")).status_code == 200
    for name in ("keeper", "ben", "cleo"):
        with pytest.raises(Refused, match="E_NOT_SECOND"):
            await alder.write(watching.confirm, one, await who(alder, name))

    await alder.write(watching.confirm, one, await who(alder, "ana"))

    assert (await browser.get(f"/p/{slug}/vote")).status_code == 403
    assert "No vote is open any more" in (await browser.get("/suspended")).text
    assert (await come(browse, alder))[1].status_code == 403
    with pytest.raises(Refused, match="E_NOT_ON_ROSTER"):
        await alder.write(decisions.cast, slug, await who(alder, "ben"), "oppose")
    with pytest.raises(Invalid):
        await ask(alder, slug, Kind.ADMIT)


async def test_a_keeper_alone_has_a_witness_for_it(alder: Node, clock: Clock) -> None:
    await alder.write(accounts.set_role, await who(alder, "ana"), "member")
    clock.advance(seconds=5)
    slug = await bring(alder)
    await suspend(alder, clock)
    one = await ask(alder, slug)
    request = await alder.read(watched.one_request, one)
    vote = await alder.read(decisions.box_of, slug)

    (drawn,) = await alder.read(watched.seconds, vote, request, alder.now())

    assert drawn in {await who(alder, "ana"), await who(alder, "cleo")}
    with pytest.raises(Refused, match="E_NOT_SECOND"):
        await alder.write(watching.confirm, one, await who(alder, "keeper"))
    await alder.write(watching.confirm, one, drawn)
    assert await who(alder, "ben") not in await alder.read(watched.told, slug)


async def test_a_request_from_before_holds(alder: Node, clock: Clock) -> None:
    slug = await bring(alder)
    one = await ask(alder, slug)
    await suspend(alder, clock)

    await alder.write(watching.confirm, one, await who(alder, "ana"))

    with pytest.raises(Conflict):
        await alder.write(watching.confirm, one, await who(alder, "ana"))
    assert await who(alder, "ben") not in await alder.read(watched.told, slug)


async def test_keepers_read_what_stays_and_how_to_ask(
    alder: Node, clock: Clock, browse: Browse
) -> None:
    slug = await bring(alder)
    voted = await bring(alder, title="Voted already")
    await alder.write(decisions.cast, voted, await who(alder, "ben"), "oppose")
    admin = await browse(alder, "keeper")
    page = "/desk/suspend?who=ben"
    before = (await admin.get(page)).text
    assert "may vote in these, and still may when suspended" in before

    sent = await admin.post("/desk/suspend", {"reason": "Threats."}, form=page)

    assert "may still vote in these" in sent.text
    for one in (slug, voted):
        assert f'href="/votes/{one}?leave=ben#asked"' in sent.text
    begun = (await admin.get(f"/votes/{slug}?leave=ben")).text
    assert '<details class="ask" open>' in begun
    assert re.search(r'value="leaveOut"[^>]* checked', begun)
    assert 'value="ben"' in begun
    said = {"kind": "leaveOut", "member": "ben", "reason": "A made-up account."}
    asked = await admin.post(f"/votes/{slug}/ask", said, form=f"/votes/{slug}?leave=ben")
    assert "It is asked." in asked.text
    assert "ben" not in (await admin.get("/desk/suspend")).text.partition("Votes under way")[2]


async def test_a_voice_that_was_given_is_not_taken_either(alder: Node, clock: Clock) -> None:
    """Of whoever gave it; one who has it may not come any more, so its giver is told."""
    for choice in ("open", "delegation"):
        await alder.write(lambda unit, c=choice: unit.keep(f"decisions.{c}", True))
    dora = (await person(alder, "dora")).id
    for giver, holder in (("ben", "cleo"), ("dora", "ana")):
        me, other = await who(alder, giver), await who(alder, holder)
        id = await alder.write(decisions.offer, me, holder, "", once=giver)
        await alder.write(decisions.act, id, other, decisions.Act.ACCEPT)
    slug = await bring(alder, open=True)
    await suspend(alder, clock)
    await suspend(alder, clock, "ana")

    await alder.write(decisions.cast, slug, await who(alder, "cleo"), "inFavour")

    own = await alder.read(decisions.voice_of, slug, await who(alder, "ben"))
    theirs = await alder.read(decisions.voice_of, slug, dora)
    assert (own.fate, theirs.fate) == (Fate.USED, Fate.GONE)
    clock.advance(seconds=5)
    one = await ask(alder, slug)
    with pytest.raises(Refused, match="E_NOT_SECOND"):
        await alder.write(watching.confirm, one, await who(alder, "ana"))
