"""The connection to Kafka that publishes: made when somebody publishes first."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Self

from wiredesk.client.client import Wiredesk
from wiredesk_desk.config import System

_START_SECONDS = 15.0


class Wire:
    """A `Wiredesk` client that is there once it is needed. Safe for many tasks of one event loop."""

    def __init__(self, here: System) -> None:
        self._here = here
        self._client: Wiredesk | None = None
        self._connecting: asyncio.Task[Wiredesk] | None = None

    @asynccontextmanager
    async def open(self) -> AsyncIterator[Self]:
        """Yield it, and close its connection at the end."""
        try:
            yield self
        finally:
            if self._connecting is not None:
                if not self._connecting.done():
                    self._connecting.cancel()
                await asyncio.gather(self._connecting, return_exceptions=True)
                if not self._connecting.cancelled() and self._connecting.exception() is None:
                    await self._connecting.result().__aexit__(None, None, None)

    async def client(self) -> Wiredesk:
        """Return the connected client.

        Raises:
            InfrastructureError: Kafka cannot be reached.
            ConfigurationError: the topics do not exist.
            TimeoutError: Kafka does not answer.
        """
        if self._client is None:
            if self._connecting is None or self._connecting.done():
                # All who wait wait for the same one: in an outage each hears of it after the same time.
                self._connecting = asyncio.create_task(self._connected())
            self._client = await asyncio.shield(self._connecting)
        return self._client

    async def _connected(self) -> Wiredesk:
        client = Wiredesk(self._here.kafka, lane=self._here.lane.name)
        async with asyncio.timeout(_START_SECONDS):
            await client.__aenter__()
        return client
