"""GoToSocial (federation reference 4.2 to 4.5, 2.4, 5.4)."""

from tests.federation.readers.reading import (
    ACTIVITIES,
    Case,
    Document,
    Reader,
    act,
    both,
    but,
    everybody,
    lacks,
    post,
    rule,
    somebody,
    typed,
    unnamed,
    words,
)

ACTS = ("Create", "Update", "Delete", "Follow", "Accept", "Reject", "Undo", "Like", "Announce")
ACTS += ("Block", "Flag", "Move", "LikeRequest", "ReplyRequest", "AnnounceRequest", "QuoteRequest")
SHOWN = ("Article", "Document", "Image", "Video", "Note", "Page", "Event", "Place", "Profile")
SHOWN += ("Question", "Album")


def unknown(case: Case) -> bool:
    return case.is_act and not (ACTIVITIES | set(ACTS) | {"Question"}) & set(words(case.document))


def a_vote(document: Document) -> bool:
    return bool(document.get("name") and document.get("inReplyTo") and not document.get("content"))


def before_its_time(document: Document) -> bool:
    return str(document.get("updated") or "9") < str(document.get("published") or "")


READER = Reader(
    name="GoToSocial",
    unreadable=(rule("4.5", "400, no such act", unknown),),
    lost=(
        rule("2.4 @context", "no context it knows", lambda case: unnamed(case.document)),
        rule("4.2 id", "no id", lambda case: case.is_act and not case.document.get("id")),
        rule("4.2 activity types", "no such act there", but(*ACTS)),
        rule("4.2 Statusable", "unknown type", post(lambda o: not typed(*SHOWN)(o))),
        rule("4.2 attributedTo", "without an author", post(lacks("attributedTo"))),
        rule("4.2 to/cc", "for nobody", post(lambda o: not everybody(o))),
        rule("4.2 updated", "changed before it was made", post(before_its_time)),
        rule("4.2 vote", "taken for a vote", post(lambda o: typed("Note")(o) and a_vote(o))),
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
        rule("4.3 summary", "folded under its summary", post(lambda o: o.get("summary"))),
        rule(
            "4.3 name",
            "folded under its title",
            post(lambda o: o.get("name") and not o.get("summary")),
        ),
        rule(
            "5.4 Like", "a plain favourite", both(act("Like"), lambda c: c.document.get("content"))
        ),
    ),
)
