"""Juries: some of us, drawn by lot, look at a matter and say what they recommend."""

from datetime import timedelta

from node.kernel.module import Module
from node.modules.jury import jobs, leaving, pages, slots
from node.modules.jury.choices import CHOICES
from node.modules.jury.tables import metadata

module = Module(
    name="jury",
    title="Juries",
    package=__name__,
    metadata=metadata,
    requires=("accounts", "decisions", "moderation", "proposals"),
    routes=pages.routes,
    jobs={"sweep": jobs.sweep},
    every={"sweep": timedelta(minutes=10)},
    slots={"today.waiting": slots.waiting, "proposal": slots.from_proposal},
    about={"proposal": slots.on_proposal},
    choices=CHOICES,
    export=leaving.export,
    erase=leaving.erase,
)
