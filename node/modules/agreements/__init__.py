"""Agreements: a notice is answered, its owner says yes or no (FEP-0837), here and elsewhere."""

from datetime import timedelta

from node.kernel.module import Module
from node.modules.accounts.api import Gone
from node.modules.agreements import answering, deliveries, jobs, pages, public, settling, slots
from node.modules.agreements.checks import CHECKS
from node.modules.agreements.choices import CHOICES
from node.modules.agreements.objects import TYPES
from node.modules.agreements.tables import metadata
from node.modules.listings.api import Closed

module = Module(
    name="agreements",
    title="Agreements",
    package=__name__,
    metadata=metadata,
    requires=("accounts", "listings"),
    types=TYPES,
    handlers=deliveries.handlers,
    checks=CHECKS,
    routes=(*answering.routes, *pages.routes),
    jobs={"expire": jobs.expire},
    every={"expire": timedelta(hours=1)},
    subscribers=((Closed, settling.notice_closed), (Gone, settling.gone)),
    slots={
        "notice.answer": slots.answer,
        "today.waiting": slots.waiting,
        "today.happened": slots.happened,
        "me": slots.mine,
        "person.members": slots.shown,
    },
    documents=(public.document,),
    choices=CHOICES,
    export=public.export,
    erase=settling.erase,
)
