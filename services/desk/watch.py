"""`tail` and `explain`: look at the topics."""

import asyncio
from contextlib import aclosing
from datetime import UTC, datetime
from uuid import UUID

from services.desk import article
from services.desk.config import System, system
from services.desk.journey import Step, steps, whereabouts
from services.desk.output import duration, emit, for_people, heading, paragraph, say, table
from services.desk.reading import read
from services.desk.running import Exit, Problem
from shared import admin, ids
from shared.client import Entry, Wiredesk
from shared.events import ArticleEnriched, ArticleSubmitted
from shared.topics import DELAY_LANES, PUBLIC, Topic, dead_letters
from shared.wire import subject

STAGES = {topic.name.split(".")[1]: topic for topic in PUBLIC}


async def tail(stage: str, *, from_start: bool, entity: str | None, limit: int | None, as_json: bool) -> Exit:
    """Print records of a stage as they come; with `entity` only enriched articles that name it."""
    topic = STAGES.get(stage)
    if topic is None:
        raise Problem(f"there is no stage {stage!r}", f"Take one of: {' '.join(STAGES)}.", code=Exit.USAGE)
    if entity is not None and topic.event is not ArticleEnriched:
        raise Problem(
            "only enriched articles have entities", f"wiredesk tail enriched --entity {entity!r}", code=Exit.USAGE
        )
    here = await system()
    people = for_people(as_json=as_json)
    async with Wiredesk(here.kafka, lane=here.lane.name) as wire:
        if people:
            say(f"{here.lane.topic(topic)} at {', '.join(here.kafka.bootstrap_servers)}; Ctrl-C ends")
        seen = 0
        async with aclosing(wire.watch([topic], from_start=from_start)) as entries:
            async for entry in entries:
                if entity is not None and not _names(entry, entity):
                    continue
                _show(entry, people=people)
                seen += 1
                if seen == limit:
                    break
    return Exit.OK


def _names(entry: Entry, entity: str) -> bool:
    found = entry.event
    return isinstance(found, ArticleEnriched) and any(e.name.casefold() == entity.casefold() for e in found.entities)


def _show(entry: Entry, *, people: bool) -> None:
    if not people:
        event = entry.event.model_dump(mode="json") if entry.event else None
        emit({"position": entry.position, "at": entry.at.isoformat(), "article_id": entry.article_id, "event": event})
    elif entry.event is None:
        say(f"{entry.position}: {len(entry.value)} bytes that are no event (see `wiredesk dlq list`)")
    else:
        article.show(entry.event, entry.article_id)


async def explain(wanted: str, *, as_json: bool) -> Exit:
    """Print every record of one article and where it is now."""
    article_id = identify(wanted)
    here = await system()
    found = steps(await _collect(here, article_id))
    if not found:
        raise Problem(
            f"no record of article {article_id} is on the topics",
            "Retention may have removed it: try `wiredesk search`. Publish it with `wiredesk publish URL`.",
        )
    now = whereabouts(found, await admin.lag(here.kafka, here.lane), datetime.now(UTC))
    if not for_people(as_json=as_json):
        for step in found:
            since = None if step.since is None else step.since.total_seconds()
            topic, partition, offset = step.position.rsplit("/", 2)
            emit(
                {
                    "article_id": article_id,
                    "stage": step.stage,
                    "at": step.at.isoformat(),
                    "seconds_since_previous": since,
                    "topic": topic,
                    "partition": int(partition),
                    "offset": int(offset),
                    "detail": step.detail,
                }
            )
        say(now)
        return Exit.OK
    heading(f"article {article_id}")
    table([_row(step) for step in found], as_json=False, empty="", right=("after",))
    paragraph(now)
    return Exit.OK


def identify(wanted: str) -> UUID:
    """Return the article id that is meant: an id, or the URL of an article.

    Raises:
        Problem: neither.
    """
    try:
        return UUID(wanted)
    except ValueError:
        if "://" in wanted:
            return ids.article_id(wanted)
    raise Problem(f"{wanted!r} is neither an article id nor a URL", "wiredesk search 'words of it'", code=Exit.USAGE)


def _row(step: Step) -> dict[str, object]:
    after = "" if step.since is None else f"+{duration(step.since)}"
    at = f"{step.at:%m-%d %H:%M:%S}"
    return {"stage": step.stage, "at": at, "after": after, "position": step.position, "detail": step.detail}


async def _collect(here: System, article_id: UUID) -> list[Entry]:
    """Read every topic of the pipeline at once; where the key is the article, only its partition."""
    topics = (*PUBLIC, *DELAY_LANES, *dead_letters())
    return [entry for entries in await asyncio.gather(*(_of(here, t, article_id) for t in topics)) for entry in entries]


async def _of(here: System, topic: Topic, article_id: UUID) -> list[Entry]:
    key = str(article_id).encode() if topic.key == "article_id" else None
    found = []
    async with aclosing(read(here.kafka, [here.lane.topic(topic)], key=key)) as records:
        async for record in records:
            if key is not None and record.key != key:
                continue
            entry = Entry.of(record, topic)
            if article_of(entry) == str(article_id):
                found.append(entry)
    return found


def article_of(entry: Entry) -> str:
    """Return the article a record is about; for a submission without our headers its content says."""
    return str(subject(entry.event)) if isinstance(entry.event, ArticleSubmitted) else entry.article_id
