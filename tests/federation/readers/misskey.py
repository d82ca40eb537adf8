"""Misskey and its forks (federation reference 4.2 to 4.5, 2.4, P14, P18, P21, P23)."""

import re

from tests.federation.readers.reading import (
    ACTORS,
    Case,
    Document,
    Reader,
    act,
    apart,
    both,
    brings,
    first,
    host,
    in_another_collection,
    inner,
    lacks,
    post,
    quotes_unread,
    rule,
    somebody,
)

ACTS = ("Create", "Update", "Delete", "Announce", "Accept", "Reject", "Add", "Remove", "Like")
ACTS += ("Undo", "Block", "Flag", "Move", "Follow", "EmojiReact")
POSTS = ("Note", "Question", "Article", "Audio", "Document", "Image", "Page", "Video", "Event")
NAME = re.compile(r"\w([\w.-]*\w)?", re.ASCII)
MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d")
OWN = ("inbox", "outbox", "followers", "following")


def speaks_for_another(case: Case) -> bool:
    return (
        first(case.document) in ("Create", "Update")
        and brings(case)
        and case.thing.get("attributedTo") != case.document.get("actor")
    )


def unfound_parent(case: Case) -> bool:
    parent = case.thing.get("inReplyTo")
    return brings(case) and bool(parent) and not case.asked(parent)


def foreign_key(document: Document) -> bool:
    key = document.get("publicKey")
    return not isinstance(key, dict) or host(key.get("id")) != host(document.get("id"))


def ill_named(document: Document) -> bool:
    name = str(document.get("preferredUsername"))
    return len(name) > 128 or not NAME.fullmatch(name)


READER = Reader(
    name="Misskey",
    lost=(
        rule(
            "4.2 activity types",
            "no such act there",
            lambda case: case.is_act and first(case.document) not in ACTS,
        ),
        rule("5.4 Add/Remove", "pins only", in_another_collection("featured")),
        rule(
            "P21",
            "not matched",
            both(act("Undo", "Accept", "Reject"), lambda case: not inner(case)),
        ),
        rule(
            "4.2 Accept",
            "answers to a Follow only",
            both(act("Accept", "Reject"), lambda case: first(inner(case)) != "Follow"),
        ),
        rule(
            "P14",
            "boost of an act",
            both(act("Announce"), lambda case: "actor" in case.thing),
        ),
        rule("4.2 validPost", "unknown type", post(lambda o: first(o) not in POSTS)),
        rule("P23", "several authors", post(lambda o: isinstance(o.get("attributedTo"), list))),
        rule("4.2 attribution", "not the sender's", speaks_for_another),
        rule("4.2 id host", "not its author's server", post(apart(("id", "attributedTo")))),
        rule(
            "4.2 published",
            "no date that it reads",
            post(lambda o: "published" in o and not MOMENT.match(str(o["published"]))),
        ),
        rule("4.2 inReplyTo", "its parent cannot be fetched", unfound_parent),
        rule("2.4 type", "no account", somebody(lambda o: first(o) not in ACTORS)),
        rule("2.4 required", "no account", somebody(lacks("id", "inbox", "publicKey"))),
        rule("2.4 hosts", "parts on another host", somebody(apart(*((k, "id") for k in OWN)))),
        rule("2.4 publicKey", "parts on another host", somebody(foreign_key)),
        rule("2.4 preferredUsername", "a name it refuses", somebody(ill_named)),
        rule(
            "2.4 name",
            "a name it refuses",
            somebody(lambda o: not isinstance(o.get("name", ""), str)),
        ),
    ),
    otherwise=(
        rule("ApNoteService.ts quote", "what it quotes as a link", post(quotes_unread)),
        rule("4.3 summary", "folded under its summary", post(lambda o: o.get("summary"))),
        rule("4.2 name", "its title above", post(lambda o: o.get("name") and o.get("url"))),
    ),
)
"""202 and a queue for everything that is signed (4.5)."""
