"""The second time: in the background, at the same ports, everything known already; and what cannot start says why."""

import asyncio
import json
import os
import re
import sys

import pytest

from tests.e2e.test_demo import _environment, _run
from wiredesk_local.processes.child import free_port

pytestmark = [pytest.mark.broker, pytest.mark.timeout(300)]

PROGRAM = """
import asyncio
from wiredesk import Wiredesk

async def main():
    async with Wiredesk() as wire:
        sent = await wire.publish(text="Oslo Opens a Bridge\\n\\nThe bridge opened on Monday, the city council said.")
        print((await wire.result(sent)).event.status)

asyncio.run(main())
"""


@pytest.fixture
def ports():
    """Ports of this test's own: the usual ones may be in use beside it."""
    found = {f"WIREDESK_LOCAL__{name}_PORT": str(free_port()) for name in ("KAFKA", "POSTGRES", "DEMO")}
    return {**_environment(), **found}


async def _wiredesk(folder, ports, *arguments):
    return await _run(folder, *arguments, environment=ports)


async def _down(folder, ports):
    code, _, errors = await _wiredesk(folder, ports, "down")
    assert code == 0, errors


async def test_a_second_demo_in_the_background_finds_everything_unchanged_and_a_client_needs_no_settings(
    tmp_path, ports
):
    for known in (False, True):
        code, _, errors = await _wiredesk(tmp_path, ports, "up", "--demo", "--detach")
        try:
            assert code == 0, errors
            assert f"Kafka 127.0.0.1:{ports['WIREDESK_LOCAL__KAFKA_PORT']}" in errors
            assert "It runs in the background" in errors
            log = tmp_path / ".wiredesk" / "logs" / "up.log"
            async with asyncio.timeout(120):
                while log.read_text().count("Next, in this folder") <= known:
                    await asyncio.sleep(0.2)
            stored = re.findall(r"stored +\d+ +(.*\S)", log.read_text())[-1]
            assert re.fullmatch(r"97 unchanged" if known else r"96 inserted, 1 revised", stored)
            if known:
                process = await asyncio.create_subprocess_exec(
                    *(sys.executable, "-c", PROGRAM), cwd=tmp_path, env=_environment(), stdout=asyncio.subprocess.PIPE
                )
                out, _ = await asyncio.wait_for(process.communicate(), 60)
                assert out.decode().strip() == "inserted"
                code, out, _ = await _wiredesk(tmp_path, ports, "env", "--json")
                assert json.loads(out)["WIREDESK_KAFKA__BOOTSTRAP_SERVERS"].endswith(
                    ports["WIREDESK_LOCAL__KAFKA_PORT"]
                )
        finally:
            await _down(tmp_path, ports)


async def test_a_setting_that_no_service_can_read_is_told_before_anything_starts(tmp_path, ports):
    bad = {**ports, "WIREDESK_TAGGER__PIPELINES": "{broken"}
    code, _, errors = await _wiredesk(tmp_path, bad, "up")
    assert code == 4
    assert "WIREDESK_TAGGER__PIPELINES" in errors
    assert not (tmp_path / ".wiredesk" / "kafka").exists()


async def test_a_service_that_cannot_start_ends_up_with_its_reason_and_leaves_nothing_running(tmp_path, ports):
    bad = {**ports, "WIREDESK_TAGGER__PIPELINES": '{"de": "no_such_pipeline"}'}
    code, _, errors = await _wiredesk(tmp_path, bad, "up", "--detach")
    assert code == 4, errors
    assert "no_such_pipeline" in errors
    assert "starting it again" not in errors
    assert not (tmp_path / ".wiredesk" / "state.json").exists()


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write anywhere")
async def test_a_folder_that_cannot_be_written_is_told_without_a_traceback(tmp_path, ports):
    tmp_path.chmod(0o500)
    code, _, errors = await _wiredesk(tmp_path, ports, "up")
    tmp_path.chmod(0o700)
    assert code == 1
    assert "Permission denied" in errors
    assert "Traceback" not in errors


async def test_a_state_folder_that_is_a_file_is_told_without_a_traceback(tmp_path, ports):
    (tmp_path / ".wiredesk").write_text("")
    code, _, errors = await _wiredesk(tmp_path, ports, "up")
    assert code in (1, 4)
    assert "Traceback" not in errors
    assert ".wiredesk" in errors
