"""Letters of ours on their way out: every row of the outcome table, with a clock that is set."""

import asyncio
import json
from dataclasses import replace
from datetime import timedelta
from email.utils import format_datetime

import pytest
from sqlalchemy import delete, select, update

from federation import hosts, tidying
from federation.claims import Form
from node.kernel.network import Busy, Unreachable
from node.kernel.tables import account, job
from node.modules.matching.objects import MatchRequest
from tests.conftest import settle
from tests.federation.outside import (
    PUBLIC,
    Far,
    Feature,
    body,
    known,
    proven,
    say,
    send,
    state,
    waiting,
)
from vocab.types import Intent, Measure
from workers import inline, running

FAR = "https://far.test"


@pytest.fixture
def feature():
    return Feature()


@pytest.fixture
async def alder(make_node, feature):
    return await make_node("alder", modules=feature.modules())


@pytest.fixture
def far(wire, key_pool):
    server = Far(origin=FAR, keys=key_pool[0])
    wire.apps[FAR] = server
    return server


# What arrives -------------------------------------------------------------------------------


async def test_a_letter_arrives_signed_and_with_the_bytes_that_are_kept(alder, far):
    [mia] = await known(alder, far, "mia")

    activity = await say(alder, mia)
    await settle(alder)

    [came] = far.posts
    assert came.path == "/users/mia/inbox"
    assert came.headers["content-type"] == "application/activity+json"
    assert json.loads(came.body)["id"] == activity
    assert came.body == await body(alder, activity)
    assert await proven(alder, came, far, alder.community.id)
    assert await state(alder, activity) == ("done", None)
    assert await waiting(alder) == []


async def test_a_letter_for_many_of_one_server_goes_to_its_shared_inbox_once(alder, far, feature):
    ids = await known(alder, far, "mia", "noa", "oli")
    followers = f"{alder.community.id}/followers"
    feature.audiences[followers] = ids

    await say(alder, PUBLIC, cc=(followers,))
    await settle(alder)

    assert [came.path for came in far.posts] == ["/inbox"]


async def test_an_act_of_our_own_goes_only_to_who_says_to_know_it(alder, far):
    """W17"""
    link = {"type": "Link", "href": "https://w3id.org/commons-node/ns#cap-match-1"}
    plain = await known(alder, far, "mia", implements=["https://datatracker.ietf.org/rfc9421"])
    ours = await known(alder, far, "oak", implements=link)
    behind = await known(alder, far, "elm", generator={"implements": [link]})
    asking = MatchRequest(
        object=Intent(
            action="use",
            resource_conforms_to="https://w3id.org/commons-node/concepts#repair",
            resource_quantity=Measure(unit="hour", amount="1"),
        ),
        published=alder.now(),
        end_time=alder.now() + timedelta(days=1),
        max_results=1,
        anonymity_set=9,
        handling="recipientsOnly",
    )

    for to in (*plain, *ours, *behind, f"{FAR}/users/nobody"):
        await send(alder, replace(asking, to=(to,)))
    await settle(alder)

    assert {came.path for came in far.posts} == {"/users/oak/inbox", "/users/elm/inbox"}
    assert far.gets == []


async def test_without_a_shared_inbox_everybody_gets_their_own(alder, far, feature):
    followers = f"{alder.community.id}/followers"
    feature.audiences[followers] = await known(alder, far, "mia", "noa", shared=False)

    await say(alder, PUBLIC, cc=(followers,))
    await settle(alder)

    assert {came.path for came in far.posts} == {"/users/mia/inbox", "/users/noa/inbox"}


async def test_what_is_for_recipients_only_never_goes_to_a_shared_inbox(alder, far):
    ids = await known(alder, far, "mia", "noa")

    activity = await say(alder, *ids, handling="recipientsOnly")
    await settle(alder)

    assert {came.path for came in far.posts} == {"/users/mia/inbox", "/users/noa/inbox"}
    assert await state(alder, activity) == ("done", None)


async def test_a_shared_inbox_at_another_server_is_not_believed(alder, far, wire, key_pool):
    thief = Far(origin="https://thief.test", keys=key_pool[1])
    wire.apps[thief.origin] = thief
    endpoints = {"sharedInbox": f"{thief.origin}/inbox"}
    [mia] = await known(alder, far, "mia", endpoints=endpoints)

    await say(alder, PUBLIC, cc=(mia,))
    await settle(alder)

    assert thief.posts == []
    assert [came.path for came in far.posts] == ["/users/mia/inbox"]


async def test_a_foreign_collection_is_never_opened(alder, far):
    [mia] = await known(alder, far, "mia")

    activity = await say(alder, f"{mia}/followers", f"{FAR}/users/else/followers")
    await settle(alder)

    assert far.posts == []
    assert [came.path for came in far.gets] == ["/users/else/followers"]
    assert await state(alder, activity) == ("dead", "E_NO_ACTOR")


async def test_members_get_no_delivery_and_a_letter_for_nobody_elsewhere_is_done(alder, wire):
    activity = await say(alder, PUBLIC, cc=(f"{alder.origin}/u/keeper",))
    await settle(alder)

    assert wire.seen == []
    assert await state(alder, activity) == ("done", None)


async def test_an_actor_nobody_has_met_is_fetched_first(alder, far):
    mia = far.actor("mia")

    activity = await say(alder, mia)
    await settle(alder)

    assert [came.path for came in far.gets] == ["/users/mia", "/.well-known/webfinger"]
    assert [came.path for came in far.posts] == ["/users/mia/inbox"]
    assert await state(alder, activity) == ("done", None)


async def test_a_blocked_server_gets_nothing_and_is_not_asked(alder, far, feature):
    [mia] = await known(alder, far, "mia")
    noa = far.actor("noa")
    feature.refused.add("far.test")

    activity = await say(alder, mia, noa)
    await settle(alder)

    assert (far.posts, far.gets) == ([], [])
    assert await state(alder, activity) == ("done", None)


async def test_a_server_blocked_while_a_letter_waits_gets_it_no_more(alder, far, feature, clock):
    [mia] = await known(alder, far, "mia")
    far.answer = 500
    activity = await say(alder, mia)
    await settle(alder)
    feature.refused.add("far.test")

    clock.advance(minutes=5)
    await settle(alder)

    assert len(far.posts) == 1
    assert await state(alder, activity) == ("dead", "E_BLOCKED")


async def test_a_suspended_actor_gets_nothing(alder, far):
    [mia] = await known(alder, far, "mia")
    await alder.write(
        lambda unit: unit.db.execute(
            update(account).where(account.c.id == mia).values(suspended=unit.now)
        )
    )

    await say(alder, mia)
    await settle(alder)

    assert far.posts == []


@pytest.mark.sqlite
async def test_a_node_at_home_sends_nothing(make_node, feature, far):
    alder = await make_node("alder", modules=feature.modules())
    [mia] = await known(alder, far, "mia")
    await alder.write(lambda unit: unit.set("community", {**unit.community.row(), "at_home": True}))

    activity = await say(alder, mia)
    await settle(alder)

    assert far.posts == []
    assert await state(alder, activity) == ("ignored", "E_AT_HOME")


# The outcome table --------------------------------------------------------------------------


@pytest.mark.sqlite(but=1)
@pytest.mark.parametrize("status", [200, 201, 202, 204])
async def test_any_success_ends_it(alder, far, status):
    [mia] = await known(alder, far, "mia")
    far.answer = (status, {"Content-Type": "text/html"}, b"" if status == 204 else b"<p>Fine.")

    activity = await say(alder, mia)
    await settle(alder)

    assert len(far.posts) == 1
    assert await state(alder, activity) == ("done", None)


@pytest.mark.sqlite(but=1)
@pytest.mark.parametrize("status", [404, 405, 406, 409, 410, 413, 422, 451, 418])
async def test_a_refusal_is_final_and_said_so_on_the_letter(alder, far, status):
    [mia] = await known(alder, far, "mia")
    far.answer = status

    activity = await say(alder, mia)
    await settle(alder)

    assert len(far.posts) == 1
    assert await state(alder, activity) == ("dead", f"E_HTTP_{status}")
    assert await waiting(alder) == []


@pytest.mark.sqlite(but=1)
@pytest.mark.parametrize("status", [301, 302, 408, 425, 429, 500, 501, 502, 503, 504, 507])
async def test_trouble_is_tried_again_with_the_same_bytes(alder, far, clock, status):
    [mia] = await known(alder, far, "mia")
    far.answer = status
    activity = await say(alder, mia)
    await settle(alder)
    far.answer = 202

    clock.advance(seconds=4)
    await settle(alder)
    before = len(far.posts)
    clock.advance(seconds=1)
    await settle(alder)

    assert (before, len(far.posts)) == (1, 2)
    assert far.posts[0].body == far.posts[1].body
    assert await state(alder, activity) == ("done", None)


@pytest.mark.sqlite
async def test_a_redirect_is_followed_on_the_same_server_only(alder, far, wire, key_pool):
    thief = Far(origin="https://thief.test", keys=key_pool[1])
    wire.apps[thief.origin] = thief
    [mia, noa] = await known(alder, far, "mia", "noa", shared=False)

    def moved(came):
        if came.path == "/users/mia/inbox":
            return 308, {"Location": "/new/mia"}, b""
        if came.path == "/users/noa/inbox":
            return 307, {"Location": f"{thief.origin}/inbox"}, b""
        return 202

    far.answer = moved
    await say(alder, mia, noa)
    await settle(alder)

    assert {came.path for came in far.posts} == {
        "/users/mia/inbox", "/users/noa/inbox", "/new/mia",
    }  # fmt: skip
    assert thief.posts == []
    again = next(came for came in far.posts if came.path == "/new/mia")
    assert await proven(alder, again, far, alder.community.id)


async def test_a_server_that_is_away_is_tried_for_thirty_days(alder, far, wire, clock):
    [mia] = await known(alder, far, "mia")
    wire.away.add(FAR)
    activity = await say(alder, mia)
    await settle(alder)
    gaps = []

    while jobs := await waiting(alder):
        gaps.append(jobs[0].due - clock.now)
        clock.now = jobs[0].due
        await settle(alder)

    tries = sum(1 for method, url, _ in wire.seen if (method, url) == ("POST", f"{mia}/inbox"))
    assert 44 <= tries <= 48
    assert len({sent for _, _, sent in wire.seen}) == 1
    assert timedelta(seconds=4.7) < gaps[0] <= timedelta(seconds=5)
    assert max(gaps) <= timedelta(hours=24)
    assert await state(alder, activity) == ("dead", "E_OVERDUE")


@pytest.mark.sqlite
@pytest.mark.parametrize(("seconds", "tries"), [(-1, 2), (0, 1)])
async def test_the_thirty_days_are_exact(alder, far, wire, clock, seconds, tries):
    [mia] = await known(alder, far, "mia")
    wire.away.add(FAR)
    begun, activity = clock.now, await say(alder, mia)
    await settle(alder)

    clock.now = begun + timedelta(days=30, seconds=seconds)
    await settle(alder)

    assert sum(1 for way, url, _ in wire.seen if (way, url) == ("POST", f"{mia}/inbox")) == tries
    assert ((await state(alder, activity)) == ("dead", "E_OVERDUE")) is (tries == 1)


async def test_what_waits_for_a_server_goes_out_when_it_is_back(alder, far, wire, clock):
    ids = await known(alder, far, *(f"p{n}" for n in range(12)), shared=False)
    wire.away.add(FAR)
    letters = [await say(alder, id) for id in ids]
    for _ in range(10):
        await settle(alder)
        clock.now = min(one.due for one in await waiting(alder))
    probes = len(wire.seen)
    wire.away.clear()

    await settle(alder)

    assert probes <= 10 * running.PER_LANE
    assert len(far.posts) == 12
    assert {(await state(alder, one))[0] for one in letters} == {"done"}


async def test_a_dead_server_waits_as_a_whole_not_letter_by_letter(alder, far, wire, clock):
    [mia] = await known(alder, far, "mia")
    wire.away.add(FAR)
    await say(alder, mia)
    for _ in range(8):
        await settle(alder)
        clock.now = (await waiting(alder))[0].due
    await settle(alder)
    before = len(wire.seen)

    late = await say(alder, mia)
    await settle(alder)

    assert len(wire.seen) == before
    due = {one.due for one in await waiting(alder)}
    assert max(due) - clock.now > timedelta(minutes=10)
    assert await state(alder, late) == ("waiting", None)


async def test_an_inbox_in_trouble_does_not_hold_up_others_of_its_server(alder, far):
    mia, noa = await known(alder, far, "mia", "noa", shared=False)
    far.answer = lambda came: 500 if "mia" in came.path else 202

    first = await say(alder, mia)
    second = await say(alder, noa)
    await settle(alder)

    assert (await state(alder, first))[0] == "waiting"
    assert (await state(alder, second))[0] == "done"


async def test_a_hanging_server_holds_up_no_other(alder, far, wire, key_pool, clock):
    near = Far(origin="https://near.test", keys=key_pool[1])
    wire.apps[near.origin] = near
    release = asyncio.Event()

    async def hang():
        await release.wait()
        return 202

    far.answer = lambda came: hang()
    slow = await known(alder, far, *(f"p{n}" for n in range(20)), shared=False)
    [ben] = await known(alder, near, "ben")
    for id in slow:
        await say(alder, id)
    quick = await say(alder, ben)
    for work in await running.take(alder, 100):
        await running.run(alder, work)  # the letters are spread

    works = await running.take(alder, 100)
    tasks = [asyncio.create_task(running.run(alder, work)) for work in works]
    _, hanging = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)

    assert len(near.posts) == 1
    assert len(hanging) == running.PER_LANE
    assert [one for one in await running.take(alder, 100) if one.kind == "federation.deliver"] == []
    release.set()
    await asyncio.gather(*tasks)
    clock.advance(minutes=2)
    await settle(alder)
    assert len(far.posts) == 20
    assert (await state(alder, quick))[0] == "done"


@pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
async def test_hanging_servers_among_fifty_hold_up_no_other(alder, wire, key_pool, monkeypatch):
    """R-10, R15: more letters hang than a worker does at once, and the others go out."""
    monkeypatch.setattr(inline, "SLOW", 0)
    monkeypatch.setattr(inline, "MOST", 16)
    release = asyncio.Event()

    async def hang():
        await release.wait()
        return 202

    servers = [Far(origin=f"https://s{n}.test", keys=key_pool[0]) for n in range(50)]
    slow, quick = servers[:5], servers[5:]
    for server in servers:
        wire.apps[server.origin] = server
        [id] = await known(alder, server, "mia")
        for _ in range(4 if server in slow else 1):
            await say(alder, id)
    for server in slow:
        server.answer = lambda came: hang()

    worker = inline.Worker(alder)
    for _ in range(500):
        hanging = all(len(server.posts) >= running.PER_LANE for server in slow)
        if hanging and all(server.posts for server in quick):
            break
        alder.waiting.set()
        await worker._round()

    assert [len(server.posts) for server in quick] == [1] * len(quick)
    assert [len(server.posts) for server in slow] == [running.PER_LANE] * len(slow)
    release.set()
    await asyncio.gather(*worker._tasks)
    await settle(alder)
    assert await waiting(alder) == []


@pytest.mark.parametrize("why", ["E_NAME", "E_CONNECTION", "E_TLS", "E_SLOW", "E_UNREACHABLE"])
@pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
async def test_a_server_that_cannot_be_reached_is_tried_again_whatever_fails(
    alder, far, wire, clock, why, monkeypatch
):
    """R17, R18"""
    [mia] = await known(alder, far, "mia")
    exchange = wire.exchange

    async def fail(*args, **kw):
        raise Unreachable("something", why)

    monkeypatch.setattr(wire, "exchange", fail)
    activity = await say(alder, mia)
    await settle(alder)
    told = (await alder.read(hosts.known, "far.test", clock.now)).failures
    monkeypatch.setattr(wire, "exchange", exchange)
    clock.advance(seconds=6)
    await settle(alder)

    assert told == 1
    assert await state(alder, activity) == ("done", None)


@pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
async def test_a_place_that_we_did_not_have_is_not_held_against_a_server(
    alder, far, wire, clock, monkeypatch
):
    """R14"""
    [mia] = await known(alder, far, "mia")
    exchange = wire.exchange

    async def full(*args, **kw):
        raise Busy("no place")

    monkeypatch.setattr(wire, "exchange", full)
    activity = await say(alder, mia)
    await settle(alder)
    told = await alder.read(hosts.known, "far.test", clock.now)
    monkeypatch.setattr(wire, "exchange", exchange)
    clock.advance(seconds=6)
    await settle(alder)

    assert (told.failures, told.resting(clock.now)) == (0, False)
    assert await state(alder, activity) == ("done", None)


@pytest.mark.sqlite(but=1)
@pytest.mark.parametrize(
    ("said", "least", "most"),
    [
        ("120", 120, 120),
        ("date+90", 90, 90),
        ("315360000", 86400, 86400),
        ("99999999999999999999", 86400, 86400),
        ("date+86400000", 86400, 86400),
        ("-5", 4.7, 5),
        ("soon", 4.7, 5),
        ("", 4.7, 5),
        ("date-90", 4.7, 5),
        ("0", 4.7, 5),
    ],
)
@pytest.mark.parametrize("status", [429, 503])
async def test_retry_after_is_honoured_up_to_a_day(alder, far, clock, status, said, least, most):
    [mia] = await known(alder, far, "mia")
    if said.startswith("date"):
        said = format_datetime(clock.now + timedelta(seconds=int(said[4:])), usegmt=True)
    far.answer = (status, {"Retry-After": said}, b"")

    await say(alder, mia)
    await settle(alder)

    [one] = await waiting(alder)
    assert least <= (one.due - clock.now).total_seconds() <= most


async def test_a_letter_past_its_end_is_dropped(alder, far, clock):
    [mia] = await known(alder, far, "mia")
    far.answer = 503
    activity = await say(alder, mia, end_time=clock.now + timedelta(hours=1))
    await settle(alder)

    clock.advance(hours=2)
    await settle(alder)

    assert len(far.posts) == 1
    assert await state(alder, activity) == ("dead", "E_EXPIRED")


# Two spellings of a signature ---------------------------------------------------------------


@pytest.mark.sqlite(but=1)
@pytest.mark.parametrize("status", [400, 401, 403])
async def test_a_doubted_signature_is_tried_in_the_other_form_and_that_is_remembered(
    alder, far, status
):
    [mia] = await known(alder, far, "mia")
    far.answer = lambda came: 202 if came.form is Form.RFC9421 else status

    first = await say(alder, mia)
    await settle(alder)
    second = await say(alder, mia)
    await settle(alder)

    assert [came.form for came in far.posts] == [Form.CAVAGE, Form.RFC9421, Form.RFC9421]
    assert await proven(alder, far.posts[1], far, alder.community.id)
    assert {(await state(alder, one))[0] for one in (first, second)} == {"done"}


async def test_the_memory_of_a_form_ends_after_thirty_days(alder, far, clock):
    [mia] = await known(alder, far, "mia")
    far.answer = lambda came: 202 if came.form is Form.RFC9421 else 401
    await say(alder, mia)
    await settle(alder)

    clock.advance(days=31)
    await say(alder, mia)
    await settle(alder)

    assert far.posts[2].form is Form.CAVAGE


async def test_with_a_known_form_only_a_401_is_doubted(alder, far):
    [mia] = await known(alder, far, "mia")
    await say(alder, mia)
    await settle(alder)
    far.answer = 403

    activity = await say(alder, mia)
    await settle(alder)

    assert len(far.posts) == 2
    assert await state(alder, activity) == ("dead", "E_HTTP_403")


async def test_a_server_that_believes_neither_form_is_tried_twice_more(alder, far, clock):
    [mia] = await known(alder, far, "mia")
    far.answer = 401
    activity = await say(alder, mia)
    await settle(alder)

    for _ in range(6):
        clock.advance(hours=1)
        await settle(alder)

    assert [came.form for came in far.posts] == [Form.CAVAGE, Form.RFC9421] * 3
    assert await state(alder, activity) == ("dead", "E_HTTP_401")


async def test_a_server_that_says_it_reads_rfc_9421_gets_it_at_once(alder, far):
    [mia] = await known(
        alder,
        far,
        "mia",
        generator={
            "type": "Application",
            "implements": [{"href": "https://datatracker.ietf.org/doc/html/rfc9421"}],
        },
    )

    await say(alder, mia)
    await settle(alder)

    assert [came.form for came in far.posts] == [Form.RFC9421]


# What is gone, what stays -------------------------------------------------------------------


async def gone(node, id):
    return await node.read(lambda db: db.scalar(select(account.c.gone).where(account.c.id == id)))


@pytest.mark.parametrize("status", [404, 410])
async def test_an_actor_is_gone_after_two_looks_a_day_apart(alder, far, clock, status):
    [mia] = await known(alder, far, "mia")
    far.answer = status
    far.pages["/users/mia"] = status
    await say(alder, mia)
    await settle(alder)
    after_one = await gone(alder, mia)

    clock.advance(hours=23)
    await settle(alder)
    within_a_day = await gone(alder, mia)
    clock.advance(hours=2)
    await settle(alder)

    assert (after_one, within_a_day) == (None, None)
    assert await gone(alder, mia) == clock.now
    posts = len(far.posts)
    await say(alder, mia)
    await settle(alder)
    assert len(far.posts) == posts


async def test_an_actor_who_is_there_at_the_second_look_is_not_gone(alder, far, clock):
    [mia] = await known(alder, far, "mia")
    page = far.pages["/users/mia"]
    far.answer = 410
    far.pages["/users/mia"] = 410
    await say(alder, mia)
    await settle(alder)
    far.pages["/users/mia"] = page

    clock.advance(days=2)
    await settle(alder)

    assert await gone(alder, mia) is None


async def test_a_letter_goes_after_an_actor_whose_inbox_moved(alder, far):
    [mia] = await known(alder, far, "mia")
    far.actor("mia", inbox=f"{FAR}/new/mia")
    far.answer = lambda came: 202 if came.path == "/new/mia" else 404

    await say(alder, mia)
    await settle(alder)

    assert [came.path for came in far.posts] == ["/users/mia/inbox", "/new/mia"]


@pytest.mark.parametrize("handling", ["recipientsOnly", "trustedPeers"])
async def test_a_private_letter_leaves_no_body_behind(alder, far, handling, clock):
    mia, noa = await known(alder, far, "mia", "noa", shared=False)
    far.answer = lambda came: 503 if "noa" in came.path else 202
    activity = await say(alder, mia, noa, handling=handling)
    await settle(alder)
    between = await body(alder, activity)
    far.answer = 202

    clock.advance(minutes=1)
    await settle(alder)

    left = await body(alder, activity)
    assert between is not None
    assert b'"content"' in between
    assert b'"content"' not in left
    assert await state(alder, activity) == ("done", None)


async def test_a_public_letter_keeps_its_body(alder, far):
    [mia] = await known(alder, far, "mia")

    activity = await say(alder, PUBLIC, cc=(mia,))
    await settle(alder)

    assert await body(alder, activity) == far.posts[0].body


async def test_hidden_addressees_and_local_values_never_cross(alder, far, wire):
    [mia] = await known(alder, far, "mia")

    await say(alder, mia, bto=("https://far.test/users/canary",), bcc=(f"{FAR}/users/canary",))
    await settle(alder)

    crossed = b"".join(came.body for came in far.posts)
    assert far.posts
    assert not [word for word in (b"canary", b"bto", b"bcc") if word in crossed]


async def test_a_letter_to_named_people_loses_its_body_after_a_month(alder, far, clock):
    [mia] = await known(alder, far, "mia")
    named = await say(alder, mia)
    public = await say(alder, PUBLIC, cc=(mia,))
    await settle(alder)
    kept = await body(alder, named)

    clock.advance(days=31)
    await tidying.empty(alder)

    assert kept is not None
    assert await body(alder, named) is None
    assert await body(alder, public) is not None


async def test_a_letter_left_behind_by_a_killed_worker_is_ended(alder, far, clock):
    [mia] = await known(alder, far, "mia")
    activity = await say(alder, mia)
    waits = await say(alder, mia)
    await alder.write(
        lambda unit: unit.db.execute(
            delete(job).where(job.c.args["activity"].as_string() == activity)
        )
    )

    clock.advance(hours=2)
    await tidying.tidy(alder)

    assert await state(alder, activity) == ("done", None)
    assert await state(alder, waits) == ("waiting", None)


async def test_a_server_that_speaks_to_us_gets_what_waited(alder, far, wire):
    [mia] = await known(alder, far, "mia")
    wire.away.add(FAR)
    await say(alder, mia)
    await settle(alder)
    wire.away.clear()

    await alder.write(hosts.answered, "far.test")
    await settle(alder)

    assert len(far.posts) == 1


async def test_a_server_that_asked_for_patience_gets_it_even_if_it_speaks(alder, far):
    [mia] = await known(alder, far, "mia")
    far.answer = (429, {"Retry-After": "3600"}, b"")
    await say(alder, mia)
    await settle(alder)

    await alder.write(hosts.answered, "far.test")
    await settle(alder)

    assert len(far.posts) == 1


async def test_an_actor_suspended_while_a_letter_waits_gets_it_no_more(alder, far, clock):
    [mia] = await known(alder, far, "mia", shared=False)
    far.answer = 500
    activity = await say(alder, mia)
    await settle(alder)
    suspended = update(account).where(account.c.id == mia).values(suspended=clock.now)
    await alder.write(lambda unit: unit.db.execute(suspended))

    clock.advance(minutes=5)
    await settle(alder)

    assert len(far.posts) == 1
    assert await state(alder, activity) == ("dead", "E_BLOCKED")
