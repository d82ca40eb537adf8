"""Lemmy 1.0, for members who follow the community (federation reference 3, 4.2, 4.3, 2.4)."""

from tests.federation.readers.reading import (
    PUBLIC,
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
    links,
    post,
    rule,
    somebody,
    votes,
    word,
)

ACTS = ("Follow", "Accept", "Reject", "Undo", "Flag", "Announce", "Create", "Update", "Delete")
ACTS += ("Like", "Dislike", "Block", "Add", "Remove", "Lock")
POSTS = ("Page", "Article", "Note", "Video", "Event")
UNDOES = ("Follow", "Like", "Dislike", "Delete", "Lock", "Block")
BY_PEOPLE = ("Create", "Update", "Delete", "Like", "Dislike", "Follow", "Flag", "Block")
"""Acts whose actor has to be a Person (crates/apub/activities/src/protocol)."""


def carried(case: Case) -> Case:
    """What an Announce brings: the activity at the address it names, or the one it holds."""
    if first(case.document) != "Announce":
        return case
    held = case.document.get("object")
    found = held if isinstance(held, dict) else case.asked(held)
    return Case(document=found, web=case.web)


def a_bare_object(case: Case) -> bool:
    """Whether an Announce brings a post instead of an activity."""
    return first(case.document) == "Announce" and "actor" not in carried(case).document


def by_no_person(case: Case) -> bool:
    inside = carried(case)
    by = inside.kind(inside.document.get("actor"))
    return first(inside.document) in BY_PEOPLE and by != "Person"


def brought(test: object) -> object:
    """Something that is so of the post that an activity or an Announce brings."""
    return lambda case: post(test)(carried(case))  # type: ignore[arg-type]


def community_of(case: Case, thing: Document) -> str:
    """The group a post belongs to: its audience, or the first group among its addressees."""
    parent = case.asked(thing.get("inReplyTo"))
    if parent and word(thing) == "Note":
        return community_of(case, parent)
    named = [thing.get("audience"), *everybody(thing)]
    return next((one for one in named if case.kind(one) == "Group"), "")


def elsewhere(case: Case) -> bool:
    inside = carried(case)
    return brings(inside) and inside.is_act and not community_of(inside, inside.thing)


def odd_attachment(thing: Document) -> bool:
    held = thing.get("attachment", [])
    return not isinstance(held, list) or not all(fits(one) for one in links(thing))


def fits(one: Document) -> bool:
    key = {"Link": "href", "Image": "url", "Document": "url"}.get(word(one))
    return key is not None and isinstance(one.get(key), str)


def answers(thing: Document) -> bool:
    return bool(thing.get("inReplyTo")) and word(thing) != "Note"


def no_cc(case: Case) -> bool:
    return brings(case) and not case.thing.get("inReplyTo") and "cc" not in case.document


def to_no_group(case: Case) -> bool:
    return not any(case.kind(one) == "Group" for one in case.document.get("to") or ())


def no_target(case: Case) -> bool:
    return "target" not in case.document


READER = Reader(
    name="Lemmy",
    unreadable=(
        rule("4.5", "400, no such act", but(*ACTS)),
        rule("announce.rs", "400, boost of a post", a_bare_object),
        rule("activity_lists.rs", "400, unknown type", brought(lambda o: not exactly(*POSTS)(o))),
        rule("page.rs in_reply_to", "400, an answer", brought(answers)),
        rule("P19", "400, odd attachment", brought(odd_attachment)),
        rule(
            "4.2 audience",
            "400, several audiences",
            brought(lambda o: isinstance(o.get("audience"), list)),
        ),
        rule(
            "4.2 context",
            "400, odd context",
            brought(lambda o: isinstance(o.get("context"), dict | list)),
        ),
        rule(
            "P21", "400, not matched", both(act("Undo", "Accept", "Reject"), lambda c: not inner(c))
        ),
        rule(
            "following/*.rs",
            "400, answers to a Follow only",
            both(act("Accept", "Reject"), lambda c: word(inner(c)) != "Follow"),
        ),
        rule("page.rs cc", "400, without cc", both(act("Create", "Update"), no_cc)),
        rule(
            "activity_lists.rs",
            "400, unknown act",
            both(act("Undo"), lambda c: word(inner(c)) not in UNDOES),
        ),
        rule("block_user.rs", "400, bans only", both(act("Block"), no_target)),
        rule(
            "block_user.rs",
            "400, bans only",
            both(act("Undo"), lambda c: word(inner(c)) == "Block" and "target" not in inner(c)),
        ),
        rule(
            "community/update.rs",
            "400, no such change",
            both(act("Update"), somebody(lambda o: word(o) != "Group")),
        ),
    ),
    lost=(
        rule("protocol/*.rs actor", "people only", by_no_person),
        rule("report.rs to", "to a group only", both(act("Flag"), to_no_group)),
        rule("private_message.rs", "no polls there", votes),
        rule(
            "following/follow.rs",
            "people only",
            both(act("Undo"), lambda c: by_no_person(Case(document=inner(c), web=c.web))),
        ),
        rule("collection_add.rs", "pins and moderators only", act("Add", "Remove")),
        rule("4.2 to", "not public", brought(lambda o: PUBLIC not in everybody(o))),
        rule("page.rs InCommunity", "in no community", elsewhere),
        rule(
            "2.4 type",
            "no account",
            somebody(lambda o: word(o) not in ("Person", "Group", "Service", "Organization")),
        ),
        rule(
            "2.4 required",
            "no account",
            somebody(lacks("id", "preferredUsername", "inbox", "outbox", "publicKey")),
        ),
        rule(
            "2.4 publicKey",
            "no key it can read",
            somebody(lambda o: not isinstance(o["publicKey"], dict)),
        ),
    ),
    otherwise=(
        rule(
            "4.3 name",
            "its first line as title",
            brought(lambda o: not o.get("name") and not o.get("inReplyTo")),
        ),
        rule(
            "P runner-up contentMap", "without its words", brought(lambda o: not o.get("content"))
        ),
    ),
)
