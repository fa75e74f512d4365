# ruff: noqa: T201 - a command talks
"""What does the whole pipeline take? On a real Kafka and PostgreSQL, beside its limit and beside peers: `make bench`.

python -m bench.pipeline                                  three rounds of 400 articles: a quarter of an hour
python -m bench.pipeline --limit 60 --rounds 1 --peers aiokafka --seconds 10      a quick look
python -m bench.pipeline --pages ../shared/news-pages     real pages instead of made ones
python -m bench.pipeline --json runs.ndjson               and keep what each run gave
python -m bench.pipeline --again runs.ndjson --write      the tables of an earlier run
"""

import argparse
import asyncio
import json
import logging
import sys
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from pathlib import Path

from bench.markdown import put
from bench.pipeline.corpus.made import Article, articles, real_pages
from bench.pipeline.peers.catalogue import PEERS, Peer, named
from bench.pipeline.run import Asked, measured
from bench.pipeline.tables.chart import bars, chart
from bench.pipeline.tables.report import report
from bench.pipeline.working import Result
from bench.store.writing import BenchError
from wiredesk.contracts.errors import ConfigurationError, InfrastructureError
from wiredesk_cleaner.training.pages import NoPagesError

_DOCS = Path(__file__).resolve().parents[2] / "docs"
_PERFORMANCE, _CHART = _DOCS / "performance.md", _DOCS / "performance.svg"
_BEGIN, _END = "<!-- pipeline: made by `make bench` -->", "<!-- end of pipeline -->"
_LIMIT, _ROUNDS, _SECONDS, _LEAST = 400, 3, 60.0, 20


def _say(what: str) -> None:
    print(what, file=sys.stderr, flush=True)


def _corpus(pages: Path | None, start: int, count: int) -> Iterator[Article]:
    return real_pages(pages, count, start=start) if pages else articles(count, start=start)


def _arguments(given: Sequence[str] | None) -> tuple[argparse.Namespace, list[Peer]]:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--limit", type=int, default=_LIMIT, metavar="N", help=f"articles of a backlog ({_LIMIT})")
    parser.add_argument("--rounds", type=int, default=_ROUNDS, metavar="N", help=f"how often each has it ({_ROUNDS})")
    names = ",".join(one.name for one in PEERS)
    parser.add_argument("--peers", default=names, metavar="NAMES", help=f"of {names}; none: without")
    parser.add_argument("--seconds", type=float, default=_SECONDS, help=f"of idleness, and of arrivals ({_SECONDS:g})")
    parser.add_argument("--pages", type=Path, metavar="FOLDER", help="annotated pages instead of made ones")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write what each run gave, a line each")
    parser.add_argument("--again", type=Path, metavar="FILE", help="run nothing: tables of what --json has written")
    parser.add_argument("--beside", default="", metavar="WORDS", help="what else ran on the machine, for the table")
    parser.add_argument("--write", action="store_true", help="write tables and chart into docs/")
    asked = parser.parse_args(given)
    if asked.limit < _LEAST or asked.rounds < 1 or asked.seconds <= 0:
        parser.error(f"--limit (LIMIT=) must be {_LEAST} or more, the others more than nothing")
    try:
        return asked, named(asked.peers)
    except ValueError as error:
        parser.error(f"--peers (PEERS=): {error}")


def _run(asked: argparse.Namespace, peers: Sequence[Peer]) -> list[Result]:
    if asked.again:
        with asked.again.open(encoding="utf-8") as lines:
            return [Result(**json.loads(line)) for line in lines]
    results: list[Result] = []

    def keep(one: Result) -> None:
        results.append(one)
        if asked.json:
            with asked.json.open("a" if len(results) > 1 else "w", encoding="utf-8") as file:
                file.write(json.dumps(asdict(one)) + "\n")

    if asked.beside:
        keep(Result("machine", values={"told": 1.0}, says=asked.beside))
    # It warns of each partition that has no leader yet; it asks again by itself.
    logging.getLogger("aiokafka").setLevel(logging.CRITICAL)
    with tempfile.TemporaryDirectory(prefix="wiredesk-bench-") as folder:
        what = Asked(
            asked.limit, asked.rounds, asked.seconds, lambda start, count: _corpus(asked.pages, start, count), peers
        )
        asyncio.run(measured(Path(folder), what, keep, _say))
    return results


def main(given: Sequence[str] | None = None) -> int:
    """Run the bench. Returns the exit code: 0 done, met or not; 1 a run failed; 2 no pages; 130 broken off."""
    asked, peers = _arguments(given)
    try:
        results = _run(asked, peers)
    except NoPagesError as error:
        print(str(error), file=sys.stderr)
        return 2
    except (BenchError, ConfigurationError, InfrastructureError, OSError) as error:
        print(str(error), file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("broken off: everything was stopped", file=sys.stderr)
        return 130
    tables = report(results)
    print(tables)
    if asked.write:
        put(_PERFORMANCE, _BEGIN, _END, tables)
        if rows := bars(results):
            _CHART.write_text(chart(rows), "utf-8")
        _say(f"written into {_PERFORMANCE} and {_CHART}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
