"""What happens to suggestions, as units: a keeper makes one, its people answer, it ends."""

from collections.abc import Sequence

from node.kernel.errors import Conflict, Missing, Refused
from node.kernel.unit import Unit
from node.modules.accounts import api as accounts
from node.modules.flows import queries, rules
from node.modules.flows.circles import Edge
from node.modules.flows.rules import State
from node.modules.listings import api as listings
from web.language import mark

CHANGED = mark("This has changed meanwhile. Look at the page again and choose anew.")
OVER = mark("This is over. What you need or offer still stands on the board.")


def suggest(unit: Unit, keeper: str, edges: Sequence[Edge]) -> None:
    """Suggest to some people that they give to each other so.

    Raises:
        Refused: not a keeper.
        Conflict: a notice is not open any more, or it was suggested already.
    """
    if not accounts.may(unit, keeper, "circles"):
        raise Refused("E_KEEPERS_ONLY", keeper)
    open_ = queries.notices(unit.db, unit.now)
    if not set(edges) <= set(queries.edges(unit.db, open_)):
        raise Conflict("E_STATE", safe=CHANGED)
    if queries.add(unit, edges, unit.now + rules.LASTS) is None:
        raise Conflict("E_STATE", safe=CHANGED)
    unit.log("flows.suggest", keeper, subject=edges[0].need)


def answer(unit: Unit, member: str, slug: str, *, yes: bool) -> None:
    """Say yes or no to a suggestion; the last yes makes it agreed.

    Raises:
        Missing: it is not made to this member.
        Conflict: it is over, or agreed.
    """
    one = queries.found(unit.db, slug, member)
    if one is None:
        raise Missing(detail=slug)
    if rules.at(one.state, one.ends, unit.now) is not State.WAITS:
        raise Conflict("E_STATE", slug, safe=OVER)
    queries.say(unit, slug, member, yes=yes)
    after = rules.after({**one.answers, member: yes}.values())
    if after is State.AGREED:
        queries.move(unit, slug, after)


def notice_closed(unit: Unit, event: listings.Closed) -> None:
    """A suggestion with a notice that is over is over, too, unless it was agreed."""
    for one in queries.waiting(unit.db):
        if any(event.id in (edge.need, edge.offer) for edge in one.edges):
            queries.move(unit, one.slug, State.OVER)


def expire(unit: Unit) -> None:
    """Write down what the clock has ended."""
    for one in queries.waiting(unit.db):
        if rules.at(one.state, one.ends, unit.now) is State.OVER:
            queries.move(unit, one.slug, State.OVER)


def erase(unit: Unit, account: str) -> None:
    """Forget what was suggested to somebody who leaves; the others' part of it is nothing."""
    for one in queries.all_of(unit.db, account):
        queries.drop(unit, one.slug)
