# ruff: noqa: T201 - a command talks
"""How much later do live articles come out while a backfill runs? `wiredesk up`, and `wiredesk backfill` beside it.

python -m bench.lanes                                  20,000 old articles, 2 minutes in calm and 2 beside them
python -m bench.lanes --articles 2000 --seconds 60     a quick look
python -m bench.lanes --drain                          wait for the last of them, and count what was stored
"""

import argparse
import asyncio
import json
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

from bench.lanes.articles import lines
from bench.lanes.backfill import backfill
from bench.lanes.live import Live
from bench.lanes.report import Found, Phase, report, rows
from bench.local_mode import up
from bench.markdown import put
from bench.store.writing import BenchError
from wiredesk.client.client import Wiredesk
from wiredesk.client.settings import KafkaSettings
from wiredesk.contracts.errors import ConfigurationError, InfrastructureError

_PERFORMANCE = Path(__file__).resolve().parents[2] / "docs" / "performance.md"
_BEGIN, _END = "<!-- lanes: made by `make bench-lanes` -->", "<!-- end of lanes -->"
_ARTICLES, _SECONDS, _LEAST = 20_000, 120.0, 100
# Not counted: what is loaded and met for the first time, live, and by the workers of the lane.
_WARM_SECONDS, _WARM_ARTICLES = 20.0, 50


async def _measured(folder: Path, asked: argparse.Namespace) -> Found:
    _say("starting Kafka, PostgreSQL and the services")
    async with up(folder) as state:
        kafka = KafkaSettings(bootstrap_servers=state["bootstrap_servers"])
        return await _beside(folder, kafka, asked)


async def _beside(folder: Path, kafka: KafkaSettings, asked: argparse.Namespace) -> Found:
    async with Wiredesk(kafka) as wire:
        live = Live(wire)
        await live.latencies(_WARM_SECONDS)
        _say(f"{asked.seconds:g} seconds without a backfill")
        calm = Phase("without a backfill", await live.latencies(asked.seconds), asked.seconds)
        file = folder / "past.ndjson"
        with file.open("w", encoding="utf-8") as out:
            out.writelines(lines(asked.articles, "past"))
        _say(f"a backfill of {asked.articles:,} articles begins")
        async with backfill(folder, kafka, file) as past:
            await past.reaches(min(_WARM_ARTICLES, asked.articles // 10))
            _say(f"{asked.seconds:g} seconds beside it")
            before, began = await past.enriched(), time.monotonic()
            latencies = await live.latencies(asked.seconds)
            done, seconds = await past.enriched() - before, time.monotonic() - began
            if not await past.waiting():
                raise BenchError(f"the backfill was over before the measuring was: take more than {asked.articles:,}")
            beside = Phase("beside a backfill", latencies, seconds, done)
            ended = {}
            if asked.drain:
                _say("waiting for the last of them")
                ended = await past.drained()
    return Found(asked.articles, calm, beside, ended)


def _say(what: str) -> None:
    print(what, file=sys.stderr, flush=True)


def _arguments(given: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--articles", type=int, default=_ARTICLES, metavar="N", help=f"to feed ({_ARTICLES:,})")
    parser.add_argument("--seconds", type=float, default=_SECONDS, metavar="S", help=f"of each measure ({_SECONDS:g})")
    parser.add_argument("--drain", action="store_true", help="wait until all of the backfill is done")
    parser.add_argument("--json", action="store_true", help="write NDJSON")
    parser.add_argument("--write", action="store_true", help="write the tables into docs/performance.md")
    asked = parser.parse_args(given)
    if asked.articles < _LEAST or asked.seconds <= 0:
        parser.error(f"--articles (ARTICLES=) must be {_LEAST} or more, --seconds (SECONDS=) more than nothing")
    return asked


def main(given: Sequence[str] | None = None) -> int:
    """Run the bench. Returns the exit code: 0 done, met or not; 1 a run failed; 130 broken off."""
    asked = _arguments(given)
    try:
        with tempfile.TemporaryDirectory(prefix="wiredesk-bench-") as folder:
            found = asyncio.run(_measured(Path(folder), asked))
    except (BenchError, ConfigurationError, InfrastructureError) as error:
        print(str(error), file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("broken off: the system was stopped", file=sys.stderr)
        return 130
    tables = report(found)
    print("\n".join(map(json.dumps, rows(found))) if asked.json else tables)
    if asked.write:
        put(_PERFORMANCE, _BEGIN, _END, tables)
        _say(f"written into {_PERFORMANCE}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
