"""Trust between nodes: proposed by one, accepted by the other, ended by either."""

from datetime import timedelta

from node.kernel.module import Module
from node.modules.peers import handlers, jobs, pages, queries
from node.modules.peers.checks import CHECKS
from node.modules.peers.choices import CHOICES
from node.modules.peers.objects import TYPES
from node.modules.peers.tables import metadata
from web.language import mark

module = Module(
    name="peers",
    title="Trusted nodes",
    package=__name__,
    metadata=metadata,
    requires=("accounts", "follows"),
    types=TYPES,
    handlers=handlers.handlers,
    checks=CHECKS,
    routes=pages.routes,
    jobs={"meet": jobs.meet, "clock": jobs.clock},
    every={"clock": timedelta(days=1)},
    subscribers=handlers.subscribers,
    slots={"today.waiting": pages.waiting, "me": pages.mine},
    menu=(("/desk/nodes", mark("%(word_Nodes)s")),),
    audiences=(queries.audience,),
    documents=(queries.document,),
    trusts=(queries.trusted,),
    choices=CHOICES,
)
