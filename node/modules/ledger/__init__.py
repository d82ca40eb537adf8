"""Time: who gave how much of it to whom, in whole minutes; an hour is an hour."""

from datetime import timedelta

from starlette.routing import Route

from federation import documents
from node.kernel.module import Module
from node.modules.accounts.api import Gone
from node.modules.agreements.api import Confirmed
from node.modules.ledger import booking, credit, desk, jobs, nodes, pages, public, slots
from node.modules.ledger.checks import CHECKS
from node.modules.ledger.choices import CHOICES
from node.modules.ledger.objects import TYPES
from node.modules.ledger.tables import metadata
from node.modules.peers.api import TrustEnded
from vocab.types import Link
from web.language import mark

module = Module(
    name="ledger",
    title="Time",
    package=__name__,
    metadata=metadata,
    requires=("accounts", "agreements", "peers"),
    types=TYPES,
    handlers=credit.handlers,
    checks=CHECKS,
    routes=(
        *pages.routes,
        *desk.routes,
        *nodes.routes,
        Route("/ledger", documents.show_object, methods=["GET"]),
        Route("/ledger/t/{key}", documents.show_object, methods=["GET"]),
    ),
    jobs={"compare": jobs.compare, "late": jobs.late},
    every={"compare": timedelta(days=1), "late": timedelta(hours=1)},
    subscribers=(
        (Confirmed, booking.confirmed),
        (Confirmed, credit.paying),
        (Gone, booking.gone),
        (TrustEnded, credit.ended),
    ),
    slots={
        "me": slots.mine,
        "today.happened": slots.happened,
        "today.waiting": slots.waiting,
        "desk": nodes.frozen,
        "person.acts": slots.acts,
    },
    menu=(
        ("/desk/time", mark("%(word_Time)s we count")),
        ("/desk/time/nodes", mark("%(word_Time)s between communities")),
    ),
    words={"time": mark("time")},
    documents=(public.document,),
    capabilities=(
        Link(
            href="https://w3id.org/commons-node/ns#cap-ledger-1",
            name="Two-leg time credit",
        ),
    ),
    choices=CHOICES,
    export=public.export,
    erase=booking.erase,
)
