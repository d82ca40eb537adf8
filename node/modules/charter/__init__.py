"""The charter: every choice made about people, why, who may change it, and how to contest it."""

from datetime import timedelta

from node.kernel.module import Module
from node.modules.charter import doing, jobs, pages, queries, slots
from node.modules.charter.choices import CHOICES
from node.modules.charter.tables import metadata
from node.modules.decisions.api import Ended, Forced

module = Module(
    name="charter",
    title="Charter",
    package=__name__,
    metadata=metadata,
    requires=("accounts", "decisions", "proposals"),
    routes=pages.routes,
    jobs={"sweep": jobs.sweep},
    every={"sweep": timedelta(minutes=10)},
    subscribers=((Forced, doing.forced), (Ended, doing.ended)),
    slots={"decide": slots.decide},
    warrants=(queries.warrants,),
    choices=CHOICES,
)
