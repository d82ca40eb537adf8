"""How long a count of 5,000 ballots on 8 options takes, by method."""

import random
import time
from collections.abc import Iterator

from node.modules.decisions.methods import METHODS
from node.modules.decisions.methods.face import Marks, Method, Paper, Setup

BALLOTS = 5000
OPTIONS = tuple("abcdefgh")
ALLOWED = 0.050
"""Seconds for every method but those that may take longer."""
SLOW = frozenset({"stv", "meekStv", "rankedPairs"})


def ballot(dice: random.Random, method: Method) -> Marks:
    """A random ballot that can be cast."""
    if method.positions:
        return {dice.choice(method.positions): 1}
    if method.paper is Paper.ONE:
        return {dice.choice(OPTIONS): 1}
    if method.paper is Paper.PLACES:
        order = dice.sample(OPTIONS, dice.randint(1, len(OPTIONS)))
        return {key: place for place, key in enumerate(order, 1)}
    if method.paper is Paper.SCORES:
        return {key: dice.randint(0, 5) for key in OPTIONS}
    if method.paper in (Paper.DOTS, Paper.CREDITS):
        return {key: dice.randint(0, 1) for key in OPTIONS}
    return dict.fromkeys(dice.sample(OPTIONS, dice.randint(1, 3)), 1)


def measure() -> Iterator[tuple[str, float]]:
    """The best of three for each method, in seconds of the processor."""
    dice = random.Random("bench")
    for name, method in METHODS.items():
        options = () if method.positions else OPTIONS
        made = Setup(options=options, share=method.share, most=method.most, seats=3, budget=900,
                     costs=dict(zip(OPTIONS, range(100, 900, 100), strict=True)))  # fmt: skip
        ballots = [ballot(dice, method) for _ in range(BALLOTS)]
        took = []
        for _ in range(3):
            begun = time.process_time()
            method.count(ballots, made)
            took.append(time.process_time() - begun)
        yield name, min(took)


def table() -> str:
    """What was measured, in words, and what took longer than it may."""
    lines = []
    for name, took in measure():
        late = took > ALLOWED and name not in SLOW
        lines.append(f"count {name:18}{took * 1000:12.1f}  ms{'  TOO LONG' if late else ''}\n")
    return "".join(lines)
