"""What time says: how soon an article is out, and what the system takes when nothing comes."""

import asyncio
import random
import time
from collections.abc import Awaitable, Callable, Sequence

from bench.pipeline import kafka, processes
from bench.pipeline.corpus.made import Article
from bench.pipeline.kafka import Counter
from bench.pipeline.system import System
from bench.pipeline.working import SHAPE, Result, counting, put_through, until
from wiredesk.contracts.topics import ENRICHED, REJECTED, STORED, SUBMITTED
from wiredesk_local.workers import DESK

# What `wiredesk up` starts.
USUAL = {"fetcher": 1, "cleaner": 1, "tagger": 1, "storage": 1, DESK: 1}
# Behind the last article the services still commit, collect and compile.
_SETTLED_SECONDS = 5.0
# A fetch waits up to 500 ms for something to come: arrivals must fall anywhere in that.
_BETWEEN_SECONDS = (0.05, 0.6)


async def usual(
    system: System, warm: Sequence[Article], single: Sequence[Article], seconds: float, say: Callable[[str], None]
) -> list[Result]:
    """Run what `wiredesk up` starts; return what it takes in so many seconds of nothing, and how soon it answers.

    `single` go in one at a time, each when the one before is stored.
    """
    async with system.services(USUAL, say) as groups, counting(system) as counter:
        await put_through(system, counter, warm)
        say(f"idle for {seconds:g} s")
        idle = await _idle({**groups, **system.servers}, seconds)
        say(f"{len(single)} articles, one at a time")
        return [idle, await _latencies(system, counter, "alone", _one_at_a_time(system, counter, single))]


async def busy(
    system: System, warm: Sequence[Article], articles: Sequence[Article], rate: float, say: Callable[[str], None]
) -> Result:
    """Return how soon articles are out that come at random, so many a second on average (`rate`)."""
    async with system.services(SHAPE, say), counting(system) as counter:
        await put_through(system, counter, warm)
        say(f"{len(articles)} articles, {rate:.1f} a second")
        return await _latencies(system, counter, "busy", _at_rate(system, counter, articles, rate), rate=rate)


async def _idle(groups: processes.Groups, seconds: float) -> Result:
    await asyncio.sleep(_SETTLED_SECONDS)
    before, begun = processes.cpu(groups), time.perf_counter()
    await asyncio.sleep(seconds)
    took = time.perf_counter() - begun
    spent = processes.spent(before, processes.cpu(groups))
    memory = processes.memory(groups)
    values = {f"cpu.{name}": one.all for name, one in spent.items()}
    return Result("idle", values={"wall": took, **values, **{f"memory.{name}": mb for name, mb in memory.items()}})


async def _one_at_a_time(system: System, counter: Counter, articles: Sequence[Article]) -> None:
    ends = STORED.name, REJECTED.name
    there = await counter.count(*ends)
    async with kafka.producing(system.kafka) as producer:
        for number, one in enumerate(articles, 1):
            await kafka.submit(producer, [one])
            await until(counter, there + number, *ends)
            await asyncio.sleep(random.uniform(*_BETWEEN_SECONDS))  # noqa: S311 - a pause, no secret


async def _at_rate(system: System, counter: Counter, articles: Sequence[Article], rate: float) -> None:
    ends = STORED.name, REJECTED.name
    there = await counter.count(*ends)
    rng = random.Random(1)  # noqa: S311 - as above
    async with kafka.producing(system.kafka) as producer:
        due, sent = time.perf_counter(), []
        for one in articles:
            await asyncio.sleep(max(0.0, due - time.perf_counter()))
            sent.append(asyncio.create_task(kafka.submit(producer, [one])))
            due += rng.expovariate(rate)
        await asyncio.gather(*sent)
        await until(counter, there + len(articles), *ends)


async def _latencies(system: System, counter: Counter, name: str, work: Awaitable[None], rate: float = 0.0) -> Result:
    """Return milliseconds of the broker's clock from an article's submission to its event and to its receipt."""
    topics = SUBMITTED.name, ENRICHED.name, STORED.name
    starts = {topic: await counter.ends(topic) for topic in topics}
    await work
    submitted, enriched, stored = [
        await kafka.taken_at(system.kafka, topic, starts[topic], await counter.ends(topic)) for topic in topics
    ]
    both = [one for one in submitted if one in enriched and one in stored]
    values = {f"enriched.{number}": float(enriched[one] - submitted[one]) for number, one in enumerate(both)}
    values |= {f"stored.{number}": float(stored[one] - submitted[one]) for number, one in enumerate(both)}
    return Result("latency", name, values={"rate": rate, **values})
