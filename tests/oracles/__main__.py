"""`make soak`: our methods and our assigning beside others, thousands of each (not a test)."""

import os
import sys
import time
import traceback
from collections.abc import Callable

from tests.oracles import assigning, packages
from tests.oracles.others import OTHERS
from tests.oracles.votes import COMPARISONS, compare

LARGE = 120
"""So many needs and offers at most, in one of fifty."""


def run(times: int, seed: str) -> int:
    """Run all comparisons to the end, whatever some of them say.

    Returns:
        How many did not agree, or could not be carried out on so many.
    """
    runs: dict[str, Callable[[], bool]] = {
        name: lambda name=name: compare(name, times, seed) == times for name in COMPARISONS
    }
    if packages.folder() is not None:
        runs |= {
            name: lambda name=name: compare(name, times, seed, OTHERS) == times for name in OTHERS
        }
        runs["assigning: scipy"] = lambda: assigning.compare(times, seed) > 0
        runs["assigning many: scipy"] = lambda: assigning.compare(times // 50, seed, LARGE) > 0
    failed = 0
    for name, one in runs.items():
        begun = time.process_time()
        try:
            said = "agreed" if one() else "too few could be compared"
        except AssertionError:
            said = f"DISAGREED\n{traceback.format_exc()}"
        failed += said != "agreed"
        print(f"{name:28} {time.process_time() - begun:7.1f} s  {said}", flush=True)
    if packages.folder() is None:
        print(f"left out: what {packages.LOCK.name} names is not installed (`make soak` does it)")
        failed += os.environ.get("FOLKMOOT_TEST_STRICT") == "1"
    return failed


if __name__ == "__main__":
    TIMES = int(sys.argv[1]) if len(sys.argv) > 1 else 5000
    SEED = sys.argv[2] if len(sys.argv) > 2 else str(time.time_ns())
    print(f"{TIMES} random cases each, seed {SEED}; seconds of the processor")
    sys.exit(1 if run(TIMES, SEED) else 0)
