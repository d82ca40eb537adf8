"""Roles: what they may do, who holds them until when, how somebody is chosen or recalled."""

from datetime import timedelta

from node.kernel.module import Module
from node.modules.accounts.api import Gone, Suspended
from node.modules.decisions.api import Decided, Ended, Forced
from node.modules.peers.api import Trusted, TrustEnded
from node.modules.roles import (
    choosing_pages,
    following,
    handlers,
    holding,
    jobs,
    leaving,
    pages,
    queries,
    slots,
    telling,
)
from node.modules.roles.checks import CHECKS
from node.modules.roles.choices import CHOICES
from node.modules.roles.objects import TYPES
from node.modules.roles.tables import metadata

module = Module(
    name="roles",
    title="Roles",
    package=__name__,
    metadata=metadata,
    requires=("accounts", "decisions", "moderation", "peers", "proposals", "rounds"),
    types=TYPES,
    handlers=handlers.handlers,
    checks=CHECKS,
    documents=(telling.document,),
    routes=(*pages.routes, *choosing_pages.routes),
    jobs={"sweep": jobs.sweep, "meet": jobs.meet},
    every={"sweep": timedelta(minutes=10)},
    subscribers=(
        (Decided, following.decided),
        (Forced, following.forced),
        (Forced, holding.named),
        (Ended, holding.ended),
        (Ended, following.voided),
        (Trusted, telling.begun),
        (TrustEnded, telling.over),
        (Suspended, telling.shut_out),
        (Gone, telling.gone),
    ),
    slots={"today.waiting": slots.waiting, "decide": slots.decide},
    powers=(queries.powers,),
    bars=(following.bar, telling.bar),
    about={"node": slots.turn_to},
    choices=CHOICES,
    export=leaving.export,
    erase=leaving.erase,
)
