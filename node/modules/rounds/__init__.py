"""Rounds for consent: all are heard in turn, each in their time, before consent is asked for."""

from node.kernel.module import Module
from node.modules.proposals.api import Changed
from node.modules.rounds import going, leaving, pages, slots
from node.modules.rounds.choices import CHOICES
from node.modules.rounds.tables import metadata

module = Module(
    name="rounds",
    title="Rounds",
    package=__name__,
    metadata=metadata,
    requires=("accounts", "deliberation", "proposals"),
    routes=pages.routes,
    choices=CHOICES,
    subscribers=((Changed, going.changed),),
    slots={"today.waiting": slots.waiting},
    export=leaving.export,
    erase=leaving.erase,
)
