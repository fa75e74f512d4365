"""How a stage's handler is called: how many records at a time, how often again, and which one of them broke it."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

from wiredesk.contracts.errors import TransientError
from wiredesk.contracts.events import Event
from wiredesk.engine.outcomes import Answer, BatchHandler, Handler, Received
from wiredesk.engine.verdicts.verdict import answer_to

E = TypeVar("E", bound=Event | bytes)

# A transient failure, where there is no retry topic that could take it.
RETRY_PAUSES_SECONDS = (0.2, 1.0)

Sleep = Callable[[float], Awaitable[None]]


@dataclass(frozen=True)
class Work(Generic[E]):
    """A handler, how many records it gets at most at a time, and how many such batches are in work side by side."""

    handle: BatchHandler[E]
    batch: int = 100
    concurrency: int = 1


def one_by_one(handler: Handler[E], *, concurrency: int) -> Work[E]:
    """Return the work of a handler that takes one record: up to `concurrency` of them at once, none waits for another.

    Records of one article are never in work at the same time.
    """

    async def handle(batch: Sequence[Received[E]]) -> Sequence[Answer]:
        return [await handler(received) for received in batch]

    return Work(handle, batch=1, concurrency=concurrency)


async def answers_of(handle: BatchHandler[E], batch: Sequence[Received[E]]) -> list[Answer]:
    """Return the handler's answer to each record; a batch that it fails on is tried again one by one.

    Raises:
        Exception: an outage (`verdict.is_outage`): no record is to blame.
    """
    if not batch:
        return []
    try:
        # A handler that does not answer every record once is a bug like any other of its own.
        return [answer for _, answer in zip(batch, await handle(batch), strict=True)]
    except Exception as error:  # noqa: BLE001 - sorted by answer_to, which raises outages again
        answer = answer_to(error)
    if len(batch) == 1:
        return [answer]
    return [answer for one in batch for answer in await answers_of(handle, [one])]


async def persistent_answers_of(
    handle: BatchHandler[E], batch: Sequence[Received[E]], sleep: Sleep = asyncio.sleep
) -> list[Answer]:
    """Like `answers_of`, and give what failed for now two more tries, after a pause each."""
    answers = await answers_of(handle, batch)
    for pause in RETRY_PAUSES_SECONDS:
        again = [index for index, answer in enumerate(answers) if isinstance(answer, TransientError)]
        if not again:
            break
        await sleep(pause)
        for index, answer in zip(again, await answers_of(handle, [batch[i] for i in again]), strict=True):
            answers[index] = answer
    return answers
