"""The backfill of `make bench-lanes`, beside a system that runs."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from bench.local_mode import WIREDESK
from bench.store.writing import BenchError
from wiredesk.client import offsets
from wiredesk.client.settings import KafkaSettings
from wiredesk.contracts.topics import ENRICHED, Lane

LANE = Lane("backfill")
_LOOK_SECONDS = 1.0


class Backfill:
    """`wiredesk backfill` of a file, and how far its articles are."""

    def __init__(self, kafka: KafkaSettings, process: asyncio.subprocess.Process) -> None:
        self._kafka, self._process = kafka, process

    async def enriched(self) -> int:
        """Return how many articles of the lane are enriched.

        Raises:
            BenchError: feeding has ended with an error.
        """
        if self._process.returncode:
            _, said = await self._process.communicate()
            raise BenchError(f"wiredesk backfill failed:\n{said.decode(errors='replace')[-2_000:]}")
        edges = await offsets.edges(self._kafka, [LANE.topic(ENRICHED)])
        return sum(end for _, end in edges.values())

    async def reaches(self, count: int) -> None:
        """Return when so many are enriched. Raises what `enriched` raises."""
        while True:
            if await self.enriched() >= count:
                return
            await asyncio.sleep(_LOOK_SECONDS)

    async def waiting(self) -> int:
        """Return how many records wait in the lane."""
        return await offsets.waiting(self._kafka, LANE)

    async def drained(self) -> dict[str, Any]:
        """Return what the command says at its end, when nothing waits any more."""
        said, _ = await self._process.communicate()
        lines = [json.loads(line) for line in said.splitlines()]
        return next((line for line in lines if line.get("kind") == "backfill"), {})


@asynccontextmanager
async def backfill(folder: Path, kafka: KafkaSettings, file: Path) -> AsyncIterator[Backfill]:
    """Feed `file` while the block runs; broken off at its end where it has not ended."""
    process = await asyncio.create_subprocess_exec(
        *(str(WIREDESK), "backfill", str(file), "--json"),
        cwd=folder,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    try:
        yield Backfill(kafka, process)
    finally:
        if process.returncode is None:
            process.terminate()
            await process.communicate()
