"""What the modules find for a viewer: asked one by one, so that none takes the others down."""

import logging
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Final

from node.kernel.access import Viewer
from node.kernel.finds import Hit, Sought
from vocab.html import folded
from vocab.values import dataclass

if TYPE_CHECKING:
    from node.kernel.node import Node

log = logging.getLogger(__name__)

LONGEST: Final = 200
"""Characters of a text that are shown of a hit."""


@dataclass(frozen=True, kw_only=True)
class Findings:
    """Hits under each heading that has some, and the names of modules that failed."""

    groups: Sequence[tuple[str, Sequence[Hit]]]
    failed: Sequence[str]

    @property
    def first(self) -> Hit | None:
        """The first hit of all."""
        return next((hit for _, hits in self.groups for hit in hits), None)


async def find(node: "Node", viewer: Viewer, sought: Sought) -> Findings:
    """Everything of all modules that is sought and that this viewer may see.

    Hits of several modules under one heading stand together, each page once.
    """
    found: dict[str, dict[str, Hit]] = {}
    failed = []
    for m in node.registry.modules:
        for heading, finder in m.finds.items():
            try:
                hits = await node.read(finder, viewer, sought)
            except Exception:
                log.exception("module %s could not find anything", m.name)
                failed.append(m.name)
                continue
            for hit in hits:
                found.setdefault(heading, {}).setdefault(hit.href, hit)
    groups = [(heading, list(hits.values())[: sought.most]) for heading, hits in found.items()]
    return Findings(groups=groups, failed=failed)


def around(text: str, words: Iterable[str] = (), length: int = LONGEST) -> str:
    """The part of a text where the first of some words stands, with ellipses where it was cut.

    Args:
        text: plain.
        words: folded, as in `Sought`.
        length: characters, about.

    >>> around("We have a long ladder for everybody who asks", ["ladder"], 20)
    '… a long ladder for…'
    """
    plain = " ".join(text.split())
    if len(plain) <= length:
        return plain
    places = [at for word in words if (at := folded(plain).find(word)) >= 0]
    start = max(min(places, default=0) - length // 2, 0)
    start = plain.find(" ", start) + 1 if start else 0
    end = plain.rfind(" ", start, start + length)
    cut = plain[start : end if end > start else start + length]
    return ("… " if start else "") + cut + ("…" if start + len(cut) < len(plain) else "")
