"""How another program decides what to make of a document: rules, asked in order.

A reader is a table. `lost`: the first rule that holds says why nothing comes of it. `otherwise`:
each rule that holds says how it is shown. Nothing holds: it is shown, or done, as it is meant.
Each rule names the row it was taken from: a section of the federation reference ("4.3"), a
pitfall of its section 7 ("P12"), or a file of the program's own code.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

Document = Mapping[str, Any]

AS2 = "https://www.w3.org/ns/activitystreams"
PUBLIC = f"{AS2}#Public"
SPELLINGS = frozenset({PUBLIC, "as:Public", "Public"})
ACTORS = frozenset({"Application", "Group", "Organization", "Person", "Service"})
ACTIVITIES = frozenset(
    {"Accept", "Add", "Announce", "Arrive", "Block", "Create", "Delete", "Dislike", "Flag",
     "Follow", "Ignore", "Invite", "Join", "Leave", "Like", "Listen", "Move", "Offer", "Read",
     "Reject", "Remove", "TentativeAccept", "TentativeReject", "Travel", "Undo", "Update", "View"}
)  # fmt: skip
"""The activities of ActivityStreams 2.0, but for Question."""


@dataclass(frozen=True, kw_only=True)
class Case:
    """Something that reaches a server, and what it would get if it asked for more.

    `document` is an activity in an inbox, or an actor or object that was asked for; `web` is
    what any address answers.
    """

    document: Document
    web: Mapping[str, Document] = field(default_factory=dict)

    @property
    def is_act(self) -> bool:
        """Whether it is an activity; some programs put an actor on their posts, too."""
        is_post = "attributedTo" in self.document and "object" not in self.document
        return "actor" in self.document and not is_post

    @property
    def thing(self) -> Document:
        """What it is about: the object of an activity, as it stands there or as it is asked for.

        An Announce is only believed about what its object's own server says.
        """
        if not self.is_act:
            return self.document
        held = self.document.get("object")
        given = held if isinstance(held, Mapping) else {}
        if self.handed_on is not None:
            return self.handed_on.thing
        asked = self.web.get(str(given.get("id") or held), {})
        return asked if "Announce" in words(self.document) else given or asked

    @property
    def handed_on(self) -> "Case | None":
        """The activity that a group hands on word for word (FEP-1b12)."""
        held = self.document.get("object")
        inside = (
            isinstance(held, Mapping) and "actor" in held and "Announce" in words(self.document)
        )
        return Case(document=held, web=self.web) if inside else None

    def asked(self, id: Any) -> Document:
        """What an address answers; nothing if it does not."""
        return self.web.get(id, {}) if isinstance(id, str) else {}

    def kind(self, id: Any) -> str:
        """The type of what an address names, also of what has been there."""
        found = self.asked(id)
        return str(found.get("formerType") or word(found))


Holds = Callable[[Case], object]


@dataclass(frozen=True, kw_only=True)
class Rule:
    """When something is so, and what comes of it."""

    row: str
    when: Holds
    says: str


def rule(row: str, says: str, when: Holds) -> Rule:
    return Rule(row=row, when=when, says=says)


@dataclass(frozen=True, kw_only=True)
class Seen:
    """What comes of a document: whether anything, and how or why."""

    lost: bool
    how: str

    def __str__(self) -> str:
        return f"lost: {self.how}" if self.lost else self.how


@dataclass(frozen=True, kw_only=True)
class Reader:
    """A program that reads what we write."""

    name: str
    lost: Sequence[Rule]
    otherwise: Sequence[Rule]
    unreadable: Sequence[Rule] = ()
    """What an inbox answers with 400."""

    def read(self, case: Case) -> Seen:
        """What this program makes of something."""
        for one in (*self.unreadable, *self.lost):
            if one.when(case):
                return Seen(lost=True, how=one.says)
        changes = [one.says for one in self.otherwise if one.when(case)]
        return Seen(lost=False, how=", ".join([plainly(case), *changes]))

    def answers(self, case: Case) -> int:
        """The status with which its inbox answers an activity that is signed as it should be."""
        return 400 if any(one.when(case) for one in self.unreadable) else 202


def plainly(case: Case) -> str:
    """What something comes to where nothing is in the way."""
    said = first(case.document)
    if votes(case):
        return "counted"
    if not case.is_act or said == "Create":
        return "shown" if first(case.thing) != "Tombstone" else "known to be gone"
    return {"Announce": "boosted", "Update": "changed", "Delete": "removed"}.get(said, "done")


# What rules ask ---------------------------------------------------------------------------------


def words(document: Document) -> tuple[str, ...]:
    """The types of a document, in their order."""
    said = document.get("type")
    return tuple(one for one in (said if isinstance(said, list) else [said]) if one)


def first(document: Document) -> str:
    return next(iter(words(document)), "")


def word(document: Document) -> str:
    """The type where it is one string; else nothing that anybody knows."""
    said = document.get("type")
    return said if isinstance(said, str) else ""


def act(*types: str) -> Holds:
    return lambda case: case.is_act and first(case.document) in types


def but(*types: str) -> Holds:
    """An activity of any other type."""
    return lambda case: case.is_act and word(case.document) not in types


def both(*all_of: Holds) -> Holds:
    return lambda case: all(holds(case) for holds in all_of)


def either(*one_of: Holds) -> Holds:
    return lambda case: any(holds(case) for holds in one_of)


def brings(case: Case) -> bool:
    """Whether it is about something to be shown: a post that is made, changed or boosted.

    What an activity holds that is an actor or what is left of something is another matter.
    """
    if case.is_act and first(case.document) not in ("Create", "Update", "Announce"):
        return False
    return not votes(case) and not is_actor(case) and first(case.thing) != "Tombstone"


def votes(case: Case) -> bool:
    """Whether it is an answer to a poll: a name without words (FEP-9967)."""
    thing = case.document.get("object")
    if not isinstance(thing, Mapping) or "name" not in thing or thing.get("content"):
        return False
    return case.kind(thing.get("inReplyTo")) == "Question"


def is_actor(case: Case) -> bool:
    """Whether it is, or is an Update of, somebody."""
    return bool(ACTORS & set(words(case.thing))) and (
        not case.is_act or first(case.document) == "Update"
    )


def somebody(test: Callable[[Document], object]) -> Holds:
    """Something that is so of an actor's document."""
    return lambda case: is_actor(case) and test(case.thing)


def post(test: Callable[[Document], object]) -> Holds:
    """Something that is so of a post."""
    return lambda case: brings(case) and test(case.thing)


def typed(*types: str) -> Callable[[Document], bool]:
    """Whether any of its types is one of these."""
    return lambda document: bool(set(types) & set(words(document)))


def exactly(*types: str) -> Callable[[Document], bool]:
    """Whether its type is one string, and one of these."""
    return lambda document: word(document) in types


def lacks(*keys: str) -> Callable[[Document], bool]:
    return lambda document: any(not document.get(key) for key in keys)


def has(*keys: str) -> Callable[[Document], bool]:
    return lambda document: all(document.get(key) for key in keys)


def unnamed(document: Document) -> bool:
    """Whether the context lacks the one string that some look for."""
    said = document.get("@context")
    return AS2 not in (said if isinstance(said, list) else [said])


def quotes_unread(document: Document) -> bool:
    """Whether a post names what it quotes as FEP-044f says, and in no older way."""
    older = ("quoteUrl", "quoteUri", "_misskey_quote")
    return bool(document.get("quote")) and not any(document.get(key) for key in older)


def host(address: Any) -> str:
    return urlsplit(address).netloc.lower() if isinstance(address, str) else ""


def apart(*pairs: tuple[str, str]) -> Callable[[Document], bool]:
    """Whether two of its addresses lie at different hosts."""
    return lambda document: any(
        document.get(one) and host(document.get(one)) != host(document.get(other))
        for one, other in pairs
    )


def everybody(document: Document) -> list[Any]:
    """All whom a document names as its audience, each string once for itself."""
    return [
        one
        for key in ("to", "cc")
        for one in (document[key] if isinstance(document.get(key), list) else [document.get(key)])
        if one
    ]


def inner(case: Case) -> Document:
    """The activity that an answer or an Undo holds, if it holds it whole."""
    held = case.document.get("object")
    return held if isinstance(held, Mapping) else {}


def links(document: Document) -> Iterator[Document]:
    """The attachments, as far as they can be looked at."""
    held = document.get("attachment") or []
    yield from (one for one in (held if isinstance(held, list) else [held]) if one)


def in_another_collection(*own: str) -> Holds:
    """An Add or Remove whose target is none of these collections of its actor."""

    def holds(case: Case) -> bool:
        them = case.asked(case.document.get("actor"))
        known = {them.get(name) for name in own} - {None}
        return case.document.get("target") not in known

    return both(act("Add", "Remove"), holds)
