"""The community this node is of: what its admins set, as a value.

A node whose community has no public address is *at home*: it works whole for its
members and federates with nobody.
"""

from collections.abc import Mapping
from dataclasses import asdict, field
from typing import Any

from sqlalchemy import Connection, select

from node.kernel.tables import setting
from vocab.values import dataclass


@dataclass(frozen=True, kw_only=True)
class Community:
    """Name, language, address and words of a community; `ready` once the wizard is done."""

    origin: str
    ready: bool = False
    at_home: bool = True
    name: str = ""
    handle: str = ""
    purpose: str = ""
    language: str = "en"
    timezone: str = "UTC"
    accent: str = ""
    words: Mapping[str, str] = field(default_factory=dict)
    created: str = ""
    face: str = ""
    """The path of its sign, small, if it has one; `header` of its wide picture."""
    header: str = ""

    @property
    def domain(self) -> str:
        """Host and port of the origin, as in a handle."""
        return self.origin.split("://", 1)[1]

    @property
    def id(self) -> str:
        """The id of the community's actor."""
        return f"{self.origin}/c/{self.handle}"

    @property
    def service(self) -> str:
        """The id of the node's own actor, which speaks for the community between nodes."""
        return f"{self.origin}/service"

    @property
    def peers(self) -> str:
        """The id of the collection of trusted nodes, the address of what only they may see."""
        return f"{self.id}/peers"

    def row(self) -> dict[str, Any]:
        """What is kept in the setting `community`."""
        return asdict(self)


_COMMUNITY = select(setting.c.value).where(setting.c.name == "community")


def load(db: Connection, origin: str) -> Community:
    """The community as its admins set it; before that, an empty one at `origin`."""
    kept = db.scalar(_COMMUNITY)
    return Community(**kept) if kept else Community(origin=origin)
