"""Mitra 5.9 (federation reference 4.2 to 4.5; mitra_activitypub/src/handlers)."""

from tests.federation.readers.reading import (
    ACTORS,
    Case,
    Reader,
    act,
    both,
    but,
    in_another_collection,
    inner,
    lacks,
    post,
    rule,
    somebody,
    word,
)

ACTS = ("Accept", "Add", "Announce", "Block", "Create", "Delete", "Follow", "Dislike", "Like")
ACTS += ("EmojiReact", "Move", "Offer", "Reject", "Remove", "Undo", "Update")
AS_THEY_ARE = ("Note", "Question", "ChatMessage")


def of_agreements(case: Case) -> bool:
    return word(inner(case)) == "Agreement"


READER = Reader(
    name="Mitra",
    lost=(
        rule("activity.rs", "no such act there", but(*ACTS)),
        rule("add.rs", "pins only", in_another_collection("featured")),
        rule(
            "6.3 Offer",
            "agreements only",
            both(act("Offer"), lambda case: not of_agreements(case)),
        ),
        rule("note.rs object_type", "type is not one word", post(lambda o: not word(o))),
        rule("note.rs attributed_to", "without an author", post(lacks("attributedTo"))),
        rule("2.4 type", "no account", somebody(lambda o: word(o) not in ACTORS)),
        rule("2.4 required", "no account", somebody(lacks("id", "preferredUsername", "inbox"))),
    ),
    otherwise=(
        rule("note.rs is_converted", "as a post", post(lambda o: word(o) not in AS_THEY_ARE)),
        rule(
            "4.3 name",
            "its title above",
            post(lambda o: o.get("name") and not o.get("inReplyTo")),
        ),
        rule(
            "4.3 summary",
            "its summary above",
            post(lambda o: o.get("summary") and not o.get("name") and not o.get("inReplyTo")),
        ),
    ),
)
