"""Mastodon 4.7 and its forks (federation reference 4.1, 4.3, 2.4, 5.4)."""

from collections.abc import Mapping

from tests.federation.readers.reading import (
    ACTORS,
    SPELLINGS,
    Case,
    Document,
    Reader,
    act,
    apart,
    both,
    but,
    everybody,
    first,
    in_another_collection,
    inner,
    lacks,
    post,
    rule,
    somebody,
    typed,
    unnamed,
    word,
)

ACTS = ("Create", "Announce", "Delete", "Follow", "Like", "Block", "Update", "Undo", "Accept")
ACTS += ("Reject", "Flag", "Add", "Remove", "Move", "QuoteRequest", "FeatureRequest")
SUPPORTED = ("Note", "Question")
CONVERTED = ("Image", "Audio", "Video", "Article", "Page", "Event")
UNDOES = ("Announce", "Accept", "Follow", "Like", "Block", "EmojiReact")
ANSWERS = ("Follow", "QuoteRequest", "FeatureRequest")


def for_nobody(case: Case) -> bool:
    """Whether an Announce is neither public nor for somebody's followers."""
    named = everybody(case.document)
    return not (SPELLINGS & set(named)) and not any("/followers" in str(one) for one in named)


def old_news(case: Case) -> bool:
    return bool(typed(*SUPPORTED, *CONVERTED)(case.thing)) and not case.thing.get("updated")


def of_links(document: Document) -> bool:
    said = document.get("url")
    return isinstance(said, list) and isinstance(said[0], Mapping)


READER = Reader(
    name="Mastodon",
    lost=(
        rule("P11", "no context it knows", lambda case: unnamed(case.document)),
        rule(
            "4.1 case json['type']",
            "acts of two types",
            lambda c: c.is_act and not word(c.document),
        ),
        rule("4.1 activity types", "no such act there", but(*ACTS)),
        rule("5.4 Add/Remove", "pins only", in_another_collection("featured")),
        rule(
            "5.4 Accept",
            "answers to a Follow only",
            both(act("Accept", "Reject"), lambda c: inner(c) and not typed(*ANSWERS)(inner(c))),
        ),
        rule(
            "5.4 Undo",
            "unknown act",
            both(act("Undo"), lambda c: inner(c) and word(inner(c)) not in UNDOES),
        ),
        rule(
            "4.1 SUPPORTED_TYPES",
            "unknown type",
            post(lambda o: not typed(*SUPPORTED, *CONVERTED)(o)),
        ),
        rule(
            "4.1 object id host",
            "not its author's server",
            both(act("Create"), post(apart(("id", "attributedTo")))),
        ),
        rule("3.2 Announce audience", "boost for nobody", both(act("Announce"), for_nobody)),
        rule("P12", "change without a date", both(act("Update"), old_news)),
        rule("2.4 type", "no account", somebody(lambda o: first(o) not in ACTORS)),
        rule("2.4 required", "no account", somebody(lacks("id", "preferredUsername", "inbox"))),
    ),
    otherwise=(
        rule(
            "4.1 CONVERTED_TYPES",
            "title, summary and link",
            post(lambda o: typed(*CONVERTED)(o) and o.get("summary")),
        ),
        rule(
            "4.1 CONVERTED_TYPES",
            "title and link",
            post(lambda o: typed(*CONVERTED)(o) and not o.get("summary")),
        ),
        rule(
            "4.3 Note.summary",
            "behind a warning",
            post(lambda o: o.get("summary") and not typed(*CONVERTED)(o)),
        ),
        rule("P20", "with the first of several links", post(of_links)),
        rule(
            "2.4 attachment",
            "without its fields",
            somebody(lambda o: o.get("attachment") and not isinstance(o["attachment"], list)),
        ),
        rule("2.4 url", "without a link to its page", somebody(apart(("url", "id")))),
        rule(
            "5.4 Like", "a plain favourite", both(act("Like"), lambda c: c.document.get("content"))
        ),
    ),
)
"""202 for everything that is signed, whatever comes of it (4.5)."""
