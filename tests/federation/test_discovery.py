"""Being found by name, by servers of many kinds."""

import json
from xml.etree import ElementTree as ET

import jsonschema
import pytest
from sqlalchemy import update

from federation.nodeinfo import band
from node.kernel.tables import account
from tests.conftest import person
from tests.federation.outside import Feature, ask

FINGER = "/.well-known/webfinger"
OTHERS = ("/.well-known/host-meta", "/.well-known/host-meta.json", "/.well-known/nodeinfo")


@pytest.fixture
async def alder(make_node):
    return await make_node("alder", modules=Feature().modules())


@pytest.mark.parametrize(
    ("resource", "path"),
    [
        ("acct:keeper@alder.test", "/u/keeper"),
        ("ACCT:Keeper@Alder.Test", "/u/keeper"),
        ("acct:@keeper@alder.test", "/u/keeper"),
        ("keeper@alder.test", "/u/keeper"),
        ("https://alder.test/u/keeper", "/u/keeper"),
        ("https://alder.test/@keeper", "/u/keeper"),
        ("https://alder.test/@KEEPER/", "/u/keeper"),
        ("acct:alder@alder.test", "/c/alder"),
        ("https://alder.test/c/alder", "/c/alder"),
        ("acct:alder.test@alder.test", "/service"),
        ("https://alder.test/service", "/service"),
        ("https://alder.test/", "/service"),
        ("https://alder.test", "/service"),
    ],
)
async def test_webfinger_knows_everybody_by_all_their_names(wire, alder, resource, path):
    answer = await ask(wire, alder, FINGER + "?resource=" + resource.replace("@", "%40"))

    found = answer.json()
    id = alder.origin + path
    assert answer.headers["content-type"] == "application/jrd+json; charset=utf-8"
    assert answer.headers["access-control-allow-origin"] == "*"
    assert found["subject"].endswith("@alder.test")
    assert id in found["aliases"]
    mine = {one["type"]: one["href"] for one in found["links"] if one["rel"] == "self"}
    assert mine == {
        "application/activity+json": id,
        'application/ld+json; profile="https://www.w3.org/ns/activitystreams"': id,
    }
    by_rel = {one["rel"]: one for one in found["links"]}
    to = f"{alder.origin}/follow?whom="
    assert by_rel["http://ostatus.org/schema/1.0/subscribe"]["template"] == to + "{uri}"
    assert by_rel["https://w3id.org/fep/3b86/Follow"]["template"] == to + "{object}"
    assert by_rel["http://webfinger.net/rel/avatar"]["href"].startswith(f"{alder.origin}/face/")


async def test_the_page_of_a_person_is_linked(wire, alder):
    answer = await ask(wire, alder, f"{FINGER}?resource=acct:keeper@alder.test")

    page = [o for o in answer.json()["links"] if o["rel"].endswith("/profile-page")]
    assert page == [
        {
            "rel": "http://webfinger.net/rel/profile-page",
            "type": "text/html",
            "href": "https://alder.test/@keeper",
        }
    ]


@pytest.mark.parametrize(
    "resource",
    [
        "acct:nobody@alder.test",
        "acct:keeper@birch.test",
        "https://birch.test/u/keeper",
        "https://alder.test/u/nobody",
        "https://alder.test/o/keeper",
        "https://alder.test/@keeper/posts",
        "http://alder.test/u/keeper",
        "acct:%25@alder.test",
        "acct:k_eper@alder.test",
    ],
)
async def test_webfinger_says_that_somebody_is_not_here(wire, alder, resource):
    assert (await ask(wire, alder, f"{FINGER}?resource={resource}")).status_code == 404


@pytest.mark.sqlite(but=1)
@pytest.mark.parametrize(
    "query", ["", "?resource=", "?resource=keeper", "?resource=acct:", "?resource=acct:@",
              "?resource=mailto:keeper", "?resource=https://[", "?resource=" + "x" * 3000]
)  # fmt: skip
async def test_webfinger_refuses_what_is_no_question(wire, alder, query):
    assert (await ask(wire, alder, FINGER + query)).status_code == 400


@pytest.mark.sqlite
async def test_webfinger_gives_the_wanted_links_only(wire, alder):
    asked = f"{FINGER}?resource=acct:keeper@alder.test&rel=self&rel=http://nobody.test/rel"

    found = (await ask(wire, alder, asked)).json()

    assert {one["rel"] for one in found["links"]} == {"self"}
    assert found["subject"] == "acct:keeper@alder.test"


@pytest.mark.sqlite
@pytest.mark.parametrize(
    ("path", "accept", "status"),
    [
        (f"{FINGER}?resource=acct:nobody@alder.test", "*/*", 404),
        (f"{FINGER}?resource=", "", 400),
        ("/nodeinfo/1.0", "", 404),
        ("/.well-known/nobody-knows", "*/*", 404),
        ("/o/nothing", "application/activity+json", 404),
        ("/u/nobody/outbox", "*/*", 404),
        ("/schemas/nothing", "", 404),
    ],
)
async def test_a_program_is_told_of_a_problem_in_its_own_words(wire, alder, path, accept, status):
    answer = await ask(wire, alder, path, Accept=accept)
    page = await ask(wire, alder, path, Accept="text/html")

    assert answer.status_code == page.status_code == status
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.headers["access-control-allow-origin"] == "*"
    assert answer.json()["status"] == status
    assert page.headers["content-type"].startswith("text/html")


async def test_an_actor_says_by_what_name_it_wants_to_be_called(wire, alder):
    for path, name in (("/u/keeper", "keeper"), ("/c/alder", "alder"), ("/service", "alder.test")):
        found = (await ask(wire, alder, path)).json()
        terms = [one for one in found["@context"] if isinstance(one, dict)]

        assert found["webfinger"] == f"{name}@alder.test"
        meaning = terms[0]["webfinger"]["@id"]
        assert meaning == "https://purl.archive.org/socialweb/webfinger#webfinger"


async def test_who_is_suspended_or_gone_is_not_found(wire, alder):
    ana, ben = await person(alder, "ana"), await person(alder, "ben")

    def leave(unit):
        unit.db.execute(update(account).where(account.c.id == ana.id).values(gone=unit.now))
        unit.db.execute(update(account).where(account.c.id == ben.id).values(suspended=unit.now))

    await alder.write(leave)

    for resource in ("acct:ana@alder.test", ana.id, "acct:ben@alder.test", ben.id):
        assert (await ask(wire, alder, f"{FINGER}?resource={resource}")).status_code == 404


@pytest.mark.sqlite
async def test_host_meta_leads_to_webfinger(wire, alder):
    xml = await ask(wire, alder, "/.well-known/host-meta")
    plain = await ask(wire, alder, "/.well-known/host-meta.json")

    template = "https://alder.test/.well-known/webfinger?resource={uri}"
    [link] = ET.fromstring(xml.text)
    assert (link.attrib["rel"], link.attrib["template"]) == ("lrdd", template)
    assert plain.json()["links"][0]["template"] == template


@pytest.mark.sqlite(but=1)
@pytest.mark.parametrize("number", ["2.0", "2.1", "2.2"])
async def test_nodeinfo_is_valid_and_says_little(wire, alder, shared, number):
    for name in ("ana", "ben", "cleo", "dora", "emil", "fay"):
        await person(alder, name)
    links = (await ask(wire, alder, "/.well-known/nodeinfo")).json()["links"]
    [place] = [one["href"] for one in links if one["rel"].endswith(f"/schema/{number}")]

    answer = await ask(wire, alder, place.removeprefix(alder.origin))

    schema = json.loads((shared / "vectors" / "nodeinfo" / number / "schema.json").read_text())
    found = answer.json()
    jsonschema.validate(found, schema)
    assert found["software"]["name"] == "folkmoot"
    assert found["software"]["version"].count(".") <= 1
    assert found["usage"] == {"users": {"total": 5}}
    assert found["openRegistrations"] is False
    assert found["metadata"] == {
        "nodeName": "Alder",
        "nodeDescription": "Neighbours of Alder.",
        "staffAccounts": ["https://alder.test/c/alder"],
        "federation": {"enabled": True},
    }
    assert f"schema/{number}#" in answer.headers["content-type"]


async def test_nodeinfo_names_the_nodes_own_actor(wire, alder):
    links = (await ask(wire, alder, "/.well-known/nodeinfo")).json()["links"]

    rel = "https://www.w3.org/ns/activitystreams#Application"
    assert {"rel": rel, "href": "https://alder.test/service"} in links
    assert (await ask(wire, alder, "/nodeinfo/1.0")).status_code == 404


@pytest.mark.sqlite
async def test_a_node_at_home_is_not_found(wire, alder):
    await alder.write(lambda unit: unit.set("community", {**unit.community.row(), "at_home": True}))

    for path in (f"{FINGER}?resource=acct:keeper@alder.test", *OTHERS, "/nodeinfo/2.1"):
        assert (await ask(wire, alder, path)).status_code == 404, path


@pytest.mark.parametrize(
    ("number", "shown"), [(0, 0), (1, 1), (4, 1), (5, 5), (41, 20), (999, 500), (2718, 2000)]
)
def test_figures_are_rounded_down_to_bands(number, shown):
    assert band(number) == shown
