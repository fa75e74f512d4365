"""The system as `wiredesk up` starts it in a folder, for benches that measure it whole."""

import asyncio
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from bench.store.writing import BenchError
from wiredesk_local.state import StateDir

WIREDESK = Path(sys.executable).with_name("wiredesk")


@asynccontextmanager
async def up(folder: Path, *options: str) -> AsyncIterator[dict[str, Any]]:
    """Run the system in `folder` for as long as the block runs; yields what its `state.json` says.

    Raises:
        BenchError: it did not start.
    """
    await _wiredesk(folder, "up", "--detach", *options)
    try:
        state = StateDir(folder / ".wiredesk").running()
        if state is None:
            raise BenchError("what was started has ended again; its logs are in .wiredesk/logs of the folder")
        yield state
    finally:
        await asyncio.shield(_wiredesk(folder, "down"))


async def _wiredesk(folder: Path, *arguments: str) -> None:
    process = await asyncio.create_subprocess_exec(
        *(str(WIREDESK), *arguments),
        cwd=folder,
        stdout=asyncio.subprocess.DEVNULL,
        stderr=asyncio.subprocess.PIPE,
    )
    _, said = await process.communicate()
    if process.returncode:
        raise BenchError(f"wiredesk {arguments[0]} failed:\n{said.decode(errors='replace')[-2_000:]}")
