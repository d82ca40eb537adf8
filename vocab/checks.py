"""What a schema cannot say: whose a thing is, who may see it, what its words mean.

Pure functions over documents as they came; each raises Malformed with its code (vocabulary.md
section 8). A module has the checks of its own classes in its `checks.py`, of the shape
`Check`. What holds for everybody's documents is asked of all; rules of our vocabulary only of
documents of our own classes.
"""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any, TypeAlias

from vocab import proofs
from vocab.model import PUBLIC, Malformed, Object
from vocab.multikey import PublicKey
from vocab.origins import base, origin, same_origin
from vocab.remap import unchanged
from vocab.schemas import class_name
from vocab.values import dataclass
from vocab.wire import Types, class_of

__all__ = ["Check", "Document", "Known", "answered", "arrived", "base", "moment_of", "origin"]
__all__ += ["places", "proven", "refuse", "run", "same_origin", "thing"]

Document: TypeAlias = Mapping[str, Any]


def _nothing(_id: str) -> None:
    return None


@dataclass(frozen=True, kw_only=True)
class Known:
    """What the receiver knows while it checks.

    `now` for deadlines; `stored` finds an activity or object we have, as a document; `key`
    finds the public key a verification method names.
    """

    now: datetime | None = None
    stored: Callable[[str], Document | None] = _nothing
    key: Callable[[str], PublicKey | None] = _nothing


Check: TypeAlias = Callable[[Document, Document, Known], None]
"""(the object, the activity it came in or the object itself, what we know) → raises Malformed."""


def refuse(when: object, code: str, message: str) -> None:
    """Raise `code` when it is so."""
    if when:
        raise Malformed(code, message)


def run(
    document: Document, known: Known, *, types: Types, by_class: Mapping[type[Object], Check]
) -> None:
    """All checks of a document that arrived: everybody's, then those of each class in it.

    Args:
        document: an activity or an object, after dialects and schema.
        known: see there.
        types: what this node claims.
        by_class: the modules' checks.

    Raises:
        Malformed: the first that fails.
    """
    document = _in_a_word(document, types)
    for name in ("object", "result"):
        if isinstance(held := document.get(name), Mapping):
            document = {**document, name: _in_a_word(held, types)}
    arrived(document, known)
    for part in (document, document.get("object"), document.get("result")):
        if isinstance(part, Mapping):
            cls = class_of(part, types, {})
            if cls in by_class:
                by_class[cls](part, document, known)


def _in_a_word(part: Document, types: Types) -> Document:
    """A document with the one type as which it will be read, where it names several."""
    if isinstance(part.get("type"), str):
        return part
    word = class_of(part, types, {}).type
    return {**part, "type": word} if word else part


def arrived(document: Document, known: Known) -> None:
    """The checks of every document, whosoever it is.

    Raises:
        Malformed: E_CONTEXT_REMAP, E_ORIGIN_ACTIVITY, E_OWNER, E_TIME_ORDER, E_EXPIRED,
            E_AUDIENCE_WIDENED, those of `answered`, those of `thing`.
    """
    unchanged(document)
    if "actor" in document:
        _activity(document, known)
    for part in (document.get("object"), document.get("result")):
        if isinstance(part, Mapping) and ("actor" not in part or class_name(part)):
            thing(part, document, known)
    if "actor" not in document:
        thing(document, document, known)


def _activity(activity: Document, known: Known) -> None:
    actor = _id(activity.get("actor"))
    refuse(not same_origin(activity.get("id"), actor), "E_ORIGIN_ACTIVITY", "id and actor differ")
    _own(activity, actor, known)
    begins, ends = moment_of(activity, "published"), moment_of(activity, "endTime")
    refuse(begins and ends and ends <= begins, "E_TIME_ORDER", "endTime before published")
    asks = activity.get("type") in ("Offer", "MatchRequest", "Invite")
    refuse(asks and known.now and ends and ends < known.now, "E_EXPIRED", "asked too late")
    if activity.get("type") in ("Accept", "Reject", "TentativeAccept"):
        answered(activity, known)
    if PUBLIC in (*_list(activity, "to"), *_list(activity, "cc")):
        for part in (activity.get("object"), activity.get("result")):
            wide = isinstance(part, Mapping) and part.get("handling", "public") != "public"
            refuse(wide, "E_AUDIENCE_WIDENED", "public activity around what is not public")


def _own(activity: Document, actor: str | None, known: Known) -> None:
    """Whether the actor may do this to that thing at all: only to what is its own."""
    word, held = activity.get("type"), activity.get("object")
    if word in ("Create", "Update", "Invite", "Offer") and isinstance(held, Mapping):
        owners = [_id(one) for one in _list(held, "attributedTo")]
        refuse(owners and actor not in owners, "E_OWNER", "the object is somebody else's")
        foreign = not owners and "id" in held and not same_origin(held["id"], actor)
        refuse(foreign, "E_OWNER", "the object is of another origin")
    elif word in ("Delete", "Offer") or (word == "Undo" and isinstance(held, Mapping)):
        refuse(not same_origin(_id(held), actor), "E_OWNER", f"{word} of another origin's")
        theirs = isinstance(held, Mapping) and _id(held.get("actor")) not in (None, actor)
        refuse(word == "Undo" and theirs, "E_OWNER", "undoes somebody else's act")
    elif word == "Undo":
        done = known.stored(held) if isinstance(held, str) else None
        mine = _id(done.get("actor")) == actor if done else same_origin(held, actor)
        refuse(not mine, "E_OWNER", "undoes somebody else's act")
    elif word in ("Add", "Remove"):
        # which collection of that origin is whose only its actor's document says: handlers compare
        target = _id(activity.get("target"))
        refuse(not same_origin(target, actor), "E_OWNER", "the collection is of another origin")


def answered(answer: Document, known: Known) -> None:
    """Whether an Accept, Reject or TentativeAccept comes from who was asked, and in time.

    Raises:
        Malformed: E_SELF_ACCEPT, E_NOT_ADDRESSED, E_EXPIRED, E_RESULT_OWNER.
    """
    actor, asked_id = _id(answer.get("actor")), _id(answer.get("object"))
    asked = known.stored(asked_id) if asked_id else None
    if asked is None:
        unknown_own = same_origin(asked_id, actor)
        refuse(unknown_own, "E_SELF_ACCEPT", "answers an unknown activity of its own origin")
    else:
        refuse(_id(asked.get("actor")) == actor, "E_SELF_ACCEPT", "answers its own activity")
        whom = (*_list(asked, "to"), *_list(asked, "cc"), _id(asked.get("target")))
        mine = actor in whom or actor == _id(asked.get("object"))
        refuse(not mine, "E_NOT_ADDRESSED", "was not asked")
        _in_time(answer, asked)
    result = answer.get("result")
    if isinstance(result, Mapping):
        owner = _id(result.get("attributedTo"))
        refuse(owner != actor, "E_RESULT_OWNER", "the result is not the answering actor's")


def _in_time(answer: Document, asked: Document) -> None:
    ends, said = moment_of(asked, "endTime"), moment_of(answer, "published")
    late = answer.get("type") == "Accept" and ends and said and said > ends
    refuse(late, "E_EXPIRED", "accepted after the end")


def thing(held: Document, activity: Document, known: Known) -> None:
    """The checks of one object, embedded or by itself.

    Raises:
        Malformed: E_ORIGIN_OBJECT; of our own classes also E_DUCK, E_HANDLING, E_TIME_ORDER,
            E_PLACE_PRECISION, E_PROOF_OWNER, E_REVISION.
    """
    owner = _id(held.get("attributedTo"))
    stranger = "id" in held and owner and not same_origin(held["id"], owner)
    refuse(stranger, "E_ORIGIN_OBJECT", "id and attributedTo differ")
    if class_name(held) in (None, "match-request"):
        return
    if not _actor_or_part(held):
        refuse(DUCK & held.keys(), "E_DUCK", "FEP-2277 would take it for something else")
    _handling(held)
    for first, second in ORDER:
        if held.get("type") == "EconomicEvent" and (first, second) == ("published", "endTime"):
            continue  # an event has its own time
        one, two = moment_of(held, first), moment_of(held, second)
        refuse(one and two and two < one, "E_TIME_ORDER", f"{second} before {first}")
    places(held, decimals=2)
    _proof(held, owner)
    _revision(held, activity, known)


DUCK = frozenset(
    {"inbox", "outbox", "publicKeyMultibase", "publicKeyPem", "href", "actor", "items"}
    | {"orderedItems", "totalItems", "partOf", "first", "last", "next", "prev", "current"}
)
"""Keys by which FEP-2277 tells actors, links, activities and collections (W7)."""
ORDER = (
    ("published", "endTime"),
    ("startTime", "endTime"),
    ("votingStarts", "votingEnds"),
    ("published", "reviewDate"),
    ("published", "coolingOffEnds"),
    ("coolingOffEnds", "effectiveFrom"),
    ("published", "updated"),
)


def _actor_or_part(held: Document) -> bool:
    return held.get("type") in ("Group", "Application", "Intent")


def _handling(held: Document) -> None:
    whom, how = (*_list(held, "to"), *_list(held, "cc")), held.get("handling")
    hidden = how in ("trustedPeers", "recipientsOnly")
    refuse(
        how == "public" and held.get("to") and PUBLIC not in whom,
        "E_HANDLING",
        "public, but not addressed to Public",
    )
    refuse(hidden and PUBLIC in whom, "E_HANDLING", "not public, but addressed to Public")
    many = any(str(one).endswith(("/followers", "/peers", "/members")) for one in whom)
    refuse(how == "recipientsOnly" and many, "E_HANDLING", "recipients are a collection")


def places(held: Document, *, decimals: int) -> None:
    """Refuse a place told more exactly than `decimals` (W13).

    Raises:
        Malformed: E_PLACE_PRECISION.
    """
    for key in ("location", "currentLocation"):
        place = held.get(key)
        if not isinstance(place, Mapping):
            continue
        for axis in ("latitude", "longitude"):
            said = place.get(axis)
            exact = isinstance(said, float) and round(said, decimals) != said
            refuse(exact, "E_PLACE_PRECISION", f"{axis} has more than {decimals} decimals")


def _proof(held: Document, owner: str | None) -> None:
    said = held.get("proof")
    for proof in said[: proofs.MOST] if isinstance(said, list) else [said]:
        if isinstance(proof, Mapping) and (proof is said or proofs.is_known(proof)):
            method = proof.get("verificationMethod")
            theirs = not isinstance(method, str) or base(method) != owner
            refuse(theirs, "E_PROOF_OWNER", "the key is not the owner's")


def proven(held: Document, known: Known) -> None:
    """Its proofs are its owner's, and hold if the key is known.

    Where a key is not known, the caller fetches it and asks again.

    Raises:
        Malformed: E_PROOF_OWNER, E_PROOF_INVALID and others of `vocab.proofs.verify`.
    """
    for one in proofs.each(held):
        method = proofs.method_of(one)
        refuse(base(method) != held.get("attributedTo"), "E_PROOF_OWNER", "not the owner's key")
        key = known.key(method)
        if key is not None:
            proofs.verify(one, key, now=known.now or datetime.now(UTC))


def _revision(held: Document, activity: Document, known: Known) -> None:
    if activity.get("type") != "Update" or not isinstance(held.get("id"), str):
        return
    before, now = known.stored(held["id"]), held.get("revision")
    if before is not None and isinstance(now, int):
        old = now <= before.get("revision", -1)
        refuse(old, "E_REVISION", "not newer than what is stored")


def moment_of(document: Document, key: str) -> datetime | None:
    """A time in a document; None where there is none, or none with a zone."""
    said = document.get(key)
    if not isinstance(said, str):
        return None
    try:
        moment = datetime.fromisoformat(said)
    except ValueError:
        return None
    return moment if moment.tzinfo else None


def _list(document: Document, key: str) -> list[Any]:
    said = document.get(key)
    return [] if said is None else said if isinstance(said, list) else [said]


def _id(held: Any) -> str | None:
    if isinstance(held, list):
        return _id(held[0]) if held else None
    found = held.get("id") if isinstance(held, Mapping) else held
    return found if isinstance(found, str) else None
