"""The same articles through a peer: its processes in its own environment, on topics of its own."""

import asyncio
import contextlib
import os
import time
from collections.abc import AsyncIterator, Sequence
from pathlib import Path

from bench.pipeline import kafka, processes
from bench.pipeline.corpus.made import Article
from bench.pipeline.kafka import Counter
from bench.pipeline.peers.catalogue import PROCESSES, Peer
from bench.pipeline.peers.environments import PATHS, ROOT, python_of
from bench.pipeline.peers.task import Task
from bench.pipeline.system import KAFKA, System
from bench.pipeline.working import Result, basics, counting, most_memory, until
from bench.store.writing import BenchError
from wiredesk.client import admin
from wiredesk.contracts.topics import ENRICHED, SUBMITTED
from wiredesk_local.processes.child import Child, free_port

OWN = "its processes"
_STOP_SECONDS = 20.0


async def through(
    system: System, peer: Peer, number: int, warm: Sequence[Article], articles: Sequence[Article]
) -> Result:
    """Return what a peer takes for `articles` in round `number`, after it has worked `warm`.

    Raises:
        NotInstalledError: its environment cannot be made.
        BenchError: it ended, or an article did not come out.
    """
    python = await asyncio.to_thread(python_of, peer)
    source, target = f"bench.{peer.name}.{number}.pages", f"bench.{peer.name}.{number}.enriched"
    # As ours: the broker keeps what comes out in the codec that every client reads.
    await admin.create_topic(system.kafka, source, SUBMITTED)
    await admin.create_topic(system.kafka, target, ENRICHED)
    async with (
        counting(system, target) as counter,
        kafka.producing(system.kafka) as producer,
        _running(system, peer, python, _tasks(system, peer, source, target)) as children,
    ):
        pids = {OWN: [child.pid or 0 for child in children], KAFKA: system.servers[KAFKA]}
        await kafka.hand_out(producer, source, warm)
        await _until(counter, len(warm), target, children)
        before = processes.cpu(pids)
        async with most_memory(pids) as most:
            begun = time.perf_counter()
            await kafka.hand_out(producer, source, articles)
            await _until(counter, len(warm) + len(articles), target, children)
            wall = time.perf_counter() - begun
        spent = processes.spent(before, processes.cpu(pids))
    values = basics(articles, wall) | {f"cpu.{name}": cpu.all for name, cpu in spent.items()}
    return Result("peer", peer.name, number, values | {f"memory.{name}": mb for name, mb in most.items()})


def _tasks(system: System, peer: Peer, source: str, target: str) -> list[Task]:
    addresses = ",".join(f"127.0.0.1:{free_port()}" for _ in range(PROCESSES))
    servers, folder = ",".join(system.kafka.bootstrap_servers), str(system.state.root / source)
    group = f"bench.{peer.name}.{source}"
    return [Task(servers, group, source, target, str(number), addresses, folder) for number in range(PROCESSES)]


@contextlib.asynccontextmanager
async def _running(system: System, peer: Peer, python: Path, tasks: Sequence[Task]) -> AsyncIterator[list[Child]]:
    children: list[Child] = []
    command = [str(python), "-P", "-m", f"bench.pipeline.peers.{peer.module}"]
    try:
        for task in tasks:
            name = f"{peer.name}-{task.number}"
            child = Child(name, log=system.state.logs / f"{name}.log", pids=system.state.pids)
            children.append(child)
            env = {**os.environ, **task.environment, "PYTHONPATH": os.pathsep.join(PATHS)}
            await child.start(command, env=env, cwd=ROOT)
        yield children
    finally:
        await asyncio.shield(asyncio.gather(*(child.stop(_STOP_SECONDS) for child in children)))


async def _until(counter: Counter, wanted: int, target: str, children: Sequence[Child]) -> None:
    """Wait until the topic has so many records; whoever works for it must live meanwhile."""
    waiting = asyncio.create_task(until(counter, wanted, target))
    ends = [asyncio.create_task(child.wait()) for child in children]
    try:
        await asyncio.wait((waiting, *ends), return_when=asyncio.FIRST_COMPLETED)
        if not waiting.done():
            waiting.cancel()
        await waiting
    except (BenchError, asyncio.CancelledError) as error:
        ended = [f"{child.name} ended with {child.returncode}" for child in children if child.returncode is not None]
        if isinstance(error, asyncio.CancelledError) and not ended:
            raise
        said = "\n".join([*(ended or [str(error)]), *(child.last_words(6) for child in children)])
        raise BenchError(said) from None
    finally:
        for task in (waiting, *ends):
            task.cancel()
        await asyncio.gather(waiting, *ends, return_exceptions=True)
