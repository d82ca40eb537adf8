"""Keys and signatures in a file of records, and how what is found of them is said. Pure."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any, Final

from vocab import proofs
from vocab.checks import base, moment_of
from vocab.model import Malformed
from vocab.values import dataclass

HOLDS: Final = "holds"
HIDDEN: Final = "hidden"
PASSED: Final = "passed"
WORDS: Final = {
    "E_FORM": "This is no file of records that can be read.",
    "E_KEY_FORM": "A key in the file can not be read.",
    "E_KEY_OWNER": "A key in the file is not the community's.",
    "E_OWNER": "It is not of the community that the file is of.",
    "E_MISSING": "A record is missing here: the chain was cut.",
    "E_TWICE": "This number stands in the file twice.",
    "E_ORDER": "It does not stand in its place: records were reordered.",
    "E_LEAF": "It is not the record that the chain has here.",
    "E_CHAIN": "It does not follow the records before it: one of them was changed or exchanged.",
    "E_PROOF_MISSING": "It carries no signature.",
    "E_PROOF_FORM": "Its signatures can not be read, or two of them are of one kind.",
    "E_PROOF_SUITE": "It carries no signature of a kind that is known here.",
    "E_PROOF_OWNER": "It was signed by somebody else.",
    "E_PROOF_KEY": "It was signed with a key that is not in the file. The file with its proof has "
    "the keys; an earlier file that you trust has them, too (--known).",
    "E_PROOF_INVALID": "The signature does not hold: text, signature or key were changed.",
    "E_KEY_ENDED": "It was signed with a key that had ended by then.",
    "E_KEY_LOST": "It was signed with a key that others may have, and nothing later confirms it.",
    "E_RECOUNT": "Counted again from its own figures, it has another outcome.",
    "E_NO_CHECKPOINT": "Nothing in the file says where the chain ends: it may be cut short.",
    "E_CUT": "The chain was cut short: the community signed that it has more records.",
    "E_LONGER": "There are more records than the community signed for.",
    "E_HEAD": "The chain does not end as the community signed that it does.",
    "E_WITNESS": "It is no statement about this community's chain that can be read.",
    "E_WITNESS_CUT": "The chain was truncated: this witness saw more records.",
    "E_WITNESS_REWRITTEN": "The chain was rewritten: this witness saw another one.",
    "E_WITNESS_SPLIT": "A split view: this witness was shown another chain than the other ones.",
    "E_KNOWN": "The earlier file is of another community, or can not be read.",
    "E_KNOWN_KEY": "The earlier file has another key under the same name.",
    "E_REWRITTEN": "The earlier file has another record here: the chain was rewritten.",
    "E_SHORTER": "The earlier file has more records: the chain was cut short.",
}
"""What is wrong, by its code; what stands here stands in docs/admin/commands.md."""


@dataclass(frozen=True, kw_only=True)
class Finding:
    """What is said of one part of a file: `record 3`, `record 3, proof …`, `key …`, and so on."""

    part: str
    code: str
    words: str

    @property
    def wrong(self) -> bool:
        """Whether this does not hold."""
        return self.code not in (HOLDS, HIDDEN, PASSED)


def wrong(part: str, code: str) -> Finding:
    """A finding of a fault, by its code."""
    fallback = "The signature can not be used."
    return Finding(part=part, code=code, words=WORDS.get(code, fallback))


@dataclass(frozen=True, kw_only=True)
class Key:
    """A key as a file tells it."""

    multikey: str
    until: datetime | None
    revoked: bool


def keys_in(rows: Any, communities: Sequence[str]) -> tuple[dict[str, Key], list[Finding]]:
    """The keys that a file gives, by id, and what is wrong with them.

    Raises:
        Malformed: E_FORM.
    """
    keys, faults = {}, []
    for one in rows or ():
        id_, multikey = text_of(one, "id"), text_of(one, "publicKeyMultibase")
        try:
            proofs.from_multikey(multikey)
        except Malformed as problem:
            if problem.code != "E_KEY_HERE":  # then its signatures are passed over as well
                faults.append(wrong(f"key {id_}", "E_KEY_FORM"))
            continue
        if base(id_) not in communities:
            faults.append(wrong(f"key {id_}", "E_KEY_OWNER"))
            continue
        until = moment_of(one, "until")
        keys[id_] = Key(multikey=multikey, until=until, revoked=one.get("revoked") is True)
    return keys, faults


def text_of(one: Any, name: str) -> str:
    """The text that something in a file has under a name.

    Raises:
        Malformed: E_FORM.
    """
    held = one.get(name) if isinstance(one, Mapping) else None
    if not isinstance(held, str):
        raise Malformed("E_FORM", name)
    return held


def seal(
    keys: Mapping[str, Key],
    community: str,
    held: Mapping[str, Any],
    now: datetime,
    *,
    lost_is_fine: bool = False,
) -> str:
    """Why a proof is not the community's, as a code; "" if it is, and so are all of a set.

    Args:
        keys: those that are known, by id.
        community: who must have signed.
        held: the document with its proof.
        now: with a zone.
        lost_is_fine: something later stands for what was signed with a key that others may have.
    """
    try:
        signed = proofs.each(held)
    except Malformed as problem:
        return problem.code
    found = (_seal(keys, community, one, now, lost_is_fine=lost_is_fine) for one in signed)
    return next((code for code in found if code), "")


def of_each(
    part: str,
    keys: Mapping[str, Key],
    community: str,
    held: Mapping[str, Any] | None,
    now: datetime,
    *,
    lost_is_fine: bool = False,
) -> Iterator[Finding]:
    """What holds of each signature where there is more than one; arguments as of `seal`."""
    proof = held.get("proof") if held is not None else None
    if held is None or not isinstance(proof, list):
        return
    try:
        signed = {str(one["proof"]["cryptosuite"]): one for one in proofs.each(held)}
    except Malformed:
        return
    for each in proof:
        suite = str(each.get("cryptosuite"))[:80]
        name = f"{part}, proof {suite}"
        if suite not in signed or signed[suite]["proof"] is not each:
            words = "It is of a kind that is not known here, and was passed over."
            yield Finding(part=name, code=PASSED, words=words)
        elif code := _seal(keys, community, signed[suite], now, lost_is_fine=lost_is_fine):
            yield wrong(name, code)
        else:
            yield Finding(part=name, code=HOLDS, words=f"{KINDS[suite]}: it holds.")


KINDS: Final = {
    proofs.SUITE: "Today's signature (Ed25519)",
    proofs.QUANTUM: "The second signature (ML-DSA-44)",
}


def _seal(
    keys: Mapping[str, Key],
    community: str,
    held: Mapping[str, Any],
    now: datetime,
    *,
    lost_is_fine: bool,
) -> str:
    try:
        method = proofs.method_of(held)
        if base(method) != community:
            return "E_PROOF_OWNER"
        key = keys.get(method)
        if key is None:
            return "E_PROOF_KEY"
        proofs.verify(held, proofs.from_multikey(key.multikey), now=now)
    except Malformed as problem:
        return problem.code
    made = moment_of(held["proof"], "created")
    if key.until is not None and (made is None or made > key.until):
        return "E_KEY_ENDED"
    return "E_KEY_LOST" if key.revoked and not lost_is_fine else ""
