"""Vouches: who has met whom, exchanged with them, would lend them keys; a plain list, no score."""

from node.kernel.module import Module
from node.modules.accounts.api import Gone
from node.modules.vouches import pages, slots, vouching
from node.modules.vouches.choices import CHOICES
from node.modules.vouches.tables import metadata

module = Module(
    name="vouches",
    title="Vouches",
    package=__name__,
    metadata=metadata,
    requires=("accounts",),
    routes=pages.routes,
    subscribers=((Gone, vouching.gone),),
    slots={"person.members": slots.shown, "person.acts": slots.acts},
    choices=CHOICES,
    export=vouching.export,
    erase=vouching.erase,
)
