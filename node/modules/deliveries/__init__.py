"""Deliveries: a decision in force is carried out in steps, and looked at again on its day."""

from datetime import timedelta

from node.kernel.module import Module
from node.modules.accounts.api import Gone
from node.modules.decisions import api as decisions
from node.modules.deliveries import handlers, jobs, leaving, pages, public, slots
from node.modules.deliveries.choices import CHOICES
from node.modules.deliveries.objects import TYPES
from node.modules.deliveries.tables import metadata

module = Module(
    name="deliveries",
    title="Delivery and review",
    package=__name__,
    metadata=metadata,
    types=TYPES,
    handlers=handlers.handlers,
    subscribers=((Gone, handlers.gone), (decisions.Decided, handlers.counted)),
    requires=("accounts", "decisions", "moderation", "proposals"),
    documents=(public.document,),
    routes=pages.routes,
    jobs={"look": jobs.look},
    every={"look": timedelta(hours=1)},
    slots={
        "me": slots.mine,
        "today.waiting": slots.waiting,
        "today.elsewhere": slots.elsewhere,
        "decision": slots.from_decision,
        "proposal": slots.from_proposal,
    },
    choices=CHOICES,
    export=leaving.export,
    erase=leaving.erase,
)
