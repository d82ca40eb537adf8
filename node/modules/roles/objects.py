"""Who holds a role, as it travels: to trusted nodes, and by the holder's consent alone."""

from collections.abc import Iterable, Mapping
from typing import ClassVar, Final

from node.modules.roles.rules import Power
from vocab.model import Object, flag, iri, part, text, texts
from vocab.values import dataclass

__all__ = ["ON_WIRE", "TYPES", "Membership", "Role", "on_wire"]

NAMESPACE: Final = "https://w3id.org/commons-node/ns#"
ON_WIRE: Final[Mapping[Power, str]] = {
    Power.FACILITATE: "facilitate",
    Power.TOPICS: f"{NAMESPACE}keepTopics",
    Power.CIRCLES: f"{NAMESPACE}suggestCircles",
    Power.SPEAK: "speak",
}
"""Powers as trusted nodes hear of them (vocabulary.md 6.12): its words, or whole addresses."""
TASK: Final = f"{NAMESPACE}task"
"""A role without any power is a task; the schema wants a word for it."""


def on_wire(powers: Iterable[Power]) -> list[str]:
    """What a role may do, as it travels.

    >>> on_wire([Power.SPEAK]), on_wire([])
    (['speak'], ['https://w3id.org/commons-node/ns#task'])
    """
    return [ON_WIRE[one] for one in powers] or [TASK]


@dataclass(frozen=True, kw_only=True)
class Role(Object):
    """What it is called, and what its holder may do."""

    type: ClassVar[str] = "Role"

    pref_label: str | None = text("prefLabel")
    powers: tuple[str, ...] = texts("powers")


@dataclass(frozen=True, kw_only=True)
class Membership(Object):
    """Somebody in a role, from `start_time` to `end_time`; owned by the community."""

    type: ClassVar[str] = "Membership"

    member: str | None = iri("member")
    organization: str | None = iri("organization")
    role: Role | None = part("role", Role)
    recallable: bool | None = flag("recallable")
    mandate: str | None = iri("mandate")
    """The decision that set the role up, or that ended it; only if those who hear of it see it."""


TYPES: tuple[type[Object], ...] = (Membership,)
