"""Which letter of another server set off what is being done.

A unit hands it on to each job and each event it leaves behind, and the runner holds it while it
carries one out. So whoever asks other servers can spend what is that letter's, however far away
from it (`federation.budget`). What no letter set off has no cause.
"""

from contextvars import ContextVar
from dataclasses import dataclass


@dataclass(kw_only=True)
class Cause:
    """A letter, and how far from it we are.

    `asked` is set by whoever asks another server: what is left to do after that is one deeper.
    """

    letter: int
    depth: int = 0
    asked: bool = False

    def onward(self) -> str:
        """As it stands in the row of a job that this leads to: `<letter>/<depth>`."""
        return f"{self.letter}/{self.depth + self.asked}"


current: ContextVar[Cause | None] = ContextVar("cause", default=None)


def read(said: str | None) -> Cause | None:
    """The cause that a job's row names."""
    if said is None:
        return None
    letter, _, depth = said.partition("/")
    return Cause(letter=int(letter), depth=int(depth))
