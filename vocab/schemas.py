"""What each class must look like: the JSON Schemas of schemas/, compiled once, when needed.

Two questions. `validate` asks it of what came in, and only of our own classes: a stranger's
Note is read as it is. `outgoing` asks it of everything that leaves; it is the second of two
locks (the first: what has no class cannot be dumped).
"""

import json
import re
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any

from jsonschema_rs import Draft202012Validator, Registry, ValidationError

from vocab.model import Malformed
from vocab.wire import Types

BASE = "https://w3id.org/commons-node/schemas/v1/"
FOLDER = Path(__file__).parent.parent / "schemas"

KINDS = {
    ("Note", "Proposal"): "proposal",
    ("Article", "GovernanceProposal"): "governance-proposal",
    ("Question", "AdvisoryPoll"): "advisory-poll",
    ("Article", "DecisionRecord"): "decision-record",
    ("Note", "DecisionResponse"): "decision-response",
    ("Article", "JointProcess"): "joint-process",
    ("Note", "DeliveryReport"): "delivery-report",
    ("Note", "RelayedNote"): "relayed-note",
    ("EconomicEvent", "CreditTransfer"): "credit-transfer",
    ("Group", "Community"): "community",
    ("Application", "NodeService"): "node-service",
}
"""Our classes beside a plain AS2 type, to the name of their schema."""

OWN_TYPES = {
    "Gift": "gift",
    "SkillClaim": "skill-claim",
    "EconomicResource": "economic-resource",
    "Mission": "mission",
    "Relationship": "peering",
    "CapabilityDigest": "capability-digest",
    "Agreement": "agreement",
    "EconomicEvent": "economic-event",
    "MatchResult": "match-result",
    "Introduction": "introduction",
    "ContactCard": "contact-card",
    "Membership": "membership",
    "Delegation": "delegation",
    "ModuleManifest": "module-manifest",
    "MatchRequest": "match-request",
    "ChainLog": "chain-log",
}
"""Types that are ours alone."""

ACTIVITIES = {
    "Accept": "accept",
    "Add": "add",
    "Announce": "announce",
    "Create": "create",
    "Delete": "delete",
    "Invite": "invite",
    "Leave": "leave",
    "MatchRequest": "match-request",
    "Offer": "offer",
    "Reject": "reject",
    "Remove": "remove",
    "TentativeAccept": "tentative-accept",
    "Undo": "undo",
    "Update": "update",
}
TRUSTED = "https://w3id.org/commons-node/ns#trustedPeer"
"""The one relationship that is ours."""
FACETS = {"Gift", "SkillClaim", "EconomicResource", "Mission"}
EMBEDDING = {"Accept", "Reject", "Undo", "Create", "Update"}
"""Activities that may also hold a plain object of AS2, so their schema is for ours only."""


def validate(
    document: Mapping[str, Any], types: Types | None = None, *, allow_http: bool = False
) -> None:
    """Refuse a document that claims to be of one of our classes and is not.

    What `dialects.read` made of other software's (it alone sets `foreign`) has a lighter schema.

    Args:
        document: as received, after `dialects` have read it.
        types: what this node claims; a class of a module that is off is none (W2). None: all.
        allow_http: ids may be http, for a test network.

    Raises:
        Malformed: E_SCHEMA, with the place and the reason of the first fault.
    """
    if "foreign" in document:
        _check(_lighter(document), document, allow_http=allow_http)
        return
    if name := _ours(document, types):
        _check(name, document, allow_http=allow_http)
        return
    activity = next((ACTIVITIES[one] for one in _words(document, "type") & _KNOWN), None)
    for part in (document.get("object"), document.get("result")):
        if isinstance(part, Mapping) and "foreign" in part:
            _check(_lighter(part), part, allow_http=allow_http)
        elif isinstance(part, Mapping) and (name := _ours(part, types)):
            _check(activity or name, document if activity else part, allow_http=allow_http)
            return


def _lighter(part: Mapping[str, Any]) -> str:
    return "foreign-agreement" if part.get("type") == "Agreement" else "foreign-listing"


def outgoing(document: Mapping[str, Any], *, allow_http: bool = False) -> None:
    """Refuse a document of ours that must not leave: the producer's check, for every one.

    The schema of its class; and for all: forbidden keys at any depth, bto and bcc, as:Public,
    type arrays, a bare string where W3 wants an array, an activity without id, actor or to.

    Raises:
        Malformed: E_SCHEMA, with the place and the reason of the first fault.
    """
    for name, part in _demands(document):
        _check(name, part, allow_http=allow_http)


def class_name(document: Mapping[str, Any]) -> str | None:
    """The schema's name of the class of ours a document claims to be of; None for no class."""
    return _ours(document, None)


def _demands(document: Mapping[str, Any]) -> Iterator[tuple[str, Mapping[str, Any]]]:
    said = document.get("type")
    if not isinstance(said, str):
        yield "plain-activity" if "actor" in document else "plain", document
        return
    if "actor" in document or said in ACTIVITIES:
        held = document.get("object")
        if said == "Announce" and isinstance(held, Mapping):
            # a group hands on what somebody else wrote: theirs is the spelling
            yield "carried", held
            document = {**document, "object": held.get("id")}
        yield "plain-activity", document
        ours = isinstance(held, Mapping) and _ours(held, None) is not None
        if said in ACTIVITIES and (said not in EMBEDDING or ours or _extended(document)):
            yield ACTIVITIES[said], document
        elif isinstance(held, Mapping) and (name := _own_schema(held)):
            yield name, held
        return
    if said == "Tombstone":
        yield "tombstone", {k: v for k, v in document.items() if k != "@context"}
    yield "plain", document
    if name := _own_schema(document):
        yield name, document
    for item in document.get("orderedItems") or document.get("items") or ():
        if isinstance(item, Mapping):
            yield from _demands({"@context": document.get("@context"), **item})


def _extended(document: Mapping[str, Any]) -> bool:
    # a result that is only named (the stamp of a quote) says nothing of ours
    return isinstance(document.get("result"), Mapping) or "reasonCode" in document


def _own_schema(document: Mapping[str, Any]) -> str | None:
    if document.get("type") == "Person" and "kind" not in document:
        return "person"
    if document.get("type") == "OrderedCollection" and _holds_facets(document):
        return "facets-collection"
    if document.get("type") == "OrderedCollectionPage" and "startIndex" in document:
        return "letters-page"
    return _ours(document, None)


def _holds_facets(document: Mapping[str, Any]) -> bool:
    items = document.get("orderedItems") or [None]
    return isinstance(items[0], Mapping) and items[0].get("type") in FACETS


def _ours(document: Mapping[str, Any], types: Types | None) -> str | None:
    names, kinds = _words(document, "type"), _words(document, "kind")
    for name in names:
        for kind in kinds | names:  # as `wire.load` reads them
            if (name, kind) in KINDS and (types is None or (name, kind) in types):
                return KINDS[name, kind]
        if name in OWN_TYPES and (types is None or (name, None) in types):
            trust = name != "Relationship" or document.get("relationship") == TRUSTED
            return OWN_TYPES[name] if trust else None
    return None


def _words(document: Mapping[str, Any], key: str) -> set[str]:
    said = document.get(key)
    return {one for one in (said if isinstance(said, list) else [said]) if isinstance(one, str)}


_KNOWN = frozenset(ACTIVITIES)


def _check(name: str, document: Mapping[str, Any], *, allow_http: bool) -> None:
    validator = _validator(name, allow_http)
    plain = document if isinstance(document, dict) else dict(document)
    if not validator.is_valid(plain):
        fault = _deepest(next(iter(validator.iter_errors(plain))))
        where = "/".join(map(str, fault.instance_path))
        raise Malformed("E_SCHEMA", f"{name}: {fault.message[:200]}", where)


def _deepest(fault: ValidationError) -> ValidationError:
    """Of the branches of an anyOf the fault that lies deepest: it says most."""
    branches = getattr(fault.kind, "context", None) or ()
    leaves = [_deepest(one) for branch in branches for one in branch]
    return max((fault, *leaves), key=lambda one: len(one.instance_path))


@cache
def _validator(name: str, allow_http: bool) -> Draft202012Validator:  # noqa: FBT001
    # masked: what is refused may be private, and the message goes into a log
    schema = {"$ref": f"{BASE}{name}.schema.json"}
    return Draft202012Validator(schema, registry=_all(allow_http), mask="it")


@cache
def _all(allow_http: bool) -> Registry:  # noqa: FBT001
    return Registry([(one["$id"], one) for one in _documents(allow_http=allow_http)])


def _documents(*, allow_http: bool) -> Iterator[dict[str, Any]]:
    for folder in ("objects", "activities"):
        for file in sorted((FOLDER / folder).glob("*.schema.json")):
            text = file.read_text("utf-8")
            yield json.loads(_with_http(text) if allow_http else text)


def _with_http(text: str) -> str:
    """The schemas as a test network needs them: ids, and fragments of ids, may be http."""
    common = re.sub(r'("https": \{\s*"type": "string",\s*"pattern": "\^)https:', r"\1https?:", text)
    return common.replace('"^https://.+#', '"^https?://.+#')
