"""Files of records, checked by themselves: every kind of tampering is named, a good twin passes."""

import copy
import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import assume, given
from hypothesis import strategies as st

from node.modules.decisions import chain, verifying, witnesses
from node.modules.decisions.verifying import verify
from vocab import proofs, reader
from vocab.model import Malformed

US = "https://alder.test/c/alder"
KEY = Ed25519PrivateKey.from_private_bytes(b"a" * 32)
OTHER = Ed25519PrivateKey.from_private_bytes(b"b" * 32)
NOW = datetime(2026, 12, 1, tzinfo=UTC)
METHOD = f"{US}#ed25519-key"

File = dict[str, Any]


def record(number: int, before: str, *, key: Ed25519PrivateKey = KEY, linked: bool = True) -> File:
    """A record in the middle of its life: addressed, signed, with figures."""
    document: File = {
        "@context": ["https://www.w3.org/ns/activitystreams"],
        "id": f"https://alder.test/o/{number}",
        "type": "Article",
        "kind": "DecisionRecord",
        "attributedTo": US,
        "name": f"Decided: thing {number}",
        "content": "<p>From two until six.</p>",
        "outcome": "approved",
        "method": "majority",
        "disclosure": "full",
        "tallies": [
            {"type": "Tally", "position": "inFavour", "count": 6},
            {"type": "Tally", "position": "oppose", "count": 5},
        ],
        "electorate": {"type": "Electorate", "eligible": 12, "participated": 11},
        "to": ["https://www.w3.org/ns/activitystreams#Public"],
    }
    if linked:
        place = {"type": "ChainLink", "number": number}
        document["chain"] = place | ({"previous": before} if before else {})
    return proofs.sign(document, key=key, method=METHOD, created=NOW)


def file(length: int = 4, *, old: int = 0, key: Ed25519PrivateKey = KEY) -> File:
    """A register; the first `old` of its records are older than the chain."""
    entries, before = [], ""
    for number in range(1, length + 1):
        made = record(number, before, key=key, linked=number > old)
        leaf = chain.leaf(made)
        entries.append({"number": number, "leaf": leaf, "record": made})
        before = chain.link(number, leaf, before)
    return {
        "format": verifying.FORMAT,
        "community": US,
        "keys": [{"id": METHOD, "publicKeyMultibase": proofs.multikey(key.public_key())}],
        "entries": entries,
        "checkpoint": checkpoint(length, before, key=key),
    }


def checkpoint(number: int, link: str, *, key: Ed25519PrivateKey = KEY) -> File:
    said = chain.checkpoint(community=US, number=number, link=link, at=NOW)
    return proofs.sign(said, key=key, method=METHOD, created=NOW)


def faults(held: Any, known: Any = None) -> set[tuple[str, str]]:
    earlier = proofs.jcs(known) if known is not None else None
    found = verify(proofs.jcs(held), earlier, now=NOW)
    return {(one.part, one.code) for one in found if one.wrong and one.part != "file"}


def test_a_good_file_holds_and_says_so_of_every_part() -> None:
    found = verify(proofs.jcs(file(3)), now=NOW)

    assert [(one.part, one.code) for one in found] == [
        ("record 1", "holds"), ("record 2", "holds"), ("record 3", "holds"),
        ("checkpoint", "holds"), ("file", "holds"),
    ]  # fmt: skip


def test_records_older_than_the_chain_are_held_by_it() -> None:
    held = file(4, old=2)
    assert faults(held) == set()

    held["entries"][0]["record"] = record(9, "", linked=False)
    held["entries"][0]["leaf"] = chain.leaf(held["entries"][0]["record"])

    assert ("record 3", "E_CHAIN") in faults(held)


def test_what_is_hidden_keeps_its_place() -> None:
    held = file()
    del held["entries"][1]["record"]
    assert faults(held) == set()

    held["entries"][1]["leaf"] = chain.leaf(record(9, ""))

    assert ("record 3", "E_CHAIN") in faults(held)


def _cut_short(held: File) -> None:
    held["entries"].pop()


def _cut_out(held: File) -> None:
    held["entries"].pop(1)


def _reordered(held: File) -> None:
    rows = held["entries"]
    rows[1], rows[2] = rows[2], rows[1]


def _renumbered(held: File) -> None:
    rows = held["entries"]
    rows[1], rows[2] = rows[2] | {"number": 2}, rows[1] | {"number": 3}


def _twice(held: File) -> None:
    held["entries"].insert(1, held["entries"][1])


def _tampered(held: File) -> None:
    held["entries"][1]["record"]["content"] = "<p>All day.</p>"


def _tampered_with_its_leaf(held: File) -> None:
    _tampered(held)
    held["entries"][1]["leaf"] = chain.leaf(held["entries"][1]["record"])


def _sent_to_others(held: File) -> None:
    held["entries"][1]["record"]["to"] = ["https://birch.test/c/birch"]


def _forged(held: File) -> None:
    made = record(2, held["entries"][1]["record"]["chain"]["previous"], key=OTHER)
    held["entries"][1]["record"] = made


def _forged_key(held: File) -> None:
    held["keys"][0]["publicKeyMultibase"] = proofs.multikey(OTHER.public_key())


def _no_key(held: File) -> None:
    held["keys"] = []


def _strange_key(held: File) -> None:
    held["keys"].append({**held["keys"][0], "id": "https://mallory.test/c/mallory#key"})


def _unsigned(held: File) -> None:
    del held["entries"][1]["record"]["proof"]


def _theirs(held: File) -> None:
    held["community"] = "https://birch.test/c/birch"


def _no_end(held: File) -> None:
    held["checkpoint"] = None


def _longer(held: File) -> None:
    word = held["checkpoint"]
    made = record(5, word["link"])
    held["entries"].append({"number": 5, "leaf": chain.leaf(made), "record": made})


def _other_end(held: File) -> None:
    held["checkpoint"] = checkpoint(4, chain.link(4, "other", "other"))


def _forged_end(held: File) -> None:
    held["checkpoint"] = checkpoint(4, held["checkpoint"]["link"], key=OTHER)


def _ended_key(held: File) -> None:
    held["keys"][0]["until"] = (NOW - timedelta(days=1)).isoformat()


def _lost_key(held: File) -> None:
    held["keys"][0] |= {"until": (NOW + timedelta(days=1)).isoformat(), "revoked": True}


def _miscounted(held: File) -> None:
    place = held["entries"][3]["record"]["chain"]
    made = {k: v for k, v in held["entries"][3]["record"].items() if k != "proof"}
    made = proofs.sign(
        {**made, "outcome": "rejected"}, key=KEY, method=METHOD, created=NOW
    )  # fmt: skip
    leaf = chain.leaf(made)
    held["entries"][3] = {"number": 4, "leaf": leaf, "record": made}
    held["checkpoint"] = checkpoint(4, chain.link(4, leaf, place["previous"]))


@pytest.mark.parametrize(
    ("tamper", "named"),
    [
        (_cut_short, ("checkpoint", "E_CUT")),
        (_cut_out, ("record 2", "E_MISSING")),
        (_reordered, ("record 3", "E_ORDER")),
        (_renumbered, ("record 2", "E_ORDER")),
        (_twice, ("record 2", "E_TWICE")),
        (_tampered, ("record 2", "E_LEAF")),
        (_tampered_with_its_leaf, ("record 2", "E_PROOF_INVALID")),
        (_sent_to_others, ("record 2", "E_PROOF_INVALID")),
        (_forged, ("record 2", "E_PROOF_INVALID")),
        (_forged_key, ("record 1", "E_PROOF_INVALID")),
        (_no_key, ("record 1", "E_PROOF_KEY")),
        (_strange_key, ("key https://mallory.test/c/mallory#key", "E_KEY_OWNER")),
        (_unsigned, ("record 2", "E_PROOF_MISSING")),
        (_theirs, ("record 1", "E_OWNER")),
        (_no_end, ("checkpoint", "E_NO_CHECKPOINT")),
        (_longer, ("checkpoint", "E_LONGER")),
        (_other_end, ("checkpoint", "E_HEAD")),
        (_forged_end, ("checkpoint", "E_PROOF_INVALID")),
        (_ended_key, ("record 1", "E_KEY_ENDED")),
        (_lost_key, ("record 1", "E_KEY_LOST")),
        (_miscounted, ("record 4", "E_RECOUNT")),
    ],
)
def test_tampering_is_named(tamper: Callable[[File], None], named: tuple[str, str]) -> None:
    held = file()
    assert faults(held) == set()

    tamper(held)

    assert named in faults(held)


def test_a_later_key_stands_for_what_a_lost_one_signed() -> None:
    held = file()
    later = f"{US}#key-2"
    _lost_key(held)
    held["keys"].append({"id": later, "publicKeyMultibase": proofs.multikey(OTHER.public_key())})

    bare = {k: v for k, v in held["checkpoint"].items() if k != "proof"}
    held["checkpoint"] = proofs.sign(bare, key=OTHER, method=later, created=NOW)

    assert faults(held) == set()


def test_an_earlier_file_shows_that_a_chain_was_rewritten_or_a_key_exchanged() -> None:
    known = file(3)
    assert faults(file(5), known) == set()

    forged = faults(file(5, key=OTHER), known)

    assert (f"key {METHOD}", "E_KNOWN_KEY") in forged
    assert ("record 3", "E_SHORTER") in faults(file(2), known)
    other = file(3)
    other["entries"][0]["leaf"] = chain.leaf(record(9, ""))
    assert ("record 1", "E_REWRITTEN") in faults(other, known)


def test_a_record_by_itself_takes_its_keys_from_an_earlier_file() -> None:
    known = file(4)
    one = known["entries"][2]["record"]

    assert faults(one) == {("record 3", "E_PROOF_KEY")}
    assert faults(one, known) == set()
    assert faults([each["record"] for each in known["entries"]], known) == set()
    assert ("record 2", "E_MISSING") in faults(
        [known["entries"][n]["record"] for n in (0, 2)], known
    )


@pytest.mark.parametrize(
    "body", [b"", b"[]", b"{}", b'{"a":1,"a":2}', b"\xff", b'{"format":"folkmoot-register/1"}',
             b'[{"kind":"Note"}]',
             b'{"format":"folkmoot-register/1","community":"x","entries":[7]}',
             b'{"format":"folkmoot-register/1","community":"x","entries":[],"keys":[1]}'],
)  # fmt: skip
def test_what_can_not_be_read_is_said_to_be_so(body: bytes) -> None:
    assert [one.code for one in verify(body)] == ["E_FORM"]


GOOD = file(3)
SIGNED = [proofs.jcs(each["record"]) for each in GOOD["entries"]] + [proofs.jcs(GOOD["checkpoint"])]


@given(which=st.integers(0, 3), at=st.integers(0, 10_000), to=st.integers(0, 255))
def test_any_single_changed_byte_of_a_signed_part_is_found(which: int, at: int, to: int) -> None:
    body = bytearray(SIGNED[which])
    at %= len(body)
    assume(body[at] != to)
    body[at] = to
    try:
        changed = reader.read(bytes(body))
    except Malformed:
        return
    held = copy.deepcopy(GOOD)
    assume(changed != json.loads(SIGNED[which]))
    if which == 3:
        held["checkpoint"] = changed
    else:
        held["entries"][which]["record"] = changed

    found = verify(proofs.jcs(held), now=NOW)

    assert found[-1].code in ("E_FILE", "E_FORM")


def witnessed(held: File, who: str, length: int, end: str, **more: Any) -> File:
    """The file with the statement of a witness, whose name is also its key."""
    id_ = f"https://{who}.test/c/{who}"
    key = Ed25519PrivateKey.from_private_bytes(who[0].encode() * 32)
    mark = witnesses.Mark(number=length, link=end)
    word = witnesses.statement(witness=id_, community=US, mark=mark, at=NOW) | more
    word = proofs.sign(word, key=key, method=f"{id_}#k", created=NOW)
    row = {"statement": word, "publicKeyMultibase": proofs.multikey(key.public_key())}
    return {**held, "witnesses": [*held.get("witnesses", []), row]}


def links(held: File) -> list[str]:
    """The links of a file, from the first."""
    leaves = [entry["leaf"] for entry in held["entries"]]
    return [chain.last(leaves[:n]) for n in range(1, len(leaves) + 1)]


def test_what_witnesses_saw_is_named() -> None:
    held = file(4)
    here, other = links(held), chain.last(["zQm" + "a" * 43])
    part = "witness https://birch.test/c/birch"
    good = witnessed(witnessed(held, "cedar", 4, here[3]), "birch", 2, here[1])

    assert faults(good) == set()
    lines = {one.words for one in verify(proofs.jcs(good), now=NOW)}
    assert "Witnessed by https://birch.test/c/birch on 2026-12-01." in lines

    assert faults(witnessed(held, "birch", 5, other)) == {(part, "E_WITNESS_CUT")}
    assert faults(witnessed(held, "birch", 4, other)) == {(part, "E_WITNESS_REWRITTEN")}
    both = witnessed(witnessed(held, "cedar", 4, here[3]), "birch", 4, other)
    assert faults(both) == {(part, "E_WITNESS_SPLIT")}
    before = witnessed(witnessed(held, "cedar", 2, here[1]), "birch", 4, other)
    assert faults(before) == {(part, "E_WITNESS_REWRITTEN")}
    # an earlier file brings its witnesses along
    assert (part, "E_WITNESS_CUT") in faults(file(3), witnessed(file(4), "birch", 4, here[3]))
    assert faults(file(4), witnessed(file(3), "birch", 3, links(file(3))[2])) == set()


@pytest.mark.parametrize(
    ("more", "code"),
    [
        ({"about": "https://elm.test/c/elm"}, "E_WITNESS"),
        ({"attributedTo": US}, "E_WITNESS"),
        ({"type": "Checkpoint"}, "E_WITNESS"),
        ({"number": 0}, "E_WITNESS"),
        ({"number": True}, "E_WITNESS"),
        ({"link": "z0"}, "E_WITNESS"),
        ({"published": "soon"}, "E_WITNESS"),
        ({"attributedTo": "https://elm.test/c/elm"}, "E_PROOF_OWNER"),
    ],
)
def test_what_is_no_word_of_a_witness_is_named(more: File, code: str) -> None:
    held = file(2)
    found = faults(witnessed(held, "birch", 2, links(held)[1], **more))

    assert {one for _, one in found} == {code}


def test_a_changed_statement_and_odd_witnesses_are_named() -> None:
    good = witnessed(file(2), "birch", 2, links(file(2))[1])
    bad = copy.deepcopy(good)
    bad["witnesses"][0]["statement"]["number"] = 1
    assert {code for _, code in faults(bad)} == {"E_PROOF_INVALID"}
    for odd in (
        None,
        1,
        "x",
        [],
        {},
        {"statement": []},
        {**good["witnesses"][0], "publicKeyMultibase": 3},
    ):
        found = faults({**good, "witnesses": [odd]})
        assert len(found) == 1, odd
    (whole,) = verify(proofs.jcs({**good, "witnesses": {}}), now=NOW)
    assert whole.code == "E_FORM"
