"""Dead letters on Kafka: reads them and what was done about them, and writes that down."""

from collections.abc import AsyncGenerator, AsyncIterator, Callable, Collection, Iterable, Mapping
from contextlib import aclosing, asynccontextmanager
from datetime import UTC, datetime

from aiokafka import AIOKafkaProducer, TopicPartition

from wiredesk.client.options import client_options
from wiredesk.contracts import wire
from wiredesk.contracts.errors import InvalidRecordError
from wiredesk.contracts.events import DeadLetterSettled, ServiceName, Settlement
from wiredesk.contracts.topics import MAX_DEAD_LETTER_BYTES, SETTLED, Topic, dead_letters
from wiredesk_desk.config import System
from wiredesk_desk.dead_letters.core import Identity, Letter, Selection, last_words, once, since, state
from wiredesk_desk.reading import RawRecord, read, read_one
from wiredesk_desk.running import Exit, Problem

# So few are looked up one by one; for more their topics are read once from the beginning.
_ONE_BY_ONE = 8


def selection(
    *,
    stage: str | None = None,
    reason: str | None = None,
    since_text: str | None = None,
    fingerprint: str | None = None,
) -> Selection:
    """Return what the options of a verb select.

    Raises:
        Problem: a service that does not exist, or a time that is none.
    """
    if stage is not None and stage not in set(ServiceName):
        raise Problem(f"there is no service {stage!r}", f"Take one of: {' '.join(ServiceName)}.", code=Exit.USAGE)
    try:
        at = None if since_text is None else since(since_text, datetime.now(UTC))
    except (ValueError, OverflowError):
        todo = "Take an age (90s, 30min, 2h, 7d) or a time (2026-11-20T12:00)."
        raise Problem(f"{since_text!r} is no time", todo, code=Exit.USAGE) from None
    return Selection(stage=stage, reason=reason, since=at, fingerprint=fingerprint)


async def letters(here: System) -> list[Letter]:
    """Return every dead letter of the lane, each origin once, the oldest first; without their values."""
    known = {here.lane.topic(topic): topic for topic in dead_letters()}
    async with aclosing(read(here.kafka, list(known))) as records:
        return once([Letter.of(record, known[record.topic]) async for record in records])


async def settlements(here: System) -> dict[Identity, DeadLetterSettled]:
    """Return what was done about dead letters. A record that is no event of its contract is passed over."""
    found: list[DeadLetterSettled] = []
    async with aclosing(read(here.kafka, [here.lane.topic(SETTLED)])) as records:
        async for record in records:
            try:
                found.append(wire.decode(record.value, DeadLetterSettled))
            except InvalidRecordError:
                continue
    return last_words(found)


async def chosen(here: System, positions: Collection[str], which: Selection, states: Collection[str]) -> list[Letter]:
    """Return the letters at `positions` whatever their state; where none are given, those of `which` in `states`.

    Raises:
        Problem: there is no dead letter at one of the positions.
    """
    if positions:
        found = [await one(here, position) for position in positions]
        return once(Letter.of(record, topic) for topic, record in found)
    settled = await settlements(here)
    return [letter for letter in await letters(here) if which.admits(letter) and state(letter, settled) in states]


def check_choice(positions: Collection[str], which: Selection, *, every: bool) -> None:
    """See that a verb which changes something was told what to change.

    Raises:
        Problem: nothing is chosen, or positions and filters at once.
    """
    if bool(positions) == (every or which != Selection()):
        what = "say which dead letters: positions, filters, or --all"
        raise Problem(what, "wiredesk dlq list", code=Exit.USAGE)


async def records(here: System, wanted: Collection[Letter]) -> AsyncGenerator[tuple[Letter, RawRecord], None]:
    """Yield the letters with their records, in the order of their topics. What retention has removed is left out."""
    if len(wanted) <= _ONE_BY_ONE:
        for letter in wanted:
            found = await read_one(here.kafka, *split_position(letter.position))
            if found is not None:
                yield letter, found
        return
    by_position = {letter.position: letter for letter in wanted}
    names = sorted({letter.position.rsplit("/", 2)[0] for letter in wanted})
    async with aclosing(read(here.kafka, names)) as found_records:
        async for record in found_records:
            letter_here = by_position.get(f"{record.topic}/{record.partition}/{record.offset}")
            if letter_here is not None:
                yield letter_here, record


async def one(here: System, position: str) -> tuple[Topic, RawRecord]:
    """Return the dead letter at `position`.

    Raises:
        Problem: there is none.
    """
    name, partition, offset = (*position.rsplit("/", 2), "", "")[:3]
    topic = next((topic for topic in dead_letters() if here.lane.topic(topic) == name), None)
    if topic is None or not is_number(partition) or not is_number(offset):
        raise Problem(f"{position!r} is no position of a dead letter", "wiredesk dlq list --flat", code=Exit.USAGE)
    record = await read_one(here.kafka, *split_position(position))
    if record is None:
        raise Problem(f"there is no dead letter at {position}", "wiredesk dlq list --flat")
    return topic, record


def split_position(position: str) -> tuple[TopicPartition, int]:
    """Return partition and offset of a `topic/partition/offset`."""
    name, partition, offset = position.rsplit("/", 2)
    return TopicPartition(name, int(partition)), int(offset)


def is_number(text: str) -> bool:
    """Whether `text` can be a partition or an offset."""
    return text.isascii() and text.isdigit() and len(text) <= 18


@asynccontextmanager
async def producer(here: System) -> AsyncIterator[AIOKafkaProducer]:
    """Yield a producer for replays. It is not idempotent: there one refused record fails all that follow it."""
    sender = AIOKafkaProducer(
        **client_options(here.kafka),
        acks="all",
        compression_type="zstd",
        max_request_size=MAX_DEAD_LETTER_BYTES,
    )
    try:
        await sender.start()
        yield sender
    finally:
        await sender.stop()


async def settle(
    sender: AIOKafkaProducer,
    here: System,
    done: Iterable[Letter],
    what: Settlement,
    *,
    reason: str = "",
    sent_to: Callable[[Letter], str | None] = lambda _: None,
) -> None:
    """Write down what was done about letters; durable when it returns.

    Raises:
        KafkaError: Kafka did not take it.
    """
    now = datetime.now(UTC)
    waiting = []
    for letter in done:
        event = DeadLetterSettled(
            letter=letter.position,
            origin=letter.origin,
            settlement=what,
            reason=reason,
            sent_to=sent_to(letter),
            settled_at=now,
        )
        waiting.append(
            await sender.send(
                here.lane.topic(SETTLED),
                event.model_dump_json(exclude_none=True).encode(),
                key=" ".join(letter.identity).encode(),
                headers=list(_headers(event).items()),
            )
        )
    for future in waiting:
        await future


def _headers(event: DeadLetterSettled) -> Mapping[str, bytes]:
    described = {
        "content-type": "application/json",
        "ce_specversion": "1.0",
        "ce_id": f"{event.letter}/{event.settled_at.isoformat()}",
        "ce_type": f"wiredesk.{SETTLED.name}",
        "ce_source": "/wiredesk/desk",
        "ce_time": event.settled_at.isoformat(),
    }
    return {name: value.encode() for name, value in described.items()}
