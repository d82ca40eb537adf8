"""The lending shelf: who has which thing on which days; known to members of this node alone."""

from datetime import timedelta

from node.kernel.module import Module
from node.modules.accounts.api import Suspended
from node.modules.listings.api import Changed, Closed
from node.modules.shelf import jobs, leaving, lending, pages, slots
from node.modules.shelf.choices import CHOICES
from node.modules.shelf.tables import metadata

module = Module(
    name="shelf",
    title="Lending shelf",
    package=__name__,
    metadata=metadata,
    requires=("accounts", "listings", "moderation", "notes"),
    routes=pages.routes,
    jobs={"clock": jobs.clock},
    every={"clock": timedelta(hours=1)},
    subscribers=(
        (Closed, lending.closed),
        (Changed, lending.changed),
        (Suspended, lending.suspended),
    ),
    slots={
        "notice.calendar": slots.calendar,
        "notice.ahead": slots.ahead,
        "today.next": slots.next_step,
        "today.waiting": slots.waiting,
        "today.happened": slots.happened,
        "board": slots.board,
        "me": slots.mine,
    },
    choices=CHOICES,
    export=leaving.export,
    erase=leaving.erase,
)
