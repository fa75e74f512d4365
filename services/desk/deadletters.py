"""`dlq`: what could not be worked; list it, look at it, put it back.

A dead letter can be on its topic twice, as everything on the wire; its identity is its origin. "Replayed" is the
committed offset of the desk's own group: what lies before it was put back by `dlq replay --all`. Kafka forgets such
an offset after a week without a replay; what is then listed and replayed again changes nothing, as ids repeat.
"""

import json
from collections.abc import AsyncIterator, Iterable, Mapping
from contextlib import aclosing, asynccontextmanager

from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition
from aiokafka.errors import KafkaError
from aiokafka.structs import OffsetAndMetadata

from services.desk.config import System, system
from services.desk.output import ago, emit, for_people, heading, paragraph, say, table
from services.desk.reading import RawRecord, read, read_one
from services.desk.running import Exit, Problem
from shared import wire
from shared.client import Entry
from shared.errors import InfrastructureError
from shared.topics import MAX_DEAD_LETTER_BYTES, PUBLIC, Topic, dead_letters

_OURS = {
    wire.ATTEMPT,
    wire.NOT_BEFORE,
    wire.REASON,
    wire.ERROR,
    wire.ERROR_TYPE,
    wire.STAGE,
    wire.ORIGIN,
    wire.FAILED_AT,
}
_PREVIEW = 2000
_LONGEST_POINTER = 1000


async def list_letters(*, every: bool, reason: str | None, as_json: bool) -> Exit:
    """Print the dead letters, the oldest first, each origin once."""
    here = await system()
    letters = [Entry.of(record, topic) for topic, record in await _letters(here, every=every)]
    rows = [
        {
            "position": letter.position,
            "reason": letter.reason,
            "failed": letter.at if not for_people(as_json=as_json) else f"{ago(letter.at)} ago",
            "error": letter.headers.get(wire.ERROR, ""),
            "origin": letter.headers.get(wire.ORIGIN, ""),
            "article_id": letter.article_id,
        }
        for letter in once(letters)
        if reason is None or letter.reason == reason
    ]
    table(rows, as_json=as_json, empty="no dead letters")
    if rows and for_people(as_json=as_json):
        say("`wiredesk dlq show POSITION` shows one, `wiredesk dlq replay --all` puts them all back.")
    return Exit.OK


async def show(position: str, *, as_json: bool) -> Exit:
    """Print one dead letter with its original bytes (the beginning of them on a terminal)."""
    here = await system()
    topic, record = await _one(here, position)
    letter = Entry.of(record, topic)
    text = letter.value.decode("utf-8", "backslashreplace")
    if not for_people(as_json=as_json):
        emit({"position": letter.position, "at": letter.at.isoformat(), "headers": letter.headers, "value": text})
        return Exit.OK
    heading(f"{letter.stage}: {letter.reason}")
    for name, value in {"position": letter.position, "bytes": f"{len(letter.value):,}", **letter.headers}.items():
        paragraph(f"{name}: {value}", indent="  ")
    print()
    paragraph(text[:_PREVIEW])
    if len(text) > _PREVIEW:
        say("The value goes on: `--json` shows all of it.")
    return Exit.OK


async def replay(positions: Iterable[str], *, every: bool, as_json: bool) -> Exit:
    """Send dead letters to the topic they came from, value and key byte for byte."""
    positions = list(positions)
    if every == bool(positions):
        raise Problem("say which dead letters: positions, or --all", "wiredesk dlq list", code=Exit.USAGE)
    here = await system()
    letters = await _letters(here, every=False) if every else [await _one(here, position) for position in positions]
    chosen = {entry.position for entry in once(Entry.of(record, topic) for topic, record in letters)}
    rows = []
    async with _producer(here) as producer:
        for topic, record in letters:
            letter = Entry.of(record, topic)
            if letter.position not in chosen:
                continue
            if is_pointer(letter):
                rows.append({"position": letter.position, "sent_to": None})
                say(f"{letter.position} only points to a record too large to copy: {letter.headers[wire.ORIGIN]}")
                continue
            headers = [(name, value.encode()) for name, value in original_headers(letter.headers).items()]
            target = here.lane.topic(source_of(topic))
            try:
                sent = await producer.send_and_wait(target, record.value, key=record.key, headers=headers)
            except KafkaError as error:
                raise InfrastructureError(f"Kafka did not take {letter.position}: {type(error).__name__}") from error
            rows.append({"position": letter.position, "sent_to": f"{sent.topic}/{sent.partition}/{sent.offset}"})
    if every:
        await _mark(here, [record for _, record in letters])
    table(rows, as_json=as_json, empty="no dead letters to put back")
    if rows:
        say("What cannot be worked again comes back: see `wiredesk dlq list` in a moment.")
    return Exit.OK if all(row["sent_to"] for row in rows) else Exit.REJECTED


def is_pointer(letter: Entry) -> bool:
    """Whether a letter is not the original record but says where that lies, because it was too large to copy."""
    if len(letter.value) > _LONGEST_POINTER:
        return False
    try:
        value = json.loads(letter.value)
    except ValueError:
        return False
    return isinstance(value, dict) and value.keys() == {"too_large_to_copy", "origin"}


def once(letters: Iterable[Entry]) -> list[Entry]:
    """Return the first letter of each origin, the oldest first."""
    found: dict[tuple[str, str], Entry] = {}
    for letter in sorted(letters, key=lambda letter: (letter.at, letter.position)):
        found.setdefault((letter.topic.name, letter.headers.get(wire.ORIGIN, letter.position)), letter)
    return list(found.values())


def original_headers(headers: Mapping[str, str]) -> dict[str, str]:
    """Return the headers the record had: ours make the fetcher refuse it as forged."""
    return {name: value for name, value in headers.items() if name not in _OURS}


def source_of(letter: Topic) -> Topic:
    """Return the topic whose dead letters are on `letter`."""
    return next(topic for topic in PUBLIC for service in topic.consumers if topic.dead_letter(service) == letter)


async def _letters(here: System, *, every: bool) -> list[tuple[Topic, RawRecord]]:
    found: list[tuple[Topic, RawRecord]] = []
    done = {} if every else await _done(here)
    for topic in dead_letters():
        async with aclosing(read(here.kafka, [here.lane.topic(topic)])) as records:
            found += [
                (topic, record)
                async for record in records
                if record.offset >= done.get(TopicPartition(record.topic, record.partition), 0)
            ]
    return found


async def _one(here: System, position: str) -> tuple[Topic, RawRecord]:
    name, partition, offset = (*position.rsplit("/", 2), "", "")[:3]
    topic = next((topic for topic in dead_letters() if here.lane.topic(topic) == name), None)
    if topic is None or not partition.isdigit() or not offset.isdigit():
        raise Problem(f"{position!r} is no position of a dead letter", "wiredesk dlq list", code=Exit.USAGE)
    record = await read_one(here.kafka, TopicPartition(name, int(partition)), int(offset))
    if record is None:
        raise Problem(f"there is no dead letter at {position}", "wiredesk dlq list")
    return topic, record


@asynccontextmanager
async def _producer(here: System) -> AsyncIterator[AIOKafkaProducer]:
    producer = AIOKafkaProducer(
        **wire.client_options(here.kafka),
        acks="all",
        enable_idempotence=True,
        compression_type="zstd",
        max_request_size=MAX_DEAD_LETTER_BYTES,
    )
    try:
        await producer.start()
        yield producer
    finally:
        await producer.stop()


@asynccontextmanager
async def _group(here: System) -> AsyncIterator[AIOKafkaConsumer]:
    consumer = AIOKafkaConsumer(
        **wire.client_options(here.kafka), group_id=here.lane.group("desk.replayed"), enable_auto_commit=False
    )
    try:
        await consumer.start()
        yield consumer
    finally:
        await consumer.stop()


async def _done(here: System) -> dict[TopicPartition, int]:
    """Where `replay --all` stopped the last time, by partition."""
    async with _group(here) as consumer:
        places = [
            TopicPartition(here.lane.topic(topic), n) for topic in dead_letters() for n in range(topic.partitions)
        ]
        consumer.assign(places)
        return {place: await consumer.committed(place) or 0 for place in places}


async def _mark(here: System, records: list[RawRecord]) -> None:
    done: dict[TopicPartition, OffsetAndMetadata] = {}
    for record in records:
        done[TopicPartition(record.topic, record.partition)] = OffsetAndMetadata(record.offset + 1, "")
    if done:
        async with _group(here) as consumer:
            consumer.assign(list(done))
            await consumer.commit(done)
