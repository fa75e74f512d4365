"""Faust: an agent over a topic, which waits until Kafka has each answer."""

import asyncio
from typing import Any

import faust  # type: ignore[import-not-found]

from bench.pipeline.library import Library
from bench.pipeline.peers.task import MAX_BYTES, Task


def application(task: Task, library: Library) -> Any:
    """Return the app with its one agent."""
    app = faust.App(
        task.group,
        broker=f"kafka://{task.servers}",
        datadir=task.state,
        consumer_auto_offset_reset="earliest",
        producer_compression_type="zstd",
        producer_max_request_size=MAX_BYTES,
        topic_allow_declare=False,
        topic_disable_leader=True,
        web_enabled=False,
    )
    source = app.topic(task.source, key_serializer="raw", value_serializer="raw")
    target = app.topic(task.target, key_serializer="raw", value_serializer="raw")

    async def enrich(stream: Any) -> None:
        async for key, page in stream.items():
            (made,) = await asyncio.to_thread(library.enriched, [page])
            await (await target.send(key=key, value=made))

    app.agent(source)(enrich)
    return app


if __name__ == "__main__":
    faust.Worker(application(Task.given(), Library()), loglevel="WARN").execute_from_commandline()
