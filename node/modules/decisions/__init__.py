"""How a community decides: the box and its ballots, the signed record, what others answer."""

from dataclasses import replace
from datetime import timedelta

from node.kernel.module import Module
from node.modules.decisions import (
    answer_pages,
    answering,
    checks,
    finding,
    forcing,
    handlers,
    jobs,
    leaving,
    looking,
    pages,
    public,
    publishing,
    register,
    seen_pages,
    slots,
    watch_pages,
)
from node.modules.decisions.choices import CHOICES
from node.modules.decisions.objects import TYPES, DecisionRecord, DecisionResponse
from node.modules.decisions.tables import metadata
from vocab.checks import Document, Known
from vocab.types import Link
from web.language import mark


def _record_but_its_proof(held: Document, activity: Document, known: Known) -> None:
    """The checks of a record, but for its proof: one that fails is kept, and says so."""
    checks.record(held, activity, replace(known, key=lambda _: None))


module = Module(
    name="decisions",
    title="Decisions",
    package=__name__,
    metadata=metadata,
    types=TYPES,
    handlers=handlers.handlers,
    routes=(
        *answer_pages.routes,
        *pages.routes,
        *register.routes,
        *watch_pages.routes,
        *looking.routes,
        *seen_pages.routes,
    ),
    jobs={
        "check": jobs.check,
        "weigh": jobs.weigh,
        "come": jobs.come,
        "end": jobs.end,
        "keep_time": jobs.keep_time,
        "sweep": jobs.sweep,
        "look": looking.look,
        "witness": looking.witness,
    },
    every={
        "sweep": timedelta(hours=6),
        "witness": timedelta(days=1),
        "keep_time": timedelta(minutes=10),
    },
    subscribers=(*leaving.subscribers, (forcing.Ended, answering.rested)),
    slots={
        "proposal": slots.watched,
        "today.waiting": slots.waiting,
        "today.happened": slots.happened,
        "today.elsewhere": slots.elsewhere,
        "public": slots.public,
        "nodes": seen_pages.odd,
    },
    about={"suspended": slots.lists},
    requires=("accounts", "moderation"),
    collections={"decisions": public.decisions, "in-force": public.in_force},
    documents=(public.document,),
    finds={mark("%(word_Decisions)s"): finding.find},
    checks={DecisionRecord: _record_but_its_proof, DecisionResponse: checks.response},
    capabilities=(
        Link(href="https://w3id.org/commons-node/ns#cap-decisions-1", name="Shared decisions"),
    ),
    choices=CHOICES,
    export=leaving.export,
    erase=leaving.erase,
    rehome=publishing.rehome,
)
