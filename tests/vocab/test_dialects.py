"""Listings of other software: every spelling we know, what is cut, what is refused and why."""

import json
from typing import Any

import pytest

from tests.vocab.samples import FOLDER, TYPES
from vocab import dialects, schemas
from vocab.model import PUBLIC, Malformed
from vocab.wire import dump, load

INTEROP = sorted(
    file.name.removesuffix(".normalised.json")
    for file in (FOLDER / "interop").glob("*.normalised.json")
)


def sample(name: str, form: str) -> dict[str, Any]:
    return json.loads((FOLDER / "interop" / f"{name}.{form}.json").read_text("utf-8"))


def proposal(**more: Any) -> dict[str, Any]:
    """What a plain FEP-0837 server says; None takes a key away."""
    said = {
        "type": "Proposal",
        "id": "https://elm.test/p/1",
        "attributedTo": "https://elm.test/users/bob",
        "purpose": "offer",
        "name": "A ladder",
        "content": "<p>Three metres.</p>",
        "publishes": {
            "type": "Intent",
            "id": "https://elm.test/p/1#primary",
            "action": "transfer",
            "resourceQuantity": {"hasUnit": "one", "hasNumericalValue": "1"},
        },
        "to": PUBLIC,
    }
    return {key: held for key, held in {**said, **more}.items() if held is not None}


def intent(**more: Any) -> dict[str, Any]:
    return {**proposal()["publishes"], **more}


def said(document: dict[str, Any]) -> dict[str, Any]:
    found = dialects.listing(document)
    assert found is not None
    return found


# Both ways ------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", INTEROP)
def test_a_listing_of_another_program_is_read_into_ours(name: str) -> None:
    wanted = sample(name, "normalised")

    assert dialects.listing(sample(name, "received")) == wanted
    schemas.validate(wanted, TYPES)
    assert load(wanted, TYPES).foreign == wanted["foreign"]


@pytest.mark.parametrize("name", INTEROP)
def test_what_we_would_write_says_the_same_to_a_plain_reader(name: str) -> None:
    wanted = sample(name, "normalised")
    written = dump(load(wanted, TYPES))

    # FEP-0837 goes by purpose and publishes; a reader without our class drops `kind`
    seen = said({key: held for key, held in written.items() if key != "kind"})

    lost = {"priceText"}
    assert seen == {**{k: v for k, v in wanted.items() if k not in lost}, "foreign": "fep-0837"}


MITRA_NEEDS = ("id", "purpose", "publishes", "reciprocal", "unitBased")
FEDIFY_STRINGS = ("hasUnit", "hasNumericalValue")


@pytest.mark.parametrize("folder", ["examples", "wire"])
def test_our_offer_has_what_the_readers_of_others_ask_for(folder: str) -> None:
    offer = json.loads((FOLDER / folder / "10-offer-create.json").read_text("utf-8"))["object"]

    assert all(key in offer for key in MITRA_NEEDS)
    for key, fragment in (("publishes", "#primary"), ("reciprocal", "#reciprocal")):
        flow = offer[key]
        assert flow["id"] == offer["id"] + fragment
        assert isinstance(flow["action"], str)
        assert isinstance(flow["resourceConformsTo"], str)
        assert all(isinstance(flow["resourceQuantity"][one], str) for one in FEDIFY_STRINGS)


# What is read ---------------------------------------------------------------------------------

MAID = "https://mutual-aid.app/ns/core#"
PAIR = "http://virtual-assembly.org/ontologies/pair#"
VF = "https://w3id.org/valueflows/ont/vf#"
OM = "http://www.ontology-of-units-of-measure.org/resource/om-2/"

READ = {
    "a title from the first line of the text": (
        proposal(name=None, content="<p>A bike</p><p>It is blue.</p>"), {"name": "A bike"},
    ),
    "a title without markup": (proposal(name="<b>A</b> ladder"), {"name": "A ladder"}),
    "a long title, cut": (proposal(name="ladder " * 90), {"name": ("ladder " * 90)[:299] + "…"}),
    "words that would run, without them": (
        proposal(content="<p onclick='x()'>Hi</p><script>x()</script>"), {"content": "<p>Hi</p>"},
    ),
    "an enormous text, cut": (proposal(content="a" * 300_000), {"content": "a" * 50_000}),
    "an enormous number of links, cut": (
        proposal(content="<a href='https://a.b'>c</a>" * 1_850),
        {"content": '<a href="https://a.b" rel="nofollow noopener ugc">c</a>' * 925},
    ),
    "a type of several words": (proposal(type=["Note", VF + "Proposal"]), {"purpose": "offer"}),
    "keys with a prefix": (
        {
            **proposal(purpose=None, publishes=None),
            "vf:purpose": "vf:request", "vf:publishes": {
                "type": "vf:Intent", "vf:action": "vf:deliverService",
                "vf:resourceQuantity": {"om2:hasUnit": "om2:hour", "om2:hasNumericalValue": 2},
            },
        },
        {"purpose": "request", "publishes": {
            "type": "Intent", "id": "https://elm.test/p/1#primary", "action": "deliverService",
            "resourceQuantity": {"hasUnit": "hour", "hasNumericalValue": "2"},
        }},
    ),
    "Fedify inside a Create: full names, and a number that says its type": (
        {
            **proposal(purpose=None, publishes=None, type=VF + "Proposal"),
            VF + "purpose": "offer", VF + "unitBased": False, VF + "publishes": {
                "id": "https://elm.test/p/1#primary", "type": VF + "Intent",
                VF + "action": "transfer",
                VF + "resourceConformsTo": {"id": "https://www.wikidata.org/wiki/Q11442"},
                VF + "resourceQuantity": {
                    "type": OM + "Measure", OM + "hasUnit": "one",
                    OM + "hasNumericalValue": {"type": "xsd:decimal", "@value": "2.5"},
                },
            },
        },
        {"purpose": "offer", "unitBased": False, "publishes": {
            "type": "Intent", "id": "https://elm.test/p/1#primary", "action": "transfer",
            "resourceQuantity": {"hasUnit": "one", "hasNumericalValue": "2.5"},
            "resourceConformsTo": "https://www.wikidata.org/wiki/Q11442",
        }},
    ),
    "Mitra's least amounts, which are beyond our figures": (
        proposal(reciprocal=intent(
            id="https://elm.test/p/1#reciprocal",
            minimumQuantity={"hasUnit": "one", "hasNumericalValue": "1000000000000"},
        )),
        {"reciprocal": intent(id="https://elm.test/p/1#reciprocal")},
    ),
    "topics that are none, left out": (
        proposal(publishes=intent(resourceClassifiedAs=["tools", "https://a.test/t", 7])),
        {"publishes": intent(resourceClassifiedAs=["https://a.test/t"])},
    ),
    "an end that is none, left out": (
        proposal(publishes=intent(due="soon", finished="no")), {"publishes": intent()},
    ),
    "hashtags": (
        proposal(tag=[{"type": "Hashtag", "name": "#tools"}, {"type": "Mention", "name": "@a"}]),
        {"tag": [{"type": "Hashtag", "name": "#tools"}]},
    ),
    "addressees said twice": (proposal(to=["as:Public", PUBLIC]), {"to": [PUBLIC]}),
    "something lent, of Mutual Aid": (
        {**proposal(type=[MAID + "Offer", "maid:LoanOffer"], name=None, content=None),
         "publishes": None, PAIR + "label": "A drill", "pair:description": "Cordless",
         "maid:expirationDate": "2027-01-01T00:00:00Z"},
        {"name": "A drill", "content": "Cordless", "sharingTerms": ["lend"],
         "endTime": "2027-01-01T00:00:00Z", "foreign": "mutual-aid", "purpose": "offer"},
    ),
    "something wanted as a gift, of Mutual Aid": (
        proposal(type="maid:GiftRequest", purpose=None, publishes=None),
        {"purpose": "request", "sharingTerms": ["gift"]},
    ),
    "a price of flohmarkt": (
        proposal(type="Note", purpose=None, publishes=None, **{
            "flohmarkt:data": {"name": "Radio", "price": "25 EUR", "description": "It works"},
            "content": None,
        }),
        {"priceText": "25 EUR", "name": "Radio", "content": "It works", "foreign": "flohmarkt"},
    ),
}  # fmt: skip


@pytest.mark.parametrize("what", READ)
def test_it_is_read(what: str) -> None:
    document, wanted = READ[what]

    found = said(document)

    assert {key: found.get(key) for key in wanted} == wanted
    schemas.validate(found, TYPES)


NO_LISTING = {
    "a post": {"type": "Note", "id": "https://elm.test/n", "attributedTo": "https://elm.test/u"},
    "nobody's": proposal(attributedTo=None),
    "without an id": proposal(id=None),
    "an id that is no text": proposal(id={"a": 1}),
    "publishes nothing": proposal(publishes=[]),
    "publishes a word": proposal(publishes="https://elm.test/i/1"),
    "our own": {"type": "Note", "kind": "Proposal", "id": "https://elm.test/p"},
    "flohmarkt's data that are none": proposal(
        type="Note", purpose=None, publishes=None, **{"flohmarkt:data": "x"}
    ),
    "another class of Mutual Aid": proposal(
        type="maid:Announcement", purpose=None, publishes=None
    ),
}  # fmt: skip


@pytest.mark.parametrize("what", NO_LISTING)
def test_it_is_no_listing(what: str) -> None:
    assert dialects.listing(NO_LISTING[what]) is None


REFUSED = {
    "neither title nor text": proposal(name=None, content=None),
    "another purpose": proposal(purpose="want"),
    "a negative amount": proposal(
        publishes=intent(resourceQuantity={"hasUnit": "one", "hasNumericalValue": -3})
    ),
    "an amount beyond all figures": proposal(
        publishes=intent(resourceQuantity={"hasUnit": "one", "hasNumericalValue": 1e300})
    ),
    "infinitely many": proposal(
        publishes=intent(resourceQuantity={"hasUnit": "one", "hasNumericalValue": float("inf")})
    ),
    "an amount in words": proposal(
        publishes=intent(resourceQuantity={"hasUnit": "one", "hasNumericalValue": "many"})
    ),
    "a unit that is none": proposal(publishes=intent(resourceQuantity={"hasUnit": "<b>"})),
    "an action that is none": proposal(publishes=intent(action="<script>")),
    "an id of another scheme": proposal(id="ap://did:key:z6M/p/1"),
    "a place nowhere": proposal(location={"type": "Place", "latitude": 200, "longitude": 3}),
    "more addressees than anybody has": proposal(to=[f"https://a.test/{n}" for n in range(300)]),
}  # fmt: skip


@pytest.mark.parametrize("what", REFUSED)
def test_it_is_refused(what: str) -> None:
    with pytest.raises(Malformed) as refused:
        schemas.validate(said(REFUSED[what]), TYPES)

    assert refused.value.code == "E_SCHEMA"


@pytest.mark.parametrize("carrier", ["Create", "Update", "Announce"])
def test_a_listing_inside_an_act_is_read_too(carrier: str) -> None:
    read = dialects.read({"type": carrier, "actor": "https://elm.test/u", "object": proposal()})

    assert (read["object"]["kind"], read["object"]["foreign"]) == ("Proposal", "fep-0837")


def test_nobody_evades_our_schema_by_calling_itself_foreign() -> None:
    ours = {"id": "https://a.test/n", "type": "Note", "kind": "Proposal", "foreign": "bonfire"}
    act = {"type": "Create", "actor": "https://a.test/u", "object": ours}

    read = dialects.read(act)

    assert "foreign" not in read["object"]
    with pytest.raises(Malformed):
        schemas.validate(read, TYPES)


@pytest.mark.parametrize(
    ("amount", "shown"), [(1, "1"), (2.50, "2.5"), (1e-7, "0.0000001"), ("3", "3"), (None, "1")]
)
def test_amounts_are_decimals(amount: object, shown: str) -> None:
    measured = {"hasUnit": "om2:hour", "hasNumericalValue": amount}

    found = said(proposal(publishes=intent(resourceQuantity=measured)))

    wanted = {"hasUnit": "hour", "hasNumericalValue": shown}
    assert found["publishes"]["resourceQuantity"] == wanted
