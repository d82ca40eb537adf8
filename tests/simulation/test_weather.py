"""Runs, each of its own seed: FOLKMOOT_TEST_SEEDS=1000, or 17:18 for one of them again."""

import os
import random

import pytest

from tests.conftest import Clock, MakeNode, Wire, person, settle
from tests.simulation.life import Life, faults, follows
from tests.simulation.weather import Weather

STEPS = 40


def _seeds() -> range:
    first, colon, last = os.environ.get("FOLKMOOT_TEST_SEEDS", "0:2").partition(":")
    return range(int(first), int(last)) if colon else range(int(first))


@pytest.fixture
def wire(seed: int) -> Wire:
    return Weather(seed)


@pytest.mark.sqlite
@pytest.mark.parametrize("seed", _seeds())
async def test_whatever_the_weather(
    make_node: MakeNode, wire: Weather, clock: Clock, seed: int
) -> None:
    nodes = [await make_node(name) for name in ("alder", "birch", "cedar")]
    people = {node: [await person(node, f"{name}") for name in ("ana", "ben")] for node in nodes}
    life = Life(weather=wire, clock=clock, people=people, chance=random.Random(seed))
    for node in nodes:
        for other in nodes:
            if node is not other:
                await follows(node, people[node][0], people[other][0])
    await settle(*nodes)
    wire.calm = False

    for _ in range(STEPS):
        await life.step()
    await life.rest()

    found = await faults(life)
    assert not found, "\n".join([f"seed {seed}", *life.done, *found])
