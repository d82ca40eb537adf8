"""`make bench`, or `make bench B="inbox fanout"`: each figure beside a baseline of the same run.

The baseline is a server that reads each request and answers (for what is carried through: the
letters only read). N=… says how many letters or pages each figure takes; whatever takes too
long is cut, and its rate is that of what was done. Everything stays on loopback.
"""

import os
import sys
from collections.abc import Callable, Iterator

from tests.bench import methods
from tests.bench.fanout import fanout
from tests.bench.figures import HEAD, Figure, line
from tests.bench.inbox import forged, inbox, signers, storm
from tests.bench.looking import pages, start
from tests.bench.matching import matching
from tests.bench.world import World, world

PARTS: dict[str, Callable[[World], Iterator[Figure]]] = {
    "start": start,
    "pages": pages,
    "inbox": inbox,
    "signers": signers,
    "forged": forged,
    "storm": storm,
    "fanout": fanout,
    "matching": matching,
}
METHODS = "methods"
"""The part that needs no node: how long a count takes, by method."""


def main(wanted: list[str]) -> int:
    """Measure the parts that are named, or all, and print each figure as it comes."""
    unknown = [name for name in wanted if name not in (*PARTS, METHODS)]
    if unknown:
        sys.stderr.write(
            f"There is no part {unknown[0]}. There are: {', '.join(PARTS)}, {METHODS}.\n"
        )
        return 2
    load = ", ".join(f"{one:.1f}" for one in os.getloadavg())
    sys.stdout.write(f"{os.cpu_count()} cores, load before: {load}\n{HEAD}\n")
    for name in (one for one in wanted or PARTS if one in PARTS):
        with world() as fresh:
            for figure in PARTS[name](fresh):
                sys.stdout.write(line(figure) + "\n")
                sys.stdout.flush()
    if not wanted or METHODS in wanted:
        sys.stdout.write(methods.table())
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
