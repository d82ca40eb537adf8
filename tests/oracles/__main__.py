"""`make soak`: our methods beside others on thousands of random elections each (not a test)."""

import sys
import time

from tests.oracles.votes import COMPARISONS, compare

if __name__ == "__main__":
    times = int(sys.argv[1]) if len(sys.argv) > 1 else 5000
    seed = sys.argv[2] if len(sys.argv) > 2 else str(time.time_ns())
    print(f"{times} random elections each, seed {seed}")
    for name in COMPARISONS:
        begun = time.perf_counter()
        made = compare(name, times, seed)
        print(f"{name:18} {made:6} agreed, {time.perf_counter() - begun:6.1f} s", flush=True)
