"""The pages of a node as one ASGI application: the modules' routes inside our guards."""

from functools import lru_cache
from typing import TYPE_CHECKING, Final

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.routing import BaseRoute, Route, Router
from starlette.types import Receive, Scope, Send

from node.kernel.errors import Problem
from web import home, sample
from web.errors import Faults, on_error
from web.files import Files
from web.guards import Entrance, Headers
from web.render import environment

if TYPE_CHECKING:
    from starlette.types import StatelessLifespan

    from node.kernel.node import Node


_ANY: Final = "{}"


class Shelves(Router):
    """Looks for a page only among those whose paths begin alike: of hundreds, these are few."""

    def __init__(self, there: Router) -> None:
        # a redirect to the path with a slash would be built from the Host header
        super().__init__(there.routes, redirect_slashes=False, lifespan=there.lifespan_context)
        self._shelves: dict[str, Router] = {}

    async def app(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Hand a request to the first route that fits, as the plain router does."""
        if scope["type"] != "http":
            await super().app(scope, receive, send)
            return
        scope.setdefault("router", self)
        await self._shelf(_start(scope["path"])).app(scope, receive, send)

    def _shelf(self, start: str) -> Router:
        if start in self._shelves:
            return self._shelves[start]
        found = [route for route in self.routes if _start_of(route) in {start, _ANY}]
        shelf = Router(found, redirect_slashes=False)
        if any(_start_of(route) == start for route in found):  # anybody can ask for anything
            self._shelves[start] = shelf
        return shelf


def _start_of(route: BaseRoute) -> str:
    return _fixed_start(route.path) if isinstance(route, Route) else _ANY


@lru_cache(1000)
def _fixed_start(path: str) -> str:
    """The first part of a route's path; `_ANY` if it is not always the same."""
    start = _start(path)
    return _ANY if "{" in start else start


def _start(path: str) -> str:
    return path.partition("/")[2].partition("/")[0]


def build(node: "Node", lifespan: "StatelessLifespan[Starlette] | None" = None) -> Starlette:
    """The application for a node.

    Args:
        node: what every page is handed as ``request.app.state.node``.
        lifespan: what to start and end with the application.
    """
    files = Files(node)
    app = Starlette(
        routes=[*_routes(node, files), *(r for m in node.registry.modules for r in m.routes)],
        middleware=[Middleware(Headers), Middleware(Faults), Middleware(Entrance)],
        exception_handlers={HTTPException: on_error, Problem: on_error},
        lifespan=lifespan,
    )
    app.router = Shelves(app.router)
    app.state.node = node
    app.state.files = files
    app.state.templates = environment(node, files)
    return app


def _routes(node: "Node", files: Files) -> list[BaseRoute]:
    routes: list[BaseRoute] = [
        Route("/", home.home, methods=["GET"]),
        Route("/public", home.public, methods=["GET"]),
        Route("/theme.css", home.theme, methods=["GET"]),
        Route("/static/{name:path}", files.serve, methods=["GET"]),
    ]
    if node.settings.development:
        routes.append(Route("/style", sample.show, methods=["GET"]))
        routes.append(Route("/style", sample.send, methods=["POST"]))
    return routes
