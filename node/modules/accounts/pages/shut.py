"""The one page of whoever is suspended: why, whom to ask, and the votes that are still theirs."""

from collections.abc import Sequence

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from node.kernel.access import Viewer
from node.kernel.node import Node
from node.modules.accounts import doors, queries, rules
from node.modules.accounts.tables import Member
from web import sessions
from web.render import page
from web.slots import Card, gather
from web.voice import voice

PATH = "/suspended"


async def why(request: Request, who: str) -> tuple[list[str], list[str]]:
    """Why somebody is suspended, and the names of those whom they can ask."""
    node: Node = request.app.state.node
    viewer = Viewer(account=await node.account(who))
    said = await gather(request, "suspended", viewer=viewer)
    return [card.title for card in said.cards], [
        one.label for one in await node.read(queries.admins)
    ]


async def _votes(request: Request, who: str) -> Sequence[Card]:
    """The votes that are open and still theirs (slot `suspended.votes`)."""
    node: Node = request.app.state.node
    viewer = Viewer(account=await node.account(who))
    return (await gather(request, "suspended.votes", viewer=viewer)).cards


async def let_in(request: Request, who: Member) -> Response | None:
    """Let somebody who is suspended in to vote; None if there is nothing left to vote on."""
    node: Node = request.app.state.node
    if not await _votes(request, who.id):
        return None
    if before := sessions.given(request):
        await node.write(doors.sign_out, before)
    token = await node.write(doors.let_in_to_vote, who.id)
    response = RedirectResponse(PATH, 303)
    sessions.give(response, node, token, max_age=int(rules.TO_VOTE.total_seconds()))
    return response


async def show(request: Request) -> Response:
    """What is left to somebody who is suspended; whoever is not is led on."""
    viewer: Viewer = request.state.viewer
    if viewer.suspended is None:
        return RedirectResponse("/" if viewer.is_member else "/sign-in", 303)
    said, keepers = await why(request, viewer.suspended.id)
    return page(
        request,
        "accounts/suspended.html",
        title=voice(request).say("You are suspended here"),
        place="",
        width="narrow",
        why=said,
        ask=keepers,
        votes=await _votes(request, viewer.suspended.id),
    )
