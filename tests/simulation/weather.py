"""A wire on which letters are lost, come twice, come late and in another order; by one seed."""

import contextlib
import random
from collections.abc import Mapping
from typing import Any

from node.kernel.network import Answer, Unreachable
from tests.conftest import Wire


class Weather(Wire):
    """The wire of a simulation. While it is calm it is like any other."""

    def __init__(self, seed: int) -> None:
        super().__init__()
        self.chance = random.Random(seed)
        self.calm = True
        self.late: list[tuple[Any, ...]] = []
        """Letters whose sender believes that nobody answered; they come at a later time."""

    async def exchange(
        self, method: str, url: str, headers: Mapping[str, str], body: bytes, **more: Any
    ) -> Answer:
        if self.calm:
            return await super().exchange(method, url, headers, body, **more)
        match self.chance.choices(
            ["well", "lost", "unheard", "twice", "late"], [60, 10, 10, 10, 10]
        ):
            case ["lost"]:
                raise Unreachable("lost on the way")
            case ["late"] if method == "POST":
                self.late.append((method, url, headers, body, more))
                raise Unreachable("late")
            case ["twice"]:
                await super().exchange(method, url, headers, body, **more)
            case ["unheard"]:
                await super().exchange(method, url, headers, body, **more)
                raise Unreachable("the answer was lost")
        return await super().exchange(method, url, headers, body, **more)

    async def blow(self, most: int) -> None:
        """Let some of the late letters arrive, in any order."""
        for _ in range(min(most, len(self.late))):
            at = self.chance.randrange(len(self.late))
            method, url, headers, body, more = self.late.pop(at)
            with contextlib.suppress(Unreachable):
                await super().exchange(method, url, headers, body, **more)
