"""Counting a joint decision again from one file, without a network and without a node. Pure.

What is late, and who left, is the word of whoever made the file; all else is signed.
"""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from node.modules.decisions import api as decisions
from node.modules.decisions.api import Finding, wrong
from node.modules.joint import rules
from node.modules.joint.exporting import FORMAT
from node.modules.joint.rules import Case, Gone, Vote
from vocab import proofs, reader
from vocab.checks import moment_of
from vocab.model import Malformed
from vocab.values import dataclass

WORDS = {
    "E_PROCESS": "It is not of this joint decision, or about another text.",
    "E_RECORD": "It tells a record otherwise than it is.",
    "E_MISSING": "It leaves out a record that is in the file.",
    "E_LEFT": "It counts a community that had left.",
    "E_SILENT": "It names others as silent than are.",
    "E_RULE": "By the rule it is another outcome.",
    "E_UNKNOWN": "It names a record that is not in the file.",
    "E_LATE": "It counts a record that came too late to whoever made the file.",
    "E_SPLIT": "Two say that it ended otherwise.",
    "E_KNOWN_KEY": "The earlier file has another key under the same name.",
}


@dataclass(frozen=True, kw_only=True)
class File:
    """A joint decision as it was read."""

    process: Mapping[str, Any]
    records: Sequence[Mapping[str, Any]]
    ends: Sequence[Mapping[str, Any]]
    late: Sequence[str]
    left: Mapping[str, datetime]
    keys: Mapping[str, Any]
    rule: decisions.Rule
    until: datetime


def verify(
    body: bytes, known: bytes | None = None, *, now: datetime | None = None
) -> list[Finding]:
    """What holds of a file of a joint decision, and what does not; nothing if it is no such file.

    Args:
        body: the file.
        known: a register of one of the communities, from somebody you trust.
        now: for proofs that end; with a zone.
    """
    try:
        held = reader.read(body, size=decisions.MOST_BYTES)
    except Malformed:
        return []
    if not isinstance(held, Mapping) or held.get("format") != FORMAT:
        return []
    try:
        file, found = _read(held)
        earlier = _keys_of(known) if known is not None else {}
    except (Malformed, KeyError, TypeError, ValueError, AttributeError):
        return [wrong("file", "E_FORM")]
    at = now or datetime.now(UTC)
    found += [_fault(f"key {id_}", "E_KNOWN_KEY") for id_, key in earlier.items()
              if id_ in file.keys and file.keys[id_].multikey != key]  # fmt: skip
    found += _judged(file, at)
    bad = sum(one.wrong for one in found)
    words = f"{len(file.records)} records and {len(file.ends)} ends are in the file; {bad} faults."
    return [*found, Finding(part="file", code="E_FILE" if bad else decisions.HOLDS, words=words)]


def _keys_of(known: bytes) -> dict[str, str]:
    held = reader.read(known, size=decisions.MOST_BYTES)
    return {str(one["id"]): str(one["publicKeyMultibase"]) for one in held["keys"]}


def _read(held: Mapping[str, Any]) -> tuple[File, list[Finding]]:
    process = held["process"]
    until = moment_of(process, "endTime")
    if until is None:
        raise Malformed("E_FORM", "no end")
    keys, faults = decisions.keys_in(held["keys"], _invited(held))
    file = File(
        process=process,
        records=[dict(one) for one in held["records"]],
        ends=[dict(one) for one in held["ends"]],
        late=[str(one) for one in held.get("late") or ()],
        left={str(one["community"]): datetime.fromisoformat(one["at"]) for one in held["left"]},
        keys=keys,
        rule=decisions.read_rule(process["aggregateRule"], process.get("weights")),
        until=until,
    )
    return file, faults


def _invited(held: Mapping[str, Any]) -> list[str]:
    """Whose keys may be in the file: of all who take part or have a record in it."""
    documents = (*held["records"], *held["ends"])
    return [*held["process"]["participants"], *(str(one.get("attributedTo")) for one in documents)]


def _fault(part: str, code: str) -> Finding:
    return Finding(part=part, code=code, words=WORDS[code]) if code in WORDS else wrong(part, code)


def _judged(file: File, now: datetime) -> list[Finding]:
    """What is said of the process, each record, each end, and of all ends together."""
    owner = str(file.process.get("attributedTo"))
    code = decisions.seal(file.keys, owner, file.process, now)
    found = [_fault("process", code) if code else _holds("process", file.process)]
    votes = []
    for one in file.records:
        code = _code(file, one, "ballotIn", now)
        part = f"record of {one.get('attributedTo')}"
        found.append(_fault(part, code) if code else _holds(part, one))
        found += decisions.of_each(part, file.keys, str(one.get("attributedTo")), one, now)
        votes += [] if code else [_vote(file, one)]
    case = _case(file, votes)
    outcomes = set()
    for one in file.ends:
        code = _code(file, one, "concludes", now) or rules.fault(case, rules.end_in(one))
        part = f"end by {one.get('attributedTo')}"
        found.append(_fault(part, code) if code else _holds(part, one))
        found += decisions.of_each(part, file.keys, str(one.get("attributedTo")), one, now)
        outcomes |= set() if code else {one.get("outcome")}
    if len(outcomes) > 1:
        found.append(_fault("process", "E_SPLIT"))
    if votes:
        words = f"By the rule, from the records in the file: {rules.outcome(case)}."
        found.append(Finding(part="outcome", code=decisions.HOLDS, words=words))
    return found


def _holds(part: str, one: Mapping[str, Any]) -> Finding:
    return Finding(part=part, code=decisions.HOLDS, words=str(one.get("name", ""))[:200])


def _code(file: File, one: Mapping[str, Any], key: str, now: datetime) -> str:
    """Why a record is none of this process; "" if it is."""
    owner = str(one.get("attributedTo"))
    if code := decisions.seal(file.keys, owner, one, now):
        return code
    same = one.get(key) == file.process.get("id")
    text = one.get("subjectDigest") == file.process.get("subjectDigest")
    known = key != "ballotIn" or one.get("ballot") in set(decisions.Voice)
    dated = moment_of(one, "published") is not None
    return "" if same and text and known and dated else "E_PROCESS"


def _vote(file: File, one: Mapping[str, Any]) -> Vote:
    said = moment_of(one, "published") or file.until
    electorate = one.get("electorate")
    members = electorate.get("eligible") if isinstance(electorate, Mapping) else 0
    late = one.get("id") in file.late
    return Vote(
        record=str(one.get("id")),
        community=str(one.get("attributedTo")),
        voice=decisions.Voice(str(one.get("ballot"))),
        members=members if isinstance(members, int) else 0,
        digest=proofs.digest(one),
        said=said,
        seen=file.until + 2 * rules.GRACE if late else min(said, file.until),
    )


def _case(file: File, votes: Sequence[Vote]) -> Case:
    return Case(
        rule=file.rule,
        participants=[str(one) for one in file.process["participants"]],
        ends=file.until,
        votes=votes,
        left={c: Gone(said=at, seen=at) for c, at in file.left.items()},
    )
