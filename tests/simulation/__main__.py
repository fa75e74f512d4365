"""Play one schedule again and tell it: `python -m tests.simulation SEED [HOW MANY FROM THERE]`."""

import logging
import sys

from tests.simulation.world import play, shorten_waits

logging.basicConfig(level=logging.INFO, format="%(name)s: %(message)s")
shorten_waits(setattr)
first, count = int(sys.argv[1]), int(sys.argv[2]) if len(sys.argv) > 2 else 1
wrong = [result for result in map(play, range(first, first + count)) if result.problems or count == 1]
print(*wrong, f"{count} played, {sum(bool(result.problems) for result in wrong)} wrong", sep="\n")  # noqa: T201
