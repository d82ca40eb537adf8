"""Keeping the peace: hide, suspend, block, mute, report; every keeper's act with its reason."""

from starlette.routing import Route

from node.kernel.module import Module
from node.modules.moderation import acts, jobs, queries, shading
from node.modules.moderation.choices import CHOICES
from node.modules.moderation.handlers import handlers
from node.modules.moderation.pages import (
    desk,
    keeping,
    log,
    many,
    mending,
    only,
    own,
    reports,
    shared,
)
from node.modules.moderation.tables import metadata
from web.language import mark

_ROUTES = (
    ("/report", reports.ask, reports.send),
    ("/log", log.show, None),
    ("/me/reports", reports.own, None),
    ("/me/blocks", own.blocks, own.add),
    ("/me/blocks/end", None, own.remove),
    ("/me/blocks/list", many.show, many.look),
    ("/me/blocks/list/take", None, many.take),
    ("/me/blocks/list/{what}.csv", many.away, None),
    ("/moderate", desk.thing, None),
    ("/moderate/hide", None, desk.hide),
    ("/moderate/show", None, desk.show),
    ("/desk/suspend", desk.members, desk.suspend),
    ("/desk/blocks", keeping.show, keeping.refuse),
    ("/desk/blocks/end", None, keeping.allow),
    ("/desk/blocks/list", shared.show, shared.look),
    ("/desk/blocks/list/take", None, shared.take),
    ("/desk/blocks/list/undo", None, shared.undo),
    ("/desk/blocks/list.{kind}", shared.away, None),
    ("/desk/only", only.show, only.look),
    ("/desk/only/switch", None, only.switch),
    ("/desk/reports", reports.desk, None),
    ("/desk/reports/close", None, reports.close),
    ("/desk/queue", mending.show, mending.mend),
)

module = Module(
    name="moderation",
    title="Moderation",
    package=__name__,
    metadata=metadata,
    essential=True,
    requires=("accounts", "follows"),
    handlers=handlers,
    routes=tuple(
        Route(path, page, methods=[method])
        for path, shown, sent in _ROUTES
        for page, method in ((shown, "GET"), (sent, "POST"))
        if page is not None
    ),
    slots={
        "desk": desk.on_desk,
        "today.waiting": desk.waiting,
        "today.happened": reports.answered,
        "me": own.cards,
        "suspended": own.why,
    },
    menu=(
        ("/desk/reports", mark("Reports")),
        ("/desk/suspend", mark("Suspend somebody")),
        ("/desk/blocks", mark("Servers and accounts kept out")),
        ("/desk/only", mark("With whom we talk")),
        ("/desk/queue", mark("Letters under way")),
    ),
    jobs={"lapse": jobs.lapse, "find": jobs.find},
    refuses=(queries.refuses,),
    silences=(queries.silences,),
    met=(shading.met,),
    blocks=(queries.blocks,),
    documents=(queries.told,),
    choices=CHOICES,
    export=queries.export,
    erase=acts.erase,
)
