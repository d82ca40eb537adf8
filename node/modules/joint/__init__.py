"""Deciding together with other communities: each by its own way, its record as its vote."""

from datetime import timedelta

from node.kernel.module import Module
from node.modules.joint import handlers, jobs, pages, public, slots
from node.modules.joint.checks import CHECKS
from node.modules.joint.choices import CHOICES
from node.modules.joint.objects import TYPES
from node.modules.joint.tables import metadata

module = Module(
    name="joint",
    title="Deciding together",
    package=__name__,
    metadata=metadata,
    types=TYPES,
    handlers=handlers.handlers,
    routes=pages.routes,
    jobs={"text": jobs.text, "clock": jobs.clock, "check": jobs.check, "sweep": jobs.sweep},
    every={"sweep": timedelta(minutes=30)},
    subscribers=handlers.subscribers,
    slots={"today.waiting": slots.waiting},
    requires=("accounts", "decisions", "moderation", "proposals"),
    documents=(public.document,),
    checks=CHECKS,
    choices=CHOICES,
)
