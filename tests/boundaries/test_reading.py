"""Reading: whoever reads whatever, nothing breaks, nothing changes, nothing private is kept."""

import itertools

import pytest

from tests.boundaries import pages, routes, world
from tests.boundaries.test_canary import day
from tests.boundaries.visitors import BROWSER, Visitors
from tests.boundaries.world import World, at_rest

WHO = ("nobody", "ana", "keeper", "peer")
UNSAFE = ("PUT", "DELETE", "PATCH", "OPTIONS", "TRACE", "PROPFIND")


async def test_every_page_holds_for_everybody(full: World, visitors: Visitors) -> None:
    # the other database answers the same questions; who asks changes a condition alone
    asking = WHO if full.node.database.sqlite else ("keeper", "peer")
    found: list[str] = []
    statuses = set()

    for who, answer in await visitors.walk(*asking):
        statuses.add(answer.status_code)
        found += pages.wrong(who, answer)

    assert not found, pages.told(found)
    assert {200, 303, 404} <= statuses
    assert 403 in statuses or asking != WHO


@pytest.mark.sqlite
async def test_every_page_of_what_was_decided_holds_for_everybody(
    full: World, visitors: Visitors
) -> None:
    """Pages that are there after the count alone: the record, its file, what follows it."""
    await day(full)
    asked = set[str]()
    found: list[str] = []
    before = await at_rest(full)

    for who, path in itertools.product(WHO, visitors.known()):
        if path.startswith(("/d/", "/j/", "/reports/", "/p/", "/votes/", "/deliveries/")):
            answer = await visitors.ask(who, path, **({} if who == "peer" else BROWSER))
            found += pages.wrong(who, answer)
            if answer.status_code == 200:
                asked.add(path.rpartition("/")[2])

    assert not found, pages.told(found)
    known_ = {full.ids[name] for name in ("here record", "joint", "told")}
    assert {"signed.json", "proof.json", *known_} <= asked
    assert await world.rows(full.node) == before


async def test_odd_requests_are_answered_and_change_nothing(
    full: World, visitors: Visitors
) -> None:
    found: list[str] = []
    before = await at_rest(full)

    for who, path, query in odd(visitors):
        found += pages.wrong(who, await visitors.ask(who, f"{path}?{query}", **BROWSER))
    assert not found, pages.told(found)
    assert await world.rows(full.node) == before


@pytest.mark.sqlite
async def test_odd_ways_to_ask_are_answered_and_change_nothing(
    full: World, visitors: Visitors
) -> None:
    found: list[str] = []
    before = await at_rest(full)

    for (who, path), accept in zip(plain(visitors), itertools.cycle(routes.ACCEPTS), strict=False):
        found += pages.wrong(who, await visitors.ask(who, path, accept=accept))
        found += pages.wrong(who, await visitors.ask(who, path, "HEAD", accept=accept))
    for (who, path), method in zip(plain(visitors), itertools.cycle(UNSAFE), strict=False):
        answer = await visitors.ask(who, path, method, **BROWSER)
        found += pages.wrong(who, answer)
        assert answer.status_code in {200, 303, 403, 404, 405, 415}, (method, path)

    assert not found, pages.told(found)
    assert await world.rows(full.node) == before


def odd(visitors: Visitors) -> list[tuple[str, str, str]]:
    """Every route with an id that names nothing, and odd query strings in turn."""
    paths = routes.reading(visitors.app)
    made = [one for path in paths for one in (routes.nonsense(path) or [path])]
    queries = itertools.cycle(routes.QUERIES)
    who = itertools.cycle(("nobody", "ben", "keeper"))
    return [(next(who), path, next(queries)) for path in made for _ in range(2)]


def plain(visitors: Visitors) -> list[tuple[str, str]]:
    """Every route once, with the first thing that is there."""
    who = itertools.cycle(("nobody", "ben", "keeper"))
    paths = routes.reading(visitors.app)
    first = [routes.filled(path, routes.known(visitors.world, path))[0] for path in paths]
    return [(next(who), path) for path in first for _ in range(3)]
