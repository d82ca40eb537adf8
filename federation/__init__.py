"""The protocol between servers, itself a module: what comes in, what goes out, who is who."""

from federation.tables import metadata
from node.kernel.module import Module

module = Module(
    name="federation",
    title="Federation",
    package="federation",
    metadata=metadata,
    essential=True,
)
