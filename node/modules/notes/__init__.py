"""Posts: written, answered, changed and deleted, by people here and anywhere."""

from node.kernel.module import Module
from node.modules.notes import leaving, pages, public, slots
from node.modules.notes.handlers import handlers, subscribers
from node.modules.notes.tables import metadata

module = Module(
    name="notes",
    title="Posts",
    package=__name__,
    metadata=metadata,
    requires=("accounts", "follows", "moderation", "reactions"),
    handlers=handlers,
    subscribers=subscribers,
    routes=pages.routes,
    slots={"today.happened": slots.happened, "public": slots.public},
    documents=(public.document,),
    export=leaving.export,
    erase=leaving.erase,
)
