"""Finding proposals, ours and other communities'."""

from collections.abc import Sequence
from typing import Final

from sqlalchemy import Connection

from node.kernel.access import Viewer
from node.kernel.finds import Hit, Sought
from node.modules.proposals import queries
from node.modules.proposals.queries import Proposal
from vocab import html

MOST: Final = 500
"""Of each kind that are looked through, newest first."""


def find(db: Connection, viewer: Viewer, sought: Sought) -> Sequence[Hit]:
    """Proposals that are meant, newest first."""
    found = [
        one
        for ours in (True, False)
        for one in queries.listed(db, viewer, ours=ours, most=MOST)
        if sought.means(one.name, _words(one), one.owner_name, id=one.id, by=one.owner)
    ]
    newest = sorted(found, key=lambda one: one.published, reverse=True)
    return [_hit(one) for one in newest[: sought.most]]


def _words(one: Proposal) -> str:
    return html.to_text(one.content)


def _hit(one: Proposal) -> Hit:
    return Hit(
        href=f"/p/{one.slug}",
        title=one.name,
        text=_words(one),
        by=one.owner_name,
        at=one.published,
        icon="decide",
        language=one.lang,
    )
