"""Who somebody is over time: accounts elsewhere, moving, and keys that are renewed."""

from datetime import timedelta

from node.kernel.module import Module
from node.modules.identity import (
    handlers,
    jobs,
    pages,
    pages_keys,
    pages_returned,
    public,
    queries,
    renewing,
    slots,
)
from node.modules.identity.choices import CHOICES
from node.modules.identity.tables import metadata
from web.language import mark

module = Module(
    name="identity",
    title="Accounts elsewhere",
    package=__name__,
    metadata=metadata,
    requires=("accounts", "follows"),
    handlers=handlers.handlers,
    subscribers=handlers.subscribers,
    routes=(*pages.routes, *pages_keys.routes, *pages_returned.routes),
    jobs={"look": jobs.look, "sweep": renewing.sweep},
    every={"sweep": timedelta(days=1)},
    menu=(("/desk/keys", mark("Keys")), ("/desk/returned", mark("Servers that came back"))),
    slots={"today.waiting": slots.waiting, "me": slots.mine, "person": slots.of_person},
    actor=(public.on_actor,),
    renewed=(handlers.renewed,),
    bars=(handlers.bar,),
    choices=CHOICES,
    export=queries.export,
    erase=queries.erase,
)
