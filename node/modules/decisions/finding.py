"""Finding decisions: those made here, and those of others whose seal does not fail."""

from collections.abc import Sequence
from typing import Final

from sqlalchemy import Connection

from node.kernel.access import Viewer
from node.kernel.finds import Hit, Sought
from node.modules.decisions import queries
from node.modules.decisions.queries import Record, language_of
from vocab import html

MOST: Final = 500
"""Of each kind that are looked through, newest first."""


def find(db: Connection, viewer: Viewer, sought: Sought) -> Sequence[Hit]:
    """Decisions that are meant, newest first."""
    found = [
        one
        for ours in (True, False)
        for one in queries.records(db, viewer, ours=ours, most=MOST)
        if one.seal != "fails"
        and sought.means(one.name, _words(one), one.owner_name, id=one.id, by=one.owner)
    ]
    newest = sorted(found, key=lambda one: one.at, reverse=True)
    return [_hit(one) for one in newest[: sought.most]]


def _words(one: Record) -> str:
    return html.to_text(str(one.document.get("content", "")))


def _hit(one: Record) -> Hit:
    path = f"/d/{one.slug}" if one.ours else f"/decisions/elsewhere/{one.slug}"
    return Hit(
        href=path,
        title=one.name,
        text=_words(one),
        by=one.owner_name,
        at=one.at,
        icon="decide",
        language=language_of(one),
    )
