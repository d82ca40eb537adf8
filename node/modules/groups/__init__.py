"""Groups: the community as a group of the fediverse, and posts that stand first."""

from datetime import timedelta

from node.kernel.module import Module
from node.modules.accounts.api import Gone
from node.modules.follows.api import Followed, Gained
from node.modules.groups import announcing, jobs, pages, pinning, public, reading, slots
from node.modules.groups.choices import CHOICES
from node.modules.groups.tables import metadata
from node.modules.moderation.api import Hidden
from node.modules.notes.api import Submitted
from node.modules.reactions.api import Liked
from vocab.types import Link
from web.language import mark

module = Module(
    name="groups",
    title="Groups",
    package=__name__,
    metadata=metadata,
    requires=("accounts", "follows", "moderation", "notes", "reactions"),
    handlers=pinning.handlers,
    routes=pages.routes,
    jobs={"featured": jobs.featured, "look": jobs.look, "tidy": jobs.tidy},
    every={"look": timedelta(days=1), "tidy": timedelta(days=1)},
    subscribers=(
        (Submitted, announcing.submitted),
        (Liked, announcing.liked),
        (Hidden, announcing.hidden),
        (Gone, announcing.gone),
        (Followed, jobs.followed),
        (Gained, jobs.joined),
    ),
    slots={
        "desk": slots.waiting,
        "today.waiting": slots.waiting,
        "pinned": slots.pinned,
        "public": slots.public,
    },
    menu=(("/desk/group", mark("What the community shows its followers")),),
    collections={"featured": public.featured, "moderators": public.moderators},
    audiences=(reading.audience,),
    actor=(public.on_actor,),
    capabilities=(Link(href="https://w3id.org/fep/1b12", name="FEP-1b12: Group federation"),),
    choices=CHOICES,
    export=public.export,
    erase=announcing.erase,
)
