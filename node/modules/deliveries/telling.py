"""The pages of reports: one of them, for whoever may see it, and the form for keepers."""

from typing import TYPE_CHECKING, Final

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from node.kernel.errors import Conflict, Invalid, Missing, Refused
from node.modules.decisions import api as decisions
from node.modules.deliveries import figures, queries, reporting
from node.modules.deliveries.figures import Told
from node.modules.deliveries.reporting import STATUSES
from node.modules.deliveries.tables import Step
from node.modules.deliveries.views import View, member, plain, view, where
from web.forms import Choice, Entry, Field, Form, Line, Pick, Text, Tick, blank, done, read
from web.language import mark
from web.render import page
from web.voice import voice

if TYPE_CHECKING:
    from node.kernel.node import Node

REPORT: Final = (
    Pick("status", mark("How far is it carried out?"),
         choices=tuple(Choice(name, words) for name, words in STATUSES.items())),
    Text("words", mark("In your words, for others"),
         mark("What was done, and what came of it. Name nobody who would not want it."),
         at_most=5000),
)  # fmt: skip


def form_of(seen: View) -> Form:
    """The form of a report: its words, then each measure and each link that can go with it."""
    fields: list[Field] = [*REPORT]
    for each in seen.measures:
        fields += [
            Tick(f"tell-{each.id}", plain(each.what), plain(each.how)),
            Line(f"value-{each.id}", mark("What came of it?"), mark("As in “11”"),
                 optional=True, at_most=200),
            Line(f"unit-{each.id}", mark("Of what?"), mark("As in “of 13”, “hours” or “loans”"),
                 optional=True, at_most=100),
        ]  # fmt: skip
    for step in shows(seen):
        fields += [
            Tick(f"link-{step.id}", plain(step.what), plain(step.link or "")),
            Line(f"name-{step.id}", mark("What is behind this link?"), optional=True, at_most=200),
            Line(f"said-{step.id}", mark("What does it show?"), optional=True, at_most=500),
        ]
    return Form(*fields)


def shows(seen: View) -> list[Step]:
    """The steps whose proof can go with a report."""
    return [one for one in seen.steps if reporting.may_show(one)]


def _told(form: Entry) -> Told:
    """What was ticked; the rest of what was typed goes nowhere."""
    values = form.values

    def ticked(prefix: str) -> list[str]:
        return [n.removeprefix(prefix) for n, v in values.items() if n.startswith(prefix) and v]

    def pair(id: str, *names: str) -> tuple[str, str]:
        first, second = (values.get(f"{name}-{id}", "") for name in names)
        return first, second

    return Told(
        metrics={id: pair(id, "value", "unit") for id in ticked("tell-")},
        evidence={id: pair(id, "name", "said") for id in ticked("link-")},
    )


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
        value=figures.said,
        record=record,
    )


async def _seen(request: Request) -> View:
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
    seen = await _seen(request)
    names = {f"name-{one.id}": one.what for one in shows(seen)}
    return _page(request, seen, blank(request, form_of(seen), **names))


def _page(request: Request, seen: View, form: Entry, status: int = 200) -> Response:
    return page(
        request,
        "deliveries/tell.html",
        status=status,
        title=voice(request).say("Report on it"),
        place="decide",
        width="narrow",
        one=seen.one,
        measures=seen.measures,
        steps=shows(seen),
        strip=where(request, seen),
        form=form,
    )


async def tell(request: Request) -> Response:
    """Publish a report."""
    seen, (node, _viewer, me) = await _seen(request), member(request)
    form = read(request, form_of(seen))
    if not form.errors:
        said, told = (form.values["status"], form.values["words"]), _told(form)
        try:
            slug = await node.write(
                reporting.publish, seen.one.slug, me, *said, once=form.once, told=told
            )
            words = voice(request).say("The report is on its way.")
            return done(request, f"/reports/{slug}", words)
        except Invalid as problem:
            form = form.wrong(problem)
    return _page(request, seen, form, 422)


routes = (
    Route("/reports/{slug}", show, methods=["GET"]),
    Route("/deliveries/{slug}/report", new, methods=["GET"]),
    Route("/deliveries/{slug}/report", tell, methods=["POST"]),
)
