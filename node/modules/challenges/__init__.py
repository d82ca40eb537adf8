"""Challenges: while a decision cools off, members say what went wrong; three bring it back once."""

from node.kernel.module import Module
from node.modules.challenges import leaving, pages, slots
from node.modules.challenges.choices import CHOICES
from node.modules.challenges.tables import metadata

module = Module(
    name="challenges",
    title="Challenges",
    package=__name__,
    metadata=metadata,
    requires=("accounts", "decisions", "moderation", "proposals"),
    routes=pages.routes,
    slots={
        "proposal": slots.from_proposal,
        "decision": slots.from_proposal,
        "today.waiting": slots.waiting,
    },
    choices=CHOICES,
    export=leaving.export,
    erase=leaving.erase,
)
