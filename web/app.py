"""The pages of a node as one ASGI application: the modules' routes inside our guards."""

from typing import TYPE_CHECKING

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.routing import BaseRoute, Route

from node.kernel.errors import Problem
from web import home, sample
from web.errors import Faults, on_error
from web.files import Files
from web.guards import Entrance, Headers
from web.render import environment

if TYPE_CHECKING:
    from starlette.types import StatelessLifespan

    from node.kernel.node import Node


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
    # a redirect to the path with a slash would be built from the Host header
    app.router.redirect_slashes = False
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
