"""Documents that are known to go wrong elsewhere, made from ours by one change.

They keep the models honest: each has to come out as the reference says it does, and every rule
of every model is decided by one of these or by a document of ours.
"""

import copy
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from tests.federation.readers.reading import PUBLIC, Case

Change = Callable[[dict[str, Any]], None]

EVERYBODY = ("Mastodon", "GoToSocial", "Misskey", "Pleroma, Akkoma", "Mitra", "snac2", "Lemmy")
EVERYBODY += ("PieFed", "Mobilizon")


@dataclass(frozen=True, kw_only=True)
class Control:
    """What is known (`row`), which of our documents is changed how, and what comes of it."""

    row: str
    of: str
    change: Change
    come_to: Mapping[str, str]


def put(path: str, value: Any) -> Change:
    """Give what lies at a place another value."""

    def change(document: dict[str, Any]) -> None:
        *way, last = path.split(".")
        held = document
        for step in way:
            held = held[step]
        held[last] = value

    return change


def drop(path: str) -> Change:
    """Leave something out."""

    def change(document: dict[str, Any]) -> None:
        *way, last = path.split(".")
        held = document
        for step in way:
            held = held[step]
        held.pop(last, None)

    return change


def all_of(*changes: Change) -> Change:
    def change(document: dict[str, Any]) -> None:
        for one in changes:
            one(document)

    return change


def changed(control: Control, cases: Mapping[str, Case]) -> Case:
    """The case of a control."""
    base = cases[control.of]
    document = copy.deepcopy(dict(base.document))
    control.change(document)
    return Case(document=document, web=base.web)


def same(text: str, *names: str) -> dict[str, str]:
    return dict.fromkeys(names or EVERYBODY, text)


OFFER, POST, ANSWER = "member Create offer", "member Create Note", "member Create Note answer"
PROPOSAL, SHARED = "community Create GovernanceProposal", "community Announce offer"
UNKNOWN = {**same("lost: unknown type"), "Lemmy": "lost: 400, unknown type"}
SHOWN = {
    **same("shown"),
    "Lemmy": "shown, its first line as title",
    "PieFed": "shown, its first line as title",
    "Mobilizon": "lost: comments on events only",
}
"""What becomes of an offer as it is."""
TITLED = "shown, its title above"
ELM = "https://elm.test/x"


def typed(said: Any, **come_to: str) -> Control:
    """The same offer with another type (the second table of vocabulary.md section 4)."""
    names = {"pleroma": "Pleroma, Akkoma"}
    expected = {**UNKNOWN, **{names.get(k, k): v for k, v in come_to.items()}}
    return Control(row=f"type {said}", of=OFFER, change=put("object.type", said), come_to=expected)


TYPES = (
    Control(row="type Note", of=OFFER, change=put("object.type", "Note"), come_to=SHOWN),
    Control(
        row="type Article",
        of=OFFER,
        change=put("object.type", "Article"),
        come_to={
            **SHOWN,
            "Mastodon": "shown, title and link",
            "Mitra": "shown, as a post",
            "Mobilizon": "lost: posts of its own groups only",
        },
    ),
    typed(["Note", "Proposal"], Mastodon="shown", GoToSocial="shown", Misskey="shown",
          Mitra="lost: type is not one word"),
    typed(["Proposal", "Note"], Mastodon="shown", GoToSocial="shown",
          Mitra="lost: type is not one word"),
    typed(["Note", "Article"], Mastodon="shown, title and link", GoToSocial="shown",
          Misskey="shown", Mitra="lost: type is not one word"),
    typed("Proposal", Mitra="shown, as a post"),
    typed("Offer", Mitra="shown, as a post"),
)  # fmt: skip

PITFALLS = (
    Control(
        row="P6 name on Note",
        of=OFFER,
        change=put("object.name", "A ladder"),
        come_to={
            **same("shown"),
            "GoToSocial": "shown, folded under its title",
            "Misskey": TITLED,
            "Mitra": TITLED,
            "snac2": "lost: hidden as a vote",
            "Mobilizon": "lost: comments on events only",
        },
    ),
    Control(
        row="P6 poll code",
        of=ANSWER,
        change=all_of(put("object.name", "Yes"), drop("object.published")),
        come_to={"PieFed": "lost: taken for a vote"},
    ),
    Control(
        row="4.2 published",
        of=OFFER,
        change=put("object.published", "today"),
        come_to={"Misskey": "lost: no date that it reads", "Pleroma, Akkoma": "shown"},
    ),
    Control(
        row="4.2 a vote",
        of=ANSWER,
        change=all_of(put("object.name", "Yes"), drop("object.content")),
        come_to={"GoToSocial": "lost: taken for a vote"},
    ),
    Control(
        row="P8 summary on Note",
        of=OFFER,
        change=put("object.summary", "A ladder"),
        come_to={
            "Mastodon": "shown, behind a warning",
            **same("shown, folded under its summary", "GoToSocial", "Misskey", "snac2"),
            "Pleroma, Akkoma": "shown, folded under its summary",
            "Mitra": "shown, its summary above",
            "Lemmy": "shown, its first line as title",
        },
    ),
    Control(
        row="P9 Public as as:Public",
        of=OFFER,
        change=all_of(put("to", ["as:Public"]), put("object.to", ["as:Public"])),
        come_to={"Lemmy": "lost: not public", "Mastodon": "shown"},
    ),
    Control(
        row="P9 attachments as one",
        of="Person",
        change=put("attachment", {"type": "PropertyValue", "name": "a", "value": "b"}),
        come_to={"Mastodon": "shown, without its fields", "Misskey": "shown"},
    ),
    Control(
        row="P11 context",
        of=OFFER,
        change=put("@context", "http://www.w3.org/ns/activitystreams"),
        come_to={
            **same("lost: no context it knows", "Mastodon", "GoToSocial"),
            "Misskey": "shown",
        },
    ),
    Control(
        row="P12 Update without updated",
        of="member Update Note",
        change=drop("object.updated"),
        come_to={"Mastodon": "lost: change without a date", "Misskey": "changed"},
    ),
    Control(
        row="P14 Announce of an act",
        of=SHARED,
        change=lambda document: put("object", document["id"])(document),
        come_to={"Misskey": "lost: boost of an act"},
    ),
    Control(
        row="P18 id at another host",
        of=OFFER,
        change=put("object.id", ELM),
        come_to={
            **same("lost: not its author's server", "Mastodon", "Misskey"),
            "GoToSocial": "shown",
        },
    ),
    *(
        Control(
            row="P19 attachment",
            of=OFFER,
            change=put("object.attachment", odd),
            come_to={"Lemmy": "lost: 400, odd attachment", "PieFed": SHOWN["PieFed"]},
        )
        for odd in (
            {"type": "Image", "url": ELM},
            [{"type": "PropertyValue", "name": "a", "value": "b"}],
            [{"type": "Place", "name": "here"}],
            [{"type": "Link", "url": ELM}],
            [{"type": "Image", "url": [{"type": "Link", "href": ELM}]}],
        )
    ),
    Control(
        row="P20 url of links",
        of=OFFER,
        change=put("object.url", [{"type": "Link", "mediaType": "text/html", "href": ELM}]),
        come_to={"Mastodon": "shown, with the first of several links", "Misskey": "shown"},
    ),
    *(
        Control(
            row="P21 inner object by id",
            of=of,
            change=put("object", ELM),
            come_to={
                "Misskey": "lost: not matched",
                "Lemmy": "lost: 400, not matched",
                "Mitra": "done",
            },
        )
        for of in ("member Accept Follow", "member Undo Follow", "member Reject Follow")
    ),
    Control(
        row="report.rs, P22 Flag of several",
        of="member Like Note",
        change=all_of(put("type", "Flag"), put("object", [ELM, ELM + "2"])),
        come_to={"Lemmy": "lost: to a group only", "Mastodon": "done"},
    ),
    Control(
        row="P23 several authors",
        of=OFFER,
        change=lambda document: put("object.attributedTo", [document["actor"], ELM])(document),
        come_to={
            "Pleroma, Akkoma": "lost: several authors",
            "Misskey": "lost: several authors",
        },
    ),
    Control(
        row="P23 several actors",
        of=OFFER,
        change=lambda document: put("actor", [document["actor"], ELM])(document),
        come_to={"Pleroma, Akkoma": "lost: several actors"},
    ),
    Control(
        row="4.5 an act of our own",
        of="member Like Note",
        change=put("type", "MatchRequest"),
        come_to={
            **same("lost: no such act there"),
            "GoToSocial": "lost: 400, no such act",
            "Lemmy": "lost: 400, no such act",
        },
    ),
    Control(
        row="4.5 Offer of something of ours",
        of="member Like Note",
        change=all_of(put("type", "Offer"), put("object", {"type": "Relationship"})),
        come_to={
            **same("lost: no such act there"),
            "Mitra": "lost: agreements only",
            "Lemmy": "lost: 400, no such act",
        },
    ),
    Control(
        row="4.5 Accept of something of ours",
        of="member Accept Follow",
        change=put("object", {"type": "Offer", "id": ELM}),
        come_to={
            **same("lost: answers to a Follow only", "Mastodon", "Misskey", "snac2"),
            "Lemmy": "lost: 400, answers to a Follow only",
        },
    ),
    Control(
        row="routes.py Accept",
        of="community Accept Follow",
        change=put("object", {"type": "Offer", "id": ELM}),
        come_to={"PieFed": "lost: answers to a Follow only"},
    ),
    Control(
        row="4.1 act of two types",
        of=OFFER,
        change=put("type", ["Create", "Add"]),
        come_to={
            "Mastodon": "lost: acts of two types",
            "GoToSocial": "lost: no such act there",
            "Lemmy": "lost: 400, no such act",
        },
    ),
    Control(
        row="5.4 Undo of something of ours",
        of="member Undo Follow",
        change=put("object.type", "Offer"),
        come_to={**same("lost: unknown act", "Mastodon", "snac2", "Mobilizon")},
    ),
    Control(
        row="3.2 Announce for nobody",
        of=SHARED,
        change=all_of(put("to", []), put("cc", [])),
        come_to={"Mastodon": "lost: boost for nobody"},
    ),
    Control(
        row="3.3 Announce that holds a post",
        of=SHARED,
        change=lambda document: put("object", {"type": "Note", "id": document["object"]})(document),
        come_to={"PieFed": "lost: boost meant for others", "Lemmy": "lost: 400, boost of a post"},
    ),
    Control(
        row="4.2 to/cc",
        of=OFFER,
        change=all_of(drop("object.to"), drop("object.cc")),
        come_to={"GoToSocial": "lost: for nobody", "Lemmy": "lost: not public"},
    ),
    Control(
        row="4.2 attributedTo",
        of=OFFER,
        change=drop("object.attributedTo"),
        come_to={
            **same("lost: without an author", "GoToSocial", "Mitra", "snac2"),
            "Misskey": "lost: not the sender's",
            "Pleroma, Akkoma": "lost: several authors",
        },
    ),
    Control(
        row="4.2 updated before published",
        of="member Update Note",
        change=put("object.updated", "2001-01-01T00:00:00Z"),
        come_to={"GoToSocial": "lost: changed before it was made"},
    ),
    Control(
        row="4.2 id",
        of=OFFER,
        change=drop("id"),
        come_to={"GoToSocial": "lost: no id"},
    ),
    Control(
        row="4.2 inReplyTo that is not to be had",
        of=ANSWER,
        change=put("object.inReplyTo", ELM),
        come_to={"Misskey": "lost: its parent cannot be fetched", "Mastodon": "shown"},
    ),
    Control(
        row="4.2 Update of what cannot be changed",
        of="member Update offer",
        change=put("object.type", "ChatMessage"),
        come_to={"Pleroma, Akkoma": "lost: cannot be changed there", "Mitra": "changed"},
    ),
    Control(
        row="4.2 audience of several",
        of=OFFER,
        change=put("object.audience", [ELM, PUBLIC]),
        come_to={"Lemmy": "lost: 400, several audiences"},
    ),
    Control(
        row="4.2 context as an object",
        of=OFFER,
        change=put("object.context", {"id": ELM}),
        come_to={"Lemmy": "lost: 400, odd context"},
    ),
    Control(
        row="page.rs cc",
        of=OFFER,
        change=drop("cc"),
        come_to={"Lemmy": "lost: 400, without cc", "PieFed": SHOWN["PieFed"]},
    ),
    Control(
        row="page.rs in_reply_to",
        of=ANSWER,
        change=put("object.type", "Article"),
        come_to={"Lemmy": "lost: 400, an answer"},
    ),
    Control(
        row="contentMap without content",
        of=OFFER,
        change=drop("object.content"),
        come_to={"Lemmy": "shown, its first line as title, without its words"},
    ),
    Control(
        row="5.4 Add",
        of="member Like Note",
        change=all_of(put("type", "Add"), put("target", ELM)),
        come_to={
            **same("lost: pins only", "Mastodon", "Misskey", "Mitra"),
            "PieFed": "lost: moderators only",
            "Lemmy": "lost: pins and moderators only",
        },
    ),
    Control(
        row="Remove of no member",
        of="member Like Note",
        change=put("type", "Remove"),
        come_to={"Mobilizon": "lost: members only"},
    ),
    Control(
        row="routes.py minimum fields",
        of="member Like Note",
        change=drop("object"),
        come_to={"PieFed": "lost: not an act"},
    ),
    Control(
        row="following/follow.rs",
        of="member Undo Follow",
        change=lambda document: put("object.actor", document["object"]["object"] + "x")(document),
        come_to={"Lemmy": "lost: people only"},
    ),
)

ACTORS = (
    Control(
        row="2.4 one type",
        of="Person",
        change=put("type", ["Robot", "Person"]),
        come_to={
            **same("lost: no account", "Mastodon", "Misskey", "Pleroma, Akkoma", "Mitra", "snac2"),
            **same("lost: no account", "Lemmy", "PieFed", "Mobilizon"),
            "GoToSocial": "shown",
        },
    ),
    Control(
        row="2.4 inbox",
        of="Person",
        change=drop("inbox"),
        come_to={**same("lost: no account"), "Mobilizon": "shown"},
    ),
    Control(
        row="1.5 publicKey as a list",
        of="Group",
        change=lambda document: put("publicKey", [document["publicKey"]])(document),
        come_to={
            **same("lost: no key it can read", "GoToSocial", "Pleroma, Akkoma", "Lemmy"),
            "Misskey": "lost: parts on another host",
            "Mastodon": "shown",
        },
    ),
    Control(
        row="2.4 hosts",
        of="Group",
        change=put("outbox", "https://other.test/outbox"),
        come_to={"Misskey": "lost: parts on another host", "Mastodon": "shown"},
    ),
    Control(
        row="2.4 preferredUsername",
        of="Person",
        change=put("preferredUsername", "ana of alder"),
        come_to={"Misskey": "lost: a name it refuses"},
    ),
    Control(
        row="2.4 name",
        of="Person",
        change=put("name", {"en": "Ana"}),
        come_to={"Misskey": "lost: a name it refuses"},
    ),
    Control(
        row="2.4 url",
        of="Person",
        change=put("url", "https://other.test/ana"),
        come_to={"Mastodon": "shown, without a link to its page"},
    ),
)

CONTROLS = (*TYPES, *PITFALLS, *ACTORS)


def every(cases: Mapping[str, Case]) -> Iterator[tuple[Control, Case]]:
    """All controls with their cases."""
    for one in CONTROLS:
        yield one, changed(one, cases)
