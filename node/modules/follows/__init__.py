"""Who follows whom: asked, answered, ended, from here and from anywhere."""

from federation.events import FollowersTold
from node.kernel.module import Module
from node.modules.follows import agreeing, finding, handlers, pages, queries, remote
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
    subscribers=(*handlers.subscribers, (FollowersTold, agreeing.told)),
    jobs={"agree": agreeing.agree},
    routes=(*pages.routes, *remote.routes),
    slots={"today.waiting": pages.waiting, "desk": pages.on_desk, "me": pages.mine},
    collections={"followers": queries.followers_page, "following": queries.following_page},
    audiences=(queries.audience,),
    documents=(queries.document,),
    finds={mark("People"): finding.find},
    export=queries.export,
    erase=handlers.erase,
)
