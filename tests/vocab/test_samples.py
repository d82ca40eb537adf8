"""Every example goes in and out unchanged; every invalid document is refused for its reason."""

import pytest

from tests.vocab.samples import CHECKS, TYPES, known, names, read, without
from vocab import checks, jsonld, schemas
from vocab.model import Malformed
from vocab.wire import dump, load

LATER = {
    "42b-advisory-poll-vote-received.json": "what others write: no term of ours",
    "61-delegation-offer.json": "nobody speaks for a community before others yet",
    "70-module-manifest.json": "modules are installed by hand, and told to nobody",
    "semantic__E_OWNER__delegation-of-another-communitys-power.json": "as 61",
}
"""What no module writes, and why."""

ANSWERED = {
    "semantic__E_LEDGER__accepted-amount-differs-from-reserved.json",
    "semantic__E_QUANTITY__offered-unit-differs-from-proposal.json",
    "semantic__E_STATE__agreement-offered-on-a-withdrawn-proposal.json",
}
"""Refused by the handler, which sends a no (see tests/modules/test_agreements_elsewhere.py) or
stops all that passes between the two (see tests/modules/test_credit.py)."""

EXAMPLES = names("examples")
INVALID = names("invalid")

READ_WHEN_FOREIGN = {
    # Lemmy announces whole activities, so a stranger's Announce may embed
    "schema__announce-with-embedded-object.json",
    # no class of ours: read as a plain activity, which nothing handles
    "schema__offer-object-typed-offer.json",
}
"""Refused when we would send them; what a stranger sends like this is just not ours."""


def tidy(document: dict) -> dict:
    """The wire samples name an empty context where no term of ours is used; we leave it out."""
    context = document["@context"]
    if not isinstance(context, list):
        return document
    return {**document, "@context": [one for one in context if one != {}]}


def goes_round(name: str, folder: str) -> bool:
    document = read(folder, name)
    written = dump(load(document, TYPES), mode="url" if folder == "examples" else "inline")
    return written == tidy(document)


@pytest.mark.parametrize("folder", ["examples", "wire"])
@pytest.mark.parametrize("name", [n for n in EXAMPLES if n not in LATER])
def test_an_example_is_written_as_it_was_read(name: str, folder: str) -> None:
    assert goes_round(name, folder)


@pytest.mark.parametrize("folder", ["examples", "wire"])
@pytest.mark.parametrize("name", EXAMPLES)
def test_a_value_survives_the_wire(name: str, folder: str) -> None:
    value = load(read(folder, name), TYPES)

    for mode in ("inline", "url"):
        assert load(dump(value, mode=mode), TYPES) == value


@pytest.mark.parametrize("folder", ["examples", "wire"])
@pytest.mark.parametrize("name", EXAMPLES)
def test_an_example_passes_schema_and_rules(name: str, folder: str) -> None:
    document = read(folder, name)
    # an Update is the next revision only of what has not stored it yet
    seen = known(stored=document["type"] != "Update")

    schemas.validate(document)
    checks.run(document, seen, types=TYPES, by_class=CHECKS)


@pytest.mark.parametrize("folder", ["examples", "wire"])
@pytest.mark.parametrize(
    "name", [n for n in EXAMPLES if n != "42b-advisory-poll-vote-received.json"]
)
def test_an_example_may_leave(name: str, folder: str) -> None:
    schemas.outgoing(read(folder, name))


@pytest.mark.parametrize("name", [n for n in EXAMPLES if n not in LATER])
def test_both_forms_say_the_same(name: str) -> None:
    value = load(without(read("examples", name), "proof"), TYPES)

    told = [jsonld.expand(dump(value, mode=mode)) for mode in ("url", "inline")]

    assert told[0] == told[1]
    assert told[0] == jsonld.expand(without(read("examples", name), "proof"))


@pytest.mark.parametrize("name", [n for n in INVALID if n.startswith("schema__")])
def test_what_breaks_a_schema_does_not_leave(name: str) -> None:
    with pytest.raises(Malformed) as refused:
        schemas.outgoing(read("invalid", name))

    assert refused.value.code == "E_SCHEMA"


@pytest.mark.parametrize("name", [n for n in INVALID if n.startswith("schema__")])
def test_what_breaks_a_schema_is_not_taken(name: str) -> None:
    document = read("invalid", name)
    if name in READ_WHEN_FOREIGN:
        schemas.validate(document)
        return

    with pytest.raises(Malformed) as refused:
        schemas.validate(document)

    assert refused.value.code == "E_SCHEMA"


def reason(name: str) -> str | None:
    """Why a document with a sound schema is refused; None if it is not."""
    document = read("invalid", name)
    schemas.validate(document)
    try:
        checks.run(document, known(), types=TYPES, by_class=CHECKS)
    except Malformed as refused:
        return refused.code
    return None


@pytest.mark.parametrize(
    "name", [n for n in INVALID if n.startswith("semantic__") and n not in {*LATER, *ANSWERED}]
)
def test_what_breaks_a_rule_is_refused_for_it(name: str) -> None:
    assert reason(name) == name.split("__")[1]


@pytest.mark.parametrize("name", LATER)
def test_a_row_for_later_is_still_needed(name: str) -> None:
    if name in EXAMPLES:
        assert not goes_round(name, "examples")
    else:
        assert reason(name) is None


def test_every_sample_has_its_place() -> None:
    assert set(LATER) <= {*EXAMPLES, *INVALID}
    assert names("wire") == EXAMPLES
    assert {n.split("__")[0] for n in INVALID} == {"schema", "semantic"}
