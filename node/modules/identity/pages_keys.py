"""The pages where keys are renewed: a member's own, and the community's and the node's."""

from typing import Final

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from node.kernel.errors import Invalid, Refused
from node.kernel.node import Node
from node.kernel.tables import Account
from node.modules.accounts import api as accounts
from node.modules.identity import renewing
from node.modules.identity.pages import member
from web.forms import Choice, Entry, Form, Pick, Secret, Tick, blank, done, read
from web.language import mark
from web.render import page
from web.voice import voice

_LOST = Tick(
    "lost",
    mark("Somebody else may have the old keys"),
    mark("Then they end at once. Some servers may refuse a letter until they look again."),
)
_SURE = Secret("password", mark("Your password"))
MINE: Final = Form(_LOST, _SURE)
DESK: Final = Form(
    Pick(
        "which",
        mark("Whose keys?"),
        choices=(Choice("community", mark("The community's")), Choice("node", mark("The node's"))),
    ),
    _LOST,
    _SURE,
)


def keeper(request: Request) -> tuple[Node, Account]:
    """The node, and the keeper who looks.

    Raises:
        Refused: a visitor, or a member who does not keep the node.
    """
    node, me = member(request)
    if not request.state.viewer.is_admin:
        raise Refused("E_KEEPERS_ONLY", safe=mark("This page is for the %(word_keepers)s."))
    return node, me


async def mine(request: Request) -> Response:
    """One's own keys."""
    node, me = member(request)
    return await _page(request, node, blank(request, MINE), [me.id])


async def renew_mine(request: Request) -> Response:
    """Have new keys of one's own."""
    node, me = member(request)
    return await _renew(request, node, me, read(request, MINE), [me.id])


async def desk(request: Request) -> Response:
    """The keys of the community and the node."""
    node, _me = keeper(request)
    return await _page(request, node, blank(request, DESK), await node.read(renewing.of_all))


async def renew_all(request: Request) -> Response:
    """Have new keys for the community or the node."""
    node, me = keeper(request)
    ids = await node.read(renewing.of_all)
    return await _renew(request, node, me, read(request, DESK), ids)


async def sign_twice(request: Request) -> Response:
    """Have decisions signed a second time from now on."""
    node, me = keeper(request)
    await renewing.sign_twice(node, by=me.id)
    words = voice(request).say("From now on there are two signatures. Others learn of the key.")
    return done(request, "/desk/keys", words)


async def _renew(
    request: Request, node: Node, me: Account, form: Entry, ids: list[str]
) -> Response:
    if form.errors:
        return await _page(request, node, form, ids, status=422)
    try:
        await accounts.prove(node, me, form.values["password"])
    except Invalid as problem:
        return await _page(request, node, form.wrong(problem), ids, status=422)
    which = ids[form.values.get("which") == "node"]
    await renewing.renew(node, which, by=me.id, lost=form.values["lost"])
    words = voice(request).say("The keys are new. Others learn of it now.")
    return done(request, "/me/keys" if form.form is MINE else "/desk/keys", words)


async def _page(
    request: Request, node: Node, form: Entry, ids: list[str], *, status: int = 200
) -> Response:
    spoken, of_mine = voice(request), form.form is MINE
    return page(
        request,
        "identity/keys.html",
        status=status,
        width="narrow",
        title=spoken.say("Your keys") if of_mine else spoken.say("Keys"),
        form=form,
        here="/me/keys" if of_mine else "/desk/keys",
        of_mine=of_mine,
        held=[await node.write(renewing.state, id) for id in ids],
    )


routes = (
    Route("/me/keys", mine, methods=["GET"]),
    Route("/me/keys", renew_mine, methods=["POST"]),
    Route("/desk/keys", desk, methods=["GET"]),
    Route("/desk/keys", renew_all, methods=["POST"]),
    Route("/desk/keys/twice", sign_twice, methods=["POST"]),
)
