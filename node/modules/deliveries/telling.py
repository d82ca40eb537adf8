"""The pages of reports: one of them, for whoever may see it, and the form for keepers."""

from typing import TYPE_CHECKING, Final

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from node.kernel.errors import Conflict, Missing, Refused
from node.modules.decisions import api as decisions
from node.modules.deliveries import queries, reporting
from node.modules.deliveries.reporting import STATUSES
from node.modules.deliveries.views import View, member, view, where
from web.forms import Choice, Entry, Form, Pick, Text, blank, done, read
from web.language import mark
from web.render import page
from web.voice import voice

if TYPE_CHECKING:
    from node.kernel.node import Node

REPORT: Final = Form(
    Pick("status", mark("How far is it carried out?"),
         choices=tuple(Choice(name, words) for name, words in STATUSES.items())),
    Text("words", mark("In your words, for others"),
         mark("What was done, and what came of it. Name nobody who would not want it."),
         at_most=5000),
)  # fmt: skip


async def show(request: Request) -> Response:
    """One report, of ours or of another community."""
    node: Node = request.app.state.node
    viewer = request.state.viewer
    found = await node.read(queries.report_by_slug, request.path_params["slug"], viewer)
    if found is None or not (found.ours or viewer.is_member):
        raise Missing
    record = await node.read(decisions.record_by_id, found.record, viewer)
    return page(
        request,
        "deliveries/report.html",
        title=voice(request).say("What became of it"),
        document=found.id if found.ours else None,
        place="decide",
        width="mid",
        found=found,
        record=record,
    )


async def _told(request: Request) -> View:
    """A decision that others can see, for a keeper.

    Raises:
        Missing: it is not here.
        Refused: not a keeper.
        Conflict: nobody elsewhere can see it.
    """
    node, viewer, me = member(request)
    if not viewer.is_admin:
        raise Refused("E_KEEPERS_ONLY", me, safe=reporting.KEEPERS)
    seen = await node.read(view, request.path_params["slug"], viewer, node.now())
    if seen.one.record is None or not reporting.may_tell(seen.one.record):
        raise Conflict("E_LOCAL", seen.one.slug, safe=reporting.LOCAL)
    return seen


async def new(request: Request) -> Response:
    """The form for a report."""
    return _page(request, await _told(request), blank(request, REPORT))


def _page(request: Request, seen: View, form: Entry, status: int = 200) -> Response:
    return page(
        request,
        "deliveries/tell.html",
        status=status,
        title=voice(request).say("Report on it"),
        place="decide",
        width="narrow",
        one=seen.one,
        strip=where(request, seen),
        form=form,
    )


async def tell(request: Request) -> Response:
    """Publish a report."""
    seen, (node, _viewer, me) = await _told(request), member(request)
    form = read(request, REPORT)
    if form.errors:
        return _page(request, seen, form, 422)
    said = form.values["status"], form.values["words"]
    slug = await node.write(reporting.publish, seen.one.slug, me, *said, once=form.once)
    return done(request, f"/reports/{slug}", voice(request).say("The report is on its way."))


routes = (
    Route("/reports/{slug}", show, methods=["GET"]),
    Route("/deliveries/{slug}/report", new, methods=["GET"]),
    Route("/deliveries/{slug}/report", tell, methods=["POST"]),
)
