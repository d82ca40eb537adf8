"""Pictures: what people here bring, and copies of what others show."""

from datetime import timedelta

from starlette.routing import Route

from node.kernel.module import Module
from node.modules.pictures import elsewhere, jobs, leaving, pages, serving, showing
from node.modules.pictures.choices import CHOICES
from node.modules.pictures.tables import metadata
from web.language import mark

module = Module(
    name="pictures",
    title="Pictures",
    package=__name__,
    metadata=metadata,
    requires=("accounts", "moderation"),
    routes=(
        Route("/pictures/elsewhere/{name:path}", elsewhere.show, methods=["GET"]),
        Route("/pictures/{name}", serving.show, methods=["GET"]),
        *pages.routes,
    ),
    jobs={"sweep": jobs.sweep},
    every={"sweep": timedelta(hours=6)},
    slots={"me": pages.mine},
    menu=(("/desk/pictures", mark("Pictures")),),
    actor=(showing.on_actor,),
    picture=elsewhere.address,
    choices=CHOICES,
    export=leaving.export,
    erase=leaving.erase,
)
