"""Searching what one may see here, and looking up what lies elsewhere by its address."""

from node.kernel.module import Module
from node.modules.search import pages
from web.language import mark

module = Module(
    name="search",
    title="Search",
    package=__name__,
    routes=pages.routes,
    tools=(("/search", "search", mark("Search")),),
    intents=dict.fromkeys(
        ("Follow", "Object", "Like", "Announce"), "/authorize_interaction?uri={object}"
    ),
)
