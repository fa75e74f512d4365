"""Handlers that work one record at a time, side by side."""

import asyncio
from collections.abc import Sequence
from typing import TypeVar

from wiredesk.contracts.events import Event
from wiredesk.engine.outcomes import Answer, BatchHandler, Handler, Received
from wiredesk.engine.verdict import answer_to

E = TypeVar("E", bound=Event)


def one_by_one(handler: Handler[E], *, concurrency: int) -> BatchHandler[E]:
    """Return a batch handler that works records apart, at most `concurrency` at once.

    An outage ends the work on the others, and is raised once all of them have ended.
    """

    async def handle(batch: Sequence[Received[E]]) -> Sequence[Answer]:
        gate = asyncio.Semaphore(concurrency)

        async def work(received: Received[E]) -> Answer:
            async with gate:
                try:
                    return await handler(received)
                except Exception as error:  # noqa: BLE001 - sorted by answer_to, which raises outages again
                    return answer_to(error)

        # No TaskGroup: after an error it leaves its task counted as cancelled, and with Python before 3.11.3 no later
        # timeout of that task is told from being cancelled.
        tasks = [asyncio.create_task(work(received)) for received in batch]
        try:
            return await asyncio.gather(*tasks)
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)

    return handle
