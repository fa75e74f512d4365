"""All brokers away, and a broker whose disk is full: said aloud, waited for, nothing lost."""

import asyncio
import contextlib
import os
import shutil
import uuid
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from tests.faults.harness.cluster import NODES
from tests.faults.harness.pipeline import SERVICES, processes
from tests.faults.harness.probe import ask, red, resident_megabytes, seconds_until
from tests.faults.harness.story_stream import stream
from wiredesk.client import admin
from wiredesk.client.settings import KafkaSettings
from wiredesk.contracts.topics import Lane
from wiredesk_local.servers.kafka import KafkaServer
from wiredesk_local.servers.kafka_jars import kafka_jars

pytestmark = [pytest.mark.broker, pytest.mark.slow, pytest.mark.timeout(1200)]
# Beyond both limits: 60 s for a publish, 120 s for a request of the producer.
AWAY_SECONDS = 150
TMPFS_MEGABYTES = 160


async def _all_red(running):
    return all(await asyncio.gather(*(red(running.health[service]) for service in SERVICES)))


async def _all_ready(running):
    return await asyncio.gather(*(ask(running.health[service], "/readyz") for service in SERVICES)) == [[]] * 4


async def test_all_brokers_away_reddens_readiness_and_grows_no_memory(cluster, dsn, tmp_path, enter, pace):
    kafka, lane = cluster.kafka, Lane(f"t{uuid.uuid4().hex[:10]}")
    await admin.apply_topics(kafka, lane)
    async with processes(kafka, dsn, lane, tmp_path) as running, stream(kafka, dsn, lane, pause=0.01) as stories:
        await asyncio.sleep(5)
        assert await _all_ready(running)
        before = {service: resident_megabytes(running.pid(service)) for service in SERVICES}
        await cluster.kill(*NODES)
        reddened = await seconds_until(lambda: _all_red(running), within=30)
        alive = []
        async with asyncio.timeout(AWAY_SECONDS + 60):
            for _ in range(AWAY_SECONDS // 5):
                await asyncio.sleep(5)
                alive.append([await ask(running.health[service], "/livez") for service in SERVICES])
        growth = max(resident_megabytes(running.pid(service)) - before[service] for service in SERVICES)
        await cluster.start(*NODES)
        back = await seconds_until(lambda: _all_ready(running), within=pace.seconds(90))
        # The publisher has waited as well, and its producer is good again, too.
        await stories.through(within=pace.seconds(90))
        await cluster.whole()
        book = await stories.settle(kafka, lane, within=pace.seconds(120))
        ends = list(running.ends)
    extra = f"three brokers killed, away for {AWAY_SECONDS} s: ready red after {reddened:.0f} s, live green, "
    enter(
        8,
        book,
        extra=f"{extra}memory grew by {growth:.0f} MB at most, "
        f"ready again {back:.0f} s after; {len(ends)} services ended to be started with a new producer",
    )
    assert book.dead == 0
    assert alive == [[[]] * 4] * len(alive)
    assert growth < 100
    # A producer may be past repair by then; its process ends and says so, once.
    assert len(ends) == len(set(ends))
    assert {code for _, code in ends} <= {1}
    for service, _ in ends:
        assert "nothing can pass until it is started again" in (tmp_path / f"{service}.log").read_text()


@asynccontextmanager
async def _small_disk(folder: Path):
    """A file system of its own, of `TMPFS_MEGABYTES`."""
    if os.geteuid() != 0:
        pytest.skip("row 14 needs root: filling a disk takes a tmpfs of its own")
    await asyncio.to_thread(folder.mkdir)
    code, said = await _run("mount", "-t", "tmpfs", "-o", f"size={TMPFS_MEGABYTES}m", "tmpfs", str(folder))
    if code:
        pytest.skip(f"row 14 cannot mount a tmpfs here: {said}")
    try:
        yield folder
    finally:
        code, said = await _run("umount", str(folder))
        assert code == 0, said


async def _run(*command):
    process = await asyncio.create_subprocess_exec(*command, stderr=asyncio.subprocess.PIPE)
    _, said = await process.communicate()
    return process.returncode, said.decode().strip()


def _fill(path):
    """Take every byte that is left."""
    with contextlib.suppress(OSError), path.open("wb", buffering=0) as filler:
        while True:
            filler.write(b"x" * 4096)


async def test_a_full_disk_ends_the_broker_and_costs_no_article(dsn, tmp_path, enter, pace):
    async with _small_disk(tmp_path / "disk") as disk:
        broker = KafkaServer(
            disk / "kafka", await kafka_jars(print), logs=tmp_path / "logs", pids=tmp_path / "pids", name="full-disk"
        )
        await broker.start()
        kafka = KafkaSettings(bootstrap_servers=[broker.bootstrap_server], partitions=2)
        lane = Lane(f"t{uuid.uuid4().hex[:10]}")
        try:
            await admin.apply_topics(kafka, lane)
            async with (
                processes(kafka, dsn, lane, tmp_path) as running,
                stream(kafka, dsn, lane, pause=0.01) as stories,
            ):
                await asyncio.sleep(3)
                filler = disk / "filler"
                await asyncio.to_thread(_fill, filler)
                code = await asyncio.wait_for(broker.child.wait(), 60)
                reddened = await seconds_until(lambda: _all_red(running), within=30)
                assert shutil.disk_usage(disk).free == 0
                stored = await stories.count()
                await asyncio.sleep(15)
                assert await stories.count() == stored
                filler.unlink()
                await broker.start()
                back = await seconds_until(lambda: _all_ready(running), within=pace.seconds(90))
                book = await stories.settle(kafka, lane, within=pace.seconds(120))
                ends = list(running.ends)
        finally:
            await broker.stop()
    extra = f"broker ended with {code}; ready red after {reddened:.0f} s, nothing stored meanwhile, "
    enter(14, book, extra=f"{extra}ready again {back:.0f} s after the broker was")
    assert book.dead == 0
    assert ends == []
