"""`dlq replay`: dead letters back on the topic they came from, value and key byte for byte; or a trial of it.

What was sent is written down after Kafka has acknowledged it, at least once a second: a replay that is broken off
goes on where it stopped. What it sends twice then changes nothing: ids repeat.
"""

import asyncio
from asyncio import Future
from collections.abc import AsyncGenerator, Callable, Collection
from contextlib import aclosing
from importlib import import_module
from typing import Any

from aiokafka import AIOKafkaProducer
from aiokafka.errors import MessageSizeTooLargeError

from wiredesk.contracts import wire
from wiredesk.contracts.errors import InfrastructureError
from wiredesk.contracts.events import Settlement
from wiredesk.contracts.topics import MiB
from wiredesk_desk.config import System, system
from wiredesk_desk.dead_letters import store
from wiredesk_desk.dead_letters.core import OPEN, Letter, Selection, original_headers, original_value, source_of
from wiredesk_desk.output import Row, emit, for_people, progress, say, table
from wiredesk_desk.reading import RawRecord
from wiredesk_desk.running import Exit

# A table longer than this is no help: the numbers are.
_ROWS_SHOWN = 40
_AT_ONCE = 100
_BYTES_AT_ONCE = 16 * MiB
_WRITE_DOWN_SECONDS = 1.0


async def replay(
    positions: Collection[str],
    which: Selection,
    *,
    every: bool = False,
    again: bool = False,
    dry_run: bool = False,
    rate: float | None = None,
    as_json: bool,
) -> Exit:
    """Replay the letters at `positions`, or the open ones that `which` admits; with `again` also the replayed ones.

    `rate` is how many a second at most. With `dry_run` nothing is sent: each row says whether it would pass now.
    """
    store.check_choice(positions, which, every=every)
    here = await system()
    states = {OPEN, Settlement.REPLAYED.value} if again else {OPEN}
    chosen = await store.chosen(here, positions, which, states)
    if not chosen:
        say("no dead letters to put back")
        return Exit.OK
    return await (_try(here, chosen, as_json=as_json) if dry_run else _replay(here, chosen, rate, as_json=as_json))


async def _try(here: System, chosen: Collection[Letter], *, as_json: bool) -> Exit:
    rows: list[Row] = []
    with progress("tried", len(chosen)) as advance:
        async with aclosing(tried(here, chosen)) as results:
            async for row in results:
                rows.append(row)
                if not for_people(as_json=as_json):
                    emit(row)
                advance()
    if for_people(as_json=as_json):
        words = {True: "yes", False: "no", None: "perhaps"}
        shown = rows if len(rows) <= _ROWS_SHOWN else [row for row in rows if not row["passes"]][:_ROWS_SHOWN]
        table([{**row, "passes": words[row["passes"]]} for row in shown], as_json=False, empty="")
        if len(shown) < len(rows):
            say("Only the first of those that may not pass are shown: --json lists all.")
    failing = sum(row["passes"] is False for row in rows)
    say(f"{len(rows) - failing} of {len(rows)} would pass now. Nothing was sent.")
    return Exit.REJECTED if failing else Exit.OK


async def tried(here: System, chosen: Collection[Letter]) -> AsyncGenerator[Row, None]:
    """Yield of each letter whether it would pass now, as far as that can be told here; nothing is sent.

    Raises:
        ModuleNotFoundError: the cleaner or the tagger is not installed.
        InfrastructureError: Kafka cannot be read.
    """
    # Only here, as it loads the cleaner and the tagger; in a thread, as others may wait for this one.
    module = await asyncio.to_thread(import_module, "wiredesk_desk.dead_letters.trial")
    async with module.trial() as trying, aclosing(store.records(here, chosen)) as records:
        async for letter, record in records:
            result = await trying.result(letter, record)
            yield {
                "position": letter.position,
                "died_of": letter.reason,
                "passes": result.passes,
                "outcome": result.outcome,
                "detail": result.detail,
            }


async def _replay(here: System, chosen: Collection[Letter], rate: float | None, *, as_json: bool) -> Exit:
    rows: list[Row] = []
    people = for_people(as_json=as_json)
    with progress("replayed", len(chosen)) as advance:
        async with aclosing(replayed(here, chosen, rate, advance)) as settled:
            async for row in settled:
                rows.append(row)
                if not people:
                    emit(row)
    if people and len(rows) <= _ROWS_SHOWN:
        table(rows, as_json=False, empty="")
    sent = sum(row["sent_to"] is not None for row in rows)
    for row in rows:
        if row["sent_to"] is None:
            say(f"{row['position']} was not sent: {row['detail']}")
    say(f"{sent} of {len(chosen)} replayed. What cannot be worked again comes back: see `wiredesk dlq list`.")
    return Exit.OK if sent == len(chosen) else Exit.REJECTED


async def replayed(
    here: System,
    chosen: Collection[Letter],
    rate: float | None = None,
    taken: Callable[[], object] = lambda: None,
) -> AsyncGenerator[Row, None]:
    """Send letters back, and yield where each was sent once that is written down; `sent_to` None: it was not.

    `rate` is how many a second at most; `taken` is called as each is read.

    Raises:
        InfrastructureError: Kafka is away; what was yielded is done, and the same goes on where it stopped.
    """
    async with store.producer(here) as producer, aclosing(_paced(here, chosen, rate)) as records:
        sender = _Sender(here, producer)
        async for letter, record in records:
            for row in await sender.take(letter, record):
                yield row
            taken()
        for row in await sender.write_down():
            yield row


class _Sender:
    """Sends letters to their topics; `take` and `write_down` return a row for each that is settled."""

    def __init__(self, here: System, producer: AIOKafkaProducer) -> None:
        self._here = here
        self._producer = producer
        self._waiting: list[tuple[Letter, Future[Any]]] = []
        self._bytes = 0
        self._written = asyncio.get_running_loop().time()

    async def take(self, letter: Letter, record: RawRecord) -> list[Row]:
        if letter.pointer:
            detail = f"it does not hold the record: that is at {letter.origin}"
            return [{"position": letter.position, "sent_to": None, "detail": detail}]
        headers = original_headers(letter.headers) | {wire.REPLAY_OF: letter.position}
        future = await self._producer.send(
            self._here.lane.topic(source_of(letter.topic)),
            original_value(letter, record),
            key=record.key,
            headers=[(name, value.encode()) for name, value in headers.items()],
        )
        self._waiting.append((letter, future))
        self._bytes += letter.size
        late = asyncio.get_running_loop().time() - self._written > _WRITE_DOWN_SECONDS
        return await self.write_down() if late or self._bytes > _BYTES_AT_ONCE or len(self._waiting) >= _AT_ONCE else []

    async def write_down(self) -> list[Row]:
        waiting, self._waiting, self._bytes = self._waiting, [], 0
        answers = await asyncio.gather(*(future for _, future in waiting), return_exceptions=True)
        sent: dict[str, str] = {}
        rows: list[Row] = []
        for (letter, _), answer in zip(waiting, answers, strict=True):
            if isinstance(answer, BaseException):
                rows.append({"position": letter.position, "sent_to": None, "detail": type(answer).__name__})
                continue
            sent[letter.position] = f"{answer.topic}/{answer.partition}/{answer.offset}"
            rows.append({"position": letter.position, "sent_to": sent[letter.position], "detail": ""})
        done = [letter for letter, _ in waiting if letter.position in sent]
        await store.settle(
            self._producer, self._here, done, Settlement.REPLAYED, sent_to=lambda letter: sent[letter.position]
        )
        self._written = asyncio.get_running_loop().time()
        for answer in answers:
            # One record that its topic refuses concerns no other; anything else does.
            if isinstance(answer, BaseException) and not isinstance(answer, MessageSizeTooLargeError):
                what = (
                    f"Kafka does not take replays ({type(answer).__name__}); the same command goes on where it stopped"
                )
                raise InfrastructureError(what, reason="kafka") from answer
        return rows


async def _paced(
    here: System, chosen: Collection[Letter], rate: float | None
) -> AsyncGenerator[tuple[Letter, RawRecord], None]:
    """The records, no faster than `rate` a second; time that was lost is not made up for by a burst."""
    loop = asyncio.get_running_loop()
    earliest = 0.0
    async with aclosing(store.records(here, chosen)) as records:
        async for pair in records:
            if rate is not None:
                await asyncio.sleep(max(0.0, earliest - loop.time()))
                earliest = loop.time() + 1 / rate
            yield pair
