"""The front door: what is taken, what is turned away, and that the two are told apart."""

import asyncio
import json
from dataclasses import replace
from datetime import timedelta
from typing import Any

import httpx
import pytest
from sqlalchemy import update

from federation import senders
from federation.claims import Form
from federation.limits import Bucket
from federation.tables import asked, host
from node.kernel.node import Node
from node.kernel.tables import account
from node.modules.accounts import leaving
from tests.conftest import Clock, Door, Wire, person, settle
from tests.federation.strangers import (
    ACTIVITY,
    Actor,
    Post,
    Server,
    heard,
    letters,
    raw_post,
    rows,
    setting,
    signed,
    times,
)


@pytest.mark.sqlite(but=2)
@pytest.mark.parametrize("form", list(Form))
@pytest.mark.parametrize("path", ["/inbox", "/u/keeper/inbox", "/c/alder/inbox", "/service/inbox"])
async def test_a_signed_letter_is_taken_and_has_its_effect(
    here: Node, post: Post, bob: Actor, path: str, form: Form
) -> None:
    answer = await post(bob, bob.says("Create", bob.note()), path, form=form)
    await settle(here)

    assert answer.status_code == 202, answer.text
    assert [row.content for row in await rows(here, heard)] == ["<p>note 1</p>"]
    assert [(row.state, row.code) for row in await letters(here)] == [("done", None)]


@pytest.mark.sqlite
async def test_the_door_has_the_headers_of_all_other_answers(
    here: Node, post: Post, bob: Actor, wire: Wire
) -> None:
    """H05"""
    letter, app = bob.says("Create", bob.note()), wire.apps[here.origin]
    taken = await post(bob, letter)
    answers = [taken, await post(bob, letter), await raw_post(here, app, {}, b"{}")]
    answers += [await post(bob, letter, "/u/nobody/inbox"), await post(bob, b"[]")]
    media = {"Content-Type": ACTIVITY}
    answers.append(await raw_post(here, app, media, b"{}"))
    page = await raw_post(here, app, media, b"{}", "/no/such/page")

    assert [one.status_code for one in answers] == [202, 202, 415, 404, 400, 401]
    same = ("content-security-policy", "x-content-type-options", "referrer-policy",
            "permissions-policy", "cross-origin-opener-policy", "strict-transport-security",
            "cache-control", "vary")  # fmt: skip
    for one in answers:
        assert {name: one.headers.get(name) for name in same} == {
            name: page.headers[name] for name in same
        }


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/inbox", 202),
        ("/u/keeper/inbox", 202),
        ("/c/alder/inbox", 202),
        ("/u/nobody/inbox", 404),
        ("/u/alder/inbox", 404),
        ("/c/keeper/inbox", 404),
        ("/u/KEEPER/inbox", 404),
    ],
)
async def test_an_inbox_is_somebodys(
    here: Node, post: Post, bob: Actor, path: str, status: int
) -> None:
    answer = await post(bob, bob.says("Create", bob.note()), path)

    assert answer.status_code == status
    assert len(await letters(here)) == (1 if status == 202 else 0)
    if status == 404:
        assert answer.json()["title"] == "There is no inbox here."
        assert answer.json()["code"] == "E_NO_INBOX"


@pytest.mark.sqlite
@pytest.mark.parametrize("method", ["GET", "HEAD"])
@pytest.mark.parametrize("path", ["/inbox", "/service/inbox", "/c/alder/inbox"])
async def test_an_inbox_that_nobody_reads_says_what_it_is_for(
    here: Node, wire: Wire, path: str, method: str
) -> None:
    async with httpx.AsyncClient(transport=Door(wire.apps[here.origin]), base_url=here.origin) as a:
        answer = await a.request(method, path, headers={"accept": ACTIVITY})
        nobodys = await a.get("/c/nobody/inbox", headers={"accept": ACTIVITY})

    assert (answer.status_code, answer.headers["allow"]) == (405, "POST")
    assert method == "HEAD" or answer.json()["title"] == "This cannot be done here"
    assert nobodys.status_code == 404


async def test_the_inbox_of_who_left_takes_letters_and_keeps_no_words(
    here: Node, post: Post, bob: Actor
) -> None:
    """Never 410, which some servers read as the end of the whole node."""
    ana, ben = await person(here, "ana"), await person(here, "anabel")
    for whom in (ana, ben):
        direct = bob.note(content="canary", to=[whom.id])
        spelt = json.dumps(bob.says("Create", direct, to=[whom.id])).replace("/", "\\/")
        await post(bob, spelt.encode(), "/u/ana/inbox")
    await settle(here)
    assert [b"canary" in one.body for one in await letters(here)] == [True, True]

    await here.write(leaving.leave, ana.id)
    assert [one.body is None for one in await letters(here) if one.way == "in"] == [True, False]
    for said in ("Create", "Arrive"):  # the second nobody here handles
        direct = bob.note("2", content="canary", to=[ana.id])
        answer = await post(bob, bob.says(said, direct, to=[ana.id]), "/u/ana/inbox")
        assert answer.status_code == 202
    await post(bob, bob.says("Update", f"{here.origin}/o/x", to=[ana.id], summary="canary"))
    await settle(here)

    late = [one for one in await letters(here) if one.way == "in"][2:]
    assert [one.state for one in late] == ["done", "ignored", "refused"]
    assert not any(b"canary" in (one.body or b"") for one in late)


@pytest.mark.sqlite
async def test_an_unsigned_letter_is_turned_away(here: Node, post: Post, bob: Actor) -> None:
    body = json.dumps(bob.says("Create", bob.note())).encode()
    answer = await raw_post(here, post.app, {"content-type": ACTIVITY}, body)

    assert answer.status_code == 401
    assert "accept-signature" in answer.headers
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["code"] == "E_UNSIGNED"
    assert not await letters(here)


async def test_a_key_speaks_for_its_owner_alone(
    here: Node, post: Post, bob: Actor, mallory: Actor
) -> None:
    """S02"""
    forged = {**mallory.says("Create", bob.note()), "actor": bob.id}
    same_host = {**bob.says("Create", bob.note()), "actor": mallory.id}
    answers = [await post(mallory, one) for one in (forged, same_host)]
    await post(mallory, mallory.says("Create", mallory.note()))
    forged_with_known_key = await post(mallory, forged)
    await settle(here)

    assert [a.status_code for a in answers] == [401, 403]
    assert forged_with_known_key.status_code == 403
    kind = "https://w3id.org/fep/c180#principal-actor-mismatch"
    assert forged_with_known_key.json()["type"] == kind
    assert [row.owner for row in await rows(here, heard)] == [mallory.id]


@pytest.mark.sqlite
async def test_a_page_that_lists_another_key_proves_nothing(
    here: Node, post: Post, elm: Server, bob: Actor, mallory: Actor
) -> None:
    """S04"""
    honest = elm.pages[bob.id]
    elm.pages[bob.id] = {**honest, "publicKey": {**honest["publicKey"], "id": f"{bob.id}#other"}}
    refused = await post(bob, bob.says("Create", bob.note()))
    theirs = {**honest["publicKey"], "id": mallory.key_id, "owner": mallory.id}
    elm.pages[bob.id] = {**honest, "publicKey": theirs}
    also = await post(bob, bob.says("Create", bob.note()))
    elm.pages[bob.id] = honest
    here.now.advance(minutes=2)  # type: ignore[attr-defined]
    taken = await post(bob, bob.says("Create", bob.note()))

    assert [refused.status_code, also.status_code, taken.status_code] == [401, 401, 202]


@pytest.mark.sqlite
async def test_a_body_changed_on_the_way_is_turned_away(here: Node, post: Post, bob: Actor) -> None:
    """S05"""
    body = json.dumps(bob.says("Create", bob.note())).encode()
    headers = signed(here, bob, body)
    await post(bob, bob.says("Create", bob.note("known")))

    for changed in (body.replace(b"note 1", b"note 2"), body + b" ", b""):
        answer = await raw_post(here, post.app, headers, changed)
        assert answer.status_code in (400, 401)
    assert (await raw_post(here, post.app, headers, body)).status_code == 202


@pytest.mark.sqlite
@pytest.mark.parametrize("form", list(Form))
async def test_two_digests_must_both_be_right(
    here: Node, post: Post, bob: Actor, form: Form
) -> None:
    """S07"""
    body = json.dumps(bob.says("Create", bob.note())).encode()
    headers = signed(here, bob, body, form=form)
    name = "Digest" if form is Form.CAVAGE else "Content-Digest"
    wrong = signed(here, bob, b"other", form=form)[name]

    for both in (f"{headers[name]},{wrong}", f"{wrong},{headers[name]}"):
        answer = await raw_post(here, post.app, {**headers, name: both}, body)
        assert answer.status_code == 401
    assert (await raw_post(here, post.app, headers, body)).status_code == 202


@pytest.mark.sqlite
async def test_a_signature_is_for_one_place(here: Node, post: Post, bob: Actor) -> None:
    """S08"""
    body = json.dumps(bob.says("Create", bob.note())).encode()
    honest = signed(here, bob, body)
    elsewhere = {**signed(here, bob, body, "/u/keeper/inbox")}
    other_host = {**honest, "Host": "birch.test"}
    for form in Form:
        moved = signed(here, bob, body, "/u/keeper/inbox", form=form)
        assert (await raw_post(here, post.app, moved, body)).status_code == 401

    assert (await raw_post(here, post.app, elsewhere, body)).status_code == 401
    assert (await raw_post(here, post.app, other_host, body)).status_code == 401
    assert (await raw_post(here, post.app, honest, body)).status_code == 202


@pytest.mark.sqlite(but=1)
@pytest.mark.parametrize("hours", [-13, -1.02, 0.2, 2])
@pytest.mark.parametrize("form", list(Form))
async def test_a_signature_must_be_fresh(
    here: Node, post: Post, bob: Actor, hours: float, form: Form
) -> None:
    """S09"""
    then = here.now() + timedelta(hours=hours)
    stale = await post(bob, bob.says("Create", bob.note()), now=then, form=form)
    nearly = await post(bob, bob.says("Create", bob.note()), form=form)

    assert (stale.status_code, nearly.status_code) == (401, 202)


@pytest.mark.sqlite
@pytest.mark.parametrize("date", ["", "yesterday", "Fri, 20 Nov 2026 25:00:00 GMT", "1732093200"])
async def test_a_date_that_is_none_is_turned_away(
    here: Node, post: Post, bob: Actor, date: str
) -> None:
    """S09"""
    body = json.dumps(bob.says("Create", bob.note())).encode()
    headers = {**signed(here, bob, body), "Date": date}

    assert (await raw_post(here, post.app, headers, body)).status_code == 401


@pytest.mark.sqlite
async def test_malformed_signatures_are_turned_away(here: Node, post: Post, bob: Actor) -> None:
    """S11"""
    body = json.dumps(bob.says("Create", bob.note())).encode()
    whole = signed(here, bob, body)
    value = whole["Signature"]
    bent = [value[:cut] for cut in range(0, len(value), 7)]
    bent += [value.replace('"', mark) for mark in ("'", "", '""')]
    bent += [value.replace("signature=", f"{word}=") for word in ("x", "keyId", "")]
    bent += [f"{value},{value}", value * 40, "=" * 9000, '"', ",", "keyId", "keyId=", "sig1=:x:"]
    bent += [value.replace("rsa-sha256", label) for label in ("hmac-sha256", "none", "RSA-SHA1")]

    for one in bent:
        answer = await raw_post(here, post.app, {**whole, "Signature": one}, body)
        assert 400 <= answer.status_code < 500, one
    assert (await raw_post(here, post.app, whole, body)).status_code == 202


@pytest.mark.sqlite(but=1)
@pytest.mark.parametrize(
    "key_id",
    [
        "https://127.0.0.1/users/bob#main-key",
        "https://[::1]/users/bob#main-key",
        "acct:bob@elm.test",
        "data:application/activity+json,{}",
        "https://alder.test/u/keeper#main-key",
        "https://elm.test@evil.test/users/bob#main-key",
        "https://evil.test/users/bob#main-key",
        "https:///users/bob",
        "https://elm.test:99999/users/bob",
    ],
)
async def test_a_key_elsewhere_is_not_even_asked_for(
    here: Node, post: Post, wire: Wire, bob: Actor, key_id: str
) -> None:
    """S12"""
    bob.key_id = key_id
    answer = await post(bob, bob.says("Create", bob.note()))

    assert answer.status_code == 401, answer.text
    assert [seen for seen in wire.seen if seen[0] == "GET"] == []


async def test_an_unknown_key_is_asked_for_once(
    here: Node, post: Post, elm: Server, bob: Actor
) -> None:
    answers = await asyncio.gather(
        *(post(bob, bob.says("Create", bob.note(str(n)))) for n in range(20))
    )

    assert {a.status_code for a in answers} == {202}
    assert elm.asked[bob.id] == 1


@pytest.mark.sqlite
async def test_a_key_that_was_not_there_is_not_asked_for_at_once_again(
    here: Node, post: Post, elm: Server, bob: Actor
) -> None:
    page = elm.pages.pop(bob.id)
    answers = [await post(bob, bob.says("Create", bob.note())) for _ in range(5)]
    elm.pages[bob.id] = page
    here.now.advance(minutes=2)  # type: ignore[attr-defined]
    later = await post(bob, bob.says("Create", bob.note()))

    assert [a.status_code for a in answers] == [401] * 5
    assert later.status_code == 202
    assert elm.asked[bob.id] <= 3


async def test_a_sender_whose_server_is_away_is_asked_to_come_again(
    here: Node, post: Post, wire: Wire, elm: Server, bob: Actor
) -> None:
    wire.away.add(elm.origin)
    away = await post(bob, bob.says("Create", bob.note()))
    wire.away.clear()
    here.now.advance(minutes=1)  # type: ignore[attr-defined]
    back = await post(bob, bob.says("Create", bob.note()))

    assert (away.status_code, back.status_code) == (503, 202)
    assert int(away.headers["retry-after"]) > 0


async def test_a_new_key_is_taken_and_the_old_one_no_longer(
    here: Node, post: Post, elm: Server, bob: Actor, mallory: Actor
) -> None:
    """S15"""
    await post(bob, bob.says("Create", bob.note()))
    old, bob.keys = bob.keys, mallory.keys
    elm.pages[bob.id] = bob.document()
    new = await post(bob, bob.says("Create", bob.note()))
    bob.keys = old
    stale = await post(bob, bob.says("Create", bob.note()))

    assert (new.status_code, stale.status_code) == (202, 401)


async def test_a_key_that_another_process_has_renewed_is_used_within_a_minute(
    here: Node, post: Post, elm: Server, bob: Actor, mallory: Actor
) -> None:
    """A separate worker carries out the Update; this process has the old key in memory."""
    await post(bob, bob.says("Create", bob.note()))
    old, bob.keys = bob.keys, mallory.keys
    elm.pages[bob.id] = bob.document()
    renewed = update(account).where(account.c.id == bob.id)
    await here.write(
        lambda u: u.db.execute(renewed.values(public_key=bob.keys.rsa_public)) and None
    )
    asked = elm.asked.total()
    here.now.advance(minutes=1)  # type: ignore[attr-defined]

    new = await post(bob, bob.says("Create", bob.note()))
    assert (new.status_code, elm.asked.total()) == (202, asked)
    bob.keys = old
    stale = await post(bob, bob.says("Create", bob.note()))
    assert stale.status_code == 401


async def test_a_key_under_another_name_is_taken_and_the_old_one_no_longer(
    here: Node, post: Post, elm: Server, bob: Actor, mallory: Actor
) -> None:
    await post(bob, bob.says("Create", bob.note()))
    before = replace(bob)
    bob.keys, bob.key_id = mallory.keys, f"{bob.id}#second-key"
    elm.pages[bob.id] = bob.document()

    new = await post(bob, bob.says("Create", bob.note()))
    old = await post(before, before.says("Create", bob.note()))

    assert (new.status_code, old.status_code) == (202, 401)
    assert elm.asked.total() <= 3


@pytest.mark.sqlite
async def test_a_key_with_a_page_of_its_own_is_found(
    here: Node, post: Post, elm: Server, bob: Actor
) -> None:
    carol = elm.actor("carol", bob.keys, key="/main-key")
    answer = await post(carol, carol.says("Create", carol.note()))

    assert answer.status_code == 202, answer.text


async def test_a_page_in_another_spelling_of_json_ld_is_read(
    here: Node, post: Post, elm: Server, bob: Actor, mallory: Actor
) -> None:
    def spelled(actor: Actor, owner: str) -> dict[str, Any]:
        page = dict(actor.server.pages[actor.id])
        key = page.pop("publicKey")
        security = "https://w3id.org/security#"
        page["@context"] = page["@context"][0]
        page[f"{security}publicKey"] = {
            "id": key["id"],
            f"{security}owner": {"id": owner},
            f"{security}publicKeyPem": key["publicKeyPem"],
        }
        return page

    elm.pages[bob.id] = spelled(bob, bob.id)
    mallory.server.pages[mallory.id] = spelled(mallory, bob.id)
    read = await post(bob, bob.says("Create", bob.note()))
    refused = await post(mallory, mallory.says("Create", mallory.note()))

    assert (read.status_code, refused.status_code) == (202, 401)


@pytest.mark.sqlite
async def test_keys_that_are_not_there_are_asked_for_a_few_times_only(
    here: Node, post: Post, elm: Server, bob: Actor
) -> None:
    """S13"""
    senders.of(here)._fetches = Bucket(burst=30, each_second=0)
    answers = set()
    for number in range(200):
        id = f"{elm.origin}/users/ghost{number}"
        ghost = Actor(elm, id, bob.keys, f"{id}#main-key")
        answers.add((await post(ghost, ghost.says("Create", ghost.note()))).status_code)

    assert answers == {401, 503}
    assert elm.asked.total() <= 30


@pytest.mark.sqlite
async def test_farewells_of_strangers_ask_nobody(
    here: Node, post: Post, wire: Wire, elm: Server, bob: Actor
) -> None:
    """O14"""
    for number in range(500):
        gone = Actor(elm, f"{elm.origin}/users/gone{number}", bob.keys, f"{elm.origin}/k{number}")
        answer = await post(gone, gone.says("Delete", gone.id))
        assert answer.status_code == 202

    assert wire.seen == []
    assert not await letters(here)


@pytest.mark.sqlite
async def test_ends_of_strangers_things_ask_nobody_and_fill_nothing_up(
    here: Node, post: Post, wire: Wire, elm: Server, bob: Actor
) -> None:
    """O14"""
    here.memory["federation.rumours"] = tuple(Bucket(burst=20, each_second=0) for _ in range(2))
    for number in range(100):
        gone = Actor(elm, f"{elm.origin}/users/gone{number}", bob.keys, f"{elm.origin}/k{number}")
        answer = await post(gone, gone.says("Delete", f"{elm.origin}/notes/{number}"))
        assert answer.status_code == 202

    assert wire.seen == []
    assert not await letters(here)
    assert len(await rows(here, asked)) == 20


@pytest.mark.sqlite
async def test_only_an_own_thing_is_said_to_be_gone(
    here: Node, post: Post, elm: Server, bob: Actor
) -> None:
    keys = {"own": bob.key_id, "elsewhere": "https://evil.test/users/m#main-key"}
    things = {"own": f"{elm.origin}/notes/1", "elsewhere": "https://oak.test/notes/1"}

    for thing, key in (("elsewhere", "own"), ("own", "elsewhere"), ("own", "own")):
        kept = len(await rows(here, asked))
        sender = Actor(elm, bob.id, bob.keys, keys[key])
        await post(sender, bob.says("Delete", things[thing]))
        assert len(await rows(here, asked)) - kept == ((thing, key) == ("own", "own"))


@pytest.mark.sqlite
async def test_keys_of_many_hanging_servers_are_a_few_at_once_and_the_next_waits(
    here: Node, post: Post, wire: Wire, bob: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    """R14"""
    monkeypatch.setattr(senders, "AT_ONCE", 5)
    free = asyncio.Event()
    hanging = [Server(origin=f"https://h{n}.test", hanging=free) for n in range(5)]
    wire.apps.update({one.origin: one for one in hanging})
    ghosts = [one.actor("ghost", bob.keys) for one in hanging]
    waiting = [asyncio.ensure_future(post(g, g.says("Create", g.note()))) for g in ghosts]
    await asyncio.gather(*(one.reached.wait() for one in hanging))

    late = await post(bob, bob.says("Create", bob.note()))
    asked_meanwhile = bob.server.asked.total()
    free.set()
    taken = await asyncio.gather(*waiting)
    again = await post(bob, bob.says("Create", bob.note()))

    assert (late.status_code, asked_meanwhile, late.headers["retry-after"]) == (503, 0, "10")
    assert [one.status_code for one in taken] == [202] * 5
    assert again.status_code == 202


@pytest.mark.sqlite
@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"content-type": "application/json"}, 415),
        ({"content-type": "application/ld+json"}, 415),
        ({"content-type": "text/html"}, 415),
        ({"content-encoding": "gzip"}, 415),
        (
            {
                "content-type": "application/ld+json; "
                'profile="https://www.w3.org/ns/activitystreams"'
            },
            202,
        ),
    ],
)
async def test_only_activities_are_taken(
    here: Node, post: Post, bob: Actor, headers: dict[str, str], status: int
) -> None:
    """F07"""
    body = json.dumps(bob.says("Create", bob.note())).encode()
    media = headers.get("content-type", ACTIVITY)
    sent = {**signed(here, bob, body, more={"Content-Type": media}), **headers}
    sent = {k: v for k, v in sent.items() if k != "Content-Type"} | {"content-type": media}

    assert (await raw_post(here, post.app, sent, body)).status_code == status


async def test_too_much_is_turned_away_while_it_comes(here: Node, post: Post, bob: Actor) -> None:
    fits = bob.says("Create", bob.note(content="x" * 1_000_000))
    large = bob.says("Create", bob.note(content="x" * (1 << 20)))

    assert (await post(bob, fits)).status_code == 202
    assert (await post(bob, large)).status_code == 413

    sent = []

    async def chunk() -> dict[str, object]:
        sent.append(1)
        return {"type": "http.request", "body": b"x" * 100_000, "more_body": True}

    answers: list[dict[str, object]] = []

    async def keep(message: dict[str, object]) -> None:
        answers.append(message)

    scope = {
        "type": "http",
        "method": "POST",
        "path": "/inbox",
        "raw_path": b"/inbox",
        "query_string": b"",
        "headers": [(b"content-type", ACTIVITY.encode())],
    }
    await post.app(scope, chunk, keep)
    assert answers[0]["status"] == 413
    assert len(sent) < 12


@pytest.mark.sqlite(but=1)
@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"[]",
        b"null",
        b"{",
        b"[" * 10_000,
        b'{"a":' * 70 + b"1" + b"}" * 70,
        b'{"id": ' + b"9" * 5000 + b"}",
        b'{"id": NaN}',
        b'{"id": 1, "id": 2}',
        b'{"id": "\\ud800"}',
        b'{"id": "\\u0000"}',
        b'\xef\xbb\xbf{"id": "x"}',
        '{"id": "x"}'.encode("utf-16"),
        b'{"id": "https://elm.test/1"}',
    ],
    ids=range(14),
)
@pytest.mark.parametrize("known", [True, False])
async def test_what_is_no_json_of_ours_is_turned_away(
    here: Node, post: Post, bob: Actor, body: bytes, known: bool
) -> None:
    """J01"""
    if known:
        await post(bob, bob.says("Create", bob.note()))
    answer = await post(bob, body)

    assert answer.status_code == 400, answer.text


@pytest.mark.sqlite(but=2)
@pytest.mark.parametrize(
    ("change", "status"),
    [
        ({}, 202),
        ({"id": None}, 400),
        ({"id": 7}, 400),
        ({"id": ""}, 400),
        ({"id": "https://elm.test/" + "x" * 3000}, 400),
        ({"id": "https://evil.test/acts/1"}, 403),
        ({"id": "https://alder.test/a/1"}, 403),
        ({"id": "http://elm.test/acts/1"}, 403),
        ({"type": None}, 400),
        ({"type": 3}, 400),
        ({"actor": None}, 400),
        ({"actor": []}, 400),
        ({"actor": "bob"}, 400),
        ({"actor": "https://elm.test/users/carol"}, 403),
    ],
)
async def test_a_letter_is_an_activity_of_its_signer(
    here: Node, post: Post, bob: Actor, change: dict[str, object], status: int
) -> None:
    await post(bob, bob.says("Create", bob.note("before")))
    answer = await post(bob, {**bob.says("Create", bob.note()), **change})

    assert answer.status_code == status, answer.text


async def test_the_same_letter_a_hundred_times_has_one_effect(
    here: Node, post: Post, bob: Actor
) -> None:
    activity = bob.says("Create", bob.note())
    answers = await asyncio.gather(*(post(bob, activity) for _ in range(100)))
    await settle(here)
    again = await post(bob, activity)
    await settle(here)

    assert {a.status_code for a in answers} | {again.status_code} == {202}
    assert len(await rows(here, times)) == 1
    assert len(await letters(here)) == 1


async def test_of_one_id_the_first_letter_holds(here: Node, post: Post, bob: Actor) -> None:
    first = bob.says("Create", bob.note(content="first"))
    second = {**first, "object": bob.note("2", content="second")}
    answers = [await post(bob, first), await post(bob, second)]
    await settle(here)

    assert [a.status_code for a in answers] == [202, 202]
    assert [row.content for row in await rows(here, heard)] == ["first"]


@pytest.mark.parametrize(
    ("blocked", "status"),
    [(["elm.test"], 202), (["evil.test"], 403), (["test"], 202), (["sub.evil.test"], 202)],
)
async def test_a_blocked_host_is_turned_away_and_its_subdomains_with_it(
    here: Node,
    post: Post,
    server: object,
    mallory: Actor,
    blocked: list[str],
    status: int,
) -> None:
    """S17"""
    below = server("deep.sub.evil.test").actor("m", mallory.keys)  # type: ignore[operator]
    await setting(here, "blocked", blocked)
    direct = await post(mallory, mallory.says("Create", mallory.note()))
    indirect = await post(below, below.says("Create", below.note()))
    await settle(here)

    assert direct.status_code == status
    assert (indirect.status_code == 403) is (blocked not in (["elm.test"], ["test"]))
    if status == 403:
        assert mallory.server.asked.total() == 0
        assert not await rows(here, heard)


async def test_only_named_hosts_are_heard_where_a_list_says_so(
    here: Node, post: Post, bob: Actor, mallory: Actor
) -> None:
    await setting(here, "federation.allowed", ["elm.test"])
    taken = await post(bob, bob.says("Create", bob.note()))
    refused = await post(mallory, mallory.says("Create", mallory.note()))

    assert (taken.status_code, refused.status_code) == (202, 403)


@pytest.mark.sqlite
async def test_a_node_at_home_has_no_inbox(make_node: object, bob: Actor) -> None:
    import federation
    from node.modules import accounts, follows
    from tests.federation.strangers import board

    node = await make_node(  # type: ignore[operator]
        "birch", modules=[federation.module, accounts.module, follows.module, board], founded=False
    )
    from federation.inbox import Inbox

    answer = await Post(node, Inbox(node))(bob, bob.says("Create", bob.note()))
    assert answer.status_code == 404


@pytest.mark.parametrize("form", list(Form))
async def test_we_learn_how_a_server_signs(
    here: Node, post: Post, bob: Actor, form: Form, clock: Clock
) -> None:
    await post(bob, bob.says("Create", bob.note()), form=form)

    found = {row.domain: row for row in await rows(here, host)}
    assert found["elm.test"].first_seen == clock()
    assert found["elm.test"].form is not None
