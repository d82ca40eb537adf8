"""The programs that only comparisons use: in a folder of their own, which no node looks into.

`make test` and `make soak` install there what requirements-oracles.lock names
(docs/decisions/0052); without a network they go on without it.
"""

import sys
from pathlib import Path

LOCK = Path(__file__).parents[2] / "requirements-oracles.lock"
HOME = Path(sys.prefix) / "oracles"
"""In the environment that runs us."""


def folder() -> Path | None:
    """Where they lie, so that they can be imported from now on; None if they are not there.

    A folder that another lock filled counts as none: beside each lies the lock it is from.
    """
    done = HOME / "installed"
    if not done.is_file() or done.read_bytes() != LOCK.read_bytes():
        return None
    if str(HOME) not in sys.path:
        sys.path.append(str(HOME))  # last: what the node itself uses is found before
    return HOME
