"""The README's Python, word for word, from the installed client, beside a system that runs."""

import asyncio
import json
import re
import sys
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest

from tests.packaging.environments import ROOT, clean_environment

pytestmark = [pytest.mark.broker, pytest.mark.timeout(240)]

WIREDESK = str(Path(sys.executable).with_name("wiredesk"))


@pytest.fixture
async def running(tmp_path: Path) -> AsyncIterator[str]:
    """A whole system in a folder of its own; yields its Kafka's address."""
    process = await asyncio.create_subprocess_exec(
        WIREDESK, "up", cwd=tmp_path, env=clean_environment(), stderr=asyncio.subprocess.PIPE
    )
    assert process.stderr is not None
    try:
        async with asyncio.timeout(120):
            while b"up after" not in (line := await process.stderr.readline()):
                assert line, "it ended before it was up"
        yield ",".join(json.loads((tmp_path / ".wiredesk" / "state.json").read_text())["bootstrap_servers"])
    finally:
        process.terminate()
        async with asyncio.timeout(60):
            await process.communicate()


async def test_the_readmes_python_publishes_and_reads_an_article(
    programs: Callable[[str], Path], running: str, tmp_path: Path
):
    (snippet,) = re.findall(r"```python\n(.*?)```", (ROOT / "README.md").read_text(), re.DOTALL)
    (tmp_path / "mine.py").write_text(snippet)
    process = await asyncio.create_subprocess_exec(
        programs("wiredesk") / "python", "-u", "mine.py",
        cwd=tmp_path, env=clean_environment(WIREDESK_KAFKA__BOOTSTRAP_SERVERS=running),
        stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE,
    )  # fmt: skip
    assert process.stdout is not None
    try:
        async with asyncio.timeout(120):
            line = (await process.stdout.readline()).decode()
        assert line.startswith("Oslo Opens a Bridge [("), line
        assert "('Oslo', 'GPE')" in line
    finally:
        process.terminate()
        await process.communicate()
