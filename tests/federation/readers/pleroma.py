"""Pleroma and Akkoma (federation reference 4.2 to 4.5, 2.4, 6.1, P5, P23)."""

from tests.federation.readers.reading import (
    ACTORS,
    Case,
    Reader,
    act,
    both,
    but,
    exactly,
    in_another_collection,
    lacks,
    post,
    quotes_unread,
    rule,
    somebody,
    word,
)

ACTS = ("Block", "Create", "Update", "Delete", "Follow", "Accept", "Reject", "Add", "Remove")
ACTS += ("Like", "Announce", "Undo", "Flag", "EmojiReact", "Move")
SHOWN = ("Event", "Question", "Answer", "Audio", "Video", "Image", "Article", "Note", "Page")
SHOWN += ("ChatMessage",)
CHANGED = ("Question", "Audio", "Video", "Event", "Article", "Note", "Page")


def one_actor(case: Case) -> bool:
    return isinstance(case.document.get("actor"), str)


READER = Reader(
    name="Pleroma, Akkoma",
    lost=(
        rule("4.2 activity types", "no such act there", but(*ACTS)),
        rule("P23", "several actors", lambda case: case.is_act and not one_actor(case)),
        rule("5.4 Add/Remove", "pins only", in_another_collection("featured")),
        rule("4.2 object types", "unknown type", post(lambda o: not exactly(*SHOWN)(o))),
        rule(
            "4.2 Update",
            "cannot be changed there",
            both(act("Update"), post(lambda o: not exactly(*CHANGED)(o))),
        ),
        rule("P23", "several authors", post(lambda o: not isinstance(o.get("attributedTo"), str))),
        rule("2.4 type", "no account", somebody(lambda o: word(o) not in ACTORS)),
        rule(
            "2.4 required",
            "no account",
            somebody(lacks("id", "preferredUsername", "inbox", "publicKey")),
        ),
        rule(
            "2.4 publicKey",
            "no key it can read",
            somebody(lambda o: not isinstance(o["publicKey"], dict)),
        ),
    ),
    otherwise=(
        rule("4.2 unknown properties", "what it quotes as a link", post(quotes_unread)),
        rule("4.3 summary", "folded under its summary", post(lambda o: o.get("summary"))),
        rule(
            "4.3 Article.name",
            "its title above",
            post(lambda o: o.get("name") and word(o) not in ("Note", "Question")),
        ),
    ),
)
"""Its inbox takes what is signed; the job that carries it out drops what is not allowed (4.5)."""
