"""Mobilizon (federation reference 4.3, 4.4; transmogrifier.ex and its converters)."""

from tests.federation.readers.reading import (
    ACTORS,
    Case,
    Reader,
    act,
    both,
    but,
    exactly,
    first,
    inner,
    post,
    rule,
    somebody,
    votes,
    word,
)

ACTS = ("Flag", "Create", "Follow", "Accept", "Reject", "Announce", "Update", "Undo", "Delete")
ACTS += ("Move", "Join", "Leave", "Invite", "Remove", "Add")
KEPT = ("Note", "Event", "Article", "Member", "Document", "ResourceCollection", "Todo", "TodoList")


def not_about_an_event(case: Case) -> bool:
    """Whether a Note would be a comment on nothing that is shown."""
    return word(case.thing) == "Note" and first(case.asked(case.thing.get("inReplyTo"))) != "Event"


READER = Reader(
    name="Mobilizon",
    lost=(
        rule("transmogrifier.ex", "no such act there", but(*ACTS)),
        rule(
            "person_no_follow",
            "groups are followed only",
            both(
                act("Follow"),
                lambda case: case.kind(case.document.get("object")) == "Person",
            ),
        ),
        rule("4.3 Note", "no polls there", votes),
        rule("4.3 unknown", "unknown type", post(lambda o: not exactly(*KEPT)(o))),
        rule("4.3 Note", "comments on events only", both(post(lambda _: True), not_about_an_event)),
        rule(
            "transmogrifier.ex Article",
            "posts of its own groups only",
            post(lambda o: word(o) == "Article" and "actor" not in o),
        ),
        rule(
            "Undo",
            "unknown act",
            both(act("Undo"), lambda c: word(inner(c)) not in ("Follow", "Announce")),
        ),
        rule("Add/Move", "resources only", act("Add", "Move")),
        rule(
            "Remove",
            "members only",
            both(act("Remove"), lambda case: "origin" not in case.document),
        ),
        rule("2.4 type", "no account", somebody(lambda o: word(o) not in ACTORS)),
    ),
    otherwise=(),
)
