"""What a directory may know of this node: NodeInfo, and where the node's own actor is.

Figures are rounded down to bands, versions are given without their last part: enough for a
directory, not for whoever looks for a way in. No person is named: whoever keeps the node is
reached through the community.

Source: NodeInfo 2.0, 2.1 and 2.2; FEP-0151; FEP-2677; security.md V53.
"""

from importlib.metadata import PackageNotFoundError, version
from typing import Any

from sqlalchemy import Connection, func, select
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from federation.discovery import AS2, HEADERS, found
from node.kernel.errors import Missing
from node.kernel.node import Node
from node.kernel.tables import account
from vocab.types import Person

SCHEMA = "http://nodeinfo.diaspora.software/ns/schema/"
VERSIONS = ("2.1", "2.0", "2.2")
"""Those we publish; most readers take the first."""
BANDS = (0, 1, 5, 10, 20, 50, 100, 200, 500, 1000)


async def links(request: Request) -> Response:
    """Where NodeInfo is, and the node's own actor."""
    node = found(request)
    places = [
        {"rel": f"{SCHEMA}{number}", "href": f"{node.origin}/nodeinfo/{number}"}
        for number in VERSIONS
    ]
    places.append({"rel": f"{AS2}Application", "href": node.community.service})
    return JSONResponse({"links": places}, headers=HEADERS)


async def show(request: Request) -> Response:
    """What runs here, in few words.

    Raises:
        Missing: a version that is not published.
    """
    node = found(request)
    number = request.path_params["number"]
    if number not in VERSIONS:
        raise Missing
    members = await node.read(_members)
    profile = f'application/json; profile="{SCHEMA}{number}#"; charset=utf-8'
    return JSONResponse(
        figures(node, number, members), headers={**HEADERS, "Content-Type": profile}
    )


def figures(node: Node, number: str, members: int) -> dict[str, Any]:
    """The NodeInfo document of a version."""
    said = node.community
    instance = {"name": said.name, "description": " ".join(said.purpose.split())}
    return {
        "version": number,
        **({"instance": instance} if number == "2.2" else {}),
        "software": {"name": "folkmoot", "version": _release()},
        "protocols": ["activitypub"],
        "services": {"inbound": [], "outbound": []},
        "openRegistrations": False,
        "usage": {"users": {"total": band(members)}},
        "metadata": {
            "nodeName": said.name,
            "nodeDescription": said.purpose,
            "staffAccounts": [said.id],
            "federation": {"enabled": True},
        },
    }


def band(number: int) -> int:
    """A figure rounded down to a band: 0, 1, 5, 10, 20, 50 … then thousands.

    >>> band(0), band(4), band(41), band(5432)
    (0, 1, 20, 5000)
    """
    if number >= BANDS[-1]:
        return number - number % BANDS[-1]
    return max(b for b in BANDS if b <= number)


def _members(db: Connection) -> int:
    alive = select(func.count()).where(
        account.c.local,
        account.c.type == Person.type,
        account.c.gone.is_(None),
        account.c.suspended.is_(None),
    )
    return db.scalar(alive) or 0


def _release() -> str:
    """Our version without its last part."""
    try:
        return ".".join(version("folkmoot").split(".")[:2])
    except PackageNotFoundError:
        return "0"


routes = (
    Route("/.well-known/nodeinfo", links, methods=["GET"]),
    Route("/nodeinfo/{number}", show, methods=["GET"]),
)
