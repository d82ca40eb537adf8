"""Roles: what they may do, who holds them until when, how somebody is chosen or recalled."""

from datetime import timedelta

from node.kernel.module import Module
from node.modules.decisions.api import Decided, Ended, Forced
from node.modules.roles import (
    choosing_pages,
    following,
    holding,
    jobs,
    leaving,
    pages,
    queries,
    slots,
)
from node.modules.roles.choices import CHOICES
from node.modules.roles.tables import metadata

module = Module(
    name="roles",
    title="Roles",
    package=__name__,
    metadata=metadata,
    requires=("accounts", "decisions", "moderation", "proposals", "rounds"),
    routes=(*pages.routes, *choosing_pages.routes),
    jobs={"sweep": jobs.sweep},
    every={"sweep": timedelta(minutes=10)},
    subscribers=(
        (Decided, following.decided),
        (Forced, following.forced),
        (Forced, holding.named),
        (Ended, holding.ended),
        (Ended, following.voided),
    ),
    slots={"today.waiting": slots.waiting, "decide": slots.decide},
    powers=(queries.powers,),
    bars=(following.bar,),
    choices=CHOICES,
    export=leaving.export,
    erase=leaving.erase,
)
