"""The connection to Kafka that publishes: made when somebody publishes first, and anew after it failed."""

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
        self._one_at_a_time = asyncio.Lock()

    @asynccontextmanager
    async def open(self) -> AsyncIterator[Self]:
        """Yield it, and close its connection at the end."""
        try:
            yield self
        finally:
            if self._client is not None:
                await self._client.__aexit__(None, None, None)

    async def client(self) -> Wiredesk:
        """Return the connected client.

        Raises:
            InfrastructureError: Kafka cannot be reached.
            ConfigurationError: the topics do not exist.
            TimeoutError: Kafka does not answer.
        """
        async with self._one_at_a_time:
            if self._client is None:
                client = Wiredesk(self._here.kafka, lane=self._here.lane.name)
                async with asyncio.timeout(_START_SECONDS):
                    await client.__aenter__()
                self._client = client
            return self._client
