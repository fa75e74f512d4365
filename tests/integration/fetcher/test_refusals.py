"""What is refused at the entrance, in a real database, and that nothing of an erased page is kept there."""

import asyncio
from datetime import UTC, datetime
from uuid import uuid4

import asyncpg
import pytest

from tests.integration.fetcher.newsroom import DAY, START
from wiredesk.contracts import ids
from wiredesk.contracts.errors import InfrastructureError
from wiredesk.contracts.events import ArticleFetched, ArticleRejected, ArticleSubmitted, FeedItem, Rejection
from wiredesk.contracts.submission import article_of
from wiredesk.engine.outcomes import Received
from wiredesk.postgres.connections import open_pool
from wiredesk.postgres.options import PostgresOptions
from wiredesk_fetcher.crawler import Crawler
from wiredesk_fetcher.handlers import fetch
from wiredesk_fetcher.refusals import Refusals
from wiredesk_fetcher.sources.store import Page

pytestmark = pytest.mark.broker


@pytest.fixture
def refusals(pool):
    """The refusals in the same database."""
    return Refusals(pool)


class NobodyAsked(Crawler):
    """A crawler that must not be used."""

    def __init__(self) -> None:
        pass

    async def get(self, *_, **__):
        raise AssertionError("a page was asked for")


async def submitted(refusals, **fields):
    received = Received(ArticleSubmitted(**fields), at=START, topic="articles.submitted.v1", partition=0, offset=0)
    return await fetch(received, crawler=NobodyAsked(), clock=lambda: START, refuses=refusals.refuses)


def page(url):
    item = FeedItem(feed="https://news.example/feed", headline="Ferry sinks", description="It never did.")
    submission = ArticleSubmitted(url=url, feed_item=item)
    return Page(article_of(submission), START, "", "", "", submission)


async def noted(pool, article_id):
    return await pool.fetch("select * from wiredesk_fetcher.pages where article_id = $1", article_id)


async def test_a_refused_article_is_rejected_however_it_is_submitted_until_it_is_admitted(refusals):
    url = f"https://news.example/{uuid4()}"
    text = f"A text of {url}."
    await refusals.refuse([ids.article_id(url), ids.article_id(None, text)], datetime.now(UTC), forget=False)
    for fields in ({"url": url}, {"url": url, "html": "<p>x</p>"}, {"url": url, "text": "x"}, {"text": text}):
        event = await submitted(refusals, **fields)
        assert isinstance(event, ArticleRejected)
        assert event.reason is Rejection.WITHDRAWN
    assert isinstance(await submitted(refusals, text="Another text."), ArticleFetched)
    await refusals.admit([ids.article_id(url)])
    assert isinstance(await submitted(refusals, url=url, text="x"), ArticleFetched)
    assert isinstance(await submitted(refusals, text=text), ArticleRejected)


async def test_the_page_of_an_erased_article_is_forgotten_and_that_of_a_withdrawn_one_is_left_alone(
    refusals, store, pool
):
    gone, kept = (page(f"https://news.example/{uuid4()}") for _ in range(2))
    for one in (gone, kept):
        await store.keep_page(one, START + DAY)
    for _ in range(2):
        await refusals.refuse([gone.article_id], START, forget=True)
        await refusals.refuse([kept.article_id], START, forget=False)
    assert await noted(pool, gone.article_id) == []
    ((row),) = await noted(pool, kept.article_id)
    assert row["next_visit"] is None
    assert await store.take_pages(START + 9 * DAY, 10, DAY) == []


async def test_a_page_that_was_being_got_when_it_was_erased_is_not_noted(refusals, store, pool, options):
    one = page(f"https://news.example/{uuid4()}")
    await store.keep_page(one, START + DAY)
    # Somebody notes the page at this moment: the erasure waits for it, and what is noted later sees the erasure.
    connection = await asyncpg.connect(options.dsn.get_secret_value())
    transaction = connection.transaction()
    await transaction.start()
    await connection.execute("update wiredesk_fetcher.pages set etag = 'x' where article_id = $1", one.article_id)
    erasing = asyncio.create_task(refusals.refuse([one.article_id], START, forget=True))
    waits = "select count(*) from pg_locks where not granted and relation = 'wiredesk_fetcher.pages'::regclass"
    async with asyncio.timeout(30):
        while not await pool.fetchval(waits):
            await asyncio.sleep(0.01)
        noting = asyncio.create_task(store.keep_page(one, START + DAY))
        while await pool.fetchval(waits) < 2:
            await asyncio.sleep(0.01)
        await transaction.commit()
        await erasing
        await noting
    await connection.close()
    assert await noted(pool, one.article_id) == []


async def test_a_database_that_is_away_is_an_outage():
    options = PostgresOptions.model_validate({"dsn": "postgresql://nobody@127.0.0.1:1/nothing"})
    async with open_pool(options) as pool:
        with pytest.raises(InfrastructureError):
            await submitted(Refusals(pool), text="A text.")
