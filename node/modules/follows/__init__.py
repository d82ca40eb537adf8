"""Who follows whom: asked, answered, ended, from here and from anywhere."""

from node.kernel.module import Module
from node.modules.follows import finding, handlers, pages, queries, remote
from node.modules.follows.tables import metadata
from web.language import mark

module = Module(
    name="follows",
    title="Follows",
    package=__name__,
    metadata=metadata,
    essential=True,
    requires=("accounts",),
    handlers=handlers.handlers,
    subscribers=handlers.subscribers,
    routes=(*pages.routes, *remote.routes),
    slots={"today.waiting": pages.waiting, "desk": pages.on_desk, "me": pages.mine},
    collections={"followers": queries.followers_page, "following": queries.following_page},
    audiences=(queries.audience,),
    documents=(queries.document,),
    finds={mark("People"): finding.find},
    export=queries.export,
    erase=handlers.erase,
)
