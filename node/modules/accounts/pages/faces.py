"""The pictures of those who have none: an initial on a colour of their own."""

import hashlib

from sqlalchemy import Connection, select
from starlette.requests import Request
from starlette.responses import Response

from node.kernel.errors import Missing
from node.kernel.node import Node
from node.kernel.tables import Account, account, account_of
from web import faces

_DAY = "public, max-age=86400"


async def face(request: Request) -> Response:
    """The face of an actor of ours, as SVG or PNG.

    Raises:
        Missing: nobody here is called so.
    """
    node: Node = request.app.state.node
    handle, _, kind = request.path_params["file"].rpartition(".")
    who = await node.read(_local, handle.lower())
    if who is None or kind not in {"svg", "png"}:
        raise Missing(detail=handle)
    if kind == "svg":
        body, media = faces.svg(who.label, who.id).encode(), "image/svg+xml"
    else:
        body, media = faces.png(who.label, seed=who.id), "image/png"
    tag = f'"{hashlib.sha256(body).hexdigest()[:16]}"'
    headers = {"ETag": tag, "Cache-Control": _DAY}
    if request.headers.get("if-none-match") == tag:
        return Response(status_code=304, headers=headers)
    return Response(body, media_type=media, headers=headers)


def _local(db: Connection, handle: str) -> Account | None:
    wanted = select(account).where(
        account.c.local, account.c.handle == handle, account.c.gone.is_(None)
    )
    row = db.execute(wanted).first()
    return account_of(row) if row else None
