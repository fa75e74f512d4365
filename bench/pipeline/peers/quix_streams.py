"""Quix Streams: a dataframe over a topic, with its default guarantee."""

from quixstreams import Application  # type: ignore[import-not-found]

from bench.pipeline.library import Library
from bench.pipeline.peers.task import MAX_BYTES, Task


def main(task: Task, library: Library) -> None:
    """Work for as long as the process lives."""
    app = Application(
        broker_address=task.servers,
        consumer_group=task.group,
        auto_offset_reset="earliest",
        auto_create_topics=False,
        use_changelog_topics=False,
        state_dir=task.state,
        producer_extra_config={
            "acks": "all",
            "compression.type": "zstd",
            "linger.ms": 5,
            "message.max.bytes": MAX_BYTES,
        },
        loglevel="WARNING",
    )
    source = app.topic(task.source, value_deserializer="bytes")
    target = app.topic(task.target, value_serializer="bytes")
    app.dataframe(source).apply(lambda page: library.enriched([page])[0]).to_topic(target)
    app.run()


if __name__ == "__main__":
    main(Task.given(), Library())
