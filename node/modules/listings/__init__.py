"""Offers and needs (FEP-0837): the board, and what other communities offer and need."""

from datetime import timedelta

from node.kernel.module import Module
from node.modules.accounts.api import Gone
from node.modules.follows.api import Followed
from node.modules.listings import (
    boards,
    desk,
    finding,
    jobs,
    linked,
    pages,
    posting,
    public,
    slots,
    topics,
)
from node.modules.listings.api import Listed
from node.modules.listings.checks import CHECKS
from node.modules.listings.choices import CHOICES
from node.modules.listings.handlers import handlers
from node.modules.listings.objects import TYPES
from node.modules.listings.tables import metadata
from vocab.types import Link
from web.language import mark

module = Module(
    name="listings",
    title="Offers and needs",
    package=__name__,
    metadata=metadata,
    requires=("accounts", "follows", "moderation", "pictures"),
    types=TYPES,
    handlers=handlers,
    checks=CHECKS,
    routes=(*pages.routes, *desk.routes),
    jobs={
        "expire": jobs.expire,
        "meet": jobs.meet,
        "tidy": jobs.tidy,
        "linked": linked.look,
        "look_again": linked.look_again,
        "board": boards.look,
        "look_at_boards": boards.look_again,
    },
    every={
        "expire": timedelta(minutes=15),
        "tidy": timedelta(days=1),
        "look_again": timedelta(days=1),
        "look_at_boards": timedelta(days=1),
    },
    subscribers=(
        (Listed, posting.announce),
        (Gone, posting.owner_gone),
        (Followed, linked.followed),
        (Followed, boards.begun),
    ),
    slots={
        "today.waiting": slots.waiting,
        "today.happened": slots.happened,
        "public": slots.public,
        "me": slots.mine,
    },
    documents=(public.document, topics.document),
    menu=(("/desk/topics", mark("Topics")),),
    shows=(public.shows,),
    finds={mark("%(word_Offers)s and %(word_needs)s"): finding.find},
    collections={"listings": public.listings},
    actor=(public.on_actor,),
    capabilities=(
        Link(
            href="https://w3id.org/commons-node/ns#cap-market-1",
            name="Offers and needs (FEP-0837)",
        ),
    ),
    choices=CHOICES,
    export=public.export,
    erase=posting.erase,
)
