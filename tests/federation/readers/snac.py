"""snac2 (federation reference 4.3, 4.4, P6; activitypub.c `process_input_message`)."""

from tests.federation.readers.reading import (
    ACTORS,
    Reader,
    act,
    both,
    but,
    exactly,
    inner,
    lacks,
    post,
    quotes_unread,
    rule,
    somebody,
    word,
)

ACTS = ("Follow", "Undo", "Create", "Accept", "Like", "EmojiReact", "Announce", "Update", "Delete")
ACTS += ("Move", "Block")
UPDATED = ("Person", "Service", "Application")
SHOWN = ("Note", "Question", "Page", "Article", "Event", "Audio", "Video")
UNDOES = ("Follow", "Like", "Announce", "EmojiReact")

READER = Reader(
    name="snac2",
    lost=(
        rule("activitypub.c types", "no such act there", but(*ACTS)),
        rule(
            "activitypub.c Accept",
            "answers to a Follow only",
            both(act("Accept"), lambda case: inner(case) and word(inner(case)) != "Follow"),
        ),
        rule(
            "activitypub.c Undo",
            "unknown act",
            both(act("Undo"), lambda case: inner(case) and word(inner(case)) not in UNDOES),
        ),
        rule(
            "activitypub.c Update",
            "people only",
            both(act("Update"), somebody(lambda o: word(o) not in UPDATED)),
        ),
        rule("4.3 unknown", "unknown type", post(lambda o: not exactly(*SHOWN)(o))),
        rule("P6", "hidden as a vote", post(lambda o: word(o) == "Note" and o.get("name"))),
        rule("activitypub.c atto", "without an author", post(lacks("attributedTo"))),
        rule("2.4 type", "no account", somebody(lambda o: word(o) not in ACTORS)),
        rule("activitypub.c actor", "no account", somebody(lacks("id", "inbox", "publicKey"))),
    ),
    otherwise=(
        rule("activitypub.c quoteUri", "what it quotes as a link", post(quotes_unread)),
        rule("4.3 summary", "folded under its summary", post(lambda o: o.get("summary"))),
        rule("4.3 Article.name", "its title above", post(lambda o: o.get("name"))),
    ),
)
"""202 before it even verifies (seen in the captures)."""
