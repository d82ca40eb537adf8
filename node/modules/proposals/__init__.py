"""Matters put to the community: brought by a member, talked through, decided once."""

from datetime import timedelta
from typing import TYPE_CHECKING

from node.kernel.access import Viewer
from node.kernel.module import Module
from node.modules.decisions.api import Ended, Forced, Prolonged, Revealed, Settled
from node.modules.proposals import (
    bringing,
    delegations,
    drafting,
    finding,
    following,
    handlers,
    jobs,
    leaving,
    pages,
    public,
    replacing,
    slots,
    watched,
)
from node.modules.proposals.checks import CHECKS
from node.modules.proposals.choices import CHOICES
from node.modules.proposals.objects import TYPES
from node.modules.proposals.tables import metadata
from web.language import mark
from web.slots import Card

if TYPE_CHECKING:
    from node.kernel.node import Node


async def _waiting(node: "Node", viewer: Viewer) -> list[Card]:
    """All that waits for somebody."""
    return [*await slots.waiting(node, viewer), *await delegations.waiting(node, viewer)]


module = Module(
    name="proposals",
    title="Proposals",
    package=__name__,
    metadata=metadata,
    types=TYPES,
    handlers=handlers.handlers,
    routes=(*pages.routes, *delegations.routes),
    jobs={"step": jobs.step, "open": jobs.open_voting, "close": jobs.close, "sweep": jobs.sweep},
    every={"sweep": timedelta(minutes=10)},
    subscribers=(
        (Prolonged, watched.prolonged),
        (Revealed, watched.revealed),
        (Settled, bringing.settled),
        (Forced, following.forced),
        (Ended, following.ended),
    ),
    slots={
        "today.next": slots.next_step,
        "today.waiting": _waiting,
        "today.happened": delegations.happened,
        "decide": delegations.way,
        "me": drafting.mine,
        "public": slots.public,
        "suspended.votes": slots.still,
        "decision": replacing.from_decision,
    },
    requires=("accounts", "decisions", "moderation"),
    documents=(public.document,),
    finds={mark("%(word_Proposals)s"): finding.find},
    checks=CHECKS,
    choices=CHOICES,
    export=leaving.export,
    erase=leaving.erase,
)
