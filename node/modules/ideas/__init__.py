"""Ideas: what members would like decided; support points say which of them come first."""

from datetime import timedelta

from node.kernel.module import Module
from node.modules.ideas import jobs, leaving, pages, slots, supporting
from node.modules.ideas.choices import CHOICES
from node.modules.ideas.tables import metadata
from node.modules.proposals.api import Brought
from web.language import mark

module = Module(
    name="ideas",
    title="Ideas",
    package=__name__,
    metadata=metadata,
    requires=("accounts", "moderation", "proposals"),
    routes=pages.routes,
    jobs={"lapse": jobs.lapse},
    every={"lapse": timedelta(hours=1)},
    subscribers=((Brought, supporting.brought),),
    slots={"decide": slots.decide, "today.waiting": slots.waiting},
    menu=(("/ideas", mark("Ideas")),),
    choices=CHOICES,
    export=leaving.export,
    erase=leaving.erase,
)
