"""Deliveries: a decision in force is carried out in steps, and looked at again on its day."""

from node.kernel.module import Module
from node.modules.deliveries import leaving, pages, slots
from node.modules.deliveries.tables import metadata

module = Module(
    name="deliveries",
    title="Delivery and review",
    package=__name__,
    metadata=metadata,
    requires=("accounts", "decisions", "proposals"),
    routes=pages.routes,
    slots={
        "me": slots.mine,
        "today.waiting": slots.waiting,
        "decision": slots.from_decision,
        "proposal": slots.from_proposal,
    },
    export=leaving.export,
    erase=leaving.erase,
)
