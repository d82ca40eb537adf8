"""What several communities decide together, from what each of them decided. Values in, values out.

Whoever has the same records comes to the same outcome. Silence is never a yes.
Source: the vocabulary's `AggregateRule`; two of its words are ours (`SOME`, `TABLE`).
"""

from collections.abc import Mapping, Sequence
from dataclasses import field
from enum import StrEnum
from typing import Any, Final

from vocab.model import Malformed
from vocab.values import dataclass

NS: Final = "https://w3id.org/commons-node/ns#"


class Voice(StrEnum):
    """What the record of one community is as a ballot."""

    APPROVE = "approve"
    REJECT = "reject"
    ABSTAIN = "abstain"
    BLOCK = "block"


class Kind(StrEnum):
    """What has to come together."""

    ALL = "unanimity"
    CONSENT = "consentOfNodes"
    MAJORITY = "majorityOfNodes"
    SHARE = "supermajorityOfNodes"
    WEIGHTED = "weightedByMembers"
    SOME = f"{NS}kOfNodes"
    """So many of those invited as the numerator of the threshold says."""


class Weighting(StrEnum):
    """What a community weighs."""

    EQUAL = "equal"
    MEMBERS = "byMembers"
    TABLE = f"{NS}byTable"
    """What the table says that was fixed with the rule."""


class Silence(StrEnum):
    """What it is that a community says nothing; a yes it can not be."""

    NOTHING = "notCounted"
    ABSTAIN = "countsAsAbstain"
    REJECT = "countsAsReject"


@dataclass(frozen=True, kw_only=True)
class Rule:
    """How outcomes of communities become one.

    `threshold` is (numerator, denominator); `least`: so many have to take part; `veto`: one
    block stops it; `table`: community to weight, for `Weighting.TABLE`.
    """

    kind: Kind
    threshold: tuple[int, int] = (1, 2)
    least: int = 1
    veto: bool = True
    weighting: Weighting = Weighting.EQUAL
    silence: Silence = Silence.NOTHING
    table: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Said:
    """What one community decided; `members`: how many could take part there."""

    community: str
    voice: Voice
    members: int = 0


def outcome(rule: Rule, said: Sequence[Said], participants: Sequence[str]) -> str:
    """What comes of it: approved, rejected, blocked or noDecision.

    Args:
        rule: how.
        said: one a community, of participants alone; in any order.
        participants: all who take part, those who said nothing too.
    """
    if len(said) < rule.least or not said:
        return "noDecision"
    if rule.veto and any(one.voice is Voice.BLOCK for one in said):
        return "blocked"
    spoken = {one.community for one in said}
    silent = [one for one in participants if one not in spoken]
    against = [one for one in said if one.voice in (Voice.REJECT, Voice.BLOCK)]
    yes = sum(weight(rule, one) for one in said if one.voice is Voice.APPROVE)
    no = sum(weight(rule, one) for one in against)
    if rule.silence is Silence.REJECT:
        no += sum(weight(rule, Said(community=one, voice=Voice.REJECT)) for one in silent)
    return _reached(rule, yes, no, heads=_heads(said, len(against), len(participants)))


def _heads(said: Sequence[Said], against: int, participants: int) -> tuple[int, int, int]:
    """How many communities say yes, say no, and take part."""
    return sum(one.voice is Voice.APPROVE for one in said), against, participants


def _reached(rule: Rule, yes: int, no: int, *, heads: tuple[int, int, int]) -> str:
    ayes, noes, all_ = heads
    top, bottom = rule.threshold
    if rule.kind in (Kind.SHARE, Kind.WEIGHTED):
        if yes + no == 0:
            return "noDecision"
        more = yes * bottom > top * (yes + no)
        enough = yes * bottom == top * (yes + no) and top * 2 != bottom
        return "approved" if more or enough else "rejected"
    holds = {
        Kind.ALL: ayes == all_,
        Kind.CONSENT: ayes > 0 and noes == 0 and (rule.silence is not Silence.REJECT or no == 0),
        Kind.MAJORITY: yes > no,
        Kind.SOME: ayes >= top,
    }[rule.kind]
    return "approved" if holds else "rejected"


def weight(rule: Rule, one: Said) -> int:
    """What a community weighs by a rule."""
    if rule.weighting is Weighting.MEMBERS:
        return one.members
    return rule.table.get(one.community, 0) if rule.weighting is Weighting.TABLE else 1


def read(held: Any, table: Any = ()) -> Rule:
    """A rule as it stands on the wire.

    Args:
        held: an AggregateRule.
        table: rows of `community` and `weight`.

    Raises:
        Malformed: E_RULE; it is none that we know, or is one by which nobody could count.
    """
    try:
        top, _, bottom = str(held.get("threshold", "1/2")).partition("/")
        made = Rule(
            kind=Kind(held["rule"]),
            threshold=(int(top), int(bottom)),
            least=int(held["minParticipation"]),
            veto=held["blockStops"] is True,
            weighting=Weighting(held["weighting"]),
            silence=Silence(held["silence"]),
            table={str(row["community"]): int(row["weight"]) for row in table or ()},
        )
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        raise Malformed("E_RULE", f"no rule that we know: {error}") from None
    share = made.kind in (Kind.SHARE, Kind.WEIGHTED)
    if made.least < 1 or made.threshold[1] < 1 or (share and made.threshold[0] > made.threshold[1]):
        raise Malformed("E_RULE", "nobody could count by this")
    if made.weighting is Weighting.TABLE and any(n < 1 for n in made.table.values()):
        raise Malformed("E_RULE", "somebody weighs nothing")
    return made


def written(rule: Rule) -> dict[str, Any]:
    """The parts of an AggregateRule on the wire."""
    top, bottom = rule.threshold
    return {
        "rule": rule.kind.value,
        "threshold": f"{top}/{bottom}",
        "min_participation": rule.least,
        "block_stops": rule.veto,
        "weighting": rule.weighting.value,
        "silence": rule.silence.value,
    }
