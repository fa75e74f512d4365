"""The client's producer, replaced when aiokafka's can no longer send.

A batch that waits for a leader for longer than the request timeout is given up with its sequence number taken (aiokafka
#1017): the broker then refuses whatever follows. A service ends to be started again; a user's program must not.
"""

import asyncio
from collections.abc import Mapping, Sequence
from typing import Any

from aiokafka import AIOKafkaProducer
from aiokafka.errors import OutOfOrderSequenceNumber, ProducerFenced

from wiredesk.client.metadata_refresh import space_out_refreshes
from wiredesk.contracts.topics import MAX_RECORD_BYTES


class Producer:
    """Sends records and waits for their acknowledgement (acks=all, idempotent). `start` first, `stop` at the end."""

    def __init__(self, options: Mapping[str, Any]) -> None:
        """`options` are the connection options of `wiredesk.client.options.client_options`."""
        self._options = options
        self._producer: Any = None
        self._replacing = asyncio.Lock()

    async def start(self) -> None:
        """Connect; raises aiokafka's errors."""
        producer = AIOKafkaProducer(
            **self._options,
            acks="all",
            enable_idempotence=True,
            compression_type="zstd",
            max_request_size=MAX_RECORD_BYTES,
        )
        try:
            await producer.start()
        except BaseException:
            await producer.stop()
            raise
        space_out_refreshes(producer)
        self._producer = producer

    async def stop(self) -> None:
        """Disconnect; safe to call when `start` failed."""
        if self._producer is not None:
            await self._producer.stop()

    async def send(
        self, topic: str, value: bytes | None, key: bytes | None, headers: Sequence[tuple[str, bytes]]
    ) -> Any:
        """Return the record's metadata once it is durable; raises aiokafka's errors."""
        producer = self._producer
        assert producer is not None, "use `async with Wiredesk() as wire`"
        try:
            return await producer.send_and_wait(topic, value, key=key, headers=headers)
        except (OutOfOrderSequenceNumber, ProducerFenced):
            async with self._replacing:
                # Many sends fail together; the first of them replaces it for all.
                if self._producer is producer:
                    await self.start()
                    await producer.stop()
            raise
