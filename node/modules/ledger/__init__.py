"""Time: who gave how much of it to whom, in whole minutes; an hour is an hour."""

from node.kernel.module import Module
from node.modules.accounts.api import Gone
from node.modules.agreements.api import Confirmed
from node.modules.ledger import booking, desk, pages, public, slots
from node.modules.ledger.tables import metadata
from web.language import mark

module = Module(
    name="ledger",
    title="Time",
    package=__name__,
    metadata=metadata,
    requires=("accounts", "agreements"),
    routes=(*pages.routes, *desk.routes),
    subscribers=((Confirmed, booking.confirmed), (Gone, booking.gone)),
    slots={"me": slots.mine, "today.happened": slots.happened, "today.waiting": slots.waiting},
    menu=(("/desk/time", mark("%(word_Time)s we count")),),
    words={"time": mark("time")},
    export=public.export,
    erase=booking.erase,
)
