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
from node.modules.decisions.signed import (
    HIDDEN,
    HOLDS,
    Finding,
    Key,
    keys_in,
    of_each,
    seal,
    text_of,
    wrong,
)
from vocab import reader
from vocab.model import Malformed
from vocab.values import dataclass

FORMAT: Final = "folkmoot-register/1"
MOST_BYTES: Final = 64 << 20
MOST: Final = 100_000
"""Records that a file can have."""


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


def _entry(one: Any) -> tuple[int, str, Mapping[str, Any] | None]:
    if not isinstance(one, Mapping) or not _whole(one.get("number")):
        raise Malformed("E_FORM", "an entry")
    held = one.get("record")
    if held is not None and not isinstance(held, Mapping):
        raise Malformed("E_FORM", "a record")
    return one["number"], text_of(one, "leaf"), held


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
        yield from of_each(f"record {number}", file.keys, file.community, held, now,
                           lost_is_fine=confirmed)  # fmt: skip
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
