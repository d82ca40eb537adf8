"""What others may fetch from us, and how little they learn of the rest."""

import json
from dataclasses import replace

import pytest
from sqlalchemy import update

from federation import ourselves
from federation.answers import ACTIVITY, LD
from federation.claims import Form
from node.kernel.module import Collected
from node.kernel.tables import account
from node.modules.matching.objects import MatchRequest
from tests.conftest import person, settle
from tests.federation.outside import PUBLIC, Far, Feature, ask, known, say, signed
from vocab import schemas
from vocab.contexts import FOLDER
from vocab.types import Intent, Note, PropertyValue, Tombstone

FAR = "https://far.test"
BROWSER = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"
HIDDEN = "Only for the neighbours."


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


def note(node, name, **more):
    return Note(
        **{
            "id": f"{node.origin}/o/{name}",
            "content": f"<p>{HIDDEN}</p>",
            "attributed_to": node.community.id,
            "url": f"{node.origin}/n/{name}",
            "published": node.now(),
            "to": (PUBLIC,),
            **more,
        }
    )


def plain(answer):
    """All of an answer that could tell one from another."""
    headers = {k: v for k, v in answer.headers.items() if k != "date"}
    return answer.status_code, headers, answer.content


# Actors -------------------------------------------------------------------------------------


@pytest.mark.parametrize("path", ["/u/keeper", "/c/alder", "/service"])
async def test_every_actor_is_served_and_valid_without_a_signature(wire, alder, path):
    answer = await ask(wire, alder, path)

    document = answer.json()
    assert answer.status_code == 200
    assert answer.headers["content-type"] == ACTIVITY
    assert document["id"] == alder.origin + path
    schemas.outgoing(document)
    assert document["publicKey"]["id"] == f"{document['id']}#main-key"
    assert document["publicKey"]["owner"] == document["id"]
    [edwards] = document["assertionMethod"]
    assert edwards["id"] == f"{document['id']}#ed25519-key"
    assert document["endpoints"] == {"sharedInbox": f"{alder.origin}/inbox"}
    assert document["outbox"] == f"{document['id']}/outbox"


async def test_the_three_actors_are_of_the_types_of_the_vocabulary(wire, alder):
    found = [(await ask(wire, alder, p)).json() for p in ("/u/keeper", "/c/alder", "/service")]

    assert [(one["type"], one.get("kind")) for one in found] == [
        ("Person", None),
        ("Group", "Community"),
        ("Application", "NodeService"),
    ]
    member, community, service = found
    assert member["memberOf"] == [community["id"]]
    assert community["nodeService"] == service["id"]
    assert service["communities"] == [community["id"]]
    assert service["manuallyApprovesFollowers"] is True
    names = [one["href"] for one in service["implements"]]
    assert "https://datatracker.ietf.org/doc/html/rfc9421" in names
    assert "https://w3id.org/commons-node/ns#cap-market-1" in names


async def test_modules_add_fields_to_an_actor(wire, alder, feature):
    keeper = f"{alder.origin}/u/keeper"
    gift = PropertyValue(name="Gift", value="Turning conflict into design")
    feature.added[keeper] = {"attachment": (gift,), "facets": f"{keeper}/facets"}

    document = (await ask(wire, alder, "/u/keeper")).json()

    assert document["attachment"] == [
        {"type": "PropertyValue", "name": "Gift", "value": "Turning conflict into design"}
    ]
    assert document["facets"] == f"{keeper}/facets"


@pytest.mark.sqlite
async def test_plain_words_about_oneself_become_a_paragraph(wire, alder):
    document = (await ask(wire, alder, "/c/alder")).json()

    assert document["summary"] == "<p>Neighbours of Alder.</p>"
    assert document["published"] == "2026-11-20T00:00:00Z"


@pytest.mark.sqlite
async def test_a_browser_is_led_to_the_page(wire, alder):
    answer = await ask(wire, alder, "/u/keeper", Accept=BROWSER)

    assert answer.status_code == 303
    assert answer.headers["location"] == f"{alder.origin}/@keeper"
    assert "Accept" in answer.headers["vary"]


@pytest.mark.sqlite(but=1)
@pytest.mark.parametrize(
    ("accept", "media"),
    [
        (ACTIVITY, ACTIVITY),
        (LD, LD),
        (f"{ACTIVITY}, {LD}", ACTIVITY),
        (f"{ACTIVITY}, {LD}, text/html;q=0.1", ACTIVITY),
        ("*/*", ACTIVITY),
        ("application/json", ACTIVITY),
    ],
)
async def test_servers_get_the_media_type_they_ask_for(wire, alder, accept, media):
    answer = await ask(wire, alder, "/u/keeper", Accept=accept)

    assert (answer.status_code, answer.headers["content-type"]) == (200, media)
    for name in ("Accept", "Cookie", "Authorization", "Signature", "Signature-Input"):
        assert name in answer.headers["vary"]


@pytest.mark.sqlite
async def test_what_did_not_change_is_not_sent_again(wire, alder):
    first = await ask(wire, alder, "/u/keeper")

    second = await ask(wire, alder, "/u/keeper", If_None_Match=first.headers["etag"])

    assert (second.status_code, second.content) == (304, b"")


async def test_nobody_is_not_here(wire, alder):
    for path in ("/u/nobody", "/c/nobody", "/u/alder", "/o/nothing", "/a/nothing"):
        answer = await ask(wire, alder, path)
        assert answer.status_code == 404, path
        assert (await ask(wire, alder, path, Accept=BROWSER)).status_code == 404, path


async def test_an_actor_who_left_is_a_tombstone_once_all_is_delivered(wire, alder, far):
    [mia] = await known(alder, far, "mia")
    ana = await person(alder, "ana")
    await say(alder, mia, actor=ana.id)
    await alder.write(
        lambda unit: unit.db.execute(
            update(account).where(account.c.id == ana.id).values(gone=unit.now)
        )
    )

    before = await ask(wire, alder, "/u/ana")
    await settle(alder)
    after = await ask(wire, alder, "/u/ana")

    assert (before.status_code, before.json()["type"]) == (200, "Person")
    assert (after.status_code, after.json()["type"]) == (410, "Tombstone")
    assert after.json()["formerType"] == "Person"


# Objects ------------------------------------------------------------------------------------


async def test_a_public_object_is_served_even_with_a_bad_signature(wire, alder, feature):
    feature.objects[f"{alder.origin}/o/one"] = (note(alder, "one"), None)

    answer = await ask(wire, alder, "/o/one", Signature='keyId="https://far.test/k",signature="x"')

    assert answer.status_code == 200
    assert answer.json()["content"] == f"<p>{HIDDEN}</p>"


async def test_a_deleted_object_is_gone(wire, alder, feature):
    id = f"{alder.origin}/o/one"
    feature.objects[id] = (Tombstone(id=id, former_type="Note", deleted=alder.now()), None)

    answer = await ask(wire, alder, "/o/one")

    assert answer.status_code == 410
    assert answer.json()["type"] == "Tombstone"


@pytest.mark.parametrize("form", list(Form))
async def test_whom_it_is_for_may_fetch_it_with_a_signature(wire, alder, feature, far, form):
    [mia] = await known(alder, far, "mia")
    feature.objects[f"{alder.origin}/o/one"] = (note(alder, "one", to=(mia,)), mia)

    headers = signed(alder, far, mia, f"{alder.origin}/o/one", form)
    answer = await ask(wire, alder, "/o/one", **headers)

    assert answer.status_code == 200
    assert answer.headers["cache-control"] == "private, no-store"
    assert "etag" not in answer.headers


async def test_a_refused_object_looks_like_a_missing_one(wire, alder, feature, far):
    mia, noa = await known(alder, far, "mia", "noa")
    feature.objects[f"{alder.origin}/o/one"] = (note(alder, "one", to=(mia,)), mia)

    for headers in (
        {},
        {"Accept": BROWSER},
        {"Authorization": "Bearer nonsense"},
        {"Signature": "nonsense"},
    ):
        there = await ask(wire, alder, "/o/one", **headers)
        missing = await ask(wire, alder, "/o/two", **headers)
        assert there.status_code == 404
        assert plain(there) == plain(missing)
    for who in (noa,):
        there = await ask(wire, alder, "/o/one", **signed(alder, far, who, f"{alder.origin}/o/one"))
        missing = await ask(
            wire, alder, "/o/two", **signed(alder, far, who, f"{alder.origin}/o/two")
        )
        assert there.status_code == 404
        assert plain(there) == plain(missing)
        assert HIDDEN.encode() not in there.content


async def test_a_blocked_actor_gets_what_a_stranger_gets(wire, alder, feature, far):
    [mia] = await known(alder, far, "mia")
    feature.objects[f"{alder.origin}/o/one"] = (note(alder, "one", to=(mia,)), mia)
    feature.refused.add("far.test")

    there = await ask(wire, alder, "/o/one", **signed(alder, far, mia, f"{alder.origin}/o/one"))
    missing = await ask(wire, alder, "/o/two", **signed(alder, far, mia, f"{alder.origin}/o/two"))

    assert there.status_code == 404
    assert plain(there) == plain(missing)


async def test_what_has_no_words_left_is_not_here_even_for_whom_it_was(
    wire, alder, feature, far, caplog
):
    """Something public that the schema refuses is a fault: see below."""
    caplog.set_level("INFO")
    service = far.actor("service", type="Application")
    feature.trusted.add(service)
    id, missing = f"{alder.origin}/o/one", f"{alder.origin}/o/none"
    stub = MatchRequest(id=id, actor=service, object=Intent(), to=(alder.community.service,))
    feature.objects[id] = stub, "trusted"

    kept = await ask(wire, alder, "/o/one", **signed(alder, far, service, id))

    nothing = await ask(wire, alder, "/o/none", **signed(alder, far, service, missing))
    assert kept.status_code == 404
    assert plain(kept) == plain(nothing)
    assert "a restricted MatchRequest may not leave" in caplog.text


async def test_a_trusted_node_sees_what_is_for_trusted_nodes(wire, alder, feature, far):
    service, other = await known(alder, far, "service", "other")
    feature.trusted.add(service)
    feature.objects[f"{alder.origin}/o/one"] = (note(alder, "one", to=(service,)), "trusted")
    url = f"{alder.origin}/o/one"

    yes = await ask(wire, alder, "/o/one", **signed(alder, far, service, url))
    no = await ask(wire, alder, "/o/one", **signed(alder, far, other, url))

    assert (yes.status_code, no.status_code) == (200, 404)


@pytest.mark.sqlite
async def test_a_document_that_the_schema_refuses_does_not_leave(wire, alder, feature):
    feature.objects[f"{alder.origin}/o/one"] = (
        note(alder, "one", source={"ballots": ["canary"]}),
        None,
    )

    answer = await ask(wire, alder, "/o/one")

    assert answer.status_code == 500
    assert b"canary" not in answer.content


# Activities and the outbox ------------------------------------------------------------------


async def test_a_public_activity_is_served_whole(wire, alder, far):
    [mia] = await known(alder, far, "mia")
    activity = await say(alder, PUBLIC, cc=(mia,))
    await settle(alder)

    answer = await ask(wire, alder, activity.removeprefix(alder.origin))

    sent, shown = json.loads(far.posts[0].body), answer.json()
    assert answer.status_code == 200
    # a proof is for the letter as it went out; what is read here may have been changed since
    for context in (sent.pop("@context"), shown.pop("@context")):
        assert context[0] == "https://www.w3.org/ns/activitystreams"
    assert sent.pop("proof")["verificationMethod"].startswith(f"{alder.community.id}#")
    assert shown == sent


async def test_what_was_sent_to_somebody_is_not_served_to_everybody(wire, alder, far):
    [mia] = await known(alder, far, "mia")
    noa = (await known(alder, far, "noa"))[0]
    activity = await say(alder, mia)
    await settle(alder)
    path = activity.removeprefix(alder.origin)

    nobody = await ask(wire, alder, path)
    other = await ask(wire, alder, path, **signed(alder, far, noa, activity))
    named = await ask(wire, alder, path, **signed(alder, far, mia, activity))

    assert (nobody.status_code, other.status_code, named.status_code) == (404, 404, 200)
    assert named.headers["cache-control"] == "private, no-store"
    assert plain(nobody) == plain(await ask(wire, alder, "/a/missing"))


async def test_the_outbox_shows_the_newest_first_in_pages(wire, alder):
    said = [await say(alder, PUBLIC, content=f"<p>{n}</p>") for n in range(45)]
    await say(alder, f"{FAR}/users/mia")
    whole = (await ask(wire, alder, "/c/alder/outbox")).json()

    found, pages = [], 0
    url = whole["first"]
    while url:
        page = (await ask(wire, alder, url.removeprefix(alder.origin))).json()
        assert (page["type"], page["partOf"]) == ("OrderedCollectionPage", whole["id"])
        found += [one["id"] for one in page["orderedItems"]]
        url, pages = page.get("next"), pages + 1

    assert (whole["type"], whole["totalItems"], pages) == ("OrderedCollection", 45, 3)
    assert found == said[::-1]


async def test_the_outbox_forgets_what_was_deleted_and_shows_what_was_edited(wire, alder, feature):
    ids = [f"{alder.origin}/o/{n}" for n in range(3)]
    for id in ids:
        await say(alder, PUBLIC, id=id)
    feature.objects[ids[0]] = (Tombstone(id=ids[0], former_type="Note", deleted=alder.now()), None)
    old, only = feature.objects[ids[1]]
    feature.objects[ids[1]] = (replace(old, content="<p>Edited.</p>"), only)
    del feature.objects[ids[2]]

    page = (await ask(wire, alder, "/c/alder/outbox?page=true")).json()

    assert [one["object"]["content"] for one in page["orderedItems"]] == ["<p>Edited.</p>"]


# Collections --------------------------------------------------------------------------------


async def test_a_collection_of_a_module_is_paged_and_filtered_for_who_asks(
    wire, make_node, feature, far
):
    def held(owner, viewer, after, limit):
        shown = range(50) if viewer.trusted else range(10)
        start = int(after or 0)
        part = [f"{owner.id}/thing/{n}" for n in shown[start : start + limit]]
        more = str(start + limit) if start + limit < len(shown) else None
        return Collected(total=len(shown), items=tuple(part), next=more)

    feature.collections["listings"] = held
    alder = await make_node("alder", modules=feature.modules())
    [service] = await known(alder, far, "service")
    feature.trusted.add(service)
    url = f"{alder.community.id}/listings"

    public = await ask(wire, alder, "/c/alder/listings")
    trusted = await ask(wire, alder, "/c/alder/listings", **signed(alder, far, service, url))
    found, next_ = [], trusted.json()["first"]
    while next_:
        headers = signed(alder, far, service, next_)
        page = (await ask(wire, alder, next_.removeprefix(alder.origin), **headers)).json()
        found += page["orderedItems"]
        next_ = page.get("next")

    assert public.json()["totalItems"] == len(public.json()["orderedItems"]) == 10
    assert trusted.json()["totalItems"] == len(found) == 50
    assert trusted.headers["cache-control"] == "private, no-store"
    assert "no-store" not in public.headers["cache-control"]


@pytest.mark.parametrize(
    "path",
    [
        "/u/keeper/followers", "/u/keeper/following", "/u/keeper/featured", "/u/keeper/outbox",
        "/c/alder/followers", "/c/alder/listings", "/c/alder/decisions", "/c/alder/in-force",
        "/service/outbox", "/service/followers",
    ],
)  # fmt: skip
async def test_what_an_actor_names_is_there_even_if_empty(wire, alder, path):
    document = (await ask(wire, alder, path)).json()

    assert (document["totalItems"], document["orderedItems"]) == (0, [])
    assert document["type"] == "OrderedCollection"


@pytest.mark.sqlite(but=1)
@pytest.mark.parametrize(
    "path", ["/u/keeper/secrets", "/u/nobody/outbox", "/u/keeper/listings", "/service/decisions"]
)
async def test_a_collection_that_nobody_holds_is_not_there(wire, alder, path):
    assert (await ask(wire, alder, path)).status_code == 404


async def test_a_cursor_of_nonsense_is_no_fault_of_ours(wire, alder):
    await say(alder, PUBLIC)

    for after in ("x", "-1", "9" * 30, "%00", "é"):
        answer = await ask(wire, alder, f"/c/alder/outbox?page=true&after={after}")
        assert answer.status_code in (200, 400, 404), after


# What is the same for all -------------------------------------------------------------------


@pytest.mark.sqlite
async def test_our_context_and_vocabulary_are_served_as_they_lie_here(wire, alder):
    context = await ask(wire, alder, "/ns/commons-node/v1")
    words = await ask(wire, alder, "/ns/commons-node/ns")

    assert context.content == (FOLDER / "commons-node.jsonld").read_bytes()
    assert context.headers["content-type"] == "application/ld+json"
    assert context.headers["access-control-allow-origin"] == "*"
    assert "max-age=31536000" in context.headers["cache-control"]
    assert words.headers["content-type"].startswith("text/turtle")
    assert words.content == (schemas.FOLDER / "ns.ttl").read_bytes()


@pytest.mark.sqlite
async def test_schemas_are_served_and_nothing_else_of_the_disk(wire, alder):
    found = await ask(wire, alder, "/schemas/objects/person.schema.json")
    short = await ask(wire, alder, "/schemas/person.schema.json")

    assert found.json()["title"] == "Member actor"
    assert short.content == found.content
    for path in ("ns.ttl", "../pyproject.toml", "%2e%2e/pyproject.toml", "objects", ""):
        assert (await ask(wire, alder, f"/schemas/{path}")).status_code == 404, path


def test_the_policy_that_stands_for_no_matching_is_one_the_schema_takes():
    assert ourselves.NO_MATCHING.accepts_from == "nobody"
