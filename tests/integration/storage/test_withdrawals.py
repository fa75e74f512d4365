"""On a real PostgreSQL: what is withdrawn is hidden, what is erased is gone, and neither comes back by itself."""

import asyncio
from datetime import UTC, datetime
from uuid import uuid4

import pytest

from tests.integration.storage.records import count, enriched, keep, outputs, received
from tests.made_up import story
from wiredesk.contracts import ids, wire
from wiredesk.contracts.events import ArticleRejected, ArticleStored, Rejection, ServiceName
from wiredesk.contracts.topics import CURRENT
from wiredesk.contracts.withdrawals import Withdrawal
from wiredesk.contracts.words import words_of
from wiredesk_cleaner.fingerprint import minhash
from wiredesk_storage.search.asking import Filters
from wiredesk_storage.store import Store
from wiredesk_storage.stories.reading import members_of
from wiredesk_storage.withdrawals.decisions import Withdrawals

pytestmark = pytest.mark.broker

LATER = datetime(2030, 1, 1, tzinfo=UTC)


@pytest.fixture
def withdrawals(pool):
    """The decisions on the same store."""
    return Withdrawals(pool)


async def decide(withdrawals, article_id, kind, *urls, reason="it is false"):
    return await withdrawals.decide(article_id, kind, reason=reason, at=datetime.now(UTC), lane="", urls=urls)


def record(text, *, minute=0, url=None, **fields):
    url = url or f"https://{uuid4()}.example/a"
    return received(enriched(text, url=url, minute=minute, minhash=minhash(words_of(text)), **fields))


async def found(archive, words, **filters):
    return {hit.article_id for hit in (await archive.search(words, Filters(**filters))).hits}


async def everywhere(pool, word):
    """The tables of the store in which the word stands anywhere."""
    tables = await pool.fetch("select tablename from pg_tables where schemaname = current_schema()")
    assert len(tables) > 8
    return {
        name
        for (name,) in tables
        if await pool.fetchval(f'select exists (select from "{name}" as t where t::text ilike $1)', f"%{word}%")
    }


async def test_a_withdrawn_article_is_found_no_more_and_found_again_once_it_is_reinstated(store, archive, withdrawals):
    kept, gone = record("Kestrel Point lost its ferry."), record("Kestrel Point lost its lighthouse.")
    await keep([kept, gone], store=store)
    article_id = gone.event.article_id
    counts = await archive.entity("Kestrel P", days=3650, until=LATER)
    await decide(withdrawals, article_id, Withdrawal.WITHDRAWN)
    assert await found(archive, "Kestrel") == await found(archive, "") == {kept.event.article_id}
    assert (await archive.facets("Kestrel")).hits == 1
    assert (await archive.entity("Kestrel P", days=3650, until=LATER)).articles == counts.articles - 1 == 1
    (top,) = (await archive.top_entities(days=3650, until=LATER)).entities
    assert top.articles == 1
    stored = await archive.article(article_id)
    assert stored.hidden
    assert len(stored.revisions) == 1, "its history is kept"
    await decide(withdrawals, article_id, Withdrawal.REINSTATED)
    assert await found(archive, "Kestrel") == {kept.event.article_id, article_id}
    assert not (await archive.article(article_id)).hidden


async def test_where_the_first_of_copies_is_withdrawn_or_erased_its_copies_are_shown_without_copies_too(
    store, archive, withdrawals
):
    text = f"Kestrel {story(21)}"
    first, copy, same = record(text), record(" ".join(text.split()[:-60])), record(text)
    for one in (first, copy, same):
        await keep([one], store=store)
    own = [one.event.article_id for one in (first, copy, same)]
    assert await found(archive, "Kestrel", without_copies=True) == {own[0]}
    await decide(withdrawals, own[0], Withdrawal.WITHDRAWN)
    assert await found(archive, "Kestrel", without_copies=True) == set(own[1:])
    await decide(withdrawals, own[0], Withdrawal.ERASED)
    assert await found(archive, "Kestrel", without_copies=True) == set(own[1:])


async def test_a_story_is_told_anew_without_a_withdrawn_article_and_with_it_once_it_is_reinstated(
    store, pool, withdrawals
):
    one = record(story(24))
    await keep([one], store=store)
    own = one.event.article_id

    async def told():
        version = await pool.fetchval("select version from stories where story_id = $1", own)
        members = await members_of(pool.fetch, [own])
        return version, [member.article_id for member in members.get(own, ())]

    assert await told() == (1, [own])
    await decide(withdrawals, own, Withdrawal.WITHDRAWN)
    assert await told() == (2, [])
    await decide(withdrawals, own, Withdrawal.REINSTATED)
    assert await told() == (3, [own])


async def test_of_an_erased_article_no_table_has_a_word_left(store, pool, withdrawals):
    word = f"qz{uuid4().hex}"
    url, other = f"https://{uuid4()}.example/a", record(story(22))
    text = f"{word} {story(23)}"
    for minute in range(3):
        await keep([record(f"{text} {minute}", url=url, minute=minute, headline=word, authors=(word,))], store=store)
    await keep([other, record(text)], store=store)
    article_id = ids.article_id(url)
    copies = await pool.fetchval("select count(*) from copies where group_id = $1", article_id)
    assert copies == 1
    assert {"articles", "revisions"} <= await everywhere(pool, word)
    copy = await pool.fetchval("select article_id from copies where group_id = $1", article_id)
    for one in (article_id, copy):
        outcome = await decide(withdrawals, one, Withdrawal.ERASED)
        assert outcome.was_stored
        assert outcome.erased["articles"] == 1
    assert await everywhere(pool, word) == set()
    for table in ("articles", "revisions", "signatures", "entities", "story_articles"):
        assert await pool.fetchval(f"select count(*) from {table} where article_id = $1", article_id) == 0
    assert await count(pool, "contents") == await count(pool, "articles") == 1


@pytest.mark.parametrize("kind", [Withdrawal.WITHDRAWN, Withdrawal.ERASED], ids=["withdrawn", "erased"])
async def test_what_comes_of_it_afterwards_is_rejected_and_nothing_is_written(store, pool, withdrawals, kind):
    url = f"https://{uuid4()}.example/a"
    await keep([record("It said this.", url=url)], store=store)
    await decide(withdrawals, ids.article_id(url), kind)
    before = {table: await count(pool, table) for table in ("articles", "revisions", "contents", "signatures")}
    late, other = record("It says that.", url=url, minute=9), record("Something else.")
    for _ in range(2):
        refused, _ = await outputs([late, other], store=store)
        assert isinstance(refused, ArticleRejected)
        assert (refused.stage, refused.reason) == (ServiceName.STORAGE, Rejection.WITHDRAWN)
        again, _ = await outputs([late, other], store=store)
        assert refused == again
    after = {table: await count(pool, table) for table in before}
    assert after == {**{table: rows + 1 for table, rows in before.items()}, "signatures": before["signatures"]}


async def test_a_record_delivered_again_after_the_withdrawal_gets_its_receipt_and_is_current_no_more(
    store, withdrawals
):
    one = record("It said this.")
    ((current, receipt),) = await outputs([one], store=store)
    assert current.topic is CURRENT
    await decide(withdrawals, one.event.article_id, Withdrawal.WITHDRAWN)
    again = await outputs([one], store=store)
    assert again == [receipt]
    assert isinstance(again[0], ArticleStored)
    await decide(withdrawals, one.event.article_id, Withdrawal.REINSTATED)
    (((current, told),),) = [await outputs([one], store=store)]
    assert isinstance(current, wire.Record)
    assert told == receipt


async def test_an_erased_article_may_be_submitted_anew_once_it_is_reinstated(store, withdrawals):
    one = record("It said this.")
    await keep([one], store=store)
    await decide(withdrawals, one.event.article_id, Withdrawal.ERASED)
    await decide(withdrawals, one.event.article_id, Withdrawal.REINSTATED)
    (receipt,) = await keep([one], store=store)
    assert (receipt.status.value, receipt.revision) == ("inserted", 1)


async def test_the_address_that_a_page_was_found_at_is_refused_with_the_one_it_was_submitted_from(store, withdrawals):
    short, where = f"https://s.example/{uuid4()}", f"https://news.example/{uuid4()}"
    one = received(enriched("It said this.", url=where, article_id=ids.article_id(short)))
    await keep([one], store=store)
    assert await withdrawals.find(ids.article_id(where), where) == [ids.article_id(short)]
    outcome = await decide(withdrawals, ids.article_id(short), Withdrawal.ERASED)
    assert outcome.aliases == (ids.article_id(where),)
    assert await withdrawals.find(ids.article_id(where), where) == [ids.article_id(short)]
    again = record("It said this.", url=where)
    assert (await outputs([again], store=store))[0].reason is Rejection.WITHDRAWN
    for _ in range(2):
        outcome = await decide(withdrawals, ids.article_id(short), Withdrawal.REINSTATED)
        assert outcome.aliases == (ids.article_id(where),), "so that a second run can admit it where the first did not"
    assert (await keep([again], store=store))[0].status.value == "inserted"
    assert await withdrawals.find(ids.article_id(where), where) == [ids.article_id(where)]


async def test_an_address_of_another_stored_article_is_not_refused_with_it(store, archive, withdrawals):
    where = f"https://news.example/{uuid4()}"
    direct = record("Kestrel was calm.", url=where)
    short = received(enriched("Kestrel was calm.", url=where, article_id=uuid4()))
    await keep([direct, short], store=store)
    assert await withdrawals.find(direct.event.article_id, where) == [direct.event.article_id]
    outcome = await decide(withdrawals, short.event.article_id, Withdrawal.ERASED)
    assert outcome.aliases == ()
    assert await found(archive, "Kestrel") == {direct.event.article_id}


async def test_a_page_of_another_site_that_calls_an_article_its_own_is_not_found_by_its_address(store, withdrawals):
    where = f"https://news.example/{uuid4()}"
    await keep([record("A copy.", canonical_url=where)], store=store)
    assert await withdrawals.find(ids.article_id(where), where) == []
    own = [record(f"Its own {n}.", url=f"https://news.example/{uuid4()}", canonical_url=where) for n in range(2)]
    await keep(own[:1], store=store)
    assert await withdrawals.find(ids.article_id(where), where) == [own[0].event.article_id]
    await keep(own[1:], store=store)
    assert len(await withdrawals.find(ids.article_id(where), where)) == 2


async def test_what_is_decided_twice_stays_as_it_was_and_erased_goes_before_withdrawn(store, withdrawals):
    one = record("It said this.")
    await keep([one], store=store)
    article_id = one.event.article_id
    assert await decide(withdrawals, article_id, Withdrawal.REINSTATED) is None
    first = await decide(withdrawals, article_id, Withdrawal.WITHDRAWN, reason="first")
    again = await decide(withdrawals, article_id, Withdrawal.WITHDRAWN, reason="second")
    assert (first.is_new, again.is_new) == (True, False)
    assert again.decision == first.decision
    erased = await decide(withdrawals, article_id, Withdrawal.ERASED, reason="third")
    assert (erased.is_new, erased.decision.kind) == (True, Withdrawal.ERASED)
    assert (await decide(withdrawals, article_id, Withdrawal.WITHDRAWN)).decision == erased.decision


async def test_a_decision_waits_to_be_announced_until_what_was_told_is_what_holds(store, withdrawals):
    one = record("It said this.")
    await keep([one], store=store)
    article_id = one.event.article_id
    withdrawn = (await decide(withdrawals, article_id, Withdrawal.WITHDRAWN)).decision
    assert await withdrawals.unannounced() == [withdrawn]
    reinstated = (await decide(withdrawals, article_id, Withdrawal.REINSTATED)).decision
    assert not await withdrawals.announced(withdrawn, None), "somebody decided otherwise meanwhile"
    stored = await withdrawals.stored(article_id)
    await keep([record("It says that.", url=one.event.url, minute=3)], store=store)
    assert not await withdrawals.announced(reinstated, stored.event_id), "it says something else by now"
    assert await withdrawals.announced(reinstated, (await withdrawals.stored(article_id)).event_id)
    assert await withdrawals.unannounced() == []


async def test_workers_and_the_desk_at_once_leave_nothing_of_an_erased_article(pool):
    for number in range(8):
        url, stores = f"https://{uuid4()}.example/a", [Store(pool), Store(pool)]
        text = story(300 + number)
        records = [record(f"{text} {minute}", url=url, minute=minute) for minute in range(6)]
        await asyncio.gather(
            *(keep([one], store=stores[minute % 2]) for minute, one in enumerate(records)),
            decide(Withdrawals(pool), ids.article_id(url), Withdrawal.ERASED),
            *(keep([record(text)], store=store) for store in stores),
        )
        for table in ("articles", "revisions", "signatures", "story_articles"):
            assert await pool.fetchval(f"select count(*) from {table} where article_id = $1", ids.article_id(url)) == 0


async def test_the_lanes_in_which_it_was_stored_are_told(store, withdrawals):
    one = record("It said this.")
    event = one.event
    for topic in ("articles.enriched.v1", "backfill.articles.enriched.v1"):
        newer = event.model_copy(update={"headline": topic, "event_id": uuid4(), "fetched_at": datetime.now(UTC)})
        await keep([received(newer).__class__(newer, at=one.at, topic=topic, partition=1, offset=7)], store=store)
    outcome = await decide(withdrawals, event.article_id, Withdrawal.ERASED)
    assert outcome.decision.lanes == ("", "backfill")
    assert outcome.records == {("articles.enriched.v1", 1): 7, ("backfill.articles.enriched.v1", 1): 7}
