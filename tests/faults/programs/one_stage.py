"""One stage as a process of its own, for the control: the framework's default acknowledgement, or the engine.

`python -m tests.faults.programs.one_stage default|engine hold|work SERVERS LANE`: with `hold` its handler never comes
back.
"""

import asyncio
import sys

from faststream import FastStream
from faststream.kafka import KafkaBroker

from tests.factories import cleaned
from wiredesk.client.settings import KafkaSettings
from wiredesk.contracts.events import ArticleFetched
from wiredesk.contracts.topics import CLEANED, FETCHED, Lane
from wiredesk.engine.broker import broker_for
from wiredesk.engine.outcomes import Outcome, Received
from wiredesk.engine.stage import Stage
from wiredesk.engine.work import one_by_one


def default(kafka: KafkaSettings, lane: Lane, *, hold: bool) -> KafkaBroker:
    """A stage as the framework's first page shows it: nothing said about acknowledgement."""
    broker = KafkaBroker(kafka.bootstrap_servers)

    # The offset goes out within 50 ms of the hand-over instead of 5 s: the same loss, without luck.
    @broker.subscriber(
        lane.topic(FETCHED), group_id=lane.group("cleaner"), auto_offset_reset="earliest", auto_commit_interval_ms=50
    )
    async def work(body: bytes) -> None:
        if hold:
            await asyncio.Event().wait()
        await broker.publish(body, lane.topic(CLEANED))

    return broker


async def engine(kafka: KafkaSettings, lane: Lane, *, hold: bool) -> None:
    """The same stage on the delivery engine."""

    async def work(received: Received) -> Outcome:  # type: ignore[type-arg]
        if hold:
            await asyncio.Event().wait()
        return cleaned(received.event.content)

    broker = broker_for(kafka, client_id="control")
    stage: Stage[ArticleFetched] = Stage("cleaner", FETCHED, broker, lane=lane, session=kafka.session_timeout_seconds)
    await broker.start()
    async with stage.running(one_by_one(work, concurrency=1)):
        await asyncio.Event().wait()


if __name__ == "__main__":
    policy, what, servers, name = sys.argv[1:]
    settings = KafkaSettings(bootstrap_servers=servers.split(","), session_timeout_seconds=6)
    if policy == "default":
        asyncio.run(FastStream(default(settings, Lane(name), hold=what == "hold")).run())
    else:
        asyncio.run(engine(settings, Lane(name), hold=what == "hold"))
