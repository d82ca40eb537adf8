"""Turns and places: who hangs has a share, and whoever finds none is not to blame."""

import asyncio
from collections.abc import AsyncIterator

import pytest

from node.kernel.places import AT_ONCE, PER_ZONE, UNKNOWN, Busy, Full, Hosts, Lookups, zone


class Resolver:
    """Answers for every name but those that hang, as long as they do."""

    def __init__(self) -> None:
        self.hanging = True
        self.asked: list[str] = []
        self.go = asyncio.Event()

    async def __call__(self, host: str, port: int) -> list[str]:
        self.asked.append(host)
        if self.hanging and "slow" in host:
            await self.go.wait()
        return ["192.0.2.1"]


@pytest.fixture
async def resolver() -> Resolver:
    return Resolver()


@pytest.fixture
async def lookups(resolver: Resolver) -> AsyncIterator[Lookups]:
    made = Lookups(resolver, wait=0.05, answer=60)
    yield made
    made.close()


async def start(lookups: Lookups, *names: str) -> list[asyncio.Task[list[str]]]:
    tasks = [asyncio.ensure_future(lookups.find(name, 443)) for name in names]
    for _ in range(3):
        await asyncio.sleep(0)
    return tasks


async def end(*tasks: asyncio.Task[list[str]]) -> None:
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)


async def test_names_of_one_owner_have_two_turns(lookups: Lookups, resolver: Resolver) -> None:
    tasks = await start(lookups, *(f"{n}.slow.test" for n in range(9)))

    with pytest.raises(Full):
        await lookups.find("another.slow.test", 443)
    other = await lookups.find("birch.test", 443)

    assert other == ["192.0.2.1"]
    assert len([name for name in resolver.asked if "slow" in name]) == PER_ZONE
    await end(*tasks)


async def test_names_never_found_before_leave_half_to_the_known(
    lookups: Lookups, resolver: Resolver
) -> None:
    await lookups.find("birch.test", 443)
    tasks = await start(lookups, *(f"slow{n}.test" for n in range(AT_ONCE * 2)))

    with pytest.raises(Full):
        await lookups.find("new.test", 443)
    known = await lookups.find("birch.test", 443)

    assert known == ["192.0.2.1"]
    assert len([name for name in resolver.asked if "slow" in name]) == UNKNOWN
    await end(*tasks)


async def test_a_turn_is_free_again_only_when_the_resolver_is(resolver: Resolver) -> None:
    lookups = Lookups(resolver, wait=0.05, answer=0.05)
    for number in range(PER_ZONE):
        with pytest.raises(OSError, match="nobody answers"):
            await lookups.find(f"{number}.slow.test", 443)

    with pytest.raises(Full):
        await lookups.find("2.slow.test", 443)
    resolver.go.set()
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    after = await lookups.find("2.slow.test", 443)

    assert after == ["192.0.2.1"]
    lookups.close()


async def test_a_name_that_waits_for_its_turn_gets_it(resolver: Resolver) -> None:
    lookups = Lookups(resolver, wait=60, answer=60)
    tasks = await start(lookups, *(f"{n}.slow.test" for n in range(9)))
    assert len(resolver.asked) == PER_ZONE

    resolver.go.set()
    found = await asyncio.gather(*tasks)

    assert found == [["192.0.2.1"]] * 9
    lookups.close()


async def test_a_place_at_a_host_is_given_back_whatever_happens() -> None:
    hosts = Hosts(1)

    async with hosts.place("elm.test", 1):
        with pytest.raises(Busy, match="E_BUSY"):
            async with hosts.place("elm.test", 0.01):
                pass
        async with hosts.place("oak.test", 1):
            pass
    with pytest.raises(ZeroDivisionError):
        async with hosts.place("elm.test", 1):
            raise ZeroDivisionError
    async with hosts.place("elm.test", 0.01):
        pass

    assert hosts._doors == {}


@pytest.mark.parametrize(
    ("host", "part"),
    [
        ("birch.example", "birch.example"),
        ("a.b.birch.example", "birch.example"),
        ("A.Birch.Example.", "birch.example"),
        ("a.birch.co.uk", "birch.co.uk"),
        ("birch.co.uk", "birch.co.uk"),
        ("localhost", "localhost"),
    ],
)
def test_names_of_one_owner_are_seen_as_such(host: str, part: str) -> None:
    assert zone(host) == part
