"""confluent-kafka (librdkafka) by hand: consume a batch, work it, produce, flush, commit."""

from confluent_kafka import Consumer, Producer

from bench.pipeline.library import CHUNK, Library
from bench.pipeline.peers.task import MAX_BYTES, Task

_WAIT_SECONDS = 0.1


def main(task: Task, library: Library) -> None:
    """Work for as long as the process lives."""
    consumer = Consumer(
        {
            "bootstrap.servers": task.servers,
            "group.id": task.group,
            "enable.auto.commit": False,
            "auto.offset.reset": "earliest",
        }
    )
    producer = Producer(
        {
            "bootstrap.servers": task.servers,
            "acks": "all",
            "enable.idempotence": True,
            "compression.type": "zstd",
            "linger.ms": 5,
            "message.max.bytes": MAX_BYTES,
        }
    )
    consumer.subscribe([task.source])
    while True:
        messages = [one for one in consumer.consume(CHUNK, _WAIT_SECONDS) if one.error() is None]
        if not messages:
            continue
        made = library.enriched([one.value() or b"" for one in messages])
        for one, value in zip(messages, made, strict=True):
            producer.produce(task.target, value, key=one.key())
        producer.flush()
        consumer.commit(asynchronous=False)


if __name__ == "__main__":
    main(Task.given(), Library())
