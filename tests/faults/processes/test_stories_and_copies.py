"""Copies and stories while two storages are killed: every article in its group, whoever stored it, and for good."""

import asyncio
import random
from collections import defaultdict
from contextlib import AsyncExitStack

import asyncpg
import pytest

from tests.factories import NOON
from tests.faults.harness.one_service import committed_all, spawn
from tests.faults.harness.servers import revision_book
from tests.integration.storage.records import enriched
from tests.made_up import story
from tests.wires import Raw, eventually, produce, read_all
from wiredesk.client.client import Wiredesk
from wiredesk.contracts.events import Entity, Mention
from wiredesk.contracts.stories import StoryUpdated
from wiredesk.contracts.topics import ENRICHED, STORIES
from wiredesk.contracts.words import words_of
from wiredesk.postgres.connections import open_pool
from wiredesk_cleaner.fingerprint import minhash
from wiredesk_storage.settings import StorageOptions
from wiredesk_storage.stories.telling import Teller

pytestmark = [pytest.mark.broker, pytest.mark.slow, pytest.mark.timeout(400)]

EVENTS, REPORTS = 25, 3
KILLS = 6


def _label(event, number):
    """A headline that tells the report, without words or figures that several have."""
    return f"{chr(97 + event) * 3}{chr(97 + number)}"


def _articles(rng):
    """Reports of events, in words of their own order, and of each first report a copy and one that is cut.

    A report of the same event has the same words, and hardly any three of them in the same order.
    """
    articles = []
    for event in range(EVENTS):
        # Without the short ones, which events would share.
        words = [word for word in story(1_000 + event, 400).replace(".", "").split() if len(word) > 4][:160]
        name = f"{words[0].title()} {words[1].title()}"
        for number in range(REPORTS):
            own = rng.sample(words, len(words)) if number else words
            text = f"{name} said: {' '.join(own)}."
            copies = (text, f"{text} Read more.", text[: len(text) * 2 // 3]) if not number else (text,)
            articles += [_article(one, name, _label(event, number)) for one in copies]
    rng.shuffle(articles)
    return articles


def _article(text, name, headline):
    surface = text[: len(name)]
    mention = Mention(field="text", start=0, end=len(surface), surface=surface)
    return enriched(
        text,
        headline=headline,
        date_published=NOON,
        minhash=minhash(words_of(text)),
        entities=(Entity(name=name, type="PERSON", mentions=(mention,), salience=0.9),),
    )


async def _groupings(dsn):
    """The sets of headlines that are one story, and that are one group of copies."""
    stories, copies = defaultdict(list), defaultdict(list)
    connection = await asyncpg.connect(dsn)
    try:
        rows = await connection.fetch(
            "select article_id, headline, story_id, coalesce(group_id, article_id) as group_id from articles "
            "left join story_articles using (article_id) left join copies using (article_id)"
        )
    finally:
        await connection.close()
    for row in rows:
        stories[row["story_id"]].append(row["headline"])
        copies[row["group_id"]].append(row["headline"])
    return sorted(map(sorted, stories.values())), sorted(map(sorted, copies.values()))


async def _stored(dsn):
    """All that is stored of copies and stories, but when it was."""
    connection = await asyncpg.connect(dsn)
    try:
        return [
            await connection.fetch(statement)
            for statement in (
                "select article_id, group_id, similarity, differences from copies order by 1",
                "select article_id, story_id, at, profile, named::text from story_articles order by 1",
                "select story_id, position, merged_into, profile, articles from stories order by 1",
                "select key, position from story_keys order by 1, 2",
            )
        ]
    finally:
        await connection.close()


async def _pass(kafka, lane, dsn, logs, articles, rng, *, kills):
    """Give the articles to two storages, on both partitions, and kill one of them now and then."""
    records: list[Raw] = [(str(one.article_id).encode(), one.model_dump_json().encode(), []) for one in articles]
    sending = [produce(kafka, lane.topic(ENRICHED), records[part::2], partition=part) for part in (0, 1)]
    async with AsyncExitStack() as stack:

        async def start():
            process = await spawn(kafka, lane, "wiredesk_storage", logs=logs, WIREDESK_STORAGE__DSN=dsn)
            stack.push_async_callback(process.kill)
            return process

        running = [await start() for _ in range(2)]
        await asyncio.gather(*sending)
        for _ in range(kills):
            victim = rng.randrange(2)
            await running[victim].joined(kafka, lane, "storage")
            # In the middle of whatever it does.
            await asyncio.sleep(rng.uniform(0, 0.5))
            await running[victim].kill()
            running[victim] = await start()
        await committed_all(kafka, lane, "storage", within=120)
        for process in running:
            await process.joined(kafka, lane, "storage")
        assert [await process.stop() for process in running] == [0, 0]


async def test_two_storages_killed_again_and_again_agree_on_copies_and_stories_and_a_replay_changes_nothing(
    kafka, own_dsn, lane, tmp_path, enter
):
    rng = random.Random(39)
    articles = _articles(rng)
    await _pass(kafka, lane, own_dsn, tmp_path, articles, rng, kills=KILLS)
    stories, copies = await _groupings(own_dsn)
    own = [_label(event, number) for event in range(EVENTS) for number in range(REPORTS)]
    assert stories == sorted(
        sorted([_label(event, 0)] * 3 + [_label(event, number) for number in range(1, REPORTS)])
        for event in range(EVENTS)
    )
    assert copies == sorted([one] * (3 if one.endswith("a") else 1) for one in own)

    before = await _stored(own_dsn)
    await _pass(kafka, lane, own_dsn, tmp_path, rng.sample(articles, len(articles)), rng, kills=2)
    assert await _stored(own_dsn) == before

    await _told(kafka, lane, own_dsn)
    book = await revision_book(kafka, own_dsn, lane, articles)
    enter(39, book, extra=f"{KILLS + 2} kills: {EVENTS} stories and groups; a replay changes nothing")


async def _told(kafka, lane, dsn):
    """Two tellers at once: of each story the last record on the topic is what the store has."""
    async with (
        open_pool(StorageOptions.model_validate({"dsn": dsn})) as pool,
        Wiredesk(kafka, lane=lane.name) as wire,
        asyncio.TaskGroup() as group,
    ):
        tellers = [group.create_task(Teller(pool, wire).run()) for _ in range(2)]

        async def all_told():
            return await pool.fetchval("select bool_and(told = version) from stories where articles > 1")

        await eventually(all_told, within=60)
        for teller in tellers:
            teller.cancel()
    last = {}
    for record in await read_all(kafka, lane.topic(STORIES)):
        event = StoryUpdated.model_validate_json(record.value)
        last[event.story_id] = event
    assert len(last) == EVENTS
    assert {event.article_count for event in last.values()} == {REPORTS + 2}
