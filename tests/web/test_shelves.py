"""Looking among few routes finds what looking among all of them would."""

import re

import pytest
from starlette.exceptions import HTTPException
from starlette.routing import Route, Router

from node.kernel.module import installed
from web.app import Shelves

OTHERS = ("/", "//", "", "*", "/nothing", "/nothing/at/all", "/@ana", "/@ana/more", "/p", "/P/x")


async def answer(request):
    pass


def routes():
    """All routes of our modules, and two that may begin as others do."""
    ours = [Route(r.path, answer, methods=r.methods) for m in installed() for r in m.routes]
    first, last = Route("/{any}/first", answer), Route("/p/{rest:path}", answer)
    return [Route("/", answer), first, *ours, last]


async def found(router, method, path):
    """The route that is chosen, and whether it takes the method; or the status of an error."""
    scope = {"type": "http", "method": method, "path": path, "headers": [], "app": None}
    chosen = []

    async def send(message):
        chosen.append(message.get("status"))

    try:
        with pytest.MonkeyPatch.context() as patched:
            patched.setattr(Route, "handle", lambda self, *_: handled(chosen, self.path, method))
            await router(scope, None, send)
    except HTTPException as error:
        chosen.append(error.status_code)
    return chosen, scope.get("path_params")


async def handled(chosen, path, method):
    chosen.append((path, method))


async def test_the_same_route_is_found() -> None:
    plain = Router(routes(), redirect_slashes=False)
    shelves = Shelves(Router(routes()))
    paths = [re.sub(r"\{[^}]*\}", "x", route.path) for route in plain.routes]

    for path in (*OTHERS, *paths, *(f"{path}/first" for path in paths)):
        for method in ("GET", "POST", "PUT"):
            wanted = await found(plain, method, path)
            assert await found(shelves, method, path) == wanted, (method, path)
            # from the shelf, the second time
            assert await found(shelves, method, path) == wanted, (method, path)

    assert len(paths) > 200


async def test_what_nobody_serves_is_not_remembered() -> None:
    shelves = Shelves(Router(routes()))

    for number in range(10):
        await found(shelves, "GET", f"/nothing{number}")

    assert shelves._shelves == {}
