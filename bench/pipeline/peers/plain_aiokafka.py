"""aiokafka by hand: read a batch, work it in a thread so that the heartbeat goes on, send, wait, commit."""

import asyncio

from aiokafka import AIOKafkaConsumer, AIOKafkaProducer

from bench.pipeline.library import CHUNK, Library
from bench.pipeline.peers.task import MAX_BYTES, Task


async def main(task: Task, library: Library) -> None:
    """Work for as long as the process lives."""
    consumer = AIOKafkaConsumer(
        task.source,
        bootstrap_servers=task.servers,
        group_id=task.group,
        enable_auto_commit=False,
        auto_offset_reset="earliest",
    )
    producer = AIOKafkaProducer(
        bootstrap_servers=task.servers,
        acks="all",
        enable_idempotence=True,
        compression_type="zstd",
        linger_ms=5,
        max_request_size=MAX_BYTES,
    )
    async with consumer, producer:
        while True:
            found = await consumer.getmany(timeout_ms=500, max_records=CHUNK)
            records = [record for of_partition in found.values() for record in of_partition]
            if not records:
                continue
            made = await asyncio.to_thread(library.enriched, [record.value for record in records])
            sent = [
                await producer.send(task.target, value, key=record.key)
                for record, value in zip(records, made, strict=True)
            ]
            await asyncio.gather(*sent)
            await consumer.commit()


if __name__ == "__main__":
    asyncio.run(main(Task.given(), Library()))
