"""Does a test notice when the engine is broken on purpose? `python -m tests.mutation [MODULE] [--show] [--write]`.

mutmut breaks the delivery engine and the core of the storage service in every small way it knows, one at a time, and
runs the tests that need no broker. It works on a copy (`copy`); the checkout is never touched. Ends with 1 when fewer
than `LEAST` of the mutants were noticed.
"""

import argparse
import os
import subprocess
import sys
import tempfile
from contextlib import chdir
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

from bench.markdown import put
from tests.mutation import copy, table

LEAST = 0.90
# For each mutant: enough for all kinds of accident to happen, few enough to play hundreds of times.
SEEDS = "20"
DOCUMENT = "docs/mutation.md"
BEGIN, END = "<!-- mutants: made by `make mutate` -->", "<!-- end of mutants -->"


def main() -> int:
    """Run it; return the exit code."""
    parser = argparse.ArgumentParser(prog="make mutate", description="Break the engine; does a test notice?")
    parser.add_argument("module", nargs="?", help="a module of the engine, or storage's `core`: its name or its file")
    parser.add_argument("--show", action="store_true", help="show what was changed in each mutant that survived")
    parser.add_argument("--write", action="store_true", help=f"keep the table in {DOCUMENT}")
    options = parser.parse_args()
    checkout = Path(__file__).parents[2]
    with tempfile.TemporaryDirectory(prefix="wiredesk-mutation-") as folder:
        place = Path(folder)
        copy.lay_out(checkout, place)
        only = [f"{copy.module(place, options.module)}.*"] if options.module else []
        command = [sys.executable, "-m", "mutmut", "run", "--max-children", str(os.cpu_count() or 1), *only]
        subprocess.run(command, cwd=place, env=os.environ | {"SIMULATION_SEEDS": SEEDS, "PYTHONPATH": ""}, check=True)
        with chdir(place):
            modules = table.read(place / "mutants")
            if options.show:
                table.show(modules)
    made = f"Made on {datetime.now(UTC):%d %B %Y} with mutmut {version('mutmut')}.\n\n{table.text(modules)}"
    print(made)  # noqa: T201
    if options.write:
        put(checkout / DOCUMENT, BEGIN, END, made)
    return 0 if table.share(modules) >= LEAST else 1


if __name__ == "__main__":
    sys.exit(main())
