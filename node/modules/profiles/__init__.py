"""What a member shows: gift, skills, assets, mission, each with its own reach."""

from node.kernel.module import Module
from node.modules.profiles import changing, finding, pages, public, slots
from node.modules.profiles.objects import TYPES
from node.modules.profiles.tables import metadata
from web.language import mark

module = Module(
    name="profiles",
    title="Profiles",
    package=__name__,
    metadata=metadata,
    requires=("accounts", "follows", "listings", "moderation"),
    types=TYPES,
    routes=pages.routes,
    slots={"today.next": slots.next_step, "me": slots.mine},
    documents=(public.document,),
    finds={mark("People"): finding.find},
    collections={"facets": public.facets},
    actor=(public.on_actor,),
    export=public.export,
    erase=changing.erase,
)
