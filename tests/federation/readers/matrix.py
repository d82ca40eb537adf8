"""What becomes of everything we say to everybody, at each reader: the table of FEDERATION.md."""

from collections.abc import Iterator, Mapping
from typing import Any

from tests.federation.readers import (
    gotosocial,
    lemmy,
    mastodon,
    misskey,
    mitra,
    mobilizon,
    piefed,
    pleroma,
    snac,
)
from tests.federation.readers.reading import (
    Case,
    Reader,
    Seen,
    act,
    first,
    is_actor,
    votes,
    word,
)

READERS: tuple[Reader, ...] = tuple(
    one.READER
    for one in (mastodon, gotosocial, misskey, pleroma, mitra, snac, lemmy, piefed, mobilizon)
)

SHOWN = {
    "member Create Note": "a post",
    "member Create Note answer": "an answer to a post",
    "member Create Note warned": "a post under a warning",
    "member Create Note quote": "a post that quotes another",
    "member Create Note pictured": "a post with pictures",
    "member Create Question": "a poll",
    "member Create Article": "a member's article",
    "community Create Note": "a post of the community",
    "member Announce Note": "a post that a member shares",
    "member Create offer": "an offer",
    "member Create offer pictured": "an offer with a photo",
    "member Create request": "a need",
    "community Announce offer": "an offer, by the community",
    "community Announce request": "a need, by the community",
    "member Create Note in": "a post put before the community",
    "community Announce Note in": "the same, by the community",
    "member Create Note answer in": "an answer to it",
    "community Announce Create Note answer in": "the same, by the community",
    "community Create GovernanceProposal": "a proposal",
    "community Create AdvisoryPoll": "a question on a proposal",
    "community Create DecisionRecord": "a decision",
    "community Create adopted": "a decision adopted",
    "community Create adoptedWithChanges": "a decision adopted with changes",
    "community Create ratified": "a decision ratified",
    "community Create objected": "an objection",
    "community Create noted": "a decision noted",
    "community Create declined": "a decision declined",
    "community Create retracted": "an answer taken back",
    "community Create DeliveryReport": "a report of what became of a decision",
    "Person": "a member",
    "Group": "the community",
    "Application": "the node's service",
    "Tombstone": "what was deleted",
    "Concept": "a topic of the community's own",
}
"""What is made to be seen: how it is told apart, to what it is called."""

DONE = {
    "member Update Note": "a changed post",
    "member Update Question": "the end of a poll",
    "member Update offer": "a changed offer",
    "community Update GovernanceProposal": "the next stage of a proposal",
    "community Update AdvisoryPoll": "the end of a question on a proposal",
    "community Update JointProcess": "the next state of a joint decision",
    "member Update Person": "a changed profile",
    "community Update Group": "a renamed community",
    "community Announce Update Note": "a changed post, by the community",
    "community Announce Delete Tombstone": "a deleted one, by the community",
    "community Undo Announce": "a post taken out of the community",
    "member Add Note in": "a member pins a post",
    "member Remove Note in": "a member unpins it",
    "member Delete Tombstone": "a deleted post or offer",
    "member Delete Person": "a member who leaves",
    "member Move Person": "a member who lives elsewhere now",
    "community Add DecisionRecord": "a decision comes into force",
    "community Remove DecisionRecord": "a decision is in force no more",
    "member Follow Person": "a member follows",
    "member Undo Follow": "a member follows no more",
    "member Accept Follow": "a member is followed",
    "member Reject Follow": "a member is not to be followed",
    "member Block Person": "a member blocks somebody, and says so",
    "member Undo Block": "a member blocks them no more",
    "service Flag several": "a report is passed on",
    "community Accept Follow": "the community is followed",
    "member Like Note": "a member likes a post",
    "member Like reaction": "a member says an emoji to a post",
    "member Create vote": "a member answers a poll",
    "member QuoteRequest Note": "a member asks to quote a post",
    "member Undo Like": "a member likes it no more",
    "member Undo Announce": "a member shares it no more",
}
"""What changes something that is there already."""


IN_GROUPS = frozenset({"Mitra", "Lemmy", "PieFed"})
"""Programs to which a group of ours hands on activities, word for word."""
AS_ACTS = {
    "community Announce offer": "community Announce Create offer",
    "community Announce request": "community Announce Create request",
    "community Announce Note in": "community Announce Create Note in",
    "community Undo Announce": "community Announce Delete Note",
}
"""What the group says by an id; to how it says that to programs of groups."""
NOT_TOLD = Seen(lost=True, how="told to groups only")
NOT_BEGUN = Seen(lost=True, how="changes only what is known")
"""Everywhere an Update of a post is passed over that no Create or boost has brought before."""


def kept(web: Mapping[str, Any], heard: list[dict[str, Any]]) -> dict[str, Case]:
    """One of each that was heard or can be asked for, by what tells it apart."""
    found: dict[str, Case] = {}
    for one in (*heard, *_asked_for(web)):
        case = Case(document=one, web=web)
        if not _is_over(case):
            found.setdefault(name(case), case)
    return found


def _is_over(case: Case) -> bool:
    """Whether what was announced is gone by now, or in the group no more: its server says so."""
    inside = case.handed_on
    if not act("Announce")(case) or (inside is not None and word(inside.document) == "Delete"):
        return False
    out = name(case).startswith("community") and not case.thing.get("audience")
    return word(case.thing) == "Tombstone" or (out and word(case.thing) == "Note")


def _asked_for(web: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    wanted = ("Person", "Group", "Application", "Tombstone", "Concept")
    yield from (one for one in web.values() if word(one) in wanted)


def name(case: Case) -> str:
    """Who does what to what, in the words of the wire."""
    if not case.is_act:
        return word(case.document)
    who = case.asked(case.document["actor"])
    by = {"Group": "community", "Application": "service"}.get(word(who), "member")
    if (inside := case.handed_on) is not None:
        about = _about(inside).removesuffix(" pictured")
        return f"{by} Announce {first(inside.document)} {about}"
    return f"{by} {first(case.document)} {_about(case)}"


def _about(case: Case) -> str:
    held = case.document.get("object")
    thing = case.thing or case.asked(held)
    if word(case.document) == "Delete" and held == case.document["actor"]:
        return "Person"
    if word(case.document) == "Like" and "content" in case.document:
        return "reaction"
    if isinstance(held, list):
        return "several"
    if word(thing) != "Note" or thing.get("kind") == "DeliveryReport":
        kind = thing.get("kind")
        return str(word(thing) if kind in (None, "Community") else kind)
    for key in ("purpose", "response"):
        if key in thing:
            return str(thing[key]) + (" pictured" if _is_new_and_pictured(case) else "")
    if votes(case):
        return "vote"
    also = {"inReplyTo": " answer", "summary": " warned", "quote": " quote"}
    if word(case.document) not in ("Update", "Delete"):
        also["audience"] = " in"
    pictured = {"attachment": " pictured"} if _is_new_and_pictured(case) else {}
    return "Note" + "".join(word_ for key, word_ in {**also, **pictured}.items() if key in thing)


def _is_new_and_pictured(case: Case) -> bool:
    return first(case.document) == "Create" and bool(case.thing.get("attachment"))


def seen(cases: Mapping[str, Case]) -> dict[str, dict[str, Seen]]:
    """What each reader makes of each case."""
    return {key: {one.name: read(one, key, cases) for one in READERS} for key in cases}


def read(reader: Reader, key: str, cases: Mapping[str, Case]) -> Seen:
    """What a reader makes of a case, in the form in which it gets it."""
    groups = reader.name in IN_GROUPS
    form = AS_ACTS.get(key, key) if groups else key
    inside = cases[form].handed_on
    if inside is None:
        found = reader.read(cases[form])
        return NOT_BEGUN if not found.lost and _changes_what_is_unknown(form, cases) else found
    if not groups:
        return NOT_TOLD
    outside = reader.read(cases[form])
    return outside if outside.lost else reader.read(inside)


def _changes_what_is_unknown(key: str, cases: Mapping[str, Case]) -> bool:
    """Whether it is an Update of a thing that is made known to nobody but who is asked to it."""
    case = cases[key]
    new = key.replace(" Update ", " Create ")
    return first(case.document) == "Update" and not is_actor(case) and new not in cases


def table(cases: Mapping[str, Case]) -> str:
    """The published tables, as Markdown."""
    found = seen(cases)
    parts = [
        _table(heading, rows, found) for heading, rows in (("what", SHOWN), ("what happens", DONE))
    ]
    return "\n\n".join(parts)


def _table(heading: str, rows: Mapping[str, str], found: Mapping[str, Mapping[str, Seen]]) -> str:
    names = [one.name for one in READERS]
    lines = [f"| {heading} | {' | '.join(names)} |", "|---" * (len(names) + 1) + "|"]
    for key, called in rows.items():
        cells = " | ".join(str(found[key][one]) for one in names)
        lines.append(f"| {called} | {cells} |")
    return "\n".join(lines)
