"""Who may like, answer, share or quote a post: its author's `interactionPolicy`, read.

Two spellings are in use: GoToSocial's first (`always`, `approvalRequired`) and the one that
FEP-044f took over (`automaticApproval`, `manualApproval`). Advice for those who act, never a
proof of anything: what arrives is judged otherwise. Pure.
"""

from collections.abc import Collection, Mapping, Sequence
from enum import StrEnum
from typing import Any

from vocab.model import PUBLIC

MOST = 100
"""Ids of a rule that are looked at."""
LONGEST = 2048
_PUBLIC = {PUBLIC, "as:Public", "Public"}
_AT_ONCE = ("automaticApproval", "always")
_ASKED = ("manualApproval", "approvalRequired")


class Verb(StrEnum):
    """What may be done with a post, by its key in a policy."""

    LIKE = "canLike"
    REPLY = "canReply"
    SHARE = "canAnnounce"
    QUOTE = "canQuote"


class Leave(StrEnum):
    """Whether somebody may: at once, only if the author says yes to it, or not at all."""

    YES = "yes"
    ASK = "ask"
    NO = "no"


def leave(policy: Mapping[str, Any] | None, verb: Verb, who: Collection[str]) -> Leave:
    """Whether somebody may do a thing with a post.

    Args:
        policy: of the post, None if it has none.
        verb: what is to be done.
        who: the actor's id, and the collections of the author's that the actor is in.

    Returns:
        What the policy says; where it says nothing: no to a quote, yes to all else.
    """
    rule = policy.get(verb.value) if isinstance(policy, Mapping) else None
    if not isinstance(rule, Mapping):
        return Leave.NO if verb is Verb.QUOTE else Leave.YES
    me = {*who, *_PUBLIC}
    if _named(rule, _AT_ONCE) & me:
        return Leave.YES
    return Leave.ASK if _named(rule, _ASKED) & me else Leave.NO


def kept(policy: Any) -> dict[str, dict[str, list[str]]] | None:
    """What is worth keeping of a policy: its rules in one spelling, not longer than they may be.

    Returns:
        None if there is no rule in it that we know.
    """
    if not isinstance(policy, Mapping):
        return None
    rules = {verb.value: policy.get(verb.value) for verb in Verb}
    return {
        verb: {_AT_ONCE[0]: sorted(_named(rule, _AT_ONCE)), _ASKED[0]: sorted(_named(rule, _ASKED))}
        for verb, rule in rules.items()
        if isinstance(rule, Mapping)
    } or None


def advertised(quotes: Leave, author: str) -> dict[str, Any]:
    """The policy of a public post of ours: everybody may like, answer and share it.

    Args:
        quotes: whether others may quote it.
        author: its author's id; an empty list would be read as none (FEP-044f).
    """
    everybody = {"automaticApproval": [PUBLIC]}
    quote = {
        Leave.YES: everybody,
        Leave.ASK: {"automaticApproval": [author], "manualApproval": [PUBLIC]},
        Leave.NO: {"automaticApproval": [author]},
    }[quotes]
    return {
        Verb.LIKE.value: everybody,
        Verb.REPLY.value: everybody,
        Verb.SHARE.value: everybody,
        Verb.QUOTE.value: quote,
    }


def _named(rule: Mapping[str, Any], keys: Sequence[str]) -> set[str]:
    found: set[str] = set()
    for key in keys:
        held = rule.get(key)
        ids = held if isinstance(held, list) else [held]
        found |= {one for one in ids[:MOST] if isinstance(one, str) and len(one) <= LONGEST}
    return found
