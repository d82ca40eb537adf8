"""Who may fill in a ballot, and of which vote."""

from dataclasses import replace
from typing import TYPE_CHECKING, Final

from sqlalchemy import Connection
from starlette.requests import Request

from node.kernel.access import Viewer
from node.kernel.errors import Missing, Refused
from node.kernel.unit import Unit
from node.modules.accounts import api as accounts
from node.modules.decisions import api as decisions
from node.modules.proposals import queries
from node.modules.proposals.queries import Proposal
from node.modules.proposals.views import member
from vocab.values import dataclass
from web.forms import Line
from web.language import mark
from web.voice import Voice

if TYPE_CHECKING:
    from node.kernel.node import Node

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
    carries: int = 0
    """How many voices were given to them, in an open vote."""
    holder: str = ""
    """The name of who votes for them, in an open vote."""
    warning: str = ""
    """Why that will not count, in words."""
    mine: decisions.Marks | None = None
    """What their own open ballot says."""
    theirs: str = ""
    """What the open ballot of who votes for them says."""

    @property
    def coded(self) -> bool:
        """Whether a code is needed to put another ballot in the place of theirs."""
        return self.again and not self.box.open


async def voter(request: Request) -> "tuple[Node, Viewer, str]":
    """The node, whoever may have a ballot to cast, and their id.

    Somebody who is suspended reads of a vote that is still theirs what a member reads, and of
    any other not even whether there is one.

    Raises:
        Refused: nobody who could have one.
    """
    node, shut = request.app.state.node, request.state.viewer.suspended
    if shut is None:
        return member(request)
    if request.path_params["slug"] not in await node.read(decisions.theirs, shut.id, node.now()):
        raise Refused("E_MEMBERS_ONLY", shut.id)
    return node, replace(request.state.viewer, account=shut, role="member", suspended=None), shut.id


def back(request: Request, slug: str) -> str:
    """Where a voter goes on from a ballot: to the proposal, or to what is left to them."""
    return "/suspended" if request.state.viewer.suspended else f"/p/{slug}"


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


def seen_openly(unit: Unit, found: Paper, member: str, spoken: Voice) -> Paper:
    """A paper of an open vote with what this voter alone may know before the close.

    Their own ballot, and that of whoever votes for them, as long as it counts for them: who has
    voted themselves is told no more of it than all others. How many voices they were given.
    """
    given = decisions.voice_of(unit.db, found.box.id, member)
    if given is not None and given.fate is decisions.Fate.OWN:
        given = None
    other = given.holder if given else None
    names = accounts.names_of(unit.db, {other}) if other else {}
    counts = given is not None and given.fate is decisions.Fate.USED
    theirs = decisions.ballot_of(unit, found.box.id, other) if other and counts else None
    holder = names.get(other or "", spoken.say("Somebody who has left")) if given else ""
    warned = decisions.WARNINGS.get(given.fate) if given else None
    return replace(
        found,
        carries=decisions.carries(unit.db, found.box.id, member),
        holder=holder,
        warning=spoken.say(warned, name=holder) if warned else "",
        mine=decisions.ballot_of(unit, found.box.id, member),
        theirs=decisions.words_of(found.box, theirs, spoken) if theirs is not None else "",
    )
