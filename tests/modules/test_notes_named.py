"""Whom a post names, where servers hang: its writer waits for seconds and is told who is missed."""

import asyncio
from collections.abc import Awaitable, Callable

import pytest

from federation.limits import Bucket
from node.modules.notes import named, tables
from tests.conftest import Browser, Wire, person
from tests.federation.strangers import Server, rows
from tests.modules.strange import MakeNode, Stage, stage

Browse = Callable[..., Awaitable[Browser]]
pytestmark = pytest.mark.parametrize("backend", ["sqlite"], indirect=True)


@pytest.fixture
async def here(make_node: MakeNode, wire: Wire) -> Stage:
    made = await stage(make_node, wire)
    await person(made.node, "ana")
    return made


def servers(here: Stage, *names: str, hanging: asyncio.Event | None = None) -> list[Server]:
    """Servers with a bob each, who is called so."""
    made = []
    for name in names:
        server = here.server(name)
        server.hanging = hanging
        server.vouch(f"bob@{name}", here.actor(server, "bob").id)
        made.append(server)
    return made


async def post(here: Stage, browse: Browse, *hosts: str) -> str:
    """Have ana write to the bobs of these hosts; the page she sees then."""
    text = "Hello " + " ".join(f"@bob@{host}" for host in hosts)
    ana = await browse(here.node, "ana")
    page = await ana.post("/notes", {"text": text, "reach": "public", "lang": "en"})
    assert page.url.path.startswith("/n/"), page.text
    return page.text


async def mentioned(here: Stage) -> list[str]:
    (kept,) = await rows(here.node, tables.note)
    return sorted(one["href"] for one in kept.mentions)


async def test_all_are_looked_up_at_once(
    here: Stage, browse: Browse, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(named, "SECONDS", 60)
    free = asyncio.Event()
    names = [f"h{n}.test" for n in range(5)]
    asked = servers(here, *names, hanging=free)

    writing = asyncio.ensure_future(post(here, browse, *names))
    await asyncio.gather(*(one.reached.wait() for one in asked))
    free.set()
    page = await writing

    assert await mentioned(here) == [f"https://{name}/users/bob" for name in names]
    assert "Nobody was found" not in page


async def test_who_hangs_stays_plain_text_and_the_writer_is_told(
    here: Stage, browse: Browse, monkeypatch: pytest.MonkeyPatch
) -> None:
    servers(here, "elm.test")
    await post(here, browse, "elm.test")
    await here.node.write(lambda unit: unit.db.execute(tables.note.delete()))
    monkeypatch.setattr(named, "SECONDS", 0.05)
    servers(here, "oak.test", "ash.test", hanging=asyncio.Event())

    page = await post(here, browse, "elm.test", "oak.test", "ash.test")

    assert await mentioned(here) == ["https://elm.test/users/bob"]
    assert "Nobody was found for @bob@oak.test, @bob@ash.test" in page


async def test_a_member_has_only_so_many_looked_up(here: Stage, browse: Browse) -> None:
    few, all_ = Bucket(burst=1, each_second=0), Bucket(burst=9, each_second=0)
    here.node.memory["federation.asking.members"] = few, all_
    asked = servers(here, "elm.test", "oak.test")

    page = await post(here, browse, "elm.test", "oak.test")

    # both are looked up at once, so either may be the one
    (one,) = await mentioned(here)
    first = one == "https://elm.test/users/bob"
    assert asked[int(first)].asked.total() == 0
    assert f"Nobody was found for @bob@{'oak' if first else 'elm'}.test:" in page
