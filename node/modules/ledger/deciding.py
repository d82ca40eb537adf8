"""What keepers do about a pair, each by a decision of the community, as units."""

from node.kernel.errors import Conflict, Missing, Refused
from node.kernel.unit import Unit
from node.modules.accounts import api as accounts
from node.modules.ledger import between, credit, pairs
from node.modules.ledger.pairs import Leg, Way
from node.modules.peers import api as peers
from web.language import mark

STRANGE = mark("We do not know their community yet. Wait until they have answered once.")


def agree_on(unit: Unit, keeper: str, service: str, line: pairs.Line, decision: str) -> None:
    """Say how far the pair may be out of balance, as a decision of the community says.

    Raises:
        Refused: not a keeper.
    """
    _keeps(unit, keeper)
    said = {"ours": line.ours, "theirs": line.theirs, "decision": decision, "by": keeper}
    between.keep_pair(unit, service, **said)
    unit.log("ledger.line", keeper, subject=service, words=decision)
    credit.push(unit, service)


def thaw(unit: Unit, keeper: str, service: str, words: str) -> None:
    """Let time pass again, once both communities have looked.

    Raises:
        Refused: not a keeper.
    """
    _keeps(unit, keeper)
    between.change_pair(unit, service, frozen=None, why="")
    unit.log("ledger.thaw", keeper, subject=service, words=words)
    credit.push(unit, service)


def settle_up(
    unit: Unit, keeper: str, service: str, minutes: int, decision: str, *, once: str
) -> None:
    """Pay the other community out of ours, by a visit, a gift, or because it was forgiven.

    `once` is the key of the form; a second sending pays nothing more.

    Raises:
        Refused: not a keeper.
        Conflict: their community is not known.
    """
    _keeps(unit, keeper)
    other = unit.account(service)
    whole = peers.community_of(unit.db, other) if other else None
    if whole is None:
        raise Conflict("E_UNKNOWN", service, safe=STRANGE)
    fresh = credit.plan(unit, service, unit.community.id, whole.id, minutes,
                        about=f"settle {once}", title=decision[:300], approved=True)  # fmt: skip
    if fresh:
        unit.log("ledger.settle", keeper, subject=service, words=decision)


def allow(unit: Unit, keeper: str, service: str, transfer: str) -> None:
    """Let a transfer pass our limit, or try one again that they said no to.

    Raises:
        Refused: not a keeper.
        Missing: there is none that waits or was refused.
    """
    _keeps(unit, keeper)
    found = between.by_transfer(unit.db, transfer)
    if found is None or found.service != service or found.way is not Way.OUT:
        raise Missing(detail=transfer)
    if found.state is Leg.WAITING:
        between.change(unit, transfer, approved=True)
    elif found.state is Leg.VOID and found.code != "again":
        about = found.about
        between.change(unit, transfer, code="again", about=None)
        credit.plan(unit, service, found.payer, found.payee, found.minutes, about=about,
             agreement=found.agreement, title=found.title, approved=True)  # fmt: skip
    else:
        raise Missing(detail=transfer)
    unit.log("ledger.allow", keeper, subject=transfer)
    credit.push(unit, service)


def _keeps(unit: Unit, keeper: str) -> None:
    if not accounts.is_admin(unit.db, keeper):
        raise Refused("E_KEEPERS_ONLY", keeper)
