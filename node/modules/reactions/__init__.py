"""What people say of a thing with one touch: a like, an emoji, or a share."""

from node.kernel.module import Module
from node.modules.reactions import leaving, pages
from node.modules.reactions.handlers import handlers, subscribers
from node.modules.reactions.queries import document
from node.modules.reactions.tables import metadata

module = Module(
    name="reactions",
    title="Likes and shares",
    package=__name__,
    metadata=metadata,
    requires=("accounts", "follows"),
    handlers=handlers,
    subscribers=subscribers,
    routes=pages.routes,
    documents=(document,),
    export=leaving.export,
    erase=leaving.erase,
)
