"""How soon readers of the stream are told of what was stored, and what the desk keeps in memory meanwhile."""

import asyncio
import re
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

import aiohttp
from aiokafka import AIOKafkaProducer

from bench.desk.system import System
from bench.store.writing import BenchError
from wiredesk.contracts import wire
from wiredesk.contracts.topics import ENRICHED

_PER_SECOND = 2.0
_SAMPLED_SECONDS = 5.0
_LOOKED_SECONDS, _SAID_SECONDS = 0.2, 60.0
_WELCOME_SECONDS, _LAST_SECONDS = 60.0, 20.0
_LONGEST_LINE = 1024 * 1024
_ARTICLE = re.compile(rb'"article_id":\s*"([0-9a-f-]{36})"')
_STORED = "select article_id, max(stored_at) as at from revisions where stored_at >= $1 group by article_id"


@dataclass(slots=True)
class Streamed:
    """What a run gave: milliseconds from the time of storing, one for each reader and article; megabytes over time.

    `missed` are the pairs of reader and article that never met; `memory` has (seconds, MB).
    """

    readers: int
    seconds: float
    articles: int = 0
    delays: list[float] = field(default_factory=list)
    missed: int = 0
    memory: list[tuple[float, float]] = field(default_factory=list)

    @property
    def growth(self) -> float:
        """MB an hour, by least squares over all but the first third, in which caches fill."""
        late = self.memory[len(self.memory) // 3 :]
        mean_at = sum(at for at, _ in late) / len(late)
        mean_mb = sum(mb for _, mb in late) / len(late)
        spread = sum((at - mean_at) ** 2 for at, _ in late)
        return 3_600 * sum((at - mean_at) * (mb - mean_mb) for at, mb in late) / spread if spread else 0.0


class _Reader:
    """Reads along, and notes when it was told of an article first."""

    def __init__(self) -> None:
        self.is_there = asyncio.Event()
        self.told: dict[str, float] = {}

    async def read(self, session: aiohttp.ClientSession) -> None:
        async with session.get("/v1/stream") as answer:
            if answer.status != 200:
                raise BenchError(f"the stream was answered with {answer.status}")
            async for line in answer.content:
                if line.startswith(b": welcome"):
                    self.is_there.set()
                elif line.startswith(b"data:") and (found := _ARTICLE.search(line)):
                    self.told.setdefault(found[1].decode(), time.time())


async def stream(system: System, stored: int, readers: int, seconds: float, say: Callable[[str], None]) -> Streamed:
    """Publish two enriched articles a second, those behind the first `stored`, while so many readers read along.

    Raises:
        BenchError: a reader was refused, or an article was not stored.
    """
    done = Streamed(readers, seconds)
    began = await system.pool.fetchval("select clock_timestamp()")
    reading = [_Reader() for _ in range(readers)]
    async with aiohttp.ClientSession(
        system.desk,
        timeout=aiohttp.ClientTimeout(total=None),
        connector=aiohttp.TCPConnector(limit=0),
        read_bufsize=_LONGEST_LINE,
    ) as session:
        tasks = [asyncio.create_task(one.read(session)) for one in reading]
        watching = asyncio.create_task(_watch(system.desk_pid, done.memory))
        try:
            async with asyncio.timeout(_WELCOME_SECONDS):
                await asyncio.gather(*(one.is_there.wait() for one in reading))
            published = await _publish(system, stored, seconds, say)
            await _until(lambda: all(one.told.keys() >= published for one in reading))
        finally:
            for task in (*tasks, watching):
                task.cancel()
            ended = await asyncio.gather(*tasks, return_exceptions=True)
    if refused := [one for one in ended if isinstance(one, BenchError)]:
        raise refused[0]
    done.articles = len(published)
    times = {str(row["article_id"]): row["at"].timestamp() for row in await system.pool.fetch(_STORED, began)}
    if lost := published - times.keys():
        raise BenchError(f"{len(lost)} of {len(published)} articles were not stored")
    for article in published:
        told = [one.told[article] for one in reading if article in one.told]
        done.delays += [1_000 * (at - times[article]) for at in told]
        done.missed += readers - len(told)
    return done


async def _publish(system: System, stored: int, seconds: float, say: Callable[[str], None]) -> set[str]:
    producer = AIOKafkaProducer(bootstrap_servers=system.bootstrap_servers, acks="all")
    published: set[str] = set()
    loop = asyncio.get_running_loop()
    async with producer:
        begun = said = loop.time()
        for number, article in enumerate(system.made(stored, round(seconds * _PER_SECOND))):
            await asyncio.sleep(max(0.0, begun + number / _PER_SECOND - loop.time()))
            record = wire.encode(article, source="bench", time=datetime.now(UTC))
            headers = [(name, value.encode()) for name, value in record.headers.items()]
            await producer.send_and_wait(ENRICHED.name, record.value, key=record.key, headers=headers)
            published.add(str(article.article_id))
            if loop.time() - said >= _SAID_SECONDS:
                said = loop.time()
                say(f"{(said - begun) / 60:.0f} of {seconds / 60:.0f} minutes of the stream")
    return published


async def _until(is_done: Callable[[], bool]) -> None:
    """Wait until it is, or until nobody can expect it any more."""
    with suppress(TimeoutError):
        async with asyncio.timeout(_LAST_SECONDS):
            while not is_done():  # noqa: ASYNC110 - many readers, each at its own pace
                await asyncio.sleep(_LOOKED_SECONDS)


async def _watch(pid: int, found: list[tuple[float, float]]) -> None:
    begun, status = time.monotonic(), Path(f"/proc/{pid}/status")
    while True:
        (line,) = [one for one in status.read_text("ascii").splitlines() if "VmRSS" in one]  # noqa: ASYNC240 - memory
        found.append((time.monotonic() - begun, int(line.split()[1]) / 1_024))
        await asyncio.sleep(_SAMPLED_SECONDS)
