"""On a real PostgreSQL: reports of one event find each other, whoever stores them and however often they come."""

import asyncio
import uuid
from collections import defaultdict
from datetime import UTC, datetime, timedelta

import pytest

from tests.integration.storage.records import keep, received
from tests.made_up import story as some_story
from tests.unit.storage.stories.articles import ELECTION, FERRY, FERRY_AGAIN, OTHER_FERRY, article
from wiredesk.contracts import ids
from wiredesk.contracts.errors import InfrastructureError
from wiredesk.contracts.stories import StoryUpdated
from wiredesk.contracts.topics import STORIES
from wiredesk_storage.copies.comparing import Copy
from wiredesk_storage.search.asking import Filters
from wiredesk_storage.store import Store
from wiredesk_storage.stories import assigning, keeping, word_counts
from wiredesk_storage.stories.arriving import arrival
from wiredesk_storage.stories.assigning import Decision
from wiredesk_storage.stories.telling import Teller
from wiredesk_storage.stories.terms import term

pytestmark = pytest.mark.broker
DAY = timedelta(days=1)


def report(written, *, outlet="daily.example", **fields):
    url = f"https://{outlet}/{uuid.uuid4()}"
    return received(article(written, article_id=ids.article_id(url), event_id=uuid.uuid4(), url=url, **fields))


async def grouping(pool):
    """The headlines of each story, as sets."""
    groups = defaultdict(list)
    for row in await pool.fetch("select story_id, headline from story_articles join articles using (article_id)"):
        groups[row["story_id"]].append(row["headline"])
    return sorted(sorted(group) for group in groups.values())


async def everything(pool):
    """All that is stored of stories but when it was."""
    columns = "story_id, position, merged_into, profile, articles, first_seen, last_seen, version"
    return [
        await pool.fetch(f"select {what} from {table} order by 1, 2")
        for table, what in {
            "stories": columns,
            "story_keys": "*",
            "story_articles": "article_id, story_id, at, profile, named::text",
            "story_words": "*",
        }.items()
    ]


class Kafka:
    """Notes what is published."""

    def __init__(self):
        self.told, self.removed, self.is_away = [], [], False

    async def send(self, record):
        if self.is_away:
            raise InfrastructureError("Kafka did not take the record")
        assert record.topic is STORIES
        self.told.append(StoryUpdated.model_validate_json(record.value))
        assert record.key == str(self.told[-1].story_id).encode()

    async def remove(self, table, about):
        assert table is STORIES
        self.removed.append(about)


@pytest.fixture
def kafka():
    return Kafka()


@pytest.fixture
def make_a_copy(monkeypatch):
    """Has the store take one record's article for a copy of another's, whatever they say."""

    def copy(own, original):
        async def known(_connection, _articles):
            return {own.event.article_id: Copy(original.event.article_id, 1.0, ())}

        monkeypatch.setattr("wiredesk_storage.copies.groups.known", known)

    return copy


async def test_reports_of_one_event_make_a_story_and_those_of_another_do_not(store, pool):
    for written in (FERRY, ELECTION, FERRY_AGAIN, OTHER_FERRY):
        await keep([report(written)], store=store)
    assert await grouping(pool) == sorted([sorted([FERRY[0], FERRY_AGAIN[0]]), [OTHER_FERRY[0]], [ELECTION[0]]])


async def test_reports_in_one_batch_find_each_other(store, pool):
    await keep([report(written) for written in (FERRY, ELECTION, FERRY_AGAIN, OTHER_FERRY)], store=store)
    assert await grouping(pool) == sorted([sorted([FERRY[0], FERRY_AGAIN[0]]), [OTHER_FERRY[0]], [ELECTION[0]]])


async def test_a_story_is_called_after_the_article_that_began_it(store, pool):
    first = report(FERRY)
    await keep([first, report(FERRY_AGAIN)], store=store)
    assert await pool.fetchval("select story_id from stories") == first.event.article_id


async def test_records_that_come_again_in_any_order_change_nothing(store, pool):
    records = [report(written) for written in (FERRY, ELECTION, FERRY_AGAIN, OTHER_FERRY)]
    await keep(records, store=store)
    before = await everything(pool)
    for again in (records[::-1], records[2:], records[:1]):
        await keep(again, store=store)
    assert await everything(pool) == before


async def test_two_replicas_that_store_reports_at_once_make_one_story_of_each_event(pool):
    stores = Store(pool), Store(pool)
    reports = [report(written) for written in (FERRY, ELECTION, FERRY_AGAIN) for _ in range(6)]
    await asyncio.gather(*(keep([one], store=stores[number % 2]) for number, one in enumerate(reports)))
    assert [len(group) for group in await grouping(pool)] == [12, 6]


async def test_a_copy_is_in_the_story_of_its_original_however_little_it_kept(store, pool, make_a_copy):
    copied = report((FERRY[0], some_story(3)))
    await keep([copied], store=store)
    own = report(("Nothing of this headline", some_story(7)))
    make_a_copy(own, copied)
    await keep([own], store=store)
    assert len(await grouping(pool)) == 1


async def test_a_late_report_finds_its_story_and_one_of_another_year_does_not(store, pool):
    at = article(FERRY).fetched_at
    await keep([report(FERRY)], store=store)
    await keep([report(FERRY_AGAIN, date_published=at - 3 * DAY)], store=store)
    await keep([report(FERRY_AGAIN, date_published=at - 300 * DAY)], store=store)
    assert sorted(len(group) for group in await grouping(pool)) == [1, 2]
    first, last = await pool.fetchrow("select first_seen, last_seen from stories where articles = 2")
    assert (first, last) == (at - 3 * DAY, at)


async def test_of_two_stories_that_turn_out_to_be_one_the_older_keeps_its_id_and_the_younger_leads_there(
    store, pool, archive, kafka, monkeypatch
):
    old, young = report(FERRY), report(ELECTION)
    joint = report((f"{FERRY[0]} {ELECTION[0]}", f"{FERRY[1]} {ELECTION[1]}"))
    await keep([old, report(FERRY_AGAIN)], store=store)
    await keep([young, report(ELECTION)], store=store)
    await Teller(pool, kafka).tell()
    one, other = await pool.fetch("select position from stories order by position")
    monkeypatch.setattr(assigning, "decide", lambda *_, **__: Decision(one["position"], merges=(other["position"],)))
    await keep([joint], store=store)
    assert [len(group) for group in await grouping(pool)] == [5]
    assert not await pool.fetch("select from story_keys where position = $1", other["position"])
    kafka.told.clear()
    await Teller(pool, kafka).tell()
    told = {event.story_id: event for event in kafka.told}
    assert told[old.event.article_id].article_count == 5
    assert told[young.event.article_id].merged_into == old.event.article_id
    assert told[young.event.article_id].articles == ()
    page = await archive.story(young.event.article_id)
    assert page is not None
    assert page.story.story_id == old.event.article_id
    hits = (await archive.search("", Filters(story=str(young.event.article_id)))).hits
    assert len(hits) == 5


async def test_what_a_story_is_now_is_told_once_it_has_a_second_article(store, pool, kafka):
    teller = Teller(pool, kafka)
    first, second = report(FERRY, outlet="daily.example"), report(FERRY_AGAIN, outlet="www.evening.example")
    await keep([first, report(ELECTION)], store=store)
    assert (await teller.tell(), kafka.told) == (0, [])
    await keep([second], store=store)
    assert await teller.tell() == 1
    assert await teller.tell() == 0
    (told,) = kafka.told
    assert told.story_id == first.event.article_id
    assert set(told.articles) == {first.event.article_id, second.event.article_id}
    assert told.article_count == 2
    assert told.title in {FERRY[0], FERRY_AGAIN[0]}
    assert set(told.outlets) == {"daily.example", "evening.example"}
    assert told.languages == ("en",)
    assert {entity.name for entity in told.entities} == {"Ida Holm", "Skarvik"}


async def test_a_story_that_changed_often_while_kafka_was_away_is_told_once_as_it_is_now(store, pool, kafka):
    teller = Teller(pool, kafka)
    kafka.is_away = True
    for _ in range(3):
        await keep([report(FERRY)], store=store)
        if len(kafka.told) == 0 and await pool.fetchval("select max(articles) from stories") > 1:
            with pytest.raises(InfrastructureError):
                await teller.tell()
    kafka.is_away = False
    assert await teller.tell() == 1
    assert [told.article_count for told in kafka.told] == [3]


async def test_stories_are_read_as_lists_and_one_by_one_by_any_of_its_ids(store, archive):
    first, second = report(FERRY, outlet="daily.example"), report(FERRY_AGAIN, outlet="evening.example")
    await keep([first, second, report(ELECTION)], store=store)
    since = first.event.fetched_at - DAY
    for order in ("size", "date"):
        (listed,) = await archive.stories(since=since, order=order)
        assert (listed.story_id, listed.articles) == (first.event.article_id, 2)
    assert await archive.stories(since=first.event.fetched_at + DAY) == []
    for wanted in (first.event.article_id, second.event.article_id):
        page = await archive.story(wanted)
        assert page is not None
        assert {one.host for one in page.articles} == {"daily.example", "evening.example"}
    assert await archive.story(uuid.uuid4()) is None
    entity = await archive.entity("Ida Holm", until=first.event.fetched_at + DAY)
    (of_entity,) = await archive.stories_of(entity.counted)
    assert of_entity.story_id == first.event.article_id
    hits = (await archive.search("", Filters(story=str(first.event.article_id)))).hits
    assert {hit.article_id for hit in hits} == {first.event.article_id, second.event.article_id}


async def test_while_one_process_tells_stories_another_does_not(store, pool, kafka):
    await keep([report(FERRY), report(FERRY_AGAIN)], store=store)
    async with pool.acquire() as connection, connection.transaction():
        await connection.execute("select pg_advisory_xact_lock(1, 3)")
        assert await Teller(pool, kafka).tell() == 0
    assert await Teller(pool, kafka).tell() == 1


async def test_an_article_that_is_forgotten_leaves_its_story_and_all_that_came_of_its_words(store, pool, kafka):
    teller = Teller(pool, kafka)
    one, other = report(FERRY), report(FERRY_AGAIN)
    await keep([one], store=store)
    alone = await everything(pool)
    await keep([other], store=store)
    await teller.tell()
    async with pool.acquire() as connection, connection.transaction():
        assert await keeping.forget(connection, [other.event.article_id]) == [one.event.article_id]
    stories, keys, members, _ = await everything(pool)
    assert [dict(row) | {"version": 0} for row in stories] == [dict(row) | {"version": 0} for row in alone[0]]
    assert (keys, members) == (alone[1], alone[2])
    await teller.tell()
    assert [told.article_count for told in kafka.told] == [2, 1]
    async with pool.acquire() as connection, connection.transaction():
        await keeping.forget(connection, [one.event.article_id])
    await teller.tell()
    assert kafka.removed == [one.event.article_id]
    assert await pool.fetch("select from stories") == []


async def test_an_article_that_comes_again_after_it_was_forgotten_begins_a_story_under_another_id(store, pool):
    one = report(FERRY)
    await keep([one, report(FERRY_AGAIN)], store=store)
    async with pool.acquire() as connection, connection.transaction():
        await keeping.forget(connection, [one.event.article_id])
        for table in ("articles", "revisions"):
            await connection.execute(f"delete from {table} where article_id = $1", one.event.article_id)
    again = received(one.event.model_copy(update={"headline": ELECTION[0], "text": ELECTION[1], "entities": ()}))
    await keep([again], store=store)
    assert await grouping(pool) == sorted([[FERRY_AGAIN[0]], [ELECTION[0]]])


async def test_a_large_closed_story_loses_an_article_and_is_counted_anew(store, pool):
    records = [report(FERRY) for _ in range(5)]
    await keep(records, store=store)
    await pool.execute(
        "update stories set changed_at = now() - interval '20 days', last_seen = now() - interval '20 days'"
    )
    async with pool.acquire() as connection, connection.transaction():
        assert await keeping.close(connection, timedelta(days=7)) is False
        await keeping.forget(connection, [records[1].event.article_id])
    assert await pool.fetchrow("select articles, profile from stories") == (4, None)
    assert await pool.fetch("select from story_keys") == []


async def test_of_a_story_that_nobody_was_told_nothing_is_left_with_its_last_article(store, pool):
    one = report(FERRY)
    await keep([one], store=store)
    async with pool.acquire() as connection, connection.transaction():
        await keeping.forget(connection, [one.event.article_id])
    assert await pool.fetch("select from stories") == []


async def test_a_copy_that_is_dated_ages_ago_does_not_stretch_its_story(store, pool, make_a_copy):
    first = report(FERRY)
    await keep([first], store=store)
    own = report(FERRY, date_published=datetime(1, 1, 1, 3, tzinfo=UTC))
    make_a_copy(own, first)
    await keep([own], store=store)
    first_seen, articles = await pool.fetchrow("select first_seen, articles from stories")
    assert (first.event.fetched_at - first_seen, articles) == (7 * DAY, 2)


async def test_counts_that_cannot_be_written_are_in_nobodys_way(store, pool, monkeypatch):
    monkeypatch.setattr(word_counts, "_UNWRITTEN", 1)
    await keep([report(FERRY)], store=store)
    await pool.execute("alter table story_words add constraint none check (texts > 1000000) not valid")
    refused = await keep([report(ELECTION)], store=store)
    assert refused[0].reason == "store_refused"
    await pool.execute("alter table story_words drop constraint none")
    (receipt,) = await keep([report(OTHER_FERRY)], store=store)
    assert receipt.status == "inserted"


async def test_a_story_that_cannot_be_told_holds_up_no_other(store, pool, kafka, caplog):
    await keep([report(FERRY), report(FERRY_AGAIN)], store=store)
    await keep([report(ELECTION), report(ELECTION)], store=store)
    await pool.execute(
        """update story_articles set named = '[["Ida Holm", "PERSON", -5, {}, null]]' where story_id = (
            select story_id from stories order by position limit 1)"""
    )
    await Teller(pool, kafka).tell()
    assert [told.title for told in kafka.told] == [ELECTION[0]]
    assert "cannot be told" in caplog.text
    assert await Teller(pool, kafka).tell() == 0


async def test_a_corrected_name_is_told(store, pool, kafka):
    teller = Teller(pool, kafka)
    one, other = report(FERRY), report(FERRY_AGAIN)
    await keep([one, other], store=store)
    await teller.tell()
    renamed = tuple(name.model_copy(update={"name": f"New {name.name}"}) for name in one.event.entities)
    later = one.event.model_copy(
        update={"entities": renamed, "event_id": uuid.uuid4(), "fetched_at": one.event.fetched_at + DAY}
    )
    await keep([received(later)], store=store)
    await teller.tell()
    assert "New Ida Holm" in {entity.name for entity in kafka.told[-1].entities}


async def test_a_story_to_which_nothing_can_come_any_more_is_kept_and_not_looked_up(store, pool):
    await keep([report(FERRY), report(FERRY_AGAIN)], store=store)
    await pool.execute("update stories set changed_at = now() - interval '20 days'")
    async with pool.acquire() as connection, connection.transaction():
        await keeping.close(connection, timedelta(days=7))
    assert await pool.fetch("select from story_keys") == []
    await keep([report(FERRY)], store=store)
    assert sorted(len(group) for group in await grouping(pool)) == [1, 2]


@pytest.fixture
def written_at_once(monkeypatch):
    monkeypatch.setattr(word_counts, "_UNWRITTEN", 0)


@pytest.mark.usefixtures("written_at_once")
async def test_counts_of_words_are_halved_when_there_are_many_and_what_was_rare_is_gone(store, pool, monkeypatch):
    monkeypatch.setattr(word_counts, "_FULL", 3)
    await keep([report(FERRY), report(FERRY), report(FERRY), report(ELECTION)], store=store)
    await keep([report(ELECTION)], store=store)
    assert await pool.fetchval("select texts from story_languages") == 2
    assert {row["texts"] for row in await pool.fetch("select texts from story_words")} == {1, 2}


@pytest.mark.usefixtures("written_at_once")
async def test_of_many_texts_few_are_counted(store, pool, monkeypatch):
    monkeypatch.setattr(word_counts, "_ALL", 4)
    await keep([report(FERRY) for _ in range(40)], store=store)
    await keep([report(FERRY)], store=store)
    assert 4 <= await pool.fetchval("select texts from story_languages") < 20


@pytest.mark.usefixtures("written_at_once")
async def test_what_another_process_counted_is_known(store, pool):
    await keep([report(FERRY), report(ELECTION)], store=store)
    await keep([report(OTHER_FERRY)], store=store)
    other = word_counts.WordCounts()
    arrived = arrival(report(FERRY).event)
    async with pool.acquire() as connection:
        frequencies = await other.frequencies(connection, [arrived])
    assert frequencies["en"].texts == 3
    assert frequencies["en"].counts[term("ferry")] == 2
    assert frequencies["en"].counts[term("nordlys")] == 2
