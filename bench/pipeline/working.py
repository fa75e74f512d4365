"""Articles through the pipeline: what it takes until the last of them has come out."""

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator, Callable, Coroutine, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from bench.pipeline import kafka, processes, sockets
from bench.pipeline.corpus.made import Article
from bench.pipeline.kafka import Counter
from bench.pipeline.processes import Groups
from bench.pipeline.system import System
from bench.store.writing import BenchError
from wiredesk.contracts.topics import CLEANED, CURRENT, ENRICHED, FETCHED, REJECTED, STORED, SUBMITTED

SHAPE: Mapping[str, int] = {"fetcher": 1, "cleaner": 1, "tagger": 2, "storage": 1}
_LOOKED_SECONDS, _STUCK_SECONDS, _SAMPLED_SECONDS = 0.1, 240.0, 2.0
_TOPICS = (SUBMITTED, FETCHED, CLEANED, ENRICHED, STORED, CURRENT)
_GROWTH = """
select pg_database_size(current_database()) as size, pg_wal_lsn_diff(pg_current_wal_lsn(), '0/0')::bigint as log
"""


@dataclass(slots=True)
class Result:
    """What one measurement gave: figures by name. `measure` says of what, `name` of whom."""

    measure: str
    name: str = ""
    round: int = 0
    values: dict[str, float] = field(default_factory=dict)
    says: str = ""


@contextlib.asynccontextmanager
async def counting(system: System, *more: str) -> AsyncIterator[Counter]:
    """Yield what counts the records of our topics, and of `more`."""
    async with Counter(system.kafka, [*(topic.name for topic in (*_TOPICS, REJECTED)), *more]) as counter:
        yield counter


async def until(counter: Counter, wanted: int, *topics: str) -> None:
    """Wait until these topics have had so many records together.

    Raises:
        BenchError: nothing more came for four minutes.
    """
    last, since = -1, time.monotonic()
    while (there := await counter.count(*topics)) < wanted:
        if there != last:
            last, since = there, time.monotonic()
        if time.monotonic() - since > _STUCK_SECONDS:
            raise BenchError(f"{wanted - there} of the articles did not come out: {', '.join(topics)} has {there}")
        await asyncio.sleep(_LOOKED_SECONDS)


async def put_through(system: System, counter: Counter, articles: Sequence[Article]) -> float:
    """Submit the articles and wait until each is stored or rejected; return the seconds that took."""
    ends = STORED.name, REJECTED.name
    before = await counter.count(*ends)
    async with kafka.producing(system.kafka) as producer:
        begun = time.perf_counter()
        await kafka.submit(producer, articles)
        await until(counter, before + len(articles), *ends)
    return time.perf_counter() - begun


async def pipeline(
    system: System, warm: Sequence[Article], articles: Sequence[Article], say: Callable[[str], None]
) -> Result:
    """Return what the pipeline takes for `articles`, all of them submitted at once, after it has worked `warm`.

    Raises:
        BenchError: a service did not come up, or an article did not come out.
    """
    async with system.services(SHAPE, say) as groups, counting(system) as counter:
        await put_through(system, counter, warm)
        everyone = {**groups, **system.servers}
        topics, store = kafka.on_disk(system.state.kafka), await _store(system)
        wires = _wires(system)
        before = processes.cpu(everyone)
        async with most_memory(everyone) as most:
            wall = await put_through(system, counter, articles)
        spent = processes.spent(before, processes.cpu(everyone))
        values = basics(articles, wall)
        for name, one in spent.items():
            values[f"cpu.{name}"] = one.all
            values[f"children.{name}"] = one.children
        values |= {f"memory.{name}": megabytes for name, megabytes in most.items()}
        for server, passed in _wires(system).items():
            was = sockets.passed(wires[server], passed)
            values |= {f"wire.to {server}": was.received, f"wire.from {server}": was.sent}
        now = kafka.on_disk(system.state.kafka)
        values |= {f"disk.{topic.name}": now.get(topic.name, 0) - topics.get(topic.name, 0) for topic in _TOPICS}
        for name, before_, after in zip(("tables and indexes", "log"), store, await _store(system), strict=True):
            values[f"store.{name}"] = after - before_
    return Result("pipeline", "Wiredesk", values=values)


@contextlib.asynccontextmanager
async def most_memory(groups: Groups) -> AsyncIterator[dict[str, float]]:
    """Yield what becomes, while the block runs, the most resident memory of each group in MB, looked at every 2 s."""
    most: dict[str, float] = processes.memory(groups)

    async def watch() -> None:
        while True:
            await asyncio.sleep(_SAMPLED_SECONDS)
            now = await asyncio.to_thread(processes.memory, groups)
            most.update({name: max(megabytes, most[name]) for name, megabytes in now.items()})

    async with beside(watch()):
        yield most


@contextlib.asynccontextmanager
async def beside(job: Coroutine[Any, Any, None]) -> AsyncIterator[None]:
    """Run `job`, which has no end of its own, for as long as the block runs."""
    running = asyncio.create_task(job)
    try:
        yield
    finally:
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)


def basics(articles: Sequence[Article], wall: float) -> dict[str, float]:
    """Return what each run of a backlog says."""
    return {"articles": len(articles), "words": sum(one.words for one in articles), "wall": wall}


def _wires(system: System) -> dict[str, sockets.Connections]:
    return {server: sockets.connections(port) for server, port in system.ports.items()}


async def _store(system: System) -> tuple[int, int]:
    (row,) = await system.pool.fetch(_GROWTH)
    return int(row["size"]), int(row["log"])
