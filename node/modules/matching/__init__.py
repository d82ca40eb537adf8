"""Needs meet offers: here and at trusted nodes, names only by consent of both."""

from datetime import timedelta

from node.kernel.module import Module
from node.modules.accounts.api import Gone
from node.modules.listings.api import Changed, Closed, Listed, Reworded
from node.modules.matching import (
    answering,
    asking,
    between,
    digests,
    jobs,
    leaving,
    pages,
    public,
    slots,
    suggesting,
    talk_pages,
)
from node.modules.matching.checks import CHECKS
from node.modules.matching.choices import CHOICES
from node.modules.matching.handlers import handlers
from node.modules.matching.objects import TYPES
from node.modules.matching.tables import metadata
from node.modules.moderation.api import Parted
from node.modules.peers.api import Trusted, TrustEnded

module = Module(
    name="matching",
    title="Matching",
    package=__name__,
    metadata=metadata,
    requires=("accounts", "listings", "moderation", "peers"),
    types=TYPES,
    handlers=handlers,
    checks=CHECKS,
    routes=(*between.routes, *pages.routes, *talk_pages.routes),
    jobs={
        "ask": jobs.ask,
        "ask_again": jobs.ask_again,
        "wait": jobs.wait,
        "answer": jobs.answer,
        "card": jobs.card,
        "cross": jobs.cross,
        "clock": jobs.clock,
        "look": jobs.look,
        "look_again": jobs.look_again,
        "look_at_all": jobs.look_at_all,
        "look_back": jobs.look_back,
        "catch_up": jobs.catch_up,
        "count": jobs.count,
        "learn": jobs.learn,
        "learn_all": jobs.learn_all,
    },
    every={
        "ask_again": timedelta(days=1),
        "clock": timedelta(hours=1),
        "catch_up": timedelta(days=1),
        "look_again": timedelta(hours=1),
        "count": timedelta(hours=1),
        "learn_all": timedelta(days=1),
    },
    subscribers=(
        (Listed, suggesting.listed),
        (Listed, asking.asked_lately),
        (Changed, suggesting.changed),
        (Reworded, suggesting.reworded),
        (Listed, answering.found),
        (Changed, answering.found_anew),
        (Closed, leaving.closed),
        (Trusted, asking.trusted),
        (Trusted, jobs.acquainted),
        (TrustEnded, leaving.trust_ended),
        (Gone, leaving.gone),
        (Parted, leaving.parted),
    ),
    slots={
        "today.next": slots.next_step,
        "today.waiting": slots.waiting,
        "today.happened": slots.happened,
        "board": slots.board,
        "notice.fits": slots.fits,
        "me": slots.mine,
    },
    documents=(public.document, digests.document),
    actor=(public.on_actor, digests.on_actor),
    capabilities=(public.LINK, public.TALKS),
    choices=CHOICES,
    export=leaving.export,
    erase=leaving.erase,
)
