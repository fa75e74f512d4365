"""The whole run: what is measured, in which order, on which articles. No two measurements share an article."""

import asyncio
import json
import os
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median

from bench.pipeline import peering, scaling, timing, working
from bench.pipeline.corpus.made import Article, write
from bench.pipeline.peers.catalogue import Peer
from bench.pipeline.peers.environments import ROOT, NotInstalledError, python_of
from bench.pipeline.system import System, running
from bench.pipeline.working import Result
from bench.store.writing import BenchError
from wiredesk_local.processes.child import Child
from wiredesk_local.state import StateDir

# Every process must have met some articles of each language: what it loads late would be somebody's cost.
WARM = 64
# Articles that come one at a time; the share of the pipeline's pace at which they come when it is busy.
_ALONE, _BUSY = 60, 0.7
# For the tagger's pace, in articles of a round: one process alone is quick.
_TAGGED = 1.5
# While taggers come and go some must be left to the last step.
_SCALED = 4.5
_MOST_SECONDS = 1_200

Make = Callable[[int, int], Iterator[Article]]
Keep = Callable[[Result], None]
Say = Callable[[str], None]


@dataclass(slots=True)
class Asked:
    """What to measure: `count` articles in so many rounds, and `seconds` of idleness.

    `make` gives so many articles from a number on.
    """

    count: int
    rounds: int
    seconds: float
    make: Make
    peers: Sequence[Peer]
    _next: int = field(default=0, init=False)

    def articles(self, count: int) -> list[Article]:
        """Return so many articles that nobody has had."""
        made = list(self.make(self._next, count))
        self._next += count
        return made


async def measured(folder: Path, asked: Asked, keep: Keep, say: Say) -> None:
    """Measure everything; `keep` gets each result as it comes.

    Raises:
        BenchError: a run failed.
        ConfigurationError: Kafka's jars or PostgreSQL's wheel cannot be had.
        InfrastructureError: a server did not start.
    """
    peers = await _installed(asked.peers, keep, say)
    say("starting Kafka and PostgreSQL")
    async with running(folder, say) as system:
        rounds = _Rounds(system, asked, peers, folder / "articles.jsonl", keep, say)
        rates = [await rounds.run(number) for number in range(1, asked.rounds + 1)]
        say("what `wiredesk up` starts")
        single = asked.articles(min(_ALONE, asked.count))
        for one in await timing.usual(system, asked.articles(WARM), single, asked.seconds, say):
            keep(one)
        rate = _BUSY * median(rates)
        some = asked.articles(max(1, round(rate * asked.seconds)))
        keep(await timing.busy(system, asked.articles(WARM), some, rate, say))
        for count in (1, 2):
            say(f"a backlog for {count} of the tagger")
            tagged = asked.articles(round(_TAGGED * asked.count))
            keep(await scaling.taggers(system, count, asked.articles(WARM), tagged, say))
        say("a backlog for one of the tagger, then four, then one")
        for one in await scaling.rebalances(system, asked.articles(round(_SCALED * asked.count)), say):
            keep(one)


@dataclass(frozen=True, slots=True)
class _Rounds:
    system: System
    asked: Asked
    peers: list[Peer]
    file: Path
    keep: Keep
    say: Say

    async def run(self, number: int) -> float:
        """Measure the limit, the pipeline and every peer on the same articles; return ours a second."""
        asked, of = self.asked, f"round {number} of {self.asked.rounds}"
        warm, some = asked.articles(WARM), asked.articles(asked.count)
        if number == 1:
            self.keep(_corpus(some))
        await asyncio.to_thread(write, [*warm, *some], self.file)
        for processes in (2, 1) if number == 1 else (2,):
            self.say(f"{of}: the limit, {processes} of it")
            self.keep(Result("limit", str(processes), number, await _limit(self.system.state, self.file, processes)))
        self.say(f"{of}: the pipeline")
        ours = await working.pipeline(self.system, warm, some, self.say)
        ours.round = number
        self.keep(ours)
        for peer in list(self.peers):
            self.say(f"{of}: {peer.name}")
            try:
                self.keep(await peering.through(self.system, peer, number, warm, some))
            except BenchError as error:
                # The others are worth measuring; this one has no further rounds.
                self.say(str(error))
                self.keep(Result("peer", peer.name, number, says=str(error).splitlines()[0]))
                self.peers.remove(peer)
        return ours.values["articles"] / ours.values["wall"]


async def _installed(peers: Sequence[Peer], keep: Keep, say: Say) -> list[Peer]:
    there = []
    for peer in peers:
        say(f"the environment of {peer.name}")
        try:
            await asyncio.to_thread(python_of, peer)
        except NotInstalledError as error:
            keep(Result("peer", peer.name, says=str(error)))
        else:
            there.append(peer)
    return there


async def _limit(state: StateDir, file: Path, processes: int) -> dict[str, float]:
    # As a child of ours, so that its own processes go when it goes.
    child = Child(f"limit-{processes}", log=state.logs / "limit.log", pids=state.pids)
    command = [sys.executable, "-m", "bench.pipeline.limit", str(file), str(processes), str(WARM)]
    await child.start(command, env={**os.environ, "PYTHONPATH": str(ROOT)}, cwd=ROOT)
    try:
        async with asyncio.timeout(_MOST_SECONDS):
            code = await child.wait()
    finally:
        await asyncio.shield(child.stop(patience=0.0))
    lines = child.log.read_text("utf-8").splitlines()
    if code or not lines:
        raise BenchError(f"the limit ended with {code}:\n{child.last_words(12)}")
    found: dict[str, float] = json.loads(lines[-1])
    return found


def _corpus(some: Sequence[Article]) -> Result:
    values = {
        "words": median(one.words for one in some),
        "kilobytes": median(len(one.html.encode()) for one in some) / 1_000,
        "copies": 100 * sum(one.is_copy for one in some) / len(some),
    }
    return Result("corpus", round=1, values=values)
