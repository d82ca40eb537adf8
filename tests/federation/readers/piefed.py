"""PieFed 1.6, for members who follow the community (federation reference 3.3, 4.3, 2.4).

What the tables leave open was read in its app/activitypub/routes.py (`process_inbox_request`).
"""

from tests.federation.readers.reading import (
    Case,
    Document,
    Reader,
    act,
    both,
    brings,
    but,
    everybody,
    exactly,
    first,
    inner,
    lacks,
    post,
    rule,
    somebody,
    word,
)

ACTS = ("Announce", "Follow", "Accept", "Reject", "Create", "Update", "Delete", "Like", "Dislike")
ACTS += ("EmojiReact", "Rate", "PollVote", "ChooseAnswer", "Flag", "Lock", "Add", "Remove")
ACTS += ("Block", "Undo", "Move")
UNDOES = ("Follow", "Delete", "Like", "Dislike", "Lock", "ChooseAnswer")
POSTS = ("Page", "Article", "Link", "Note", "Question", "Event")
OF_GROUPS = ("Announce", "Accept", "Reject")
"""What it takes from a group, beside an Update of the group itself."""


def by(case: Case) -> str:
    return case.kind(case.document.get("actor"))


def unexpected(case: Case) -> bool:
    """Whether a group does what it takes from people only."""
    of_itself = first(case.document) == "Update" and word(case.thing) == "Group"
    return case.is_act and by(case) != "Person" and not act(*OF_GROUPS)(case) and not of_itself


def a_vote(thing: Document) -> bool:
    named = word(thing) == "Note" and "name" in thing and "inReplyTo" in thing
    return named and "published" not in thing


def elsewhere(case: Case) -> bool:
    """Whether a post that was not announced belongs to no group."""
    named = [case.thing.get("audience"), *everybody(case.thing)]
    parent = case.asked(case.thing.get("inReplyTo"))
    named += [parent.get("audience"), *everybody(parent)]
    direct = act("Create", "Update")(case) and brings(case)
    return bool(direct) and not any(case.kind(one) == "Group" for one in named)


READER = Reader(
    name="PieFed",
    lost=(
        rule("4.5", "no such act there", but(*ACTS)),
        rule(
            "routes.py minimum fields",
            "not an act",
            lambda c: c.is_act and not c.document.get("object"),
        ),
        rule(
            "3.3 Announce",
            "boost meant for others",
            both(
                act("Announce"),
                lambda c: (
                    isinstance(c.document["object"], dict) and "actor" not in c.document["object"]
                ),
            ),
        ),
        rule(
            "routes.py Announce", "groups only", both(act(*OF_GROUPS), lambda c: by(c) != "Group")
        ),
        rule("routes.py Group", "people only", unexpected),
        rule(
            "routes.py Accept",
            "answers to a Follow only",
            both(act("Accept", "Reject"), lambda c: word(inner(c)) != "Follow"),
        ),
        rule(
            "routes.py Undo",
            "unknown act",
            both(act("Undo"), lambda c: word(inner(c)) not in UNDOES),
        ),
        rule("routes.py Add", "moderators only", act("Add", "Remove")),
        rule("4.3 Note.name", "taken for a vote", post(a_vote)),
        rule("routes.py new_content_types", "unknown type", post(lambda o: not exactly(*POSTS)(o))),
        rule("routes.py find_community", "in no community", elsewhere),
        rule(
            "routes.py Update",
            "no such change",
            both(act("Update"), somebody(lambda o: word(o) != "Group")),
        ),
        rule(
            "2.4 type",
            "no account",
            somebody(lambda o: word(o) not in ("Person", "Group", "Service")),
        ),
        rule(
            "2.4 required",
            "no account",
            somebody(lacks("id", "preferredUsername", "inbox", "publicKey")),
        ),
    ),
    otherwise=(
        rule(
            "4.3 name",
            "its first line as title",
            post(lambda o: not o.get("name") and not o.get("inReplyTo")),
        ),
    ),
)
"""200 for everything that is signed (routes.py shared_inbox)."""
