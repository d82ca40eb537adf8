"""Members' own programs, and what they may not do."""

import json
from dataclasses import replace

import pytest
from sqlalchemy import func, insert, select, update

import federation
from node.kernel.module import Handlers, Module
from node.kernel.tables import account, letter
from node.modules import accounts, follows
from node.modules.accounts import api
from tests.conftest import person, settle
from tests.federation.outside import ACTIVITY, PUBLIC, Far, Feature, ask, known
from vocab.types import Delete, Note, Update

FAR = "https://far.test"


@pytest.fixture
def feature():
    return Feature()


@pytest.fixture
async def alder(make_node, feature):
    modules = [federation.module, accounts.module, follows.module, feature.module()]
    return await make_node("alder", modules=modules)


@pytest.fixture
def far(wire, key_pool):
    server = Far(origin=FAR, keys=key_pool[0])
    wire.apps[FAR] = server
    return server


@pytest.fixture
async def ana(alder):
    return await person(alder, "ana")


@pytest.fixture
async def token(alder, ana):
    return await alder.write(api.token_for, ana.id, "a program")


@pytest.fixture
def push(wire, alder, token):
    """POST to an outbox; ana's with her token if nothing else is said."""

    async def post(
        document, *, to="/u/ana/outbox", media=ACTIVITY, bearer=token, body=None, **more
    ):
        sent = json.dumps(document).encode() if body is None else body
        headers = ({"Authorization": f"Bearer {bearer}"} if bearer else {}) | more
        return await ask(wire, alder, to, method="POST", body=sent, Content_Type=media, **headers)

    return post


def outgoing(node):
    return node.read(
        lambda db: db.scalar(select(func.count()).select_from(letter).where(letter.c.way == "out"))
    )


# Sending ------------------------------------------------------------------------------------


async def test_a_bare_note_is_created_under_an_id_of_ours(push, alder, feature, far, ana):
    [mia] = await known(alder, far, "mia")

    answer = await push(
        {"type": "Note", "id": "https://evil.test/1", "content": "<p>Hi</p>", "to": [mia]}
    )
    await settle(alder)

    [act] = feature.made
    sent = json.loads(far.posts[0].body)
    assert answer.status_code == 201
    assert answer.headers["location"] == sent["id"]
    assert sent["id"].startswith(f"{alder.origin}/a/")
    assert sent["object"]["id"].startswith(f"{alder.origin}/o/")
    assert (sent["actor"], sent["object"]["attributedTo"]) == (ana.id, ana.id)
    assert (sent["to"], sent["object"]["to"]) == ([mia], [mia])
    assert act.actor.id == ana.id
    assert act.object == Note(**{**act.object.__dict__, "content": "<p>Hi</p>"})


async def test_a_create_runs_through_the_same_handler(push, alder, feature):
    answer = await push(
        {
            "type": "Create",
            "to": [PUBLIC],
            "object": {"type": "Note", "content": "<p>Hi<script>x()</script></p>"},
        }
    )

    [act] = feature.made
    assert answer.status_code == 201
    assert act.object.content == "<p>Hi</p>"
    assert act.object.to == (PUBLIC,)


async def test_hidden_addressees_get_it_and_are_not_shown(push, alder, far, feature):
    mia, noa = await known(alder, far, "mia", "noa", shared=False)

    answer = await push({"type": "Note", "content": "<p>Hi</p>", "bto": [mia], "bcc": [noa]})
    await settle(alder)

    assert answer.status_code == 201
    assert {came.path for came in far.posts} == {"/users/mia/inbox", "/users/noa/inbox"}
    for came in far.posts:
        assert b"bto" not in came.body
        assert b"bcc" not in came.body
        assert b"/users/" not in came.body
    [act] = feature.made
    assert (act.object.bto, act.object.bcc) == ((), ())


async def test_what_a_program_puts_above_a_note_is_a_content_warning(push, alder, far, feature):
    """W5: others show it as nothing else, so it says so."""
    [mia] = await known(alder, far, "mia")
    note = {"type": "Note", "content": "<p>Blood.</p>", "summary": "An accident", "to": [mia]}

    assert (await push(note)).status_code == 201
    await settle(alder)

    [act] = feature.made
    assert act.object.sensitive is True
    sent = json.loads(far.posts[0].body)["object"]
    assert (sent["summary"], sent["sensitive"]) == ("An accident", True)


async def test_a_note_for_nobody_stays_here(push, alder, feature):
    answer = await push({"type": "Note", "content": "<p>Only us.</p>"})

    assert answer.status_code == 201
    assert len(feature.made) == 1
    assert await outgoing(alder) == 0


async def test_a_follow_and_its_end(push, alder, far):
    mia = far.actor("mia")

    asked = await push({"type": "Follow", "object": mia})
    ended = await push({"type": "Undo", "object": asked.headers["location"]})
    await settle(alder)

    follow, undo = sorted((json.loads(came.body) for came in far.posts), key=lambda d: d["type"])
    assert (asked.status_code, ended.status_code) == (201, 201)
    assert (follow["type"], follow["object"]) == ("Follow", mia)
    assert (undo["type"], undo["object"]["id"]) == ("Undo", follow["id"])


async def test_what_somebody_else_did_is_not_undone(push, alder, far, wire):
    mia = far.actor("mia")
    ben = await person(alder, "ben")
    bens = await alder.write(api.token_for, ben.id, "a program")
    asked = await push({"type": "Follow", "object": mia}, to="/u/ben/outbox", bearer=bens)

    answer = await push({"type": "Undo", "object": asked.headers["location"]})

    assert (asked.status_code, answer.status_code) == (201, 404)


# Refusals -----------------------------------------------------------------------------------


@pytest.mark.parametrize("bearer", [None, "", "nonsense"])
async def test_without_a_token_nothing_happens(push, alder, feature, bearer):
    answer = await push({"type": "Note", "content": "<p>Hi</p>"}, bearer=bearer)

    assert answer.status_code == 401
    assert answer.headers["www-authenticate"].startswith("Bearer")
    assert feature.made == []


@pytest.mark.parametrize("to", ["/u/keeper/outbox", "/u/nobody/outbox"])
async def test_a_token_opens_one_outbox_only(push, feature, to):
    answer = await push({"type": "Note", "content": "<p>Hi</p>"}, to=to)

    assert answer.status_code == 403
    assert answer.json()["type"] == "https://w3id.org/fep/c180#principal-actor-mismatch"
    assert feature.made == []


async def test_the_token_of_a_suspended_member_opens_nothing(push, alder, ana):
    await alder.write(api.suspend, ana.id)

    answer = await push({"type": "Note", "content": "<p>Hi</p>"})

    assert answer.status_code == 401


@pytest.mark.sqlite(but=2)
@pytest.mark.parametrize(
    ("document", "status", "code"),
    [
        ({"type": "Note", "content": "x", "attributedTo": f"{FAR}/users/mia"}, 403, "E_OWNER"),
        ({"type": "Follow", "actor": f"{FAR}/users/mia", "object": FAR}, 403, "E_ACTOR"),
        ({"type": "Create", "object": f"{FAR}/o/1"}, 422, "E_UNSUPPORTED"),
        ({"type": "Create", "object": {"type": "Note"}}, 422, "E_OBJECT"),
        ({"type": "Create", "object": {"type": "Person", "name": "x"}}, 422, "E_UNSUPPORTED"),
        ({"type": "Create", "object": {"type": "Create"}}, 422, "E_UNSUPPORTED"),
        ({"type": "Create"}, 422, "E_UNSUPPORTED"),
        ({"type": "Article", "name": "x", "kind": "DecisionRecord"}, 422, "E_UNSUPPORTED"),
        ({"type": "Block", "actor": None, "object": f"{FAR}/users/mia"}, 422, "E_UNSUPPORTED"),
        ({"type": "Follow"}, 404, "E_MISSING"),
        ({"type": "Undo", "object": f"{FAR}/a/1"}, 404, "E_MISSING"),
        ({"type": "Accept", "object": f"{FAR}/a/1"}, 404, "E_MISSING"),
        ({"type": "Delete", "object": "https://alder.test/o/1"}, 404, "E_MISSING"),
        ({"type": "Update", "object": {"type": "Note", "id": "https://alder.test/o/1"}}, 404,
         "E_MISSING"),
        ({}, 422, "E_UNSUPPORTED"),
        ({"type": "Note", "content": "x", "to": ["not an address"]}, 422, "E_SCHEMA"),
    ],
)  # fmt: skip
async def test_what_cannot_be_done_is_said_at_once(push, alder, feature, document, status, code):
    answer = await push(document)

    said = answer.json()
    assert (answer.status_code, said["code"]) == (status, code)
    assert answer.headers["content-type"] == "application/problem+json"
    assert said["status"] == status
    assert said["detail"]
    assert feature.made == [] or code == "E_SCHEMA"
    assert await outgoing(alder) == 0


@pytest.mark.sqlite(but=1)
@pytest.mark.parametrize("body", [b"", b"{", b"[]", b'"x"', b'{"a":1,"a":2}', b"\xff", b"null"])
async def test_what_is_no_json_object_is_refused(push, body):
    answer = await push(None, body=body)

    assert (answer.status_code, answer.json()["title"]) == (400, "E_JSON")


@pytest.mark.sqlite
async def test_too_much_is_refused_with_a_sentence(push, alder):
    answer = await push({"type": "Note", "content": "x" * 2_000_000})

    assert (answer.status_code, answer.json()["code"]) == (413, "E_BODY_SIZE")
    assert "1 MiB" in answer.json()["detail"]
    assert await outgoing(alder) == 0


@pytest.mark.sqlite
@pytest.mark.parametrize("media", ["application/json", "text/plain", "application/ld+json", ""])
async def test_another_media_type_is_refused(push, media):
    answer = await push({"type": "Note", "content": "<p>Hi</p>"}, media=media)

    assert answer.status_code == 415


@pytest.mark.sqlite
async def test_what_says_that_it_is_compressed_is_refused(push, feature):
    note = {"type": "Note", "content": "<p>Hi</p>"}

    for encoding, status in (("identity", 201), ("gzip", 415)):
        answer = await push(note, Content_Encoding=encoding)
        assert answer.status_code == status, encoding
    assert answer.json()["code"] == "E_ENCODING"
    assert len(feature.made) == 1


async def test_a_form_with_a_session_does_not_reach_the_outbox(alder, ana, browse, wire, feature):
    browser = await browse(alder, "ana")

    answer = await browser.client.post(
        "/u/ana/outbox",
        content=b'{"type":"Note","content":"x"}',
        headers={"content-type": ACTIVITY, "origin": alder.origin},
    )

    assert answer.status_code == 401
    assert feature.made == []


# Updating, deleting -------------------------------------------------------------------------


async def test_only_the_owner_changes_a_post_and_only_its_words(make_node, wire, key_pool):
    feature, handlers, acts = Feature(), Handlers(), []

    @handlers.on(Update, Note)
    @handlers.on(Delete, Note)
    def changed(unit, act):
        acts.append(act)

    alder = await make_node(
        "alder", modules=[*feature.modules(), Module(name="changes", handlers=handlers)]
    )
    ana, ben = await person(alder, "ana"), await person(alder, "ben")
    tokens = {one.id: await alder.write(api.token_for, one.id, "x") for one in (ana, ben)}

    async def push(who, document):
        return await ask(
            wire,
            alder,
            f"/u/{who.handle}/outbox",
            method="POST",
            body=json.dumps(document).encode(),
            Content_Type=ACTIVITY,
            Authorization=f"Bearer {tokens[who.id]}",
        )

    await push(ana, {"type": "Note", "content": "<p>One</p>", "to": [PUBLIC]})
    note = feature.made[0].object
    edit = {"type": "Note", "id": note.id, "content": "<p>Two</p>", "to": [ben.id]}

    refused = [
        await push(ben, {"type": "Update", "object": edit}),
        await push(ben, {"type": "Delete", "object": note.id}),
    ]
    none = list(acts)
    done = [
        await push(ana, {"type": "Update", "object": edit}),
        await push(ana, {"type": "Update", "object": {"id": note.id, "content": "<p>Three</p>"}}),
        await push(ana, {"type": "Delete", "object": note.id}),
    ]

    assert [answer.status_code for answer in refused] == [404, 404]
    assert none == []
    assert [answer.status_code for answer in done] == [201, 201, 201]
    edited, again, deleted = acts
    assert again.object == replace(note, content="<p>Three</p>", updated=alder.now())
    assert (edited.object.content, edited.object.to) == ("<p>Two</p>", (PUBLIC,))
    assert edited.object.published == note.published
    assert edited.object.updated == alder.now()
    assert deleted.object.id == note.id
    assert deleted.activity.object.former_type == "Note"


# Reading ------------------------------------------------------------------------------------


def arrived(unit, actor, number, to, **more):
    document = {"id": f"{FAR}/a/{number}", "type": "Create", "actor": actor, "to": to}
    unit.db.execute(
        insert(letter).values(
            way="in",
            activity=document["id"],
            actor=actor,
            body=json.dumps({**document, **more}).encode(),
            state="done",
            at=unit.now,
            due=unit.now,
        )
    )


async def test_the_inbox_shows_a_member_what_was_addressed_to_them(wire, alder, far, ana, token):
    mia, noa = await known(alder, far, "mia", "noa")

    def come(unit):
        for number in range(25):
            arrived(unit, mia, number, [ana.id])
        arrived(unit, mia, 100, [f"{alder.origin}/u/keeper"])
        arrived(unit, noa, 101, [ana.id])
        unit.db.execute(update(account).where(account.c.id == noa).values(suspended=unit.now))

    await alder.write(come)
    bearer = {"Authorization": f"Bearer {token}"}
    whole = await ask(wire, alder, "/u/ana/inbox", **bearer)
    found, more = [], whole.json()["first"]
    while more:
        page = (await ask(wire, alder, more.removeprefix(alder.origin), **bearer)).json()
        assert not {"bto", "bcc"} & set().union(*page["orderedItems"])
        found += [one["id"] for one in page["orderedItems"]]
        more = page.get("next")

    assert found == [f"{FAR}/a/{n}" for n in reversed(range(25))]
    assert whole.headers["cache-control"] == "private, no-store"


@pytest.mark.parametrize("path", ["/u/ana/inbox", "/u/keeper/inbox"])
async def test_an_inbox_is_open_to_nobody_else(wire, alder, ana, token, path):
    nobody = await ask(wire, alder, path)
    ben = await person(alder, "ben")
    other = await alder.write(api.token_for, ben.id, "x")
    somebody = await ask(wire, alder, path, Authorization=f"Bearer {other}")

    assert (nobody.status_code, somebody.status_code) == (401, 403)
