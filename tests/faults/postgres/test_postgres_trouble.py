"""PostgreSQL killed, cut, used up, deadlocked, read-only, full: an outage is waited for, and no article pays for it."""

import asyncio
import itertools
import re
import shutil
import subprocess
import tempfile
from contextlib import asynccontextmanager, contextmanager
from datetime import datetime
from pathlib import Path

import asyncpg
import pytest

from tests.factories import STORY, enriched
from tests.faults.harness.pipeline import ledger
from tests.faults.harness.servers import lag_is_gone, log_lines, only, own_postgres, start_again
from tests.wires import Raw, eventually, produce
from wiredesk.contracts.topics import ENRICHED

pytestmark = [pytest.mark.broker, pytest.mark.slow, pytest.mark.timeout(600)]
GIVEN_BACK = "batch given back"


@asynccontextmanager
async def _storing(kafka, lane, folder):
    """A storage process on a PostgreSQL of its own, which has stored something already."""
    async with own_postgres(folder) as server, only(("storage",), kafka, server.dsn, lane, folder) as running:
        sent = await _publish(kafka, lane, 1)
        await _until_stored(kafka, server.dsn, lane, sent, within=300)
        yield server, running, sent


async def _publish(kafka, lane, count):
    """Put `count` enriched articles on storage's topic; return their ids."""
    events = [enriched(f"{STORY} Number {n}.") for n in range(count)]
    records: list[Raw] = [(str(e.article_id).encode(), e.model_dump_json().encode(), []) for e in events]
    await produce(kafka, lane.topic(ENRICHED), records)
    return [event.article_id for event in events]


async def _trickle(kafka, lane, count, pause):
    """The same, one each `pause` seconds."""
    sent = []
    for _ in range(count):
        sent += await _publish(kafka, lane, 1)
        await asyncio.sleep(pause)
    return sent


async def _until_stored(kafka, dsn, lane, sent, *, within=240):
    async def stored():
        return await lag_is_gone(kafka, lane, ("storage",))

    await eventually(stored, within=within)
    book = await ledger(kafka, dsn, lane, sent)
    assert book.lost == set()
    return book


async def _given_back(folder, count):
    """Wait until the log shows `count` batches given back."""

    async def seen():
        return len(log_lines(folder / "storage.log", GIVEN_BACK)) >= count

    await eventually(seen, within=60)


def _all_receipts(book):
    assert set(book.receipts) == book.sent
    assert book.dead == 0


async def test_postgresql_killed_minus_nine_twice_under_load_costs_no_article(kafka, lane, tmp_path, enter):
    async with _storing(kafka, lane, tmp_path) as (server, running, first):
        publishing = asyncio.create_task(_trickle(kafka, lane, 120, 0.1))
        for _ in range(2):
            await asyncio.sleep(2)
            await server.stop(patience=0)
            await asyncio.sleep(2)
            await start_again(server)
        sent = first + await publishing
        book = await _until_stored(kafka, server.dsn, lane, sent)
        assert running.ends == []
    enter(12, book, extra="server kill -9 twice, 2 s away each time; the storage process stays up")
    _all_receipts(book)


async def test_sessions_terminated_in_the_middle_of_a_transaction_cost_no_article(kafka, lane, tmp_path, enter):
    rounds = 5
    async with _storing(kafka, lane, tmp_path) as (server, running, first):
        sent = first
        for n in range(rounds):
            blocker = await asyncpg.connect(server.dsn)
            async with blocker.transaction():
                # Storage has taken its advisory locks and written to `contents` when it comes to this table.
                await blocker.execute("lock table revisions in exclusive mode")
                sent += await _publish(kafka, lane, 10)
                victim = await _waiting_for_revisions(blocker)
                assert await blocker.fetchval("select pg_terminate_backend($1)", victim)
                await _given_back(tmp_path, n + 1)
            await blocker.close()
        book = await _until_stored(kafka, server.dsn, lane, sent)
        assert running.ends == []
    enter(12, book, extra=f"pg_terminate_backend in {rounds} open transactions")
    _all_receipts(book)


async def _waiting_for_revisions(connection):
    async with asyncio.timeout(30):
        while True:
            waiting = await connection.fetchval(
                "select pid from pg_locks where not granted and relation = 'revisions'::regclass"
            )
            if waiting is not None:
                return waiting
            await asyncio.sleep(0.01)


async def test_all_connections_used_up_cost_no_article(kafka, lane, tmp_path, enter):
    async with _storing(kafka, lane, tmp_path) as (server, running, first):
        hoard = []
        # What storage holds open is ended, so that it has to ask for a connection like everybody else.
        while True:
            try:
                hoard.append(await asyncpg.connect(server.dsn))
            except asyncpg.TooManyConnectionsError:
                await hoard[0].execute(
                    "select pg_terminate_backend(pid) from pg_stat_activity "
                    "where backend_type = 'client backend' and pid <> all($1)",
                    [one.get_server_pid() for one in hoard],
                )
                try:
                    hoard.append(await asyncpg.connect(server.dsn))
                except asyncpg.TooManyConnectionsError:
                    break
        sent = first + await _publish(kafka, lane, 50)
        await _given_back(tmp_path, 3)
        assert "53300" in log_lines(tmp_path / "storage.log", GIVEN_BACK)[-1]["event"]
        for one in hoard:
            await one.close()
        book = await _until_stored(kafka, server.dsn, lane, sent)
        assert running.ends == []
    enter(12, book, extra=f"all {len(hoard)} connections taken by somebody else")
    _all_receipts(book)


async def test_a_deadlock_that_storage_loses_costs_no_article(kafka, lane, tmp_path, enter):
    async with _storing(kafka, lane, tmp_path) as (server, running, first):
        ours = await asyncpg.connect(server.dsn)
        # The one that waits first looks for the circle first: with a longer patience here, storage is the victim.
        await ours.execute("alter system set deadlock_timeout = '3s'")
        await ours.execute("select pg_reload_conf()")
        await ours.execute("set deadlock_timeout = '60s'")
        async with ours.transaction():
            await ours.execute("lock table revisions in exclusive mode")
            (article,) = await _publish(kafka, lane, 1)
            await _waiting_for_revisions(ours)
            # Storage holds the article's lock and wants the table; now it is the other way round as well.
            await ours.execute("select pg_advisory_xact_lock($1)", int.from_bytes(article.bytes[:8], signed=True))
            await _given_back(tmp_path, 1)
        await ours.close()
        book = await _until_stored(kafka, server.dsn, lane, [*first, article])
        assert "40P01" in log_lines(tmp_path / "storage.log", GIVEN_BACK)[0]["event"]
        assert running.ends == []
    enter(12, book, extra="a deadlock (40P01) with a session of somebody else")
    _all_receipts(book)


def _pauses(folder):
    """The pauses after each try, in seconds, and the times of the tries."""
    lines = log_lines(folder / "storage.log", GIVEN_BACK)
    pauses = [float(re.findall(r"again in ([\d.]+) s", line["event"])[0]) for line in lines]
    return pauses, [datetime.fromisoformat(str(line["timestamp"])) for line in lines]


def _backed_off(folder, code):
    """Check that it tried ever more seldom, for this one reason, and never slept longer than half a minute."""
    pauses, times = _pauses(folder)
    assert all(code in str(line["event"]) for line in log_lines(folder / "storage.log", GIVEN_BACK))
    assert pauses == sorted(pauses)
    assert max(pauses) <= 30
    gaps = [(later - sooner).total_seconds() for sooner, later in itertools.pairwise(times)]
    assert all(gap >= pause for gap, pause in zip(gaps, pauses, strict=False))
    return len(times), max(pauses)


READ_ONLY_SECONDS = 90


async def test_a_read_only_server_is_asked_ever_more_seldom_and_used_again_by_itself(kafka, lane, tmp_path, enter):
    async with _storing(kafka, lane, tmp_path) as (server, running, first):
        ours = await asyncpg.connect(server.dsn)
        await ours.execute("alter system set default_transaction_read_only = on")
        await ours.execute("select pg_reload_conf()")
        publishing = asyncio.create_task(_trickle(kafka, lane, 150, 0.2))
        await asyncio.sleep(READ_ONLY_SECONDS)
        await ours.execute("set default_transaction_read_only = off")
        await ours.execute("alter system reset default_transaction_read_only")
        await ours.execute("select pg_reload_conf()")
        await ours.close()
        sent = first + await publishing
        book = await _until_stored(kafka, server.dsn, lane, sent)
        tries, longest = _backed_off(tmp_path, "25006")
        assert running.ends == []
    # 0.1 s doubled up to 30 s is nine tries in the first 51 s, then two a minute.
    assert 8 <= tries <= 12
    enter(13, book, extra=f"read-only (25006) for {READ_ONLY_SECONDS} s: {tries} tries, the last pause {longest:.0f} s")
    _all_receipts(book)


@contextmanager
def _small_disk(folder, megabytes):
    folder.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", f"size={megabytes}m,mode=0777", "tmpfs", folder],
        capture_output=True,
        check=False,
    )
    if mounted.returncode != 0:
        folder.rmdir()
        pytest.skip("a small disk cannot be mounted here: root, and in a container CAP_SYS_ADMIN, is needed")
    try:
        yield folder
    finally:
        subprocess.run(["umount", "--lazy", folder], check=True)
        folder.rmdir()


async def test_a_full_disk_is_waited_for_and_the_store_used_again_by_itself(kafka, lane, tmp_path, enter):
    # Not below pytest's folder: `nobody`, whom the server runs as, cannot get in there.
    at = Path(tempfile.gettempdir()) / f"wiredesk-{lane.name}"
    with _small_disk(at, 64) as disk:
        async with own_postgres(tmp_path) as server:
            place = disk / "tables"
            place.mkdir()
            shutil.chown(place, "nobody")
            ours = await asyncpg.connect(server.dsn)
            await ours.execute(f"create tablespace small location '{place}'")
            # Only tables and indexes lie on the small disk: the write-ahead log full is a crash, which row 12 has.
            await ours.execute("alter database wiredesk set default_tablespace = small")
            async with only(("storage",), kafka, server.dsn, lane, tmp_path) as running:
                sent = await _publish(kafka, lane, 1)
                await _until_stored(kafka, server.dsn, lane, sent, within=300)
                _fill(disk / "filler")
                publishing = asyncio.create_task(_trickle(kafka, lane, 150, 0.2))
                await _given_back(tmp_path, 8)
                stored_then = await ours.fetchval("select count(*) from articles")
                (disk / "filler").unlink()
                sent += await publishing
                book = await _until_stored(kafka, server.dsn, lane, sent)
                tries, longest = _backed_off(tmp_path, "53100")
                assert running.ends == []
            await ours.close()
    assert stored_then < len(sent)
    enter(13, book, extra=f"disk full (53100): {tries} tries, the last pause {longest:.0f} s")
    _all_receipts(book)


def _fill(path):
    """Take every byte that is left on the disk."""
    with path.open("wb", buffering=0) as file:
        for size in (1024 * 1024, 4096):
            try:
                while True:
                    file.write(b"\0" * size)
            except OSError:
                continue
