"""What an activity's object becomes before a handler sees it: the rules of trust, over rows.

A sender speaks only for its own (FEP-fe34). What is embedded counts if it is the sender's;
what is ours is looked up here and never taken from outside; anything else is asked of its
own server, outside of the unit: `Wanted` says what. Source: security.md V11 to V16.
"""

import json
from collections.abc import Mapping
from dataclasses import field, replace
from datetime import timedelta
from typing import Any

from federation import actors, keyring, queries, rumours
from federation.origins import base, domain, same_origin
from node.kernel.access import ANONYMOUS, Viewer
from node.kernel.errors import Missing, Refused, TryLater
from node.kernel.tables import Account
from node.kernel.unit import Unit
from vocab import multikey, proofs, wire
from vocab.model import Activity, Malformed, Object, id_of
from vocab.types import (
    Accept,
    Announce,
    Create,
    Delete,
    Dislike,
    EmojiReact,
    Invite,
    Like,
    Offer,
    Reject,
    TentativeAccept,
    TentativeReject,
    Tombstone,
    Undo,
    Update,
)
from vocab.values import dataclass

Document = Mapping[str, Any]
Fetched = Mapping[str, Document]

ANSWERS = (Accept, Reject, TentativeAccept, TentativeReject)
OWNED = (Create, Update, Offer, Invite)
REMARKS = (Like, Dislike, EmojiReact)
"""About a thing that is not here they are nothing to us: nobody is asked for it."""
GROUP = "Group"
"""The type of actors that are believed about posts of others at their own server."""
PATIENCE = timedelta(minutes=10)
"""How long an answer waits for what it answers."""


class Wanted(Exception):
    """This must be fetched from its own server before the letter can be carried out."""

    def __init__(self, id: str) -> None:
        super().__init__(id)
        self.id = id


@dataclass(frozen=True, kw_only=True)
class Trusted:
    """An object that may be believed, and its JSON if it came as such."""

    object: Object
    document: Document | None = None
    embedded: bool = False
    """It came inside of the activity, so its JSON is there as it came."""


@dataclass(frozen=True, kw_only=True)
class Case:
    """One letter as it is judged: what it says, who says it, when it came, what was fetched."""

    activity: Activity
    document: Document
    actor: Account
    held: queries.Held
    fetched: Fetched
    raw: Document = field(default_factory=dict)
    """The letter as it came, for proofs inside of it."""

    @property
    def viewer(self) -> Viewer:
        """The sender as somebody who looks: it sees what is its own."""
        return Viewer(account=self.actor)


def trusted(unit: Unit, case: Case) -> Trusted:
    """The object of an activity, as far as its sender may speak for it.

    Raises:
        Refused: E_OWNER, E_SELF_ACCEPT, E_NOT_ADDRESSED, E_UNKNOWN, E_OBJECT.
        Missing: it should be ours, and is not here.
        TryLater: what it answers may still come.
        Wanted: its own server must be asked.
    """
    activity = case.activity
    if isinstance(activity, ANSWERS):
        return _answered(unit, case)
    if isinstance(activity, Undo):
        return _undone(unit, case)
    if isinstance(activity, Delete):
        return _deleted(unit, case)
    if isinstance(activity, OWNED):
        return _own(unit, case)
    if isinstance(activity, Announce) and isinstance(activity.object, Activity):
        return _handed_on(unit, case, activity.object, _embedded(case.document))
    found = _named(unit, case)
    if isinstance(activity, Announce) and isinstance(found.object, Activity):
        return _handed_on(unit, case, found.object, found.document or {})
    return found


def stored(unit: Unit, id: str, viewer: Viewer) -> Document | None:
    """An activity or object we have, as a document: for the checks on receipt."""
    if (row := queries.sent(unit.db, id) or queries.came(unit.db, id)) and row.body:
        found: Document = json.loads(row.body)
        return found
    kept = unit.registry.document(unit.db, id, viewer)
    return wire.dump(kept) if kept is not None else None


def _own(unit: Unit, case: Case) -> Trusted:
    """Create, Update, Offer, Invite: of the sender's own things only."""
    given, actor = case.activity.object, case.actor
    id = id_of(given)
    if given is None:
        raise Refused("E_OBJECT", "there is none")
    if id is not None and (unit.ours(id) or not same_origin(id, actor.id)):
        raise Refused("E_OWNER", f"{actor.id} speaks of {id}")
    late = (
        isinstance(case.activity, Create) and id is not None and rumours.is_said_gone(unit.db, id)
    )
    if isinstance(given, str) or late:
        assert id is not None, "either of the two has one"
        found, written = _asked(unit, case, id)
        if isinstance(found, Tombstone):
            raise Refused("E_UNDONE", f"{id} is gone")
        if found.id is None or not written.get("attributedTo"):
            raise Refused("E_OWNER", f"{id} says nobody is its owner")
    else:
        found, written = given, _embedded(case.document)
    mine = _as_own(unit, found, written, actor)
    before = unit.registry.document(unit.db, id, case.viewer, like=type(found)) if id else None
    owner = id_of(before.attributed_to) if before is not None else None
    if owner is not None and owner != actor.id:
        raise Refused("E_OWNER", f"{id} is stored as of {owner}")
    return Trusted(object=mine, document=written, embedded=found is given)


def _as_own(unit: Unit, given: Object, written: Document, actor: Account) -> Object:
    """The object, if the sender is its owner; one without an owner is the sender's."""
    if given.id == actor.id:
        return actors.sound(given, written, unit.now)
    if given.id is not None and queries.is_account(unit.db, given.id):
        raise Refused("E_OWNER", f"{actor.id} speaks of the account {given.id}")
    owners = written.get("attributedTo")
    named = [_id(one) for one in (owners if isinstance(owners, list) else [owners])]
    if owners and actor.id not in named:
        raise Refused("E_OWNER", f"{given.id} is attributed to {named[:3]}")
    if isinstance(given, Activity):
        if id_of(given.actor) != actor.id:
            raise Refused("E_OWNER", f"{given.id} is of {id_of(given.actor)}")
        return given
    return replace(given, attributed_to=actor.id)


def _answered(unit: Unit, case: Case) -> Trusted:
    """Accept, Reject and their like: of something that was put to the sender, as we have it."""
    id, actor = id_of(case.activity.object), case.actor
    if id is None:
        raise Refused("E_OBJECT", "an answer to nothing")
    row = queries.sent(unit.db, id) if unit.ours(id) else queries.came(unit.db, id)
    if row is None:
        return _not_yet(unit, case, id)
    if row.actor == actor.id:
        raise Refused("E_SELF_ACCEPT", f"{actor.id} answers itself")
    asked, written = _asked_before(unit, case, row)
    if not isinstance(asked, Activity) or not _put_to(asked, actor.id):
        raise Refused("E_NOT_ADDRESSED", f"{actor.id} was not asked by {id}")
    if asked.end_time is not None and asked.end_time < case.held.at:
        raise Refused("E_EXPIRED", f"{id} was open until {asked.end_time}")
    return Trusted(object=asked, document=written)


def _asked_before(unit: Unit, case: Case, row: Any) -> tuple[Object, Document | None]:
    """What was put to the sender; of a private letter of ours its module knows the rest."""
    if row.body is not None:
        written: Document = json.loads(row.body)
        return wire.load(written, unit.registry.types), written
    kept = unit.registry.document(unit.db, row.activity, case.viewer)
    if kept is not None:
        return kept, None
    if unit.ours(row.activity):
        raise Refused("E_NOT_ADDRESSED", f"{row.activity} is not open to {case.actor.id}")
    raise Refused("E_UNKNOWN", f"{row.activity} is no longer here")


def _not_yet(unit: Unit, case: Case, id: str) -> Trusted:
    if same_origin(id, case.actor.id):
        raise Refused("E_SELF_ACCEPT", f"{id} is of the answering server")
    if not unit.ours(id) and unit.now < case.held.at + PATIENCE:
        raise TryLater(f"{id} is not here yet", timedelta(minutes=1))
    raise Refused("E_UNKNOWN", f"nobody here asked {id}")


def _put_to(asked: Activity, actor: str) -> bool:
    return actor in (*asked.to, *asked.cc, id_of(asked.object), id_of(asked.target))


def _undone(unit: Unit, case: Case) -> Trusted:
    """Undo: of an activity of the sender's, as we have it, or as it is told again."""
    given, actor = case.activity.object, case.actor
    id = id_of(given)
    if id is None or not same_origin(id, actor.id):
        raise Refused("E_OWNER", f"{actor.id} undoes {id}")
    if not queries.has_come(unit.db, actor.id, id):
        queries.forget(unit.db, actor.id, id, unit.now)
    row = queries.came(unit.db, id, actor.id)
    if row is not None and row.body is not None:
        written: Document = json.loads(row.body)
        return Trusted(object=wire.load(written, unit.registry.types), document=written)
    if isinstance(given, Activity) and id_of(given.actor) == actor.id:
        return Trusted(object=given, document=_embedded(case.document), embedded=True)
    if (found := unit.registry.document(unit.db, id, case.viewer)) is not None:
        if not isinstance(found, Activity) or id_of(found.actor) != actor.id:
            raise Refused("E_OWNER", f"{id} is not an act of {actor.id}")
        return Trusted(object=found)
    return Trusted(object=Object(id=id))


def _deleted(unit: Unit, case: Case) -> Trusted:
    """Delete: of the sender itself or a thing of its own, which then cannot come again."""
    given, actor = case.activity.object, case.actor
    id = id_of(given)
    if id is None or not same_origin(id, actor.id):
        raise Refused("E_OWNER", f"{actor.id} deletes {id}")
    if id == actor.id:
        queries.forget(unit.db, actor.id, id, unit.now)
        return Trusted(object=actors.value(actor, unit.registry.types))
    if queries.is_account(unit.db, id):
        raise Refused("E_OWNER", f"{actor.id} deletes the account {id}")
    found = unit.registry.document(unit.db, id, case.viewer)
    owner = id_of(found.attributed_to) if found is not None else None
    if owner is not None and owner != actor.id:
        raise Refused("E_OWNER", f"{id} is of {owner}")
    queries.forget(unit.db, actor.id, id, unit.now)
    if found is not None:
        return Trusted(object=found)
    return Trusted(object=_remains(unit, given, id))


def _remains(unit: Unit, given: Object | str | None, id: str) -> Object:
    """What a Tombstone says was there, so that its class finds its handler."""
    former = given.former_type if isinstance(given, Tombstone) else None
    for (word, kind), cls in unit.registry.types.items():
        if former and former in (kind or word, kind) and not issubclass(cls, Activity):
            return cls(id=id)
    return given if isinstance(given, Object) else Object(id=id)


def _named(unit: Unit, case: Case) -> Trusted:
    """Anything else: it may be about anybody's thing, which speaks for itself."""
    given, actor = case.activity.object, case.actor
    if given is None:
        return Trusted(object=Object())
    id = id_of(given)
    if id is not None and unit.ours(id):
        return Trusted(object=_here(unit, case, id))
    if isinstance(given, Object):
        written = _embedded(case.document)
        owner = id_of(given.attributed_to) or id_of(getattr(given, "actor", None))
        mine = owner in (None, actor.id)
        if id is None or id == actor.id or (mine and same_origin(id, actor.id)):
            return Trusted(object=given, document=written, embedded=True)
    if id is None:
        raise Refused("E_OBJECT", "there is none")
    if (known := unit.account(id)) is not None:
        return Trusted(object=actors.value(known, unit.registry.types), document=known.document)
    # what its own server told us before, and everybody may read, need not be asked for again
    if (kept := unit.registry.document(unit.db, id, ANONYMOUS)) is not None:
        return Trusted(object=kept)
    if isinstance(activity := case.activity, REMARKS):
        return Trusted(object=Object(id=id_of(activity.object)))
    if isinstance(given, Object) and id not in case.fetched and _proven(unit, case, given):
        return Trusted(object=given, document=_embedded(case.document), embedded=True)
    found, written = _asked(unit, case, id)
    return Trusted(object=found, document=written)


def _handed_on(unit: Unit, case: Case, inside: Activity, written: Document) -> Trusted:
    """What a group hands on (FEP-1b12): somebody's activity, which nobody proved here.

    Of a Create or an Update the thing is what its own server shows now; of all else only the ids
    are left, and a handler believes what the group may say about itself.
    """
    id = id_of(inside.object)
    if id is None:
        raise Refused("E_OBJECT", f"{inside.id} is about nothing")
    if not isinstance(inside, Create | Update):
        kept = inside.object if isinstance(inside.object, Activity) else Object(id=id)
        return Trusted(object=replace(inside, object=kept))
    if unit.ours(id):
        return Trusted(object=replace(inside, object=_here(unit, case, id)))
    told = written.get("object")
    thing: Object | str | None = inside.object
    said: Document = told if isinstance(told, dict) else {}
    if not (isinstance(thing, Object) and _all_of(case.actor, thing, said)):
        known = isinstance(inside, Create) and unit.registry.document(unit.db, id, ANONYMOUS)
        thing, said = (known, {}) if known else _asked(unit, case, id)
    owner = id_of(thing.attributed_to)
    if owner is None or not same_origin(owner, id):
        raise Refused("E_OWNER", f"{id} is of {owner}")
    return Trusted(object=replace(inside, actor=owner, object=thing), document=said or None)


def _all_of(actor: Account, thing: Object, written: Document) -> bool:
    """Whether a thing and its owner are of a group's own server, which may speak for them.

    Whoever is no group there says no more of a neighbour's things than they would without it.
    """
    if actor.type != GROUP:
        return False
    owners = written.get("attributedTo")
    one = _id(owners[0]) if isinstance(owners, list) and len(owners) == 1 else _id(owners)
    return one is not None and same_origin(one, actor.id) and same_origin(thing.id or "", actor.id)


def _proven(unit: Unit, case: Case, given: Object) -> bool:
    """Whether a thing in somebody else's letter is proven by a key of its owner's (FEP-8b32).

    Only by keys that are here already; what cannot be judged is asked of its own server.
    """
    owner, written = id_of(given.attributed_to), _embedded(case.raw)
    known = unit.account(owner) if owner else None
    if known is None or known.gone is not None or known.suspended is not None or not written:
        return False
    if not same_origin(given.id, known.id) or queries.forgotten(
        unit.db, known.id, [given.id or ""]
    ):
        return False
    try:
        return all(_holds(unit, case, known, signed) for signed in proofs.each(written))
    except Malformed:
        return False


def _holds(unit: Unit, case: Case, known: Account, written: Document) -> bool:
    """Whether the one proof of a thing is by a key of its owner's.

    Raises:
        Malformed: E_PROOF_….
    """
    if "@context" not in written and "@context" in written["proof"]:
        written = {"@context": case.raw.get("@context"), **written}
    method = proofs.method_of(written)
    key = keyring.keys(unit.db, known, written).get(method)
    if key is None or base(method) != known.id:
        return False
    proofs.verify(written, multikey.from_multikey(key), now=unit.now)
    return True


def _here(unit: Unit, case: Case, id: str) -> Object:
    """A thing of ours, looked up and never taken from outside."""
    if (found := unit.account(id)) is not None:
        return actors.value(found, unit.registry.types)
    if (kept := unit.registry.document(unit.db, id, case.viewer)) is not None:
        return kept
    row = queries.sent(unit.db, id)
    if row is not None and row.body is not None:
        sent = wire.load(json.loads(row.body), unit.registry.types)
        if isinstance(sent, Activity) and _put_to(sent, case.actor.id):
            return sent
    raise Missing(detail=id)


def _asked(unit: Unit, case: Case, id: str) -> tuple[Object, Document]:
    """A thing as its own server shows it, if that was asked already."""
    written = case.fetched.get(id)
    if written is None:
        if not domain(id):
            raise Refused("E_OBJECT", f"{id[:200]} cannot be fetched")
        raise Wanted(id)
    return wire.load(written, unit.registry.types), written


def _embedded(document: Document) -> Document:
    held = document.get("object")
    if isinstance(held, list):
        held = next((one for one in held if isinstance(one, dict)), None)
    return held if isinstance(held, dict) else {}


def _id(held: Any) -> str | None:
    found = held.get("id") if isinstance(held, dict) else held
    return found if isinstance(found, str) else None
