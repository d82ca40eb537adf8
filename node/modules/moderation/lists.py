"""Lists of servers as others share them, read and written; values in, values out.

Read are the CSV of Mastodon (`#domain,#severity,…`, with or without the signs, columns in any
order), the JSON of GoToSocial and of Mastodon's public list, and plain names, one on a line.
What cannot be read is named with its line and why; it stops nothing here, and is for people to
judge.
"""

import csv
import io
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, Final

from federation import finger
from node.modules.moderation import rules
from node.modules.moderation.rules import Level
from vocab.values import dataclass
from web.language import mark

COLUMNS: Final = ("domain", "severity", "reject_media", "reject_reports", "public_comment",
                  "obfuscate")  # fmt: skip
"""The order of Mastodon's export."""
_TRUE: Final = frozenset({"true", "t", "1", "yes", "on"})
_LEVELS: Final = {
    "suspend": Level.SUSPEND,
    "": Level.SUSPEND,
    "silence": Level.SILENCE,
    "limit": Level.SILENCE,
}

_HEADING: Final = "account address"

NO_ADDRESS: Final = mark("This is not the address of an account, such as @name@bad.example.")
NO_NAME: Final = mark("This is not the name of a server.")
STARRED: Final = mark("A part of the name is left out, so nobody knows which server it is.")
NO_LEVEL: Final = mark("It asks for less than not being shown around; there is no such level here.")
UNKNOWN: Final = mark("Nobody here knows this level.")
TWICE: Final = mark("It stands here twice; the stricter line counts.")
NO_LIST: Final = mark("This is not a list that can be read here.")


@dataclass(frozen=True, kw_only=True)
class Entry:
    """One server on a list, and how far it is to be kept away; `reason` is for keepers."""

    host: str
    level: str = Level.SUSPEND
    said: str = ""
    reason: str = ""
    no_media: bool = False
    no_reports: bool = False
    veiled: bool = False


@dataclass(frozen=True, kw_only=True)
class Unread:
    """A line that cannot be used, and why (an English sentence to be translated)."""

    line: int
    text: str
    why: str


@dataclass(frozen=True, kw_only=True)
class Read:
    """A list as it was understood: each server once."""

    entries: tuple[Entry, ...]
    unread: tuple[Unread, ...]


def read(text: str) -> Read:
    """What a list says, in whichever of the forms."""
    found: dict[str, Entry] = {}
    unread: list[Unread] = []
    for line, raw, row in _rows(text.lstrip("\ufeff").strip()):
        entry = _entry(row) if row else NO_LIST
        if isinstance(entry, str):
            unread.append(Unread(line=line, text=raw[:200], why=entry))
            continue
        before = found.get(entry.host)
        if before is not None:
            unread.append(Unread(line=line, text=raw[:200], why=TWICE))
            entry = max(before, entry, key=lambda one: rules.STRICTER.index(one.level))
        found[entry.host] = entry
    return Read(entries=tuple(found.values()), unread=tuple(unread))


Row = tuple[int, str, Mapping[str, Any]]
"""Line, text, and the values by their names; empty if the line is of no list."""


def _rows(text: str) -> Iterator[Row]:
    if text.startswith(("[", "{")):
        yield from _json(text)
        return
    lines = text.splitlines(keepends=True)
    names = _heading(lines[0]) if lines else None
    if names is not None:
        yield from _csv(lines, names)
        return
    for line, raw in enumerate(lines, 1):
        name = raw.partition("#")[0].strip()
        if name:
            yield line, raw.strip(), {"domain": name}


def _heading(line: str) -> list[str] | None:
    """The names of the columns, if this line holds them."""
    names = [name.strip().lstrip("#").strip().lower() for name in line.split(",")]
    return names if "domain" in names else None


def _csv(lines: Sequence[str], names: Sequence[str]) -> Iterator[Row]:
    rows = csv.reader(lines[1:])
    while True:
        start = rows.line_num + 2
        try:
            row = next(rows, None)
        except csv.Error:
            yield start, lines[start - 1].strip(), {}
            continue
        if row is None:
            return
        if any(value.strip() for value in row) and not row[0].lstrip().startswith("#"):
            yield start, ",".join(row), dict(zip(names, row, strict=False))


def _json(text: str) -> Iterator[Row]:
    try:
        held = json.loads(text)
    except (ValueError, RecursionError):
        yield 1, text[:200], {}
        return
    for number, one in enumerate(held if isinstance(held, list) else [held], 1):
        if isinstance(one, str):
            one = {"domain": one}  # noqa: PLW2901
        row = _plain(one) if isinstance(one, dict) else {}
        yield number, str(row.get("domain") or one), row


def _plain(one: Mapping[str, Any]) -> dict[str, Any]:
    """A JSON object with the names of the CSV."""
    level = one.get("severity") or ""
    if not level and one.get("silenced_at") and not one.get("suspended_at"):
        level = "silence"
    said = one.get("public_comment") or one.get("comment")
    return {**one, "severity": level, "public_comment": said}


def _entry(row: Mapping[str, Any]) -> Entry | str:
    """The server that a row names; or why there is none."""
    name = str(row.get("domain") or "").strip().removeprefix("*.")
    if "*" in name:
        return STARRED
    host = rules.host_of(name) if rules.is_whole_host(name) else None
    if host is None:
        return NO_NAME
    severity = str(row.get("severity") or "").strip().lower()
    if severity == "noop":
        return NO_LEVEL
    if severity not in _LEVELS:
        return UNKNOWN
    return Entry(
        host=host,
        level=_LEVELS[severity],
        said=_words(row.get("public_comment"), rules.SAID),
        reason=_words(row.get("private_comment"), rules.LONGEST),
        no_media=_is_true(row.get("reject_media")),
        no_reports=_is_true(row.get("reject_reports")),
        veiled=_is_true(row.get("obfuscate")),
    )


def _words(held: Any, most: int) -> str:
    return " ".join(str(held or "").replace("\0", "").split())[:most]


def _is_true(held: Any) -> bool:
    return str(held or "").strip().lower() in _TRUE


# Accounts -----------------------------------------------------------------------------------


def addresses(text: str) -> tuple[list[str], list[Unread]]:
    """The accounts of a list as people take it from server to server, as `name@host`.

    Read is the first column of a CSV, with or without a heading: `blocked_accounts.csv` and
    `muted_accounts.csv` of Mastodon.
    """
    found: dict[str, None] = {}
    unread: list[Unread] = []
    for line, raw in enumerate(text.lstrip("\ufeff").splitlines(), 1):
        said = raw.partition(",")[0].strip().strip('"').strip()
        if not said or (line == 1 and said.lower() == _HEADING):
            continue
        address = _address(said)
        if address is None:
            unread.append(Unread(line=line, text=raw[:200], why=NO_ADDRESS))
        else:
            found[address] = None
    return list(found), unread


def _address(said: str) -> str | None:
    name = finger.name_of(said)
    return "@".join(name) if name and rules.host_of(name[1]) else None


def as_muted(found: Iterable[str]) -> str:
    """Accounts that are not shown, as Mastodon takes them."""
    return "Account address,Hide notifications\n" + "".join(f"{one},true\n" for one in found)


# Writing ------------------------------------------------------------------------------------


def as_csv(entries: Iterable[Entry]) -> str:
    """A list as Mastodon and those who read its lists take it."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(f"#{name}" for name in COLUMNS)
    for one in entries:
        flags = (one.no_media, one.no_reports)
        writer.writerow((one.host, one.level, *map(_flag, flags), one.said, _flag(one.veiled)))
    return out.getvalue()


def _flag(value: bool) -> str:  # noqa: FBT001
    return "true" if value else "false"


def as_text(entries: Iterable[Entry]) -> str:
    """The names alone, one on a line."""
    return "".join(f"{one.host}\n" for one in entries)


def as_json(entries: Iterable[Entry]) -> str:
    """A list as GoToSocial takes it; it knows no milder level, so only who is kept out."""
    rows = [
        {"domain": one.host, "public_comment": one.said, "obfuscate": one.veiled}
        for one in entries
        if one.level == Level.SUSPEND
    ]
    return json.dumps(rows, ensure_ascii=False, indent=1) + "\n"


def veil(host: str) -> str:
    """A name of which only a part is shown, as others show it.

    >>> veil("bad.example"), veil("a.b")
    ('ba*******le', '***')
    """
    shown = len(host) // 5
    return host[:shown] + "*" * (len(host) - 2 * shown) + host[len(host) - shown :]
