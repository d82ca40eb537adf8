"""Ballots: one each, in time, by those who may, and nobody reads them but the count."""

import asyncio
import itertools
import logging
from collections import Counter
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import Connection, text
from sqlalchemy.exc import DatabaseError, DBAPIError

from node.kernel.errors import Conflict, Invalid, Missing, Refused
from node.kernel.node import Node
from node.kernel.tables import log_entry, log_words
from node.modules import decisions as module
from node.modules.accounts import api as accounts
from node.modules.accounts import leaving
from node.modules.decisions.api import Method, cast, state
from node.modules.decisions.tables import ballot, metadata, roster
from tests.conftest import PASSWORD, Browser, Clock, Wire, person, settle
from tests.modules.moot import bring, people, rows
from tests.servers import hidden_fields

Browse = Callable[..., Any]


@pytest.fixture
async def slug(alder: Node) -> str:
    """A proposal that Ana, Ben and the keeper vote on."""
    ana, _ben = await people(alder, "ana", "ben")
    return await bring(alder, ana.id, method=Method.CONSENT)


async def ballots(node: Node) -> Counter[str]:
    return Counter(row.position for row in await rows(node, ballot))


async def member(node: Node, name: str) -> str:
    found = await node.read(accounts.by_handle, name)
    assert found is not None
    return found.id


async def flags(node: Node) -> Counter[bool]:
    return Counter(row.voted for row in await rows(node, roster))


async def test_of_many_ballots_at_once_one_is_taken(alder: Node, slug: str) -> None:
    ana = await member(alder, "ana")
    positions = ["consent", "abstain"] * 10

    done = await asyncio.gather(
        *(alder.write(cast, slug, ana, one) for one in positions), return_exceptions=True
    )

    refused = [one for one in done if isinstance(one, Exception)]
    assert len(refused) == len(positions) - 1
    assert {type(one) for one in refused} == {Conflict}
    assert (await ballots(alder)).total() == (await flags(alder))[True] == 1


async def test_everybody_at_once_is_counted_once(alder: Node, slug: str) -> None:
    names = [await member(alder, name) for name in ("ana", "ben", "keeper")]

    await asyncio.gather(
        *(alder.write(cast, slug, who, "consent") for who in names * 5), return_exceptions=True
    )

    assert (await ballots(alder), await flags(alder)) == (Counter(consent=3), Counter({True: 3}))


async def test_the_deadline_is_a_moment(alder: Node, slug: str, clock: Clock) -> None:
    closes = clock.now + timedelta(days=7)
    clock.now = closes - timedelta(microseconds=1)
    await alder.write(cast, slug, await member(alder, "ana"), "consent")

    for late in (timedelta(0), timedelta(microseconds=1), timedelta(days=400)):
        clock.now = closes + late
        with pytest.raises(Conflict) as refused:
            await alder.write(cast, slug, await member(alder, "ben"), "consent")
        assert refused.value.code == "E_CLOSED"

    assert (await ballots(alder)).total() == 1


async def test_nothing_is_taken_after_the_count(alder: Node, slug: str, clock: Clock) -> None:
    ana = await member(alder, "ana")
    clock.advance(days=8)
    await settle(alder)
    clock.now -= timedelta(days=8)  # a clock that was set back opens nothing

    with pytest.raises(Conflict) as refused:
        await alder.write(cast, slug, ana, "consent")

    assert (refused.value.code, (await ballots(alder)).total()) == ("E_CLOSED", 0)


NO_CHOICE = ("", " ", "consent ", "CONSENT", "consent,consent", "inFavour", "oppose", "yes", "0",
             "\0", "Position.CONSENT", "' OR 1=1 --")  # fmt: skip


async def test_what_is_no_choice_is_no_ballot(alder: Node, slug: str) -> None:
    ana = await member(alder, "ana")

    for choice in NO_CHOICE:
        with pytest.raises(Invalid):
            await alder.write(cast, slug, ana, choice)

    assert (await ballots(alder)).total() == (await flags(alder))[True] == 0


UNCLEAR: tuple[dict[str, Any], ...] = (
    {}, {"position": ""}, {"position": ["consent", "block"]}, {"position": "perhaps"},
{"position[]": "consent"}, {"position": "block"},
)  # fmt: skip


async def test_a_paper_that_says_nothing_clear_is_shown_again(
    alder: Node, slug: str, browse: Browse
) -> None:
    browser: Browser = await browse(alder, "ana")

    for place, sent in itertools.product(("vote", "cast"), UNCLEAR):
        answer = await send(browser, slug, place, sent)
        assert answer.status_code == 422, (place, sent)

    assert (await ballots(alder)).total() == (await flags(alder))[True] == 0


async def send(browser: Browser, slug: str, place: str, paper: dict[str, Any]) -> Any:
    """Send a paper from the page of the ballot to one of the two steps."""
    page = await browser.get(f"/p/{slug}/vote")
    fields = hidden_fields(page.text, f"/p/{slug}/vote")
    headers = {"origin": browser.node.origin}
    return await browser.client.post(
        f"/p/{slug}/{place}", data={**fields, **paper}, headers=headers
    )


async def test_who_may_not_vote_does_not(alder: Node, slug: str, browse: Browse) -> None:
    late = await person(alder, "late")
    outside = "https://birch.test/u/bo"
    service = alder.community.service

    others = (outside, service, alder.community.id, "", "%")
    for who in (late.id, *others):
        with pytest.raises(Refused) as refused:
            await alder.write(cast, slug, who, "consent")
        assert refused.value.code == ("E_MEMBERS_ONLY" if who in others else "E_NOT_ON_ROSTER")
    with pytest.raises(Missing):
        await alder.write(cast, "nothing", late.id, "consent")
    browser: Browser = await browse(alder, "late")
    assert (await browser.get(f"/p/{slug}/vote")).status_code == 403

    assert (await ballots(alder)).total() == 0


async def test_who_has_left_does_not_vote(alder: Node, slug: str, browse: Browse) -> None:
    ben: Browser = await browse(alder, "ben")
    page = await ben.get(f"/p/{slug}/vote")
    await alder.write(leaving.leave, await member(alder, "ben"))

    with pytest.raises(Refused):
        await alder.write(cast, slug, f"{alder.origin}/u/ben", "consent")
    fields = {**hidden_fields(page.text, f"/p/{slug}/vote"), "position": "consent"}
    headers = {"origin": alder.origin}
    answer = await ben.client.post(f"/p/{slug}/cast", data=fields, headers=headers)
    assert answer.status_code in {401, 403}

    assert (await ballots(alder)).total() == 0


# Who reads them -----------------------------------------------------------------------------

SNEAKY = (
    "SELECT * FROM {table}",
    "SELECT count(*) FROM {table}",
    "SELECT 1 FROM {table} LIMIT 1",
    "SELECT (SELECT count(*) FROM {table})",
    "SELECT * FROM roster, {table}",
    "SELECT r.member FROM roster r JOIN {table} ON 1 = 1",
    "SELECT * FROM roster WHERE EXISTS (SELECT 1 FROM {table})",
    "WITH b AS (SELECT * FROM {table}) SELECT count(*) FROM b",
    "SELECT 1 FROM roster UNION SELECT 1 FROM {table}",
    "SELECT * FROM seen_{table}",
    "SELECT count(*) FROM seen_{table}",
)


@pytest.mark.parametrize("table", ["ballot", "audit", "vote_statement", "actor_key"])
async def test_no_reading_connection_reads_them(alder: Node, slug: str, table: str) -> None:
    await alder.write(cast, slug, await member(alder, "ana"), "consent")
    await alder.write(state, slug, "statement", "It stays empty.")
    await alder.write(view_over, table)

    for statement in SNEAKY:

        def look(db: Connection, said: str = statement) -> Any:
            return db.execute(text(said.format(table=table))).all()

        with pytest.raises((DatabaseError, DBAPIError)) as refused:
            await alder.read(look)
        assert any(word in str(refused.value) for word in ("prohibited", "denied", "authoriz"))

    mine = await alder.write(lambda unit: unit.db.scalar(text(f"SELECT count(*) FROM {table}")))
    assert mine > 0


def view_over(unit: Any, table: str) -> None:
    unit.db.execute(text(f"CREATE VIEW seen_{table} AS SELECT * FROM {table}"))


async def test_the_secret_tables_are_marked() -> None:
    marked = {t.name for t in metadata.sorted_tables if t.info.get("secret")}
    assert marked == {"ballot", "audit", "open_ballot", "vote_statement"}
    assert "at" not in ballot.c
    assert not {"member", "account", "voter", "slot"} & set(ballot.c.keys())
    assert module.module.export is not None


# What is logged -----------------------------------------------------------------------------


async def test_no_log_tells_how_somebody_voted(
    alder: Node,
    birch: Node,
    slug: str,
    browse: Browse,
    clock: Clock,
    wire: Wire,
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.DEBUG)
    browser: Browser = await browse(alder, "ana")
    paper = {"position": "block", "reason": "canary-of-a-reason"}
    reviewed = await browser.post(f"/p/{slug}/vote", paper)
    assert reviewed.status_code == 200
    done = await send(browser, slug, "cast", paper)
    assert done.status_code == 200, done.text
    keys = [row.key for row in await rows(alder, ballot)]
    stranger: Browser = await browse(alder)
    wrong = await stranger.post("/sign-in", {"name": "ana", "password": "canary-of-a-password"})
    assert wrong.status_code in {200, 422}
    clock.advance(days=8)
    await settle(alder, birch)

    cookies = [c.value for c in browser.client.cookies.jar if c.value]
    private = [*keys, *cookies, PASSWORD, "canary-of-a", "PRIVATE KEY", "signature=", "Signature:"]
    logged = [f"{r.name} {r.getMessage()} {r.args!r} {r.exc_text or ''}" for r in caplog.records]
    assert logged
    found = [(word, line[:200]) for line in logged for word in private if word and word in line]
    assert found == []


async def test_the_log_of_deeds_knows_nothing_of_ballots(alder: Node, slug: str) -> None:
    before = len(await rows(alder, log_entry))

    await alder.write(cast, slug, await member(alder, "ana"), "block", "canary-of-a-reason")

    assert len(await rows(alder, log_entry)) == before
    assert "canary" not in repr(await rows(alder, log_words))
