"""Who may fill in a ballot, and of which vote."""

from dataclasses import dataclass
from typing import Final

from sqlalchemy import Connection

from node.kernel.access import Viewer
from node.kernel.errors import Missing
from node.modules.decisions import api as decisions
from node.modules.proposals import queries
from node.modules.proposals.queries import Proposal
from web.forms import Line
from web.language import mark

CODE: Final = Line("code", mark("The code of your ballot"),
                   mark("You got it with the receipt. With it, this one takes the place of the "
                        "one you cast before."), spell=False)  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class Paper:
    """A proposal and its box, as somebody who may vote sees them."""

    proposal: Proposal
    box: decisions.Box
    again: bool
    """They have voted, and want to put another ballot in its place."""


def paper(db: Connection, slug: str, viewer: Viewer) -> Paper:
    """What somebody needs to vote.

    Raises:
        Missing: there is no such vote.
        Refused: E_NOT_ON_ROSTER, E_RECUSED.
    """
    found = queries.by_slug(db, slug, viewer)
    box = decisions.box_of(db, slug) if found else None
    if found is None or box is None:
        raise Missing
    decisions.admit(db, slug, viewer.id or "", again=True)
    voted = decisions.voted(db, slug, viewer.id or "")
    return Paper(proposal=found, box=box, again=bool(voted))
