"""Letters of other programs, broken ones and random ones, at a node with all that we ship.

They come from a node that is trusted, so that no module passes them over unread. Each is carried
out, refused or ignored; none ends in a fault of ours, and no job is given up.
"""

import copy
import json
import os
import random
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

import httpx
import pytest
from sqlalchemy import select

from federation import signatures, signing
from node.kernel.module import Registry
from node.kernel.node import Node
from node.kernel.tables import job
from node.modules.deliveries import reporting
from tests import servers
from tests.conftest import Clock, MakeNode, Wire, person, settle
from tests.federation.strangers import letters, raw_post
from tests.modules import moot
from tests.modules.meeting import befriend, crowd, post
from tests.modules.test_notes import follow, say
from vocab import schemas
from vocab.model import PUBLIC

pytestmark = pytest.mark.sqlite

SEED = int(os.environ.get("FOLKMOOT_TEST_SEED", "1"))
NUMBER = int(os.environ.get("FOLKMOOT_TEST_LETTERS", "150"))
"""How many random letters are sent; `make soak` sends 10,000, each time others."""
SAMPLES = Path(__file__).parents[1] / "samples" / "vocab"
BEN = "https://birch.test/u/ben"
ENDS = {"done", "ignored", "refused", "waiting"}
Letter = dict[str, Any]


class World:
    """Alder, to which is written, and Birch, whose actors write."""

    def __init__(self, alder: Node, birch: Node, wire: Wire) -> None:
        self.alder = alder
        self.birch = birch
        self.wire = wire
        self.by = [BEN, birch.community.id, birch.community.service]
        self.sent: dict[str, Letter] = {}

    async def send(self, letters_: Iterable[Letter]) -> Counter[int]:
        """Post letters at Alder, each with an id of its own, and have them carried out."""
        said: Counter[int] = Counter()
        for one in letters_:
            id = f"{self.birch.origin}/a/wild-{len(self.sent)}"
            whole = {**one, "id": id, "actor": self._who(one.get("actor"))}
            answer = await self._post(whole)
            said[answer.status_code] += 1
            self.sent[id] = whole
            assert answer.status_code < 500, whole
            if len(self.sent) % 50 == 0:
                await settle(self.alder)
        await settle(self.alder, self.birch)
        return said

    def _who(self, actor: Any) -> str:
        """The actor of Birch that a letter is from, by the kind of the one that it names."""
        if actor in self.by:
            return str(actor)
        ends = {"/c/": self.by[1], "/service": self.by[2]}
        return next((id for part, id in ends.items() if part in str(actor)), self.by[0])

    async def _post(self, letter: Letter) -> httpx.Response:
        body, by = json.dumps(letter).encode(), await signing.signer(self.birch, letter["actor"])
        headers = signatures.sign("POST", f"{self.alder.origin}/inbox", body, key_id=by.key_id,
                                  private_key=by.key, now=self.alder.now())  # fmt: skip
        return await raw_post(self.alder, self.wire.apps[self.alder.origin], headers, body)

    async def ends(self) -> Counter[str]:
        """How the letters ended; none of them in a fault of ours."""
        found = [one for one in await letters(self.alder) if one.activity in self.sent]
        broken = [one for one in found if one.state not in ENDS or one.code == "E_INTERNAL"]
        assert not [(one.state, one.code, self.sent[one.activity]) for one in broken]
        jobs = await self.alder.read(lambda db: db.execute(select(job).where(job.c.dead)).all())
        assert not [(one.kind, one.args, one.error) for one in jobs]
        return Counter(one.state for one in found)


@pytest.fixture
async def world(make_node: MakeNode, wire: Wire, clock: Clock) -> World:
    """Two communities that trust each other and have said something of each kind."""
    alder, birch = await make_node("alder"), await make_node("birch")
    ana, ben = await person(alder, "ana"), await person(birch, "ben")
    await befriend(alder, birch)
    await follow(birch, ben, alder, ana)
    await follow(alder, ana, birch, ben)
    for node in (alder, birch):
        await crowd(node)
    await say(alder, ana, "Hello all.")
    await say(birch, ben, "Good evening.")
    await post(birch, ben, "offer", reach="public", title="A ladder")
    await post(birch, ben, "request", reach="trusted")
    await post(alder, ana, "offer", reach="trusted")
    await settle(alder, birch)
    await moot.follow(alder, birch)
    consent = ["consent"] * 3
    made = await moot.decided(birch, clock, consent, to="public", title="T", reach="public")
    await settle(alder, birch)
    said = await moot.keeper(birch), "delivered", "It is open."
    await birch.write(reporting.publish, made.box, *said, once="report")
    await settle(alder, birch)
    return World(alder, birch, wire)


def crossed(wire: Wire, origin: str) -> list[Letter]:
    """What was sent to a node until now."""
    return [json.loads(body) for way, url, body in wire.seen
            if way == "POST" and url.startswith(origin)]  # fmt: skip


def samples(*kinds: str) -> Iterator[Letter]:
    """Our own samples, as between Birch and Alder, each from Birch."""
    for kind in kinds:
        for file in sorted((SAMPLES / kind).glob("*.json")):
            text = file.read_text("utf-8")
            host = str(_author(json.loads(text))).split("/")[2:3] or ["river.example"]
            found = json.loads(_moved(text, host[0]))
            if isinstance(found, dict):
                yield found if "actor" in found else {"type": "Create", "object": found}


def _author(document: Any) -> Any:
    by = document.get("actor") or document.get("attributedTo") if isinstance(document, dict) else ""
    return by.get("id") if isinstance(by, dict) else by


def _moved(text: str, theirs: str) -> str:
    """A sample in which one host is Birch, the other two are Alder, with people who are there."""
    for host in ("north.example", "river.example", "hill.example"):
        text = text.replace(host, "birch.test" if host == theirs else "alder.test")
    for name, one in (("birch", "ben"), ("alder", "ana")):
        text = re.sub(rf"https://{name}\.test/u/\w+", f"https://{name}.test/u/{one}", text)
        text = re.sub(rf"https://{name}\.test/c/\w+", f"https://{name}.test/c/{name}", text)
    return text


def foreign() -> Iterator[Letter]:
    """The letters of other programs: documents of theirs, and what was caught between them."""
    for folder in ("corpus", "captures"):
        for file in sorted((servers.need("shared") / folder).rglob("*.json")):
            try:
                found = json.loads(file.read_text("utf-8"))
                if folder == "captures":
                    found = json.loads(found["request"].get("body_raw") or "{}")
            except ValueError:
                continue
            if isinstance(found, dict) and "actor" in found and "type" in found:
                yield _from_birch(found)


def _from_birch(document: Letter) -> Letter:
    """The same letter, as if Ben had sent it: Birch in place of its server."""
    theirs, text = _author(document), json.dumps(document)
    if isinstance(theirs, str) and "://" in theirs:
        host = "/".join(theirs.split("/", 3)[:3])
        text = text.replace(f'"{theirs}"', f'"{BEN}"')
        text = text.replace(host, "https://birch.test")
    moved: Letter = json.loads(text)
    return moved


def ends_its_sender(letter: Letter) -> bool:
    """Whether nothing more is heard of who sends this."""
    return letter["type"] == "Delete" and _author({"actor": letter.get("object")}) == BEN


async def test_the_letters_of_other_programs_break_no_module(world: World) -> None:
    sent = sorted(foreign(), key=ends_its_sender)

    said = await world.send(sent)
    ended = await world.ends()

    assert said[202] > len(sent) * 0.9
    assert ended["done"] > 20


def each_act(registry: Registry, real: Iterable[Letter]) -> Iterator[Letter]:
    """Every act that a module carries out about a kind of ours: what is there, or a sample."""
    held: dict[str, Letter] = {}
    for one in (*real, *samples("wire")):
        if isinstance(one.get("object"), dict) and (name := schemas.class_name(one["object"])):
            held.setdefault(name, one["object"])
    for *acts, about in registry.handlers:
        if name := schemas.class_name({"type": about.type, "kind": about.kind}):
            made: Any = held.get(name, f"https://birch.test/o/{name}")
            by = _author(made) or BEN
            for number, act in enumerate(reversed(acts)):
                id = f"https://birch.test/a/{name}-{number}"
                if act.type == "Delete" and isinstance(made, dict):
                    made = {"id": made["id"], "type": "Tombstone"}
                made = {"id": id, "type": act.type, "actor": by, "object": made, "to": [PUBLIC]}
            yield made


async def test_our_own_samples_and_the_broken_ones_break_no_module(world: World) -> None:
    acts = list(each_act(world.alder.registry, crossed(world.wire, world.alder.origin)))
    assert len(acts) > 30
    right = await world.send([*samples("wire", "interop"), *acts])
    await world.ends()
    wrong = await world.send(samples("invalid"))
    ended = await world.ends()

    assert right[202] > 50
    assert wrong[202] > 80
    assert ended["refused"] > 20


# Random letters ------------------------------------------------------------------------------

ODD: Sequence[Any] = (
    None, True, False, 0, -1, 1.5, 1e30, 1 << 53, "", "x", "\u202e", "Note", "Create", "as:Public",
    "https://www.w3.org/ns/activitystreams#Public", "https://birch.test/o/zz",
    "https://alder.test/o/zz", "https://birch.test/c/birch", "https://alder.test/c/alder",
    "https://alder.test/u/ana", "https://birch.test/u/ben", "2026-11-20T09:00:00Z",
    "2026-13-40T99:00:00Z", "9999-12-31T23:59:59Z", "0001-01-01T00:00:00Z", "P1D", "-PT5M", "PT1H",
    "1", "-1", "0.1", "9" * 21, "NaN", "https://[", "http://[x", "https://a\u2100b/", "urn:x",
    [], {}, [[]], [None], {"id": None}, {"type": []}, {"@value": 1}, ["a"] * 50,
    {"id": "https://birch.test/o/q", "type": "Note"}, "x" * 5000,
    {"type": "Place", "latitude": 91, "longitude": 1e9}, {"type": "Collection", "items": 5},
)  # fmt: skip
Way = tuple[Any, ...]


def ways(held: Any, way: Way = ()) -> Iterator[Way]:
    """The way to every value in a document but who says it, and under which id."""
    parts = held.items() if isinstance(held, dict) else enumerate(held)
    for key, inner in parts:
        if way or key not in ("actor", "id"):
            yield (*way, key)
            if isinstance(inner, dict | list):
                yield from ways(inner, (*way, key))


def at(held: Any, way: Way) -> Any:
    for key in way:
        held = held[key]
    return held


def changed(letter: Letter, chance: random.Random) -> Letter:
    """A letter with none to two of its values replaced, left out, doubled or moved."""
    made = copy.deepcopy(letter)
    for _ in range(chance.choice([0, 1, 1, 1, 1, 2])):
        if known := list(ways(made)):
            _change(made, chance.choice(known), chance.choice(known), chance)
    return made


def _change(made: Letter, way: Way, other: Way, chance: random.Random) -> None:
    inside, key, odd = at(made, way[:-1]), way[-1], copy.deepcopy(chance.choice(ODD))
    drawn = chance.random()
    if drawn < 0.6:
        inside[key] = odd
    elif drawn < 0.75:
        inside.pop(key)
    elif drawn < 0.85:
        inside[key] = [inside[key], odd]
    else:
        inside[key] = copy.deepcopy(at(made, other))


def kind(letter: Letter) -> str:
    """What a letter is about, so that each kind is drawn as often as any other."""
    held = letter.get("object")
    inner = (held.get("type"), held.get("kind")) if isinstance(held, dict) else "id"
    return str((letter.get("type"), inner))


def drawn(real: Iterable[Letter], chance: random.Random, number: int) -> Iterator[Letter]:
    """So many letters, each made from a real one."""
    kinds: dict[str, list[Letter]] = {}
    for one in real:
        kinds.setdefault(kind(one), []).append(one)
    for count in range(number):
        made = changed(chance.choice(kinds[chance.choice(list(kinds))]), chance)
        held = made.get("object")
        if made.get("type") == "Create" and isinstance(held, dict) and chance.random() < 0.5:
            held["id"] = f"https://birch.test/o/wild-{count}"
        yield made


async def test_random_letters_end_and_break_no_module(world: World) -> None:
    """J05"""
    real = crossed(world.wire, world.alder.origin)
    real += each_act(world.alder.registry, real)
    real += samples("wire", "invalid", "interop")
    assert len({kind(one) for one in real}) > 40

    said = await world.send(drawn(real, random.Random(SEED), NUMBER))
    ended = await world.ends()

    assert said[202] > NUMBER / 2
    assert min(ended["done"], ended["refused"]) > NUMBER / 50
