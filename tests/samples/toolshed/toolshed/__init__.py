"""Tools that neighbours lend each other: a type, a handler, a page, a job, a slot, a table."""

from sqlalchemy import Column, Connection, ForeignKey, Integer, String, Table, func, insert, select
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from node.kernel.access import Viewer
from node.kernel.act import Act
from node.kernel.database import new_metadata
from node.kernel.errors import Refused
from node.kernel.module import Handlers, Module
from node.kernel.node import Node
from node.kernel.tables import Account, account
from node.kernel.unit import Unit
from vocab.model import Object
from vocab.types import Create
from web.slots import Card

metadata = new_metadata()
tool = Table(
    "toolshed_tool",
    metadata,
    Column("id", String(2048), primary_key=True),
    Column("name", String(200), nullable=False),
    Column("owner", String(2048), ForeignKey(account.c.id, onupdate="CASCADE"), nullable=False),
)
tally = Table("toolshed_tally", metadata, Column("tools", Integer, primary_key=True))
handlers = Handlers()


class Tool(Object):
    """Something that somebody here lends."""

    type = "Tool"


@handlers.on(Create, Tool)
def added(unit: Unit, act: Act[Create, Tool]) -> None:
    """A member puts a tool into the shed."""
    unit.db.execute(insert(tool).values(id=act.object.id, name=act.object.name, owner=act.actor.id))
    unit.later("toolshed.count", once="toolshed.count")


def add(unit: Unit, owner: Account, name: str) -> None:
    """Put a tool into the shed, for the neighbours only."""
    made = Tool(id=unit.id("o"), name=name, attributed_to=owner.id)
    unit.perform(Create(id=unit.id("a"), actor=owner.id, object=made), owner)


def names(db: Connection) -> list[str]:
    """The tools in the shed, by name."""
    return list(db.scalars(select(tool.c.name).order_by(tool.c.name)))


async def count(node: Node) -> None:
    """Job: count the tools."""

    def change(unit: Unit) -> None:
        found = unit.db.scalar(select(func.count()).select_from(tool))
        unit.db.execute(tally.delete())
        unit.db.execute(insert(tally).values(tools=found))

    await node.write(change)


async def show(request: Request) -> Response:
    """The shed, for members."""
    if not request.state.viewer.is_member:
        raise Refused("E_MEMBERS_ONLY")
    return PlainTextResponse("\n".join(await request.app.state.node.read(names)))


async def news(node: Node, viewer: Viewer) -> list[Card]:
    """What Today says of the shed."""
    held = len(await node.read(names)) if viewer.is_member else 0
    return [Card(title=f"{held} tools in the shed", href="/tools")] if held else []


module = Module(
    name="toolshed",
    title="Tool shed",
    package=__name__,
    metadata=metadata,
    types=(Tool,),
    handlers=handlers,
    routes=(Route("/tools", show),),
    jobs={"count": count},
    slots={"today.happened": news},
    menu=(("/tools", "Tool shed"),),
    requires=("accounts",),
)
