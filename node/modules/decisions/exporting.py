"""Records as somebody takes them along: a file that proves itself, and a text to read.

What a viewer may not see stands in the file as its number and the digest of its text, so that
the chain holds without telling anything.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection

from federation import keyring
from node.kernel.access import Viewer
from node.kernel.tables import Account
from node.modules.decisions import chain, queries, sightings
from node.modules.decisions.queries import Record
from node.modules.decisions.records import in_full
from node.modules.decisions.slots import outcome_words
from node.modules.decisions.verifying import FORMAT
from vocab import html
from vocab.wire import moment
from web.voice import Voice


def register(db: Connection, us: Account, viewer: Viewer, *, only: str = "") -> dict[str, Any]:
    """Our records as a file that `folkmoot verify` checks.

    Args:
        db: a connection.
        us: our community.
        viewer: who takes it.
        only: the id of the one record that is wanted; all that the viewer may see if empty.
    """
    seen = {one.id for one in queries.register(db, viewer)}
    wanted = seen & {only} if only else seen
    return {
        "format": FORMAT,
        "community": us.id,
        "keys": keys_of(db, us),
        "entries": [_entry(one, shown=one.id in wanted) for one in queries.links(db, us.id)],
        "checkpoint": queries.checkpoint(db, us.id),
    } | ({"witnesses": seen_by} if (seen_by := witnesses_of(db, us)) else {})


def witnesses_of(db: Connection, us: Account) -> list[dict[str, Any]]:
    """What others signed of our chain, each with the key that it is signed with."""
    found = []
    for who, said in sightings.of_ours(db, us.id):
        keys = {one["id"]: one["publicKeyMultibase"] for one in keys_of(db, who)}
        if (key := keys.get(said["proof"]["verificationMethod"])) is not None:
            found.append({"statement": said, "publicKeyMultibase": key})
    return found


def keys_of(db: Connection, us: Account) -> list[dict[str, Any]]:
    """The keys for records that a community has, and those it had, with their end."""
    now = [{"id": id_, "publicKeyMultibase": key} for id_, key in us.assertion_keys.items()]
    old = [
        {"id": one.key_id, "publicKeyMultibase": one.multikey, "until": moment(one.until)}
        | ({"revoked": True} if one.revoked else {})
        for one in keyring.ended(db, us.id)
        if "#main-key" not in one.key_id
    ]
    return [*now, *old]


def _entry(one: queries.Link, *, shown: bool) -> dict[str, Any]:
    known = {"number": one.number, "leaf": chain.leaf(one.document)}
    return known | ({"record": one.document} if shown else {})


def markdown(records: Sequence[Record], title: str, spoken: Voice) -> str:
    """Records as a text in Markdown, for people; it proves nothing."""
    parts = [f"# {_line(title)}", *(_one(one, spoken) for one in records)]
    return "\n\n".join(parts) + "\n"


def _one(one: Record, spoken: Voice) -> str:
    rows = "\n".join(f"- {_line(words)}" for words in facts(one, spoken))
    text = html.to_text(str(one.document.get("content", "")))
    quoted = "\n".join(f"> {_line(line)}".rstrip() for line in text.splitlines())
    return f"## {one.number}. {_line(one.name)}\n\n{rows}\n\n{quoted}"


def facts(one: Record, spoken: Voice) -> list[str]:
    """What is said of a record beside its text, in lines of words."""
    _ = spoken.say
    lines: Iterable[tuple[str, datetime | None]] = (
        (_("Decided on %(day)s", day=_day(one.at, spoken)), one.at),
        (_("In force since %(day)s", day=_day(one.in_force, spoken)), one.in_force),
        (_("In force until %(day)s", day=_day(one.ended, spoken)), one.in_force and one.ended),
        (_("Never in force"), None if one.in_force else one.ended),
    )
    told = [_(outcome_words(one)), *(words for words, at in lines if at is not None)]
    return [*told, _("Digest: %(digest)s", digest=one.digest), one.id]


def _day(at: datetime | None, spoken: Voice) -> str:
    return in_full(at.astimezone(spoken.zone), spoken.catalogue.gettext) if at else ""


def _line(words: str) -> str:
    """Words of others as plain words of one line: nothing in them is a mark-up."""
    kept: Mapping[int, str] = {ord(sign): f"\\{sign}" for sign in "\\`*_[]<>#|"}
    return " ".join(words.split()).translate(dict(kept))
