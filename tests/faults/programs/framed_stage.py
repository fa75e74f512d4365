"""One cleaner stage in the real service frame, with a handler that does what a row of the matrix needs.

`python -m tests.faults.programs.framed_stage DOES [SECONDS]`; all else comes from the environment, as for a service.
What goes wrong is made here, in this process only.
"""

import asyncio
import sys
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from functools import partial

from faststream.kafka import KafkaBroker

from tests.factories import cleaned
from wiredesk.contracts.events import ArticleCleaned, ArticleFetched
from wiredesk.contracts.topics import FETCHED
from wiredesk.engine import broker as engine_broker
from wiredesk.engine.outcomes import Received
from wiredesk.engine.work import one_by_one
from wiredesk.runtime import service
from wiredesk.runtime.health import Health
from wiredesk.runtime.settings import ServiceSettings

CONCURRENCY = 4
# Below every block made here, so that the consumer's own requests run out as well.
REQUEST_TIMEOUT_MS = 10_000

Does = Callable[[float], Awaitable[None]]
_made: list[KafkaBroker] = []
_done = set[str]()


def first(what: str) -> bool:
    """Whether this is the first time that `what` is asked for in this process."""
    new = what not in _done
    _done.add(what)
    return new


def say(word: str) -> None:
    """Tell the test, through the log, that the fault begins."""
    print(word, file=sys.stderr, flush=True)  # noqa: T201


async def work(seconds: float) -> None:
    """Take `seconds` for a record, as a page or a database does: waiting."""
    await asyncio.sleep(seconds)


async def hang(_seconds: float) -> None:
    """Never come back."""
    say("in hand")
    await asyncio.Event().wait()


async def block(seconds: float) -> None:
    """Block the event loop once: no heartbeat, no answer, for `seconds`."""
    if first("block"):
        say("in hand")
        time.sleep(seconds)  # noqa: ASYNC251 - that is the fault


async def cancel(_seconds: float) -> None:
    """End the consume tasks from outside, a moment after the first record."""

    def cut() -> None:
        for task in asyncio.all_tasks():
            if "Subscription.run" in repr(task.get_coro()):
                task.cancel()
        say("cut off")

    if first("cancel"):
        asyncio.get_running_loop().call_later(1, cut)


async def lose_coordinator(_seconds: float) -> None:
    """Let the group coordination of the consumer end with an error, as after an unexpected answer of the broker."""
    if first("coordinator"):
        say("cut off")
        for subscriber in _made[0].subscribers:
            coordinator = subscriber.consumer._coordinator  # type: ignore[attr-defined]

            async def fails(*_: object) -> None:
                raise RuntimeError("an answer nobody expected")

            coordinator.ensure_coordinator_known = fails
            coordinator.request_rejoin()


def watch_nothing() -> None:
    """Switch the liveness check off: what is left must recover without a restart."""
    setattr(Health, "dead", lambda _health: [])  # noqa: B010 - mypy allows no method to be replaced


DOES: dict[str, Does] = {
    "work": work,
    "hang": hang,
    "block": block,
    "block-unwatched": block,
    "cancel": cancel,
    "lose-coordinator": lose_coordinator,
}


def remembering(make: Callable[..., KafkaBroker]) -> Callable[..., KafkaBroker]:
    """Return `make`, with a request timeout that a row can outlast, and with what it made kept for the faults."""

    def made(*args: object, **options: object) -> KafkaBroker:
        broker = make(*args, **{**options, "request_timeout_ms": REQUEST_TIMEOUT_MS})
        _made.append(broker)
        return broker

    return made


@asynccontextmanager
async def worker(
    _settings: ServiceSettings, does: Does, seconds: float
) -> AsyncIterator[service.Worker[ArticleFetched]]:
    """Yield a handler that does its fault, then the work."""

    async def clean(received: Received[ArticleFetched]) -> ArticleCleaned:
        await does(seconds)
        article = {"article_id": received.event.article_id, "event_id": received.event.event_id}
        return cleaned(received.event.content).model_copy(update=article)

    yield service.Worker(work=one_by_one(clean, concurrency=CONCURRENCY))


if __name__ == "__main__":
    name, length = sys.argv[1], float(sys.argv[2]) if len(sys.argv) > 2 else 0.0
    setattr(engine_broker, "KafkaBroker", remembering(KafkaBroker))  # noqa: B010 - the same
    if name == "block-unwatched":
        watch_nothing()
    opened = partial(worker, does=DOES[name], seconds=length)
    raise SystemExit(service.run(service.Service("cleaner", FETCHED, ServiceSettings, opened), []))
