"""What must hold of matching's documents on receipt, beyond their schemas.

Nothing may tell more than was agreed: places are coarse, handles name nobody, consents are
the sender's own. Source: vocabulary.md sections 8 and 9.
"""

from collections.abc import Mapping
from typing import Any

from node.modules.matching.objects import ContactCard, Introduction, MatchRequest, MatchResult
from vocab.checks import Check, Document, Known, moment_of, places, refuse, same_origin
from vocab.model import Object

RADIUS = 10_000
"""Metres; a request is told no closer."""


def request(held: Document, activity: Document, known: Known) -> None:
    """A request tells a place to a tenth of a degree, and a day, not an hour.

    Raises:
        Malformed: E_PLACE_PRECISION.
    """
    intent = held.get("object")
    if not isinstance(intent, Mapping):
        return
    places(intent, decimals=1)
    place = intent.get("location")
    near = isinstance(place, Mapping) and _number(place.get("radius"), RADIUS) < RADIUS
    refuse(near, "E_PLACE_PRECISION", "a radius under 10 km")
    due = intent.get("due")
    hour = isinstance(due, str) and not due.endswith("T00:00:00Z")
    refuse(hour, "E_PLACE_PRECISION", "due is a day")


def _number(held: Any, default: float) -> float:
    return held if isinstance(held, int | float) else default


def result(held: Document, activity: Document, known: Known) -> None:
    """An answer belongs to its request, keeps to its number, and names nobody.

    Raises:
        Malformed: E_RESULT, E_TOO_MANY, E_ORIGIN_OBJECT, E_IDENTITY_LEAK.
    """
    asked_id, owner = activity.get("object"), held.get("attributedTo")
    candidates = [one for one in held.get("candidates") or () if isinstance(one, Mapping)]
    if activity is not held:
        refuse(held.get("matchRequest") != asked_id, "E_RESULT", "result of another request")
        asked = known.stored(asked_id) if isinstance(asked_id, str) else None
        most = _number(asked.get("maxResults"), 0) if asked else None
        refuse(most is not None and len(candidates) > most, "E_TOO_MANY", "more than asked for")
    for one in candidates:
        mine = same_origin(one.get("id"), owner) and one.get("attributedTo") == owner
        refuse(not mine, "E_ORIGIN_OBJECT", "candidate of another origin")
        handle = str(one.get("id"))
        named = "/u/" in handle or "@" in handle
        refuse(named, "E_IDENTITY_LEAK", "the handle looks like an account")


def answer(accept: Document, asked: Document) -> None:
    """An Accept of a MatchRequest has a MatchResult.

    Raises:
        Malformed: E_RESULT.
    """
    told = accept.get("result")
    fits = isinstance(told, Mapping) and told.get("type") == "MatchResult"
    refuse(asked.get("type") == "MatchRequest" and not fits, "E_RESULT", "no MatchResult")


def introduction(held: Document, activity: Document, known: Known) -> None:
    """Consents are of the side that sends, no wider than the introduction, and given before.

    Raises:
        Malformed: E_CONSENT.
    """
    side = "matchedSide" if activity.get("type") == "Accept" else "requestingSide"
    said = moment_of(held, "published")
    for one in held.get("consents") or ():
        if activity is not held:
            refuse(one.get("party") != side, "E_CONSENT", "recorded for the other side")
        wider = set(one.get("discloses") or ()) - set(held.get("discloses") or ())
        refuse(wider, "E_CONSENT", "wider than the introduction")
        given = moment_of(one, "consentedAt")
        refuse(given and said and given > said, "E_CONSENT", "given after sending")
    own = side == "requestingSide" and activity is not held
    to_itself = own and same_origin(held.get("candidate"), held.get("attributedTo"))
    refuse(to_itself, "E_CONSENT", "introduces to itself")


def card(held: Document, activity: Document, known: Known) -> None:
    """A card describes a person of the node that sends it.

    Raises:
        Malformed: E_ORIGIN_OBJECT.
    """
    mine = same_origin(held.get("describes"), held.get("attributedTo"))
    refuse(not mine, "E_ORIGIN_OBJECT", "describes a person of another node")


CHECKS: Mapping[type[Object], Check] = {
    MatchRequest: request,
    MatchResult: result,
    Introduction: introduction,
    ContactCard: card,
}
