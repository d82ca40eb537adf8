"""Deliberation: facts, questions, objections and changes of a proposal, before it is voted on."""

from node.kernel.module import Module
from node.modules.deliberation import ask_pages, leaving, pages, slots
from node.modules.deliberation.choices import CHOICES
from node.modules.deliberation.tables import metadata

module = Module(
    name="deliberation",
    title="Deliberation",
    package=__name__,
    metadata=metadata,
    requires=("accounts", "moderation", "notes", "proposals"),
    routes=(*pages.routes, *ask_pages.routes),
    choices=CHOICES,
    slots={"proposal": slots.from_proposal, "today.waiting": slots.waiting},
    export=leaving.export,
    erase=leaving.erase,
)
