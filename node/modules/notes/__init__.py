"""Posts: written, answered, changed and deleted, by people here and anywhere."""

from node.kernel.module import Module
from node.modules.notes import (
    by_tag,
    finding,
    jobs,
    leaving,
    looking_back,
    pages,
    public,
    quoting,
    slots,
)
from node.modules.notes.choices import CHOICES
from node.modules.notes.handlers import handlers, subscribers
from node.modules.notes.objects import TYPES
from node.modules.notes.tables import metadata
from web.language import mark

module = Module(
    name="notes",
    title="Posts",
    package=__name__,
    metadata=metadata,
    types=TYPES,
    requires=("accounts", "follows", "moderation", "pictures", "reactions"),
    handlers=handlers,
    subscribers=(*subscribers, *looking_back.subscribers),
    routes=(*quoting.routes, *by_tag.routes, *pages.routes),
    jobs={
        "ask_poll": jobs.ask_poll,
        "check_quote": jobs.check_quote,
        "end_poll": jobs.end_poll,
        "gather": jobs.gather,
        "look_back": looking_back.look_back,
        "look_gone": jobs.look_gone,
        "poll_news": jobs.poll_news,
    },
    slots={
        "today.happened": slots.happened,
        "today.waiting": slots.waiting,
        "public": slots.public,
    },
    documents=(public.document,),
    shows=(public.shows,),
    finds={mark("Posts"): finding.find},
    intents={"Create": "/share?text={content}"},
    choices=CHOICES,
    export=leaving.export,
    erase=leaving.erase,
)
