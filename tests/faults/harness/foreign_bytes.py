"""Records that our own client cannot write, and any other can."""

from typing import Self
from unittest.mock import patch

from aiokafka.producer import message_accumulator, producer
from aiokafka.record import default_records

from tests.wires import Raw, produce
from wiredesk.client.settings import KafkaSettings


class _Name(str):
    """A header name that goes on the wire as other bytes than its own."""

    __slots__ = ("raw",)
    raw: bytes

    def __new__(cls, raw: bytes) -> Self:
        name = super().__new__(cls, "x")
        name.raw = raw
        return name

    def encode(self, *_: object) -> bytes:
        return self.raw


async def produce_with_header_names(
    kafka: KafkaSettings, topic: str, record: Raw, names: list[bytes], *, partition: int
) -> None:
    """Send one record whose header names are these bytes."""
    key, value, _ = record
    # The compiled builder takes text only; the one in Python asks the name how it is encoded.
    builder = default_records._DefaultRecordBatchBuilderPy
    with (
        patch.object(producer, "DefaultRecordBatchBuilder", builder),
        patch.object(message_accumulator, "DefaultRecordBatchBuilder", builder),
    ):
        await produce(kafka, topic, [(key, value, [(_Name(raw), b"v") for raw in names])], partition=partition)
