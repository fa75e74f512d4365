# ruff: noqa: T201 - a command talks
"""How fast is the desk? `wiredesk up` with a full store: its pages, a browser's first paint, its stream, its memory.

python -m bench.desk                                     100,000 articles, stored first: a quarter of an hour
python -m bench.desk --articles 2000 --minutes 1         a quick look
python -m bench.desk --folder ~/desk-bench               keep what was stored, for the next run
python -m bench.desk --folder ~/desk-bench --minutes 60  an hour of streaming
"""

import argparse
import asyncio
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from bench.desk.pages import ask, paint
from bench.desk.report import Found, report
from bench.desk.stream import stream
from bench.desk.system import fill, running
from bench.markdown import put
from bench.store.writing import BenchError
from wiredesk.contracts.errors import ConfigurationError, InfrastructureError

_PERFORMANCE = Path(__file__).resolve().parents[2] / "docs" / "performance.md"
_BEGIN, _END = "<!-- desk: made by `make bench-desk` -->", "<!-- end of desk -->"
_ARTICLES, _ROUNDS, _PAINTED, _READERS, _MINUTES, _LEAST = 100_000, 60, 10, 200, 3.0, 1_000


async def _measured(folder: Path, asked: argparse.Namespace) -> Found:
    _say("starting Kafka, PostgreSQL, storage and the desk")
    async with running(folder) as system:
        stored = await fill(system, asked.articles, _say)
        _say(f"{asked.rounds} pages of each kind")
        answers = await ask(system, asked.rounds)
        painted = await paint(system, _PAINTED)
        _say(
            f"{asked.readers} readers, {asked.minutes:g} minutes" + ("" if painted else "; no browser: nothing painted")
        )
        streamed = await stream(system, stored, asked.readers, 60 * asked.minutes, _say)
    return Found(stored, answers, painted, streamed)


def _say(what: str) -> None:
    print(what, file=sys.stderr, flush=True)


def _arguments(given: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--articles", type=int, default=_ARTICLES, metavar="N", help=f"to store ({_ARTICLES:,})")
    parser.add_argument("--rounds", type=int, default=_ROUNDS, metavar="N", help=f"pages of each kind ({_ROUNDS})")
    parser.add_argument("--readers", type=int, default=_READERS, metavar="N", help=f"of the stream ({_READERS})")
    parser.add_argument("--minutes", type=float, default=_MINUTES, metavar="M", help=f"of streaming ({_MINUTES:g})")
    parser.add_argument("--folder", type=Path, help="for the system and what it stores; by default one for this run")
    parser.add_argument("--write", action="store_true", help="write the tables into docs/performance.md")
    asked = parser.parse_args(given)
    if asked.articles < _LEAST or asked.rounds < 1 or asked.readers < 1 or asked.minutes <= 0:
        parser.error(f"--articles (ARTICLES=) must be {_LEAST:,} or more, the others more than nothing")
    return asked


def main(given: Sequence[str] | None = None) -> int:
    """Run the bench. Returns the exit code: 0 done, met or not; 1 a run failed; 130 broken off."""
    asked = _arguments(given)
    try:
        with tempfile.TemporaryDirectory(prefix="wiredesk-bench-") as made:
            folder = asked.folder or Path(made)
            folder.mkdir(parents=True, exist_ok=True)
            tables = report(asyncio.run(_measured(folder, asked)))
    except (BenchError, ConfigurationError, InfrastructureError) as error:
        print(str(error), file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("broken off: the system was stopped", file=sys.stderr)
        return 130
    print(tables)
    if asked.write:
        put(_PERFORMANCE, _BEGIN, _END, tables)
        _say(f"written into {_PERFORMANCE}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
