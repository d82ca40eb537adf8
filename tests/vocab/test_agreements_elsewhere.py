"""Agreements of FEP-0837 peers: every spelling we know, what is ours, what is refused."""

from typing import Any

import pytest

from node.modules.agreements.objects import Agreement
from tests.vocab.samples import CHECKS, TYPES, example, known
from vocab import checks, dialects, schemas
from vocab.model import Malformed
from vocab.types import Offer
from vocab.wire import dump, load

BOB, ANA = "https://elm.test/users/bob", "https://alder.test/u/ana"
VF = "https://w3id.org/valueflows/ont/vf#"
OM = "http://www.ontology-of-units-of-measure.org/resource/om-2/"
PROPOSAL = "https://alder.test/o/1"


def flow(fragment: str, number: Any = "1", unit: str = "one", **more: Any) -> dict[str, Any]:
    measure = {"hasUnit": unit, "hasNumericalValue": number}
    said = {"type": "Commitment", "satisfies": f"{PROPOSAL}#{fragment}"}
    return {**said, "resourceQuantity": measure, **more}


def act(kind: str, **more: Any) -> dict[str, Any]:
    said = {"type": kind, "id": "https://elm.test/a/1", "actor": BOB, "to": ANA}
    return {"@context": "https://www.w3.org/ns/activitystreams", **said, **more}


FINAL = "https://elm.test/agreements/1"
MITRA = {
    "type": "Agreement",
    "id": FINAL,
    "attributedTo": BOB,
    "stipulates": flow("primary", "3000", "second", id=f"{FINAL}#primary"),
    "stipulatesReciprocal": flow("reciprocal", "600000000000", id=f"{FINAL}#reciprocal"),
    "url": {"type": "Link", "href": "caip:10:monero:418015bb:8xyz", "rel": ["payment"]},
    "preview": {"type": "Note", "name": "Open"},
}

READ: dict[str, tuple[dict[str, Any], str, dict[str, Any]]] = {
    "an offer": (
        act("Offer", object={"type": "Agreement", "stipulates": flow("primary")}),
        "object", {"stipulates": flow("primary")},
    ),
    "a number that is no text": (
        act("Offer", object={"type": "vf:Agreement", "vf:stipulates": flow("primary", 2.5)}),
        "object", {"stipulates": flow("primary", "2.5")},
    ),
    "the example of FEP-0837, which misspells it and names no owner": (
        act("Accept", object="https://alder.test/a/1", result={
            "type": "Agreement", "id": FINAL, "stiplulates": flow("primary"),
            "url": {"type": "Link", "href": "https://pay.test/7", "rel": "payment"},
        }),
        "result", {"id": FINAL, "attributedTo": BOB, "stipulates": flow("primary"),
                   "url": "https://pay.test/7"},
    ),
    "Fedify's yes": (
        act("Accept", object="https://alder.test/a/1", result={
            "id": FINAL, "type": VF + "Agreement", "attributedTo": BOB, VF + "stipulates": {
                "id": f"{FINAL}#primary", "type": VF + "Commitment",
                VF + "satisfies": {"id": f"{PROPOSAL}#primary"},
                VF + "resourceQuantity": {
                    "type": OM + "Measure", OM + "hasUnit": "one",
                    OM + "hasNumericalValue": {"type": "xsd:decimal", "@value": "2.5"},
                },
            },
        }),
        "result", {"id": FINAL, "stipulates": flow("primary", "2.5", id=f"{FINAL}#primary")},
    ),
    "Mitra's yes": (
        act("Accept", object="https://alder.test/a/1", result=MITRA),
        "result", {**MITRA, "url": "caip:10:monero:418015bb:8xyz"},
    ),
    "Mitra's news": (
        act("Update", object={**MITRA, "preview": {"type": "Note", "name": "Paid"}}),
        "object", {"preview": {"type": "Note", "name": "Paid"}},
    ),
}  # fmt: skip


@pytest.mark.parametrize("what", READ)
def test_it_is_read(what: str) -> None:
    document, key, wanted = READ[what]

    read = dialects.read(document)

    assert {name: read[key].get(name) for name in wanted} == wanted
    assert read[key]["foreign"] == "fep-0837"
    schemas.validate(read, TYPES)
    checks.run(read, known(stored=False), types=TYPES, by_class=CHECKS)
    assert isinstance(getattr(load(read, TYPES), key), Agreement)


REFUSED = {
    "about nothing": {"type": "Agreement"},
    "of an amount that is none": {"stipulates": flow("primary", "many")},
    "of a negative amount": {"stipulates": flow("primary", -1)},
    "of more than there is in the world": {"stipulates": flow("primary", "9" * 40)},
    "of no unit": {"stipulates": flow("primary", unit="<b>")},
    "that satisfies nothing": {"stipulates": {**flow("primary"), "satisfies": None}},
    "under an id that is none": {"stipulates": flow("primary"), "id": "ap://x/1"},
    "with a ballot": {"stipulates": flow("primary"), "votes": []},
}


@pytest.mark.parametrize("what", REFUSED)
def test_it_is_refused(what: str) -> None:
    read = dialects.read(act("Offer", object={"type": "Agreement", **REFUSED[what]}))
    if "votes" in REFUSED[what]:
        assert "votes" not in read["object"]  # what we do not know is not read at all
        return

    with pytest.raises(Malformed) as refused:
        schemas.validate(read, TYPES)

    assert refused.value.code == "E_SCHEMA"


FORGED = {
    "E_SATISFIES": {"stipulates": flow("primary"), "stipulatesReciprocal": {
        **flow("reciprocal"), "satisfies": "https://alder.test/o/2#reciprocal"}},
    "E_FRAGMENT": {"id": FINAL, "stipulates": flow("primary", id="https://elm.test/x#primary")},
}  # fmt: skip


@pytest.mark.parametrize("code", FORGED)
def test_what_contradicts_itself_is_refused(code: str) -> None:
    said = {"type": "Agreement", "attributedTo": BOB, **FORGED[code]}
    read = dialects.read(act("Update", object=said))

    with pytest.raises(Malformed) as refused:
        checks.run(read, known(stored=False), types=TYPES, by_class=CHECKS)

    assert refused.value.code == code


@pytest.mark.parametrize("number", ["30", "31", "34"])
def test_ours_is_left_alone(number: str) -> None:
    document = example(number)

    assert dialects.read(document) == document


def test_ours_has_what_mitra_and_fedify_read() -> None:
    offer = load(example("30"), TYPES)
    assert isinstance(offer, Offer)

    said = dump(offer)

    assert isinstance(said["id"], str)
    assert isinstance(said["actor"], str)
    for key in ("stipulates", "stipulatesReciprocal"):
        commitment = said["object"][key]
        assert commitment["type"] == "Commitment"
        assert isinstance(commitment["satisfies"], str)
        assert set(commitment["resourceQuantity"]) == {"hasUnit", "hasNumericalValue"}
        assert all(isinstance(one, str) for one in commitment["resourceQuantity"].values())
