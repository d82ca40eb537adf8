"""From a conversation without names to cards: each side may ask, and both must have said yes."""

from node.kernel.errors import Conflict, Missing
from node.kernel.unit import Unit
from node.modules.accounts import api as accounts
from node.modules.matching import (
    agreeing,
    closing,
    introduced,
    introducing,
    queries,
    rules,
    talking,
)
from node.modules.matching.introduced import Introduction
from node.modules.matching.rules import State
from web.language import mark

ASKED = mark("You have said yes to cards already. Nobody learns whether they have seen it.")


def swap(unit: Unit, member: str, slug: str, *, means: tuple[str, ...]) -> Introduction:
    """A member of a conversation would swap cards; if the other side asked before, they do.

    Raises:
        Missing: no conversation of theirs.
        Conflict: it is over, or they asked already.
    """
    held = introduced.in_talk(unit.db, slug, member)
    if held is None or not held.answers:
        raise Missing(detail=slug)
    if not talking.goes_on(unit, held):
        raise Conflict("E_STATE", held.id, safe=talking.why_not(held))
    if (waits := talking.theirs_asked(unit, held)) is not None:
        # a no was told to nobody: a yes after it is the same yes
        introduced.change(unit, waits.id, declined=None)
        return agreeing.agree(unit, member, waits.slug, means=means)
    if any(one.way == "out" for one in introduced.asks_for_cards(unit.db, held.id)):
        raise Conflict("E_ASKED", held.id, safe=ASKED)
    return _ask(unit, member, held, means)


def _ask(unit: Unit, member: str, held: Introduction, means: tuple[str, ...]) -> Introduction:
    known = tuple(kind for kind in means if kind in queries.contacts(unit.db, member))
    us, service = accounts.service_account(unit.db), held.service or ""
    about = {"context": held.id}
    offer, told = introducing.offered(unit, us.id, service, rules.told(known), "", about)
    introduced.add(
        unit,
        id=told.id,
        way="out",
        state=State.PROPOSED,
        offer=offer.id,
        service=service,
        asker=member,
        mine=held.about_ours,
        title=held.title,
        talk=held.id,
        message="",
        tells=list(told.discloses),
        means=list(known),
        ends=told.end_time,
    )
    unit.later("matching.clock", due=told.end_time)
    unit.perform(offer, us)
    return closing.kept(unit, told.id or "")


def crossed(unit: Unit, asked: str) -> None:
    """Where two wishes for cards crossed, both said yes: the node whose id comes first answers."""
    theirs = introduced.by_id(unit.db, asked)
    if theirs is None or theirs.state is not State.PROPOSED or theirs.talk is None:
        return
    both = introduced.asks_for_cards(unit.db, theirs.talk)
    mine = next((one for one in both if one.way == "out" and one.state is State.PROPOSED), None)
    if mine is None or unit.community.service > (theirs.service or ""):
        return
    introducing.take_back(unit, mine)
    agreeing.agree(unit, theirs.asked or "", theirs.slug, means=tuple(mine.means))
