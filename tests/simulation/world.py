"""One schedule: a stage's workers on the simulated cluster, what happens to them, and the books at its end.

Everything is decided by the seed. The promise is checked at every commit (nothing below it may be without a durable
end) and at the end: no record lost, none that nobody sent, none ended in two ways, and the order of each article kept.
"""

import asyncio
import random
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from aiokafka.structs import TopicPartition

from tests.simulation.books import ENDS, Books
from tests.simulation.client import Broker
from tests.simulation.cluster import EPOCH_MS, Cluster, Process, ProcessEndedError
from tests.simulation.kinds import CLEANER, FETCHER, KINDS, fetched_value, submitted_value
from tests.simulation.loop import simulate
from wiredesk.contracts import wire
from wiredesk.contracts.errors import InfrastructureError, PermanentError, TransientError
from wiredesk.contracts.topics import FETCHED, REJECTED, Lane
from wiredesk.engine.outcomes import Outcome, Received, RetryAt
from wiredesk.engine.reading.bounded_batches import UnreadableBatchError
from wiredesk.engine.settings import EngineSettings
from wiredesk.engine.stage import Stage
from wiredesk.engine.verdicts import retry
from wiredesk.engine.work import Work, one_by_one

LANE = Lane("sim")
ARTICLES = 4
CALM_SECONDS = 30.0
END_SECONDS = 300.0

# How often a record does each; most are good.
WEIGHTS = (8, 3, 2, 2, 1, 1, 1, 1, 1)


@dataclass
class Result:
    """What was found wrong, and what happened, for the message of a failing seed."""

    seed: int
    problems: list[str] = field(default_factory=list)
    story: list[str] = field(default_factory=list)

    def __str__(self) -> str:
        return "\n".join([f"seed {self.seed}:", *self.problems, "", *self.story])


class World:
    """One run. `play` returns the result."""

    def __init__(self, seed: int) -> None:
        self.rng = random.Random(seed)
        self.result = Result(seed)
        self.kind = self.rng.choice(KINDS)
        self.cluster = Cluster(self.rng, partitions=self.rng.choice((1, 2, 3)))
        self.books = Books(
            self.cluster, LANE.topic(self.kind.reads), LANE.topic(REJECTED), keeps_order=self.kind is CLEANER
        )
        self.cluster.on_append = self.books.appended
        self.cluster.on_commit = self.books.committed
        self._is_calm = False
        self._workers: list[tuple[Process, asyncio.Task[None]]] = []
        self._tries: dict[str, int] = defaultdict(int)

    async def play(self) -> Result:
        """Let it all happen, then wait until everything is worked, and look at the books."""
        self._send(self.rng.randint(8, 24))
        self.cluster.accidents = self.rng.choice((0.0, 0.0, 0.02, 0.1))
        for _ in range(self.rng.randint(1, 3)):
            self._start()
        until = asyncio.get_running_loop().time() + self.rng.random() * CALM_SECONDS
        while asyncio.get_running_loop().time() < until:
            await asyncio.sleep(self.rng.random() * 8)
            await self.rng.choice((self._crash, self._stop, self._join, self._go_away, self._send_more))()
        self._tell("calm")
        self._is_calm = True
        for process, _ in self._workers:
            process.dies_at = None
        self.cluster.accidents, self.cluster.is_away = 0.0, False
        self._start()
        try:
            async with asyncio.timeout(END_SECONDS):
                while not self.cluster.is_done():
                    await asyncio.sleep(1)
        except TimeoutError:
            self._wrong(f"not worked within {END_SECONDS:g} s: {self._left()}")
        await self._end()
        self.books.close()
        self.result.problems += self.books.problems
        return self.result

    # ---- what happens ----

    def _start(self) -> None:
        process = Process()
        if not self._is_calm and self.rng.random() < 0.3:
            process.dies_at = self.rng.randint(1, 150)
        self._tell(
            f"worker {len(self._workers)} starts" + (f", dies at call {process.dies_at}" if process.dies_at else "")
        )
        self._workers.append((process, asyncio.create_task(self._supervise(process))))

    async def _supervise(self, process: Process) -> None:
        """Run a worker to its end, of which the brokers learn after a session; in calm times it is replaced."""
        await self._worker(process)
        process.is_dead = True
        await self._reap()
        if self._is_calm:
            self._start()

    async def _worker(self, process: Process) -> None:
        broker: Any = Broker(self.cluster, process)
        settings = EngineSettings(
            in_flight_records=self.rng.choice((3, 10, 100)),
            max_ahead=self.rng.choice((2, 10, 100)),
            breaker_in_a_row=self.rng.choice((2, 200)),
            breaker_rest_seconds=5,
        )
        stage: Stage[Any] = Stage(
            self.kind.name,
            self.kind.reads,
            broker,
            lane=LANE,
            encoded=self.kind.encoded,
            session=6,
            settings=settings,
            clock=_clock,
        )
        work: Work[Any] = self.rng.choice(
            (one_by_one(self._handle, concurrency=self.rng.randint(1, 5)), Work(self._handle_batch, batch=4))
        )
        try:
            await broker.start()
            async with stage.running(work):
                while not process.is_dead:
                    await asyncio.sleep(1)
                    if stage.broken():
                        self._tell(f"a worker ends: {stage.broken()}")
                        break
            await broker.stop()
        except ProcessEndedError:
            pass

    async def _crash(self) -> None:
        if self._workers:
            process, task = self.rng.choice(self._workers)
            process.is_dead = True
            task.cancel()
            self._tell("a worker is killed")
            await self._reap()

    async def _stop(self) -> None:
        if self._workers:
            process, task = self._workers.pop(self.rng.randrange(len(self._workers)))
            self._tell("a worker is stopped")
            task.cancel()
            await asyncio.wait([task])
            process.is_dead = True
            await self._reap()

    async def _join(self) -> None:
        if len(self._workers) < 4:
            self._start()

    async def _go_away(self) -> None:
        self._tell("the brokers are away")
        self.cluster.is_away = True
        await asyncio.sleep(self.rng.random() * 20)
        self.cluster.is_away = False

    async def _send_more(self) -> None:
        self._send(self.rng.randint(1, 8))

    async def _reap(self) -> None:
        """The brokers notice, after a session, that a member is gone."""
        await asyncio.sleep(self.rng.random() * 6)
        self._workers = [(process, task) for process, task in self._workers if not process.is_dead]
        for group in list(self.cluster.groups.values()):
            group.members = [member for member in group.members if not member.process.is_dead]
            await group.rebalance()

    async def _end(self) -> None:
        self._is_calm = False
        for process, task in self._workers:
            process.is_dead = True
            task.cancel()
        await asyncio.gather(*(task for _, task in self._workers), return_exceptions=True)

    # ---- what is sent ----

    def _send(self, count: int) -> None:
        topic = LANE.topic(self.kind.reads)
        for _ in range(count):
            does = self.rng.choices(list(ENDS), WEIGHTS)[0]
            article, number = self.rng.randrange(ARTICLES), len(self.books.names)
            name = f"{does} {article} {number}"
            key = str(article).encode()
            partition = self.cluster.partition_of(key)
            position = f"{topic}/{partition}/{len(self.cluster.logs[TopicPartition(topic, partition)])}"
            self.books.names[position] = name
            make = fetched_value if self.kind is CLEANER else submitted_value
            value = b"{no json" if does == "garbage" else make(name, article)
            if does == "unreadable":
                self._unreadable(topic, partition, name)
            else:
                self.cluster.append(topic, value, key=key)
            if self.rng.random() < 0.1:
                self.cluster.append(topic, b"", key=key, is_marker=True)

    def _unreadable(self, topic: str, partition: int, name: str) -> None:
        """A record that the client cannot decode, or a batch of several that is damaged."""
        size = self.rng.choice((1, 1, 3))
        first = len(self.cluster.logs[TopicPartition(topic, partition)])
        for offset in range(first, first + size):
            self.books.names[f"{topic}/{partition}/{offset}"] = name

            def error() -> Exception:
                return UnreadableBatchError(first, first + size, is_too_large=False)

            self.cluster.append(topic, b"", partition=partition, error=error)

    # ---- what a handler does ----

    async def _handle(self, received: Received[Any]) -> Outcome:
        does, article, number = self._name(received.event).split()
        if does == "slow":
            await asyncio.sleep(self.rng.random() * 5)
        else:
            await asyncio.sleep(self.rng.random() * 0.1)
        if self.cluster.is_away and self.rng.random() < 0.5:
            raise InfrastructureError("away")
        if does == "poison":
            raise PermanentError("no", reason="because")
        if does == "bug":
            raise KeyError("bug")
        self._tries[number] += 1
        fails = received.attempt == 0 if self.kind is FETCHER else self._tries[number] % 2
        if does == "flaky" and fails:
            raise TransientError("not yet")
        if does == "busy" and self.kind is FETCHER and received.attempt < 2:
            return RetryAt(
                _clock() + timedelta(seconds=3), "busy", is_attempt=received.attempt > 0 or self._odd(number)
            )
        value = f"{does} {article} {number}".encode()
        if does == "refuse":
            return wire.Record(REJECTED, article.encode(), value, {}, "empty")
        return wire.Record(self.kind.writes, article.encode(), value, {})

    async def _handle_batch(self, batch: Any) -> list[Any]:
        return [await self._handle(received) for received in batch]

    def _odd(self, number: str) -> bool:
        return self._tries[number] > 1

    def _name(self, event: Any) -> str:
        if isinstance(event, bytes):
            if event == b"{no json":
                raise PermanentError("no JSON", reason="invalid_json")
            return str(wire.decode(event, FETCHED.event).content)  # type: ignore[attr-defined]
        return str(event.text)

    def _left(self) -> str:
        return str({key: f"{self.cluster.committed.get(key, 0)}" for key in self.cluster.committed})

    def _wrong(self, what: str) -> None:
        self.result.problems.append(f"[{self._now():.2f}] {what}")

    def _tell(self, what: str) -> None:
        self.result.story.append(f"[{self._now():.2f}] {what}")

    def _now(self) -> float:
        return asyncio.get_running_loop().time()


def _clock() -> datetime:
    return datetime.fromtimestamp(EPOCH_MS / 1000, UTC) + timedelta(seconds=asyncio.get_running_loop().time())


def play(seed: int) -> Result:
    """Run one schedule."""

    async def run() -> Result:
        return await World(seed).play()

    return simulate(run())


def shorten_waits(replace: Callable[[Any, str, Any], None]) -> None:
    """Let a transient failure wait for seconds instead of an hour: a schedule is as long as its longest wait."""
    replace(retry, "WAITS", tuple(timedelta(seconds=seconds) for seconds in (2, 4, 8)))
