"""Checking a file of records by itself, without a network and without a node. Pure.

It says of each record, and of the whole, whether it holds, and by name what does not. What no
file can show is who its keys belong to: an earlier file of the same community, kept by whoever
checks, shows that keys and records go on from there.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import field
from datetime import UTC, datetime
from typing import Any, Final

from node.modules.decisions import chain, recounting, witnesses
from vocab import proofs, reader
from vocab.checks import base, moment_of
from vocab.model import Malformed
from vocab.values import dataclass

FORMAT: Final = "folkmoot-register/1"
MOST_BYTES: Final = 64 << 20
MOST: Final = 100_000
"""Records that a file can have."""
HOLDS: Final = "holds"
HIDDEN: Final = "hidden"
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
    """What is said of one part of a file: `record 3`, `key …`, `checkpoint` or `file`."""

    part: str
    code: str
    words: str

    @property
    def wrong(self) -> bool:
        """Whether this does not hold."""
        return self.code not in (HOLDS, HIDDEN)


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


@dataclass(frozen=True, kw_only=True)
class File:
    """A file of records that was read: its entries are (number, leaf, record or None)."""

    community: str
    keys: Mapping[str, Key]
    entries: Sequence[tuple[int, str, Mapping[str, Any] | None]]
    checkpoint: Mapping[str, Any] | None
    whole: bool
    faults: Sequence[Finding] = field(default_factory=tuple)
    witnesses: Sequence[Any] = ()


def verify(
    body: bytes, known: bytes | None = None, *, now: datetime | None = None
) -> list[Finding]:
    """What holds of a file, and what does not.

    Args:
        body: a register, or one of its records with the links of the others; or a signed record
            by itself, or a list of them in order, whose keys then come from `known`.
        known: an earlier register of the same community, from somebody you trust.
        now: for proofs that end; with a zone.

    Returns:
        One finding a part, in the order of the file, and one of the whole at the end.
    """
    try:
        earlier = _read(known) if known is not None else None
    except Malformed:
        return [wrong("file", "E_KNOWN")]
    try:
        file = _read(body, earlier)
    except Malformed:
        return [wrong("file", "E_FORM")]
    now = now or datetime.now(UTC)
    found = [*file.faults, *_all(file, now)]
    if earlier is not None:
        found += _since(file, earlier, now)
    bad = sum(one.wrong for one in found)
    shown = sum(held is not None for _, _, held in file.entries)
    words = f"{shown} of {len(file.entries)} records are in the file; {bad} faults."
    return [*found, Finding(part="file", code="E_FILE" if bad else HOLDS, words=words)]


# Reading -------------------------------------------------------------------------------------


def _read(body: bytes, earlier: File | None = None) -> File:
    held = reader.read(body, size=MOST_BYTES)
    if isinstance(held, Mapping) and held.get("format") == FORMAT:
        return _register(held)
    loose = held if isinstance(held, list) else [held]
    if not loose or not all(_is_record(one) for one in loose):
        raise Malformed("E_FORM", "no records")
    entries = [
        (_number_of(one) or place, chain.leaf(one), one) for place, one in enumerate(loose, 1)
    ]
    return File(
        community=str(loose[0].get("attributedTo")),
        keys=earlier.keys if earlier else {},
        entries=entries,
        checkpoint=None,
        whole=False,
    )


def _register(held: Mapping[str, Any]) -> File:
    community, entries = held.get("community"), held.get("entries")
    if not isinstance(community, str) or not isinstance(entries, list):
        raise Malformed("E_FORM", "community or entries")
    keys, faults = keys_in(held.get("keys"), [community])
    checkpoint = held.get("checkpoint")
    return File(
        community=community,
        keys=keys,
        entries=[_entry(one) for one in entries],
        checkpoint=checkpoint if isinstance(checkpoint, Mapping) else None,
        whole=True,
        faults=faults,
        witnesses=_witnesses(held.get("witnesses")),
    )


def _witnesses(said: Any) -> Sequence[Any]:
    if said is None:
        return ()
    if not isinstance(said, list) or len(said) > witnesses.STATEMENTS:
        raise Malformed("E_FORM", "witnesses")
    return said


def keys_in(rows: Any, communities: Sequence[str]) -> tuple[dict[str, Key], list[Finding]]:
    """The keys that a file gives, by id, and what is wrong with them.

    Raises:
        Malformed: E_FORM.
    """
    keys, faults = {}, []
    for one in rows or ():
        id_, multikey = _part(one, "id"), _part(one, "publicKeyMultibase")
        try:
            proofs.from_multikey(multikey)
        except Malformed:
            faults.append(wrong(f"key {id_}", "E_KEY_FORM"))
            continue
        if base(id_) not in communities:
            faults.append(wrong(f"key {id_}", "E_KEY_OWNER"))
            continue
        until = moment_of(one, "until")
        keys[id_] = Key(multikey=multikey, until=until, revoked=one.get("revoked") is True)
    return keys, faults


def _entry(one: Any) -> tuple[int, str, Mapping[str, Any] | None]:
    if not isinstance(one, Mapping) or not _whole(one.get("number")):
        raise Malformed("E_FORM", "an entry")
    held = one.get("record")
    if held is not None and not isinstance(held, Mapping):
        raise Malformed("E_FORM", "a record")
    return one["number"], _part(one, "leaf"), held


def _part(one: Any, name: str) -> str:
    held = one.get(name) if isinstance(one, Mapping) else None
    if not isinstance(held, str):
        raise Malformed("E_FORM", name)
    return held


def _whole(said: Any) -> bool:
    return isinstance(said, int) and not isinstance(said, bool) and said > 0


def _is_record(one: Any) -> bool:
    return isinstance(one, Mapping) and one.get("kind") == "DecisionRecord"


def _number_of(one: Mapping[str, Any]) -> int | None:
    place = one.get("chain")
    number = place.get("number") if isinstance(place, Mapping) else None
    return number if _whole(number) else None


# Judging -------------------------------------------------------------------------------------


def _all(file: File, now: datetime) -> Iterator[Finding]:
    """Every record in its place, then the end of the chain."""
    yield from _places([number for number, _, _ in file.entries], whole=file.whole)
    confirmed = _confirmed(file, now)
    at, before = 0, ""
    for number, leaf, held in file.entries:
        before = before if number == at + 1 else ""
        code = _judged(file, number, leaf, held, before, now, lost_is_fine=confirmed)
        yield _of(number, code, held)
        known = before or number == 1
        at, before = number, chain.link(number, leaf, before) if known else _told(held, leaf)
    if file.whole:
        yield _end(file, before, now)
        yield from _seen(file, file.witnesses, now)


def _places(numbers: Sequence[int], *, whole: bool) -> Iterator[Finding]:
    """Numbers that are missing, stand there twice, or not in their order."""
    first = 1 if whole else min(numbers, default=1)
    for number in range(first, min(max(numbers, default=0), first + MOST)):
        if number not in numbers:
            yield wrong(f"record {number}", "E_MISSING")
    for number, place in zip(numbers, sorted(numbers), strict=True):
        if numbers.count(number) > 1:
            yield wrong(f"record {number}", "E_TWICE")
        elif number != place:
            yield wrong(f"record {number}", "E_ORDER")


def _of(number: int, code: str, held: Mapping[str, Any] | None) -> Finding:
    part = f"record {number}"
    if code == HOLDS:
        return Finding(part=part, code=code, words=str((held or {}).get("name", ""))[:200])
    if code == HIDDEN:
        words = "It is not in this file; its place in the chain is."
        return Finding(part=part, code=code, words=words)
    return wrong(part, code)


def _told(held: Mapping[str, Any] | None, leaf: str) -> str:
    """The link of a record by what it says of the one before, where that is not in the file."""
    place = (held or {}).get("chain")
    if not isinstance(place, Mapping) or not isinstance(place.get("previous"), str):
        return ""
    return chain.link(_number_of(held or {}) or 0, leaf, place["previous"])


def _judged(
    file: File,
    number: int,
    leaf: str,
    held: Mapping[str, Any] | None,
    before: str,
    now: datetime,
    *,
    lost_is_fine: bool,
) -> str:
    """The code of what is wrong with a record; `HOLDS`, or `HIDDEN` if it is not shown."""
    if held is None:
        return HIDDEN
    if held.get("attributedTo") != file.community:
        return "E_OWNER"
    try:
        if chain.leaf(held) != leaf:
            return "E_LEAF"
    except Malformed as problem:
        return problem.code
    if code := seal(file.keys, file.community, held, now, lost_is_fine=lost_is_fine):
        return code
    place = held.get("chain")
    if isinstance(place, Mapping):
        if place.get("number") != number:
            return "E_ORDER"
        if (before or number == 1) and (place.get("previous") or "") != before:
            return "E_CHAIN"
    return "E_RECOUNT" if recounting.agrees(held) is False else HOLDS


def seal(
    keys: Mapping[str, Key],
    community: str,
    held: Mapping[str, Any],
    now: datetime,
    *,
    lost_is_fine: bool = False,
) -> str:
    """Why a proof is not the community's, as a code; "" if it is.

    Args:
        keys: those that are known, by id.
        community: who must have signed.
        held: the document with its proof.
        now: with a zone.
        lost_is_fine: something later stands for what was signed with a key that others may have.
    """
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


def _confirmed(file: File, now: datetime) -> bool:
    """Whether a key that only the community has stands for the end of the chain."""
    word = file.checkpoint
    return word is not None and not seal(file.keys, file.community, word, now)


def _end(file: File, link: str, now: datetime) -> Finding:
    """Whether the chain ends where its community signed that it does."""
    word = file.checkpoint
    if word is None:
        return wrong("checkpoint", "E_NO_CHECKPOINT")
    if word.get("attributedTo") != file.community or word.get("type") != "Checkpoint":
        return wrong("checkpoint", "E_OWNER")
    code = seal(file.keys, file.community, word, now)
    number, length = word.get("number"), len(file.entries)
    if not code and (not isinstance(number, int) or number > length):
        code = "E_CUT"
    if not code and number != length:
        code = "E_LONGER"
    if not code and word.get("link") != link:
        code = "E_HEAD"
    if code:
        return wrong("checkpoint", code)
    words = f"Up to record {number}, as signed on {word.get('published')}."
    return Finding(part="checkpoint", code=HOLDS, words=words)


def _seen(file: File, held: Sequence[Any], now: datetime) -> Iterator[Finding]:
    """What those say who looked at the chain before."""
    leaves = [leaf for _, leaf, _ in file.entries]
    for who, code, day in witnesses.in_file(held, file.community, leaves, now):
        part = f"witness {who}"
        words = f"Witnessed by {who} on {day}."
        yield wrong(part, code) if code else Finding(part=part, code=HOLDS, words=words)


def _since(file: File, earlier: File, now: datetime) -> Iterator[Finding]:
    """What differs from an earlier file of the same community."""
    if earlier.community != file.community:
        yield wrong("file", "E_KNOWN")
        return
    for id_, key in earlier.keys.items():
        now_is = file.keys.get(id_)
        if now_is is not None and now_is.multikey != key.multikey:
            yield wrong(f"key {id_}", "E_KNOWN_KEY")
    here = {number: leaf for number, leaf, _ in file.entries}
    for number, leaf, _ in earlier.entries:
        if number in here and here[number] != leaf:
            yield wrong(f"record {number}", "E_REWRITTEN")
        elif number not in here and file.whole:
            yield wrong(f"record {number}", "E_SHORTER")
    if file.whole:
        yield from _seen(file, [w for w in earlier.witnesses if w not in file.witnesses], now)
