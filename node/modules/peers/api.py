"""What other modules and the commands may use of the trust between nodes."""

from urllib.parse import urlsplit

from federation import resolving
from node.kernel.addresses import Forbidden, clean
from node.kernel.errors import Missing, Problem, Refused
from node.kernel.node import Node
from node.kernel.tables import Account
from node.kernel.unit import Unit
from node.modules.accounts import api as accounts
from node.modules.peers import queries, rules
from node.modules.peers.handlers import Trusted, TrustEnded
from node.modules.peers.objects import TRUSTED, Peering
from node.modules.peers.queries import Peer, community_of, listed, trusted, trusted_services
from node.modules.peers.rules import Side, State
from vocab.model import Malformed
from vocab.types import Accept, Offer, Reject, Undo
from web.language import mark

__all__ = [
    "Peer", "Side", "State", "TrustEnded", "Trusted", "accept", "community_of", "end",
    "find", "listed", "propose", "refuse", "revoke", "trusted", "trusted_services",
]  # fmt: skip


async def propose(node: Node, address: str, *, by: str | None = None) -> Account:
    """Propose trust to the community at an address; their keeper answers.

    Args:
        node: ours.
        address: as typed into a browser, `https://birch.example` or `birch.example`.
        by: the keeper who does it, for the log; the node's service if left out.

    Returns:
        The other node's service.

    Raises:
        Refused, Missing, TryLater: nobody of our kind is there, or it cannot be now; `safe`
            says what to do.
    """
    found = await find(node, address)
    await node.write(_offer, found.id, by)
    return found


async def find(node: Node, address: str) -> Account:
    """The service of the node at an address, and its community, as they show themselves now.

    Raises:
        Refused, Missing, TryLater: nobody of our kind is there.
    """
    if node.community.at_home:
        raise Refused("E_AT_HOME", address, safe=AT_HOME)
    origin = origin_of(address)
    if origin == node.origin:
        raise Refused("E_OURS", address, safe=mark("This is the address of your own node."))
    try:
        found = await resolving.account(node, f"{origin}/service", fresh=True)
        for community in queries.communities(found)[:1]:
            await resolving.account(node, community, fresh=True)
    except Problem as problem:
        problem.safe = problem.safe or NOBODY
        raise
    except Malformed as wrong:
        raise Refused(wrong.code, wrong.message, safe=NOBODY) from wrong
    if found.kind != "NodeService":
        raise Missing("E_NO_NODE", f"{found.id} is a {found.type}", safe=NOBODY)
    return found


def origin_of(address: str) -> str:
    """The base address in what somebody typed.

    Raises:
        Refused: it is no address.
    """
    text = address.strip()
    try:
        parts = urlsplit(clean(text if "://" in text else f"https://{text}", allow_http=True))
    except Forbidden as odd:
        raise Refused("E_ADDRESS", address[:200], safe=ADDRESS) from odd
    return f"{parts.scheme}://{parts.netloc}"


def _offer(unit: Unit, service: str, by: str | None) -> None:
    us = accounts.service_account(unit.db)
    _sure(unit, service)
    held = queries.bond(unit.db, service)
    if held is not None and held.state is State.ACTIVE:
        raise Refused("E_STATE", service, safe=mark("You trust each other already."))
    if held is not None and held.state is State.PROPOSED and held.asked_by is Side.THEM:
        accept(unit, service, by)
        return
    about = Peering(
        id=unit.id("o"),
        attributed_to=us.id,
        subject=us.id,
        relationship=TRUSTED,
        object=service,
        start_time=unit.now,
        end_time=unit.now + rules.LASTS,
        lifecycle="proposed",
        handling="recipientsOnly",
    )
    asking = Offer(
        id=unit.id("a"),
        actor=us.id,
        object=about,
        to=(service,),
        end_time=unit.now + rules.OPEN,
        published=unit.now,
    )
    unit.perform(asking, us)
    unit.log("peer.propose", by or us.id, subject=service)


def accept(unit: Unit, service: str, by: str | None = None) -> None:
    """Say yes to a node that asked, with a statement of our own.

    Raises:
        Missing: it does not ask.
        Refused: it is under doubt.
    """
    us, held = accounts.service_account(unit.db), _asking(unit, service)
    _sure(unit, service)
    about = Peering(
        id=unit.id("o"),
        attributed_to=us.id,
        subject=us.id,
        relationship=TRUSTED,
        object=service,
        start_time=unit.now,
        end_time=held.ends,
        lifecycle="active",
        handling="recipientsOnly",
    )
    answer = Accept(
        id=unit.id("a"),
        actor=us.id,
        object=held.theirs,
        result=about,
        to=(service,),
        published=unit.now,
        handling="recipientsOnly",
    )
    unit.perform(answer, us, obj=queries.activity(held, us.id, Side.THEM))
    unit.log("peer.accept", by or us.id, subject=service)


def refuse(unit: Unit, service: str, by: str | None = None) -> None:
    """Say no to a node that asked.

    Raises:
        Missing: it does not ask.
    """
    us, held = accounts.service_account(unit.db), _asking(unit, service)
    answer = Reject(
        id=unit.id("a"),
        actor=us.id,
        object=held.theirs,
        to=(service,),
        published=unit.now,
        reason_code="policy",
        handling="recipientsOnly",
    )
    unit.perform(answer, us, obj=queries.activity(held, us.id, Side.THEM))
    unit.log("peer.refuse", by or us.id, subject=service)


async def end(node: Node, address: str, *, by: str | None = None) -> None:
    """End the trust in the node at an address, or take the proposal back.

    Raises:
        Missing: there is none.
    """
    domain = origin_of(address).split("://", 1)[1]
    service = await node.read(queries.by_domain, domain)
    if service is None:
        raise Missing("E_NO_PEER", address, safe=NO_TRUST)
    await node.write(revoke, service, by)


def revoke(unit: Unit, service: str, by: str | None = None) -> None:
    """End the trust in a node by its service's id, or take our proposal back.

    Raises:
        Missing: there is none, or it is theirs to answer us.
    """
    us, held = accounts.service_account(unit.db), queries.bond(unit.db, service)
    if held is None or held.state not in (State.PROPOSED, State.ACTIVE) or held.ours is None:
        raise Missing("E_NO_PEER", service, safe=NO_TRUST)
    taken = Undo(
        id=unit.id("a"),
        actor=us.id,
        object=held.ours,
        to=(service,),
        published=unit.now,
        handling="recipientsOnly",
    )
    unit.perform(taken, us, obj=queries.activity(held, us.id, Side.US))
    unit.log("peer.end", by or us.id, subject=service)


def _sure(unit: Unit, service: str) -> None:
    """Let nobody be trusted whose server may be somebody else's by now.

    Raises:
        Refused: E_QUARANTINE.
    """
    known = unit.account(service)
    if known is not None and known.doubted is not None:
        raise Refused("E_QUARANTINE", service, safe=RETURNED)


def _asking(unit: Unit, service: str) -> queries.Bond:
    held = queries.bond(unit.db, service)
    if held is None or held.state is not State.PROPOSED or held.asked_by is not Side.THEM:
        raise Missing("E_NO_PROPOSAL", service, safe=NO_PROPOSAL)
    if held.lapses <= unit.now:
        raise Missing("E_EXPIRED", service, safe=NO_PROPOSAL)
    return held


AT_HOME = mark("This node has no public address yet. Set one first, then ask others.")
NOBODY = mark("No Folkmoot answered there. Check the address; is a letter out of place?")
ADDRESS = mark("Write the address as in a browser, for example https://birch.example.")
RETURNED = mark(
    "That server was silent for long and came back with other keys. Look at it under “Servers that "
    "came back” on the %(word_keeper)s’s desk first."
)
NO_TRUST = mark("There is no trust with that node that you could end.")
NO_PROPOSAL = mark("They do not ask any more. Load the page again.")
