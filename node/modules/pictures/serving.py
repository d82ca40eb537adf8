"""Pictures of ours as they are served: to who may see what they stand in, and as nothing else.

What is sent is what we drew, of a kind we chose, and a browser may neither guess another kind
nor run anything in it (security.md V28, V45). A name never means another picture.
"""

import hashlib
from typing import TYPE_CHECKING, Final

from sqlalchemy import Connection
from starlette.requests import Request
from starlette.responses import Response

from federation.viewing import viewer_of
from node.kernel.access import Viewer
from node.kernel.errors import Missing
from node.kernel.module import Registry
from node.modules.pictures import queries
from node.modules.pictures.rules import OPEN, Use
from node.modules.pictures.tables import Picture

if TYPE_CHECKING:
    from node.kernel.node import Node

_WEEK: Final = "public, max-age=604800, immutable"
_OWN: Final = "private, max-age=86400, immutable"
_SANDBOX: Final = "default-src 'none'; sandbox"
SMALL: Final = "-small.webp"


def small_of(path: str) -> str:
    """Where the small size of a picture of ours is.

    >>> small_of("/pictures/abc.jpeg"), small_of("/pictures/abc-small.webp")
    ('/pictures/abc-small.webp', '/pictures/abc-small.webp')
    """
    return path if path.endswith(SMALL) else path.rpartition(".")[0] + SMALL


async def show(request: Request) -> Response:
    """A picture of ours, if the asker may see what it stands in.

    Raises:
        Missing: it is not here, or not for them.
    """
    node: Node = request.app.state.node
    name: str = request.path_params["name"]
    small = name.endswith(SMALL)
    slug = name.removesuffix(SMALL) if small else name.rpartition(".")[0]
    found = await node.read(queries.one, slug)
    if found is None or (not small and not found.path.endswith(name)):
        raise Missing(detail=name)
    kept = _WEEK if found.use in OPEN else _OWN
    if not await _may(request, found):
        raise Missing(detail=name)
    content = await node.read(queries.bytes_of, found.small if small else found.large)
    if content is None:
        raise Missing(detail=name)
    return served(request, content, "image/webp" if small else found.media, kept)


async def _may(request: Request, found: Picture) -> bool:
    node: Node = request.app.state.node
    viewer: Viewer = request.state.viewer
    if await node.read(may_see, node.registry, found, viewer):
        return True
    if viewer.is_member:
        return False
    return await node.read(may_see, node.registry, found, await viewer_of(request))


def may_see(db: Connection, registry: Registry, found: Picture, viewer: Viewer) -> bool:
    """Whether somebody may see a picture: everybody a face, others what it stands in."""
    if found.use in OPEN:
        return True
    if found.use == Use.WAITING or found.about is None:
        return viewer.is_member and viewer.id == found.owner
    return registry.shows(db, found.about, viewer)


def served(request: Request, content: bytes, media: str, kept: str) -> Response:
    """Bytes of a picture as an answer."""
    tag = f'"{hashlib.sha256(content).hexdigest()[:32]}"'
    end = media.partition("/")[2]
    headers = {
        "ETag": tag,
        "Cache-Control": kept,
        "Content-Security-Policy": _SANDBOX,
        "Content-Disposition": f'inline; filename="picture.{end}"',
    }
    if tag in request.headers.get("if-none-match", ""):
        return Response(status_code=304, headers=headers)
    return Response(content, media_type=media, headers=headers)
