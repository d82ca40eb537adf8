"""`make demo` shows what it promises: a need met across nodes, a decision adopted elsewhere."""

import asyncio
import itertools
import os
import re
import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import timedelta
from pathlib import Path

import httpx
import pytest

from node import demo, stage
from node.demo import leaflet, story
from node.demo.people import PLACES
from node.kernel.access import Viewer
from node.kernel.keys import Keys
from node.kernel.node import Node
from node.modules.agreements import doing, queries, settling
from node.modules.agreements.rules import State
from node.modules.proposals import queries as proposals
from tests import servers
from tests.conftest import found, person
from tests.modules.meeting import post
from tests.templates import Templates, shipped


@asynccontextmanager
async def signed_in(origin: str, who: str) -> AsyncIterator[httpx.AsyncClient]:
    """A browser of somebody's."""
    headers = {"origin": origin}
    # no certificates: to read those takes longer than any page
    async with httpx.AsyncClient(
        base_url=origin, follow_redirects=True, timeout=20, headers=headers, verify=False
    ) as client:
        door = await client.get("/sign-in")
        hidden = servers.hidden_fields(door.text, "/sign-in")
        await client.post("/sign-in", data={**hidden, "name": who, "password": story.PASSWORD})
        yield client


@asynccontextmanager
async def browsers() -> AsyncIterator[Callable[[str, str, str], Awaitable[str]]]:
    """What somebody sees on a page at a node, in a browser of their own, signed in once."""
    async with AsyncExitStack() as kept:
        opened: dict[tuple[str, str], httpx.AsyncClient] = {}

        async def seen(origin: str, who: str, path: str) -> str:
            if (origin, who) not in opened:
                opened[origin, who] = await kept.enter_async_context(signed_in(origin, who))
            page = await opened[origin, who].get(path)
            assert page.status_code == 200
            return page.text

        yield seen


async def confirmed(opened: stage.Stage, alder: str, birch: str) -> None:
    """Mira confirms what Bo did, with thanks, by the link on her first page; time passes."""
    async with signed_in(alder, "mira") as mira, signed_in(birch, "bo") as bo:
        front = (await mira.get("/")).text
        path = re.findall(r'href="(/agreements/[\w-]+)"', front)[0]
        token = servers.hidden_fields((await mira.get(path)).text, path)
        thanks = {**token, "say": "confirm", "thanks": "It runs like new."}
        assert "Confirmed" in (await mira.post(path, data=thanks)).text

        async def passed() -> bool:
            took, gave = (await mira.get("/time")).text, (await bo.get("/time")).text
            return "You received" in took.partition("In all")[0] and "You gave Mira" in gave

        await opened.until(passed)
        ended = (await bo.get("/agreements")).text
        assert "Done, with Mira" in ended


async def test_the_story_is_told_and_can_be_walked_through(
    tmp_path: Path, templates: Templates, key_pool: list[Keys]
) -> None:
    for name in PLACES:
        (tmp_path / name).mkdir()
        await templates.database(
            servers.Backend(kind="sqlite"), tmp_path / name, list(shipped().values())
        )
    told: list[str] = []
    quick = {"match_delay_least_seconds": 0.0, "match_delay_most_seconds": 0.1}
    behind, keys = stage.Behind(days=story.DAYS), itertools.cycle(key_pool)
    async with (
        stage.opened(
            tmp_path, tuple(PLACES), clock=behind, make_keys=lambda: next(keys), **quick
        ) as opened,
        browsers() as seen,
    ):
        await story.tell(opened, told.append)
        alder, birch, cedar = (opened.nodes[n].origin for n in ("alder", "birch", "cedar"))

        assert "bo@birch-yard.example" in await seen(alder, "mira", "/introductions")
        assert "mira@alder-street.example" in await seen(birch, "bo", "/introductions")
        assert "Lend our tools" in await seen(cedar, "carla", "/decisions/elsewhere")
        assert "Cedar Hill" in await record_page(birch)
        assert "Bo Nakamura says it is done" in await seen(alder, "mira", "/")
        waiting = await seen(alder, "pavel", "/decide")
        assert "What becomes of the empty corner" in waiting
        assert "Would you do this? Write down what" in await seen(birch, "felix", "/")
        assert "A lamp over the back door" in await seen(alder, "lene", "/deliveries")
        assert "Keep the gate to the street open" in waiting
        assert "Pavel Dusek asks for My long ladder" in await seen(alder, "otto", "/")
        assert "You have it from Lene Vos" in await seen(alder, "ana", "/shelf")
        assert "Your idea has support enough" in await seen(alder, "mira", "/")
        for who, node in (("mira", alder), ("bo", birch), ("carla", cedar)):
            assert "Decided together: yes" in await seen(node, who, "/j")
        assert "Cedar Hill lacks Gardening" in await seen(alder, "pavel", "/flow")
        assert "Quiet in the yard" in waiting
        assert "Your turn" in await seen(alder, "ana", "/")
        assert "Mira Halim" in await seen(alder, "edda", "/roles")
        quiet = await linked(opened.nodes["alder"], "Quiet in the yard")
        assert "/juries/" in await seen(alder, "pavel", quiet)
        assert "The lot is being made" in await seen(
            alder, "pavel", quiet.replace("/p/", "/juries/")
        )
        bench = await linked(opened.nodes["alder"], "Paint the bench")
        assert "Lene Vos votes for you, and has chosen" in await seen(alder, "jon", f"{bench}/vote")
        assert "They vote for you in votes that open until" in await seen(
            alder, "jon", "/delegations"
        )
        assert "A shelf for lost things" in await seen(alder, "ana", "/decide")
        assert "A shelf for lost things" not in await seen(alder, "jon", "/decide")
        assert len(told) == 10
        assert any(alder in line for line in leaflet(opened))
        await confirmed(opened, alder, birch)


async def linked(node: Node, title: str) -> str:
    """Where a matter that is open is, by how its title begins."""
    viewer = Viewer(role="member")
    stages = ("researching", "formingPositions", "deliberating", "voting")
    found = await node.read(lambda db: proposals.listed(db, viewer, ours=True, stages=stages))
    return next(f"/p/{one.slug}" for one in found if one.name.startswith(title))


async def record_page(origin: str) -> str:
    """The page of the first public decision of birch, as a visitor sees it."""
    accept = {"accept": "application/activity+json"}
    async with httpx.AsyncClient(base_url=origin, timeout=20) as visitor:
        listed = (await visitor.get("/c/birch/decisions", headers=accept)).json()
        first = (await visitor.get(listed["first"], headers=accept)).json()
        *_, record = first["orderedItems"]
        url = record["url"] if isinstance(record, dict) else record
        html = {"accept": "text/html"}
        return (await visitor.get(url, headers=html, follow_redirects=True)).text


async def test_days_pass_when_somebody_types_how_many(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    said, heard, due = [], asyncio.Event(), asyncio.Queue()
    opened = stage.Stage(nodes={}, clock=stage.Behind())
    before, ahead, over = opened.clock(), tmp_path / demo.AHEAD, asyncio.Event()
    monkeypatch.setattr(demo, "PAUSE", 0)
    end, typing = os.pipe()

    def hear(line: str) -> None:
        demo._pass(line, due, ahead, said.append)
        if line == "3":
            heard.set()

    with os.fdopen(end) as terminal, os.fdopen(typing, "w", buffering=1) as keys:
        monkeypatch.setattr(sys, "stdin", terminal)
        with demo._listening(hear, said.append):
            for line in ("7", "a week", "0", "99999", "3"):
                print(line, file=keys)
                await asyncio.sleep(0)
            await heard.wait()
    passing = asyncio.create_task(demo._let_pass(due, opened, lambda _: over.set()))
    for _line in ("7", "3"):
        await over.wait()
        over.clear()
    passing.cancel()

    assert timedelta(days=10) <= opened.clock() - before < timedelta(days=11)
    assert demo._ahead(ahead) == 10
    assert sum("Type a number of days" in line for line in said) == 3


async def test_what_is_due_each_day_is_done_while_days_pass(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What was delivered confirms itself after a week, however the days were typed."""
    monkeypatch.setattr(demo, "PAUSE", 0.3)
    due: asyncio.Queue[int] = asyncio.Queue()
    async with stage.opened(tmp_path, ("alder",), clock=stage.Behind()) as opened:
        alder = opened.nodes["alder"]
        await found(alder, "alder", alder.origin)
        ana, ben = await person(alder, "ana"), await person(alder, "ben")
        notice = await post(alder, ana, "request", hidden=False)
        held = await alder.write(settling.answer, ben.id, notice)
        await alder.write(settling.accept, ana.id, held.slug)
        await alder.write(doing.deliver, ben.id, held.slug, 60)
        passing = asyncio.create_task(demo._let_pass(due, opened, lambda _: None))
        for days in (6, 2):
            due.put_nowait(days)

        async def done() -> bool:
            (one,) = await alder.read(queries.with_member, ana.id)
            return one.state is State.FULFILLED

        await opened.until(done, seconds=20)
        passing.cancel()


async def test_where_nobody_can_type_the_demo_goes_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    said: list[str] = []
    with (tmp_path / "file").open("w+") as nobody:
        monkeypatch.setattr(sys, "stdin", nobody)
        with demo._listening(said.append, said.append):
            pass

    assert said == []
