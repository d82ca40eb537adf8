"""Flows: what is needed and what is there, circles of giving, and the best use of all offers."""

from datetime import timedelta

from node.kernel.module import Module
from node.modules.flows import jobs, pages, public, slots, suggesting
from node.modules.flows.choices import CHOICES
from node.modules.flows.tables import metadata
from node.modules.listings.api import Closed
from web.language import mark

module = Module(
    name="flows",
    title="What flows",
    package=__name__,
    metadata=metadata,
    requires=("accounts", "listings", "matching"),
    routes=pages.routes,
    jobs={"expire": jobs.expire},
    every={"expire": timedelta(hours=1)},
    subscribers=((Closed, suggesting.notice_closed),),
    slots={"me": slots.mine, "today.waiting": slots.waiting, "today.happened": slots.happened},
    menu=(("/desk/flow", mark("Who could help whom")),),
    choices=CHOICES,
    export=public.export,
    erase=suggesting.erase,
)
