"""More and fewer processes of the tagger: what a second one gives, and what one that comes or goes costs the others."""

import asyncio
import time
import urllib.request
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager

from prometheus_client.parser import text_string_to_metric_families

from bench.pipeline import kafka
from bench.pipeline.corpus.made import Article
from bench.pipeline.kafka import Counter
from bench.pipeline.system import System, ready
from bench.pipeline.working import Result, beside, counting, until
from wiredesk.contracts.topics import CLEANED, ENRICHED, REJECTED
from wiredesk.metrics import known
from wiredesk_local.workers import Workers

STEPS = (2, 3, 4, 3, 2, 1)
# The group takes as long to agree; the next step must not fall into it.
_STEP_SECONDS = 10.0
_LOOKED_SECONDS = 0.05
# Of a backlog the first and last articles do not count: taggers begin and end with a batch of their own.
_COUNTED = (0.3, 0.85)
_TAGGER = "tagger"


async def taggers(
    system: System, count: int, warm: Sequence[Article], articles: Sequence[Article], say: Callable[[str], None]
) -> Result:
    """Return how many articles a second so many processes of the tagger enrich, of a cleaned backlog."""
    async with counting(system) as counter:
        left = await _cleaned(system, counter, [*warm, *articles], say)
        async with _watching(counter) as points, system.services({_TAGGER: count}, say):
            await until(counter, points[0][1] + left, ENRICHED.name)
    return Result("taggers", str(count), values={"rate": rate_of(points)})


async def rebalances(system: System, articles: Sequence[Article], say: Callable[[str], None]) -> list[Result]:
    """Go from one tagger to four and back while they work a backlog; return what each step did to the others.

    The last result has how many articles there were, came out, and came out more than once.
    """
    found: list[Result] = []
    async with counting(system) as counter:
        starts = await counter.ends(ENRICHED.name)
        left = await _cleaned(system, counter, articles, say)
        async with _watching(counter) as points, system.workers({_TAGGER: 1}, say) as workers:
            await until(counter, points[0][1] + 1, ENRICHED.name)
            was, last = 1, points[0][1] + left
            for count in STEPS:
                say(f"from {was} of the tagger to {count}")
                found.append(await _step(system, workers, (was, count), points, last))
                was = count
            say("the rest of the backlog")
            await until(counter, last, ENRICHED.name)
        ends = await counter.ends(ENRICHED.name)
    records = sum(ends.values()) - sum(starts.values())
    distinct = len(await kafka.taken_at(system.kafka, ENRICHED.name, starts, ends))
    values = {"articles": float(left), "out": float(distinct), "again": float(records - distinct)}
    return [*found, Result("scaled", values=values)]


def rate_of(points: Sequence[tuple[float, int]], counted: tuple[float, float] = _COUNTED) -> float:
    """Return how fast a count grows, by least squares over those (seconds, count) between two shares of its growth.

    Raises:
        ZeroDivisionError: there are no two such points.
    """
    first, last = points[0][1], points[-1][1]
    low, high = (first + share * (last - first) for share in counted)
    inside = [(at, count) for at, count in points if low <= count <= high]
    at_mean = sum(at for at, _ in inside) / len(inside)
    mean = sum(count for _, count in inside) / len(inside)
    along = sum((at - at_mean) * (count - mean) for at, count in inside)
    return along / sum((at - at_mean) ** 2 for at, _ in inside)


def longest_stand(points: Sequence[tuple[float, int]], since: float, last: int) -> float | None:
    """Return the longest time, in seconds, in which a count did not grow after `since` and before it was `last`.

    None where it was `last` from the start, or nobody looked.
    """
    after = [(at, count) for at, count in points if at >= since]
    if not after or after[0][1] >= last:
        return None
    longest, moved, was = 0.0, since, after[0][1]
    for at, count in after:
        if count > was:
            longest, moved, was = max(longest, at - moved), at, count
        if count >= last:
            return longest
    return max(longest, after[-1][0] - moved)


def pause(before: Mapping[int, tuple[float, float]], after: Mapping[int, tuple[float, float]]) -> tuple[float, float]:
    """Return the mean seconds of a pause, and how many of them a process had, between two readings by port.

    A reading is the sum and the count of `wiredesk_rebalance_seconds`. A process that is in one of the two alone does
    not count.
    """
    there = before.keys() & after.keys()
    seconds = sum(after[port][0] - before[port][0] for port in there)
    times = sum(after[port][1] - before[port][1] for port in there)
    return (seconds / times if times else 0.0, times / len(there) if there else 0.0)


async def _step(
    system: System, workers: Workers, counts: tuple[int, int], points: list[tuple[float, int]], last: int
) -> Result:
    was, count = counts
    staying = [int(one["health_port"]) for one in workers.status()][: min(was, count)]
    before, begun = await asyncio.to_thread(_paused, staying), time.perf_counter()
    await workers.scale(_TAGGER, count, system.addresses())
    await ready(workers)
    took = time.perf_counter() - begun
    await asyncio.sleep(_STEP_SECONDS)
    seconds, times = pause(before, await asyncio.to_thread(_paused, staying))
    values = {"took": took, "pause": seconds, "pauses": times}
    if (stood := longest_stand(points, begun, last)) is not None:
        values["stood"] = stood
    return Result("rebalance", f"{was} to {count}", values=values)


def _paused(ports: Sequence[int]) -> dict[int, tuple[float, float]]:
    """Return the sum and the count of the pauses that each process had, by its health port."""
    found = {}
    for port in ports:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/metrics", timeout=10) as answer:
            text = answer.read().decode()
        name = known.REBALANCE_SECONDS.name
        told = {"sum": 0.0, "count": 0.0}
        for family in text_string_to_metric_families(text):
            for sample in family.samples:
                if sample.name in (f"{name}_sum", f"{name}_count"):
                    told[sample.name.removeprefix(f"{name}_")] += sample.value
        found[port] = told["sum"], told["count"]
    return found


async def _cleaned(system: System, counter: Counter, articles: Sequence[Article], say: Callable[[str], None]) -> int:
    """Have the articles cleaned and no more; return how many of them wait for the tagger."""
    cleaner = CLEANED.name, REJECTED.name
    async with system.services({"fetcher": 1, "cleaner": 1}, say):
        cleaned, before = await counter.count(CLEANED.name), await counter.count(*cleaner)
        async with kafka.producing(system.kafka) as producer:
            await kafka.submit(producer, articles)
        await until(counter, before + len(articles), *cleaner)
    return await counter.count(CLEANED.name) - cleaned


@asynccontextmanager
async def _watching(counter: Counter) -> AsyncIterator[list[tuple[float, int]]]:
    """Yield a list to which (seconds, enriched events so far) is added all the time, the first at once."""
    points = [(time.perf_counter(), await counter.count(ENRICHED.name))]

    async def watch() -> None:
        while True:
            points.append((time.perf_counter(), await counter.count(ENRICHED.name)))
            await asyncio.sleep(_LOOKED_SECONDS)

    async with beside(watch()):
        yield points
