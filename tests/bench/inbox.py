"""Letters that come in: accepted by a served node, then carried through to their effects."""

import asyncio
import contextlib
import socket
import threading
import time
from collections.abc import Iterator, Sequence
from functools import partial

from sqlalchemy import Connection, delete, func, select

from federation import reading, receiving
from node.kernel.node import Node
from node.kernel.tables import letter
from node.kernel.unit import Unit
from node.modules.notes.writing import Draft, post
from tests.bench import letters
from tests.bench.figures import Figure
from tests.bench.load import Load, send_all
from tests.bench.world import COUNT, Served, Stranger, World, server, timed

ACCEPTED, CARRIED = 3000.0, 800.0
"""The aims, a second on one core."""
SECONDS = 15.0
STORM, PATIENCE = 10_000, 120.0
"""How many leave at once, and for how many seconds they may be sent: all of them count."""
SIGNERS = 50
THINGS = 20


def inbox(world: World) -> Iterator[Figure]:
    """Accepted and carried through, by what the letters say."""
    senders = world.strangers(SIGNERS)
    keeper = [f"{world.origin}/u/keeper"]
    things = world.inside(_things)
    for name, make, about in (
        ("Create(Note)", letters.note, keeper),
        ("Like", letters.like, things),
        ("Announce", letters.announce, things),
        ("Follow", letters.follow, keeper),
        ("Create(offer)", letters.offer, keeper),
    ):
        count = min(COUNT, SIGNERS * len(about)) if about is things else COUNT
        made = letters.signed(world, senders, make, about, count, run=name[:4])
        with _accepting(world) as served:
            yield _accepted(world, served, name, made)
        yield _carried(world, name)


def signers(world: World) -> Iterator[Figure]:
    """Accepted and carried through, by how many people the letters are from."""
    keeper = [f"{world.origin}/u/keeper"]
    for count in (1, 50, 5000):
        senders = world.strangers(count, f"127.0.1.{count % 199}:9")
        made = letters.signed(
            world, senders, letters.note, keeper, max(COUNT, count), run=f"s{count}-"
        )
        name = f"{count:,} signers"
        with _accepting(world) as served:
            yield _accepted(world, served, name, made)
        yield _carried(world, name)


def forged(world: World) -> Iterator[Figure]:
    """Answered, where every fifth signature proves nothing.

    A signature that its known key does not bear out has that key asked for anew, once a minute:
    its owner may have renewed it. The owners' server is not there, so those few letters get 503,
    to be sent again, and all later ones of the same owner 401.
    """
    senders = world.strangers(SIGNERS, "127.0.2.1:9")
    keeper = [f"{world.origin}/u/keeper"]
    made = letters.signed(world, senders, letters.note, keeper, COUNT, run="f", broken=5)
    with _accepting(world) as served:
        yield _accepted(world, served, "20 % forged", made, why="503: its key may be a new one")


def storm(world: World) -> Iterator[Figure]:
    """Deletes of 10,000 actors nobody here has met: nobody may be asked for their key.

    Each is signed by a key of its own name; as many are sent however few the rest of a run takes.
    """
    with _listening() as (port, connections):
        host = f"127.0.0.3:{port}"
        gone = [
            Stranger(id=f"http://{host}/u/g{n}", keys=world.keys[n % len(world.keys)])
            for n in range(STORM)
        ]
        made = letters.signed(world, gone, letters.delete, [""], len(gone), run="d")
        with _accepting(world) as served:
            yield _accepted(world, served, f"{STORM:,} unknown leave", made, seconds=PATIENCE)
        yield Figure(name="  asked for", ours=len(connections), baseline=0, unit="fetches", aim=0)


@contextlib.contextmanager
def _accepting(world: World) -> Iterator[Served]:
    with server(world.port, *world.serve, FOLKMOOT_WORKER="0") as served:
        yield served
        served.process.terminate()
        served.process.wait()


def _accepted(
    world: World,
    served: Served,
    name: str,
    made: Sequence[bytes],
    *,
    seconds: float = SECONDS,
    why: str = "",
) -> Figure:
    before = served.cpu
    ours = _sent(world.port, made, seconds)
    cpu = served.cpu - before
    plain = _sent(world.bare, made, seconds)
    said = ", ".join(f"{n} × {status}" for status, n in sorted(ours.seen.items()))
    said += f" ({why})" if why and 503 in ours.seen else ""
    return Figure(
        name=f"{name}: accepted", ours=ours.rate, baseline=plain.rate, unit="letters/s",
        aim=ACCEPTED, cpu=cpu / ours.answered * 1e6, note=said,
    )  # fmt: skip


def _sent(port: int, made: Sequence[bytes], seconds: float) -> Load:
    return asyncio.run(send_all(port, made, seconds=seconds))


def _carried(world: World, name: str) -> Figure:
    """Everything that waits, carried through in this process; the baseline only reads it."""
    return world.inside(partial(_carry, name=name))


async def _carry(node: Node, *, name: str) -> Figure:
    waiting = await node.read(_left)
    bodies = await node.read(_bodies)
    types = node.registry.types
    only, _ = timed(lambda: [reading.understand(body, types, allow_http=True) for body in bodies])
    begun, cpu = time.perf_counter(), time.process_time()
    while await receiving.receive(node) and time.perf_counter() - begun < SECONDS:
        pass
    took, cpu = time.perf_counter() - begun, time.process_time() - cpu
    done = waiting - await node.read(_left)
    states = await node.read(_states)
    await node.write(_clear)
    return Figure(
        name=f"{name}: carried through", ours=done / took, baseline=len(bodies) / only,
        unit="letters/s", aim=CARRIED, cpu=cpu / max(1, done) * 1e6, note=states,
    )  # fmt: skip


def _left(db: Connection) -> int:
    counted = select(func.count()).select_from(letter)
    return int(db.scalar(counted.where(letter.c.way == "in", letter.c.state == "waiting")) or 0)


def _bodies(db: Connection) -> list[bytes]:
    waiting = select(letter.c.body).where(letter.c.way == "in", letter.c.state == "waiting")
    return list(db.scalars(waiting.limit(500)))


def _states(db: Connection) -> str:
    """What became of the letters, where that is not simply done."""
    counted = select(letter.c.state, letter.c.code, func.count().label("number"))
    rows = db.execute(counted.where(letter.c.way == "in").group_by(letter.c.state, letter.c.code))
    other = [row for row in rows if (row.state, row.code) != ("done", None)]
    return ", ".join(f"{row.number} {row.state} {row.code or ''}".rstrip() for row in other)


def _clear(unit: Unit) -> None:
    unit.db.execute(delete(letter).where(letter.c.way == "in"))


async def _things(node: Node) -> list[str]:
    """Posts of ours that strangers say something of."""
    return await node.write(_write)


def _write(unit: Unit) -> list[str]:
    keeper = unit.account(f"{unit.origin}/u/keeper")
    assert keeper is not None
    drafts = [Draft(text=f"Post {n}", reach="public", people={}) for n in range(THINGS)]
    slugs = [post(unit, keeper, draft) for draft in drafts]
    return [f"{unit.origin}/o/{slug}" for slug in slugs]


@contextlib.contextmanager
def _listening() -> Iterator[tuple[int, list[str]]]:
    """A host that writes down who connects to it."""
    connections: list[str] = []
    with socket.create_server(("127.0.0.3", 0)) as door:
        door.settimeout(0.2)
        over = threading.Event()

        def listen() -> None:
            while not over.is_set():
                with contextlib.suppress(TimeoutError):
                    caller, place = door.accept()
                    connections.append(str(place))
                    caller.close()

        thread = threading.Thread(target=listen)
        thread.start()
        try:
            yield door.getsockname()[1], connections
        finally:
            over.set()
            thread.join()
