# ruff: noqa: T201 - a command talks
"""What does the delivery engine cost? A real Kafka, a backlog, a handler that does nothing; bare aiokafka as the floor.

    python -m bench.engine                                    five rounds over 20,000 records: some minutes
    python -m bench.engine --limit 3000 --rounds 1            a quick look
    python -m bench.engine --before ../before                 beside another checkout, turn by turn in the same run

Each run is a process of its own in the interpreter of the tree it measures.
"""

import argparse
import asyncio
import json
import os
import sys
import tempfile
import uuid
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from bench.engine import kafka as backlog
from bench.engine.meter import Task
from bench.engine.report import Made, Samples, report
from bench.markdown import put
from wiredesk.client.settings import KafkaSettings
from wiredesk.contracts.errors import ConfigurationError, InfrastructureError

ROOT = Path(__file__).resolve().parents[2]
# How many records the fetcher and storage take at a time.
BATCHES: Mapping[str, int] = {"one_by_one": 50, "encoded": 50, "batch": 100}
_PERFORMANCE = ROOT / "docs" / "performance.md"
_BEGIN, _END = "<!-- engine: made by `make bench-engine` -->", "<!-- end of engine -->"
_RECORDS, _ROUNDS, _LEAST = 20_000, 5, 2_000
# Until a stage has found its pace and filled its caches.
_WARM = 1_000
# Profiled and traced runs are slow, and as exact with fewer records.
_TRACED = 5_000
_IDLE = 100
_MOST_SECONDS = 600


class BenchError(Exception):
    """A tree cannot be measured; the message says why, and what to type where that helps."""


def checked(tree: Path) -> Path:
    """Return the checkout as an absolute path.

    Raises:
        BenchError: there is none, or it has no environment of its own.
    """
    tree = tree.expanduser().resolve()
    if not (tree / "shared" / "wiredesk" / "version.py").is_file():
        raise BenchError(f"no checkout of Wiredesk in {tree}: type `git worktree add --detach {tree} COMMIT`")
    if not (tree / ".venv" / "bin" / "python").exists():
        raise BenchError(f"no .venv in {tree}: type `make -C {tree} setup`")
    return tree


class Tree:
    """One checkout, and what the rounds gave for it."""

    def __init__(self, folder: Path, kafka: KafkaSettings) -> None:
        self.folder = folder
        self.samples: defaultdict[str, list[float]] = defaultdict(list)
        self._kafka = kafka

    async def backlog(self, kind: str, measure: Any, records: int) -> None:
        """Work the backlog once with the engine and once without, and keep the figures.

        Raises:
            BenchError: the run failed, or answered fewer records than it took.
        """
        ours = await self._worked(kind, kind, measure, records)
        floor = await self._worked("floor", kind, measure, records)
        for name, value in ours.items():
            self.samples[f"{kind}.{name}"].append(value)
            self.samples[f"{kind}.floor_{name}"].append(floor[name])

    async def _worked(self, kind: Any, of: str, measure: Any, records: int) -> dict[str, float]:
        already = await backlog.answers(self._kafka)
        task = self._task(kind, measure, backlog.BACKLOG.name, BATCHES[of], records)
        found = await self._run("stage", json.dumps(asdict(task)))
        made = await backlog.answers(self._kafka) - already
        # A stage that makes no answers would be the fastest.
        if made < records:
            raise BenchError(f"{self.folder}: {kind} answered {made} of {records} records")
        return found

    async def idle(self, count: int) -> None:
        """Send so many records one at a time through the idle engine, and through the idle floor."""
        for kind, name in (("batch", "engine"), ("floor", "floor")):
            task = self._task(kind, "idle", backlog.IDLE.name, BATCHES["batch"], 0)
            process = await self._start("stage", json.dumps(asdict(task)))
            ended = asyncio.create_task(process.wait())
            probe = asyncio.create_task(backlog.latencies(self._kafka, count))
            await asyncio.wait((ended, probe), return_when=asyncio.FIRST_COMPLETED)
            if not probe.done():
                probe.cancel()
            await self._answer("stage", process)
            try:
                self.samples[f"idle.{name}"] += await probe
            except TimeoutError:
                raise BenchError(f"{self.folder}: the idle {name} does not answer") from None

    async def costs(self) -> None:
        """Take the times of the services' pure code."""
        for name, value in (await self._run("costs")).items():
            self.samples[f"costs.{name}"].append(value)

    def _task(self, kind: Any, measure: Any, lane: str, batch: int, records: int) -> Task:
        (server,) = self._kafka.bootstrap_servers
        # A group of its own reads the backlog from its start.
        group = f"bench-{uuid.uuid4().hex[:10]}"
        return Task(kind, measure, server, lane, group, batch, records, warm=min(_WARM, records // 2))

    async def _run(self, module: str, *arguments: str) -> dict[str, float]:
        return await self._answer(module, await self._start(module, *arguments))

    async def _start(self, module: str, *arguments: str) -> asyncio.subprocess.Process:
        # This tree's bench with the other tree's packages: -P keeps the folder it is started in out of the way.
        return await asyncio.create_subprocess_exec(
            *(str(self.folder / ".venv" / "bin" / "python"), "-P", "-m", f"bench.engine.{module}", *arguments),
            cwd=self.folder,
            env={**os.environ, "PYTHONPATH": str(ROOT)},
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
        )

    async def _answer(self, module: str, process: asyncio.subprocess.Process) -> dict[str, float]:
        try:
            async with asyncio.timeout(_MOST_SECONDS):
                # The end of its input is what an idle one waits for; None would leave it open before Python 3.12.
                out, err = await process.communicate(b"")
        finally:
            if process.returncode is None:
                process.kill()
        if process.returncode:
            last = "\n".join(err.decode(errors="replace").splitlines()[-12:])
            raise BenchError(f"{self.folder}: {module} ended with {process.returncode}:\n{last}")
        found: dict[str, float] = json.loads(out.splitlines()[-1])
        return found


async def _measured(folders: Sequence[Path], records: int, rounds: int, state: Path) -> tuple[float, list[Samples]]:
    async with backlog.broker(state) as kafka:
        _say(f"writing {records:,} records")
        size = await backlog.write_backlog(kafka, records)
        trees = [Tree(folder, kafka) for folder in folders]
        for number in range(1, rounds + 1):
            for kind in BATCHES:
                for tree in trees:
                    _say(f"round {number} of {rounds}, {kind}: {tree.folder}")
                    await tree.backlog(kind, "time", records)
            for tree in trees:
                _say(f"round {number} of {rounds}, idle and costs: {tree.folder}")
                await tree.idle(-(-_IDLE // rounds))
                await tree.costs()
        for kind in BATCHES:
            for measure in ("calls", "memory"):
                for tree in trees:
                    _say(f"{measure}, {kind}: {tree.folder}")
                    await tree.backlog(kind, measure, min(records, _TRACED))
        return size, [tree.samples for tree in trees]


def _say(what: str) -> None:
    print(what, file=sys.stderr, flush=True)


def _arguments(given: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument(
        "--before", type=Path, metavar="FOLDER", help="another checkout with a .venv, measured turn by turn"
    )
    parser.add_argument("--limit", type=int, default=_RECORDS, metavar="N", help=f"records a run ({_RECORDS})")
    parser.add_argument("--rounds", type=int, default=_ROUNDS, help=f"how often each is measured ({_ROUNDS})")
    parser.add_argument("--write", action="store_true", help="write the tables into docs/performance.md")
    asked = parser.parse_args(given)
    if asked.limit < _LEAST:
        parser.error(f"--limit (LIMIT=) must be {_LEAST} or more: half of fewer records would be warming up")
    if asked.rounds < 1:
        parser.error("--rounds (ROUNDS=) must be 1 or more")
    return asked


def main(given: Sequence[str] | None = None) -> int:
    """Run the bench. Returns the exit code: 0 done, 1 a run failed, 2 no such checkout."""
    asked = _arguments(given)
    try:
        folders = [ROOT, *([checked(asked.before)] if asked.before else [])]
    except BenchError as error:
        print(str(error), file=sys.stderr)
        return 2
    try:
        with tempfile.TemporaryDirectory(prefix="wiredesk-bench-") as state:
            size, found = asyncio.run(_measured(folders, asked.limit, asked.rounds, Path(state)))
    except (BenchError, ConfigurationError, InfrastructureError) as error:
        print(str(error), file=sys.stderr)
        return 1
    before = asked.before.name if asked.before else None
    made = Made(asked.limit, size, asked.rounds, before)
    tables = report(made, BATCHES, found[0], found[1] if asked.before else None)
    print(tables)
    if asked.write:
        put(_PERFORMANCE, _BEGIN, _END, tables)
        _say(f"written into {_PERFORMANCE}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
