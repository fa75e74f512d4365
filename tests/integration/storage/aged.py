"""Articles that were stored long ago, and short ways to make and look at them."""

from datetime import UTC, datetime, timedelta

from tests.integration.storage.records import enriched, keep, received


async def ages(pool, days, *events):
    """Make it so many days since the articles were stored, as they are now."""
    articles, older = list({event.article_id for event in events}), timedelta(days=days)
    shifted = "first_stored_at = first_stored_at - $2::interval, updated_at = updated_at - $2::interval"
    await pool.execute(f"update articles set {shifted} where article_id = any($1)", articles, older)
    shifted = "stored_at = stored_at - $2::interval"
    await pool.execute(f"update revisions set {shifted} where article_id = any($1)", articles, older)


def fetched(text=None, *, days=61, **fields):
    """An article that was fetched so many days ago."""
    return enriched(text, fetched_at=datetime.now(UTC) - timedelta(days=days), **fields)


def again(event, text, minutes=1, **fields):
    """The article with another text, fetched so much later."""
    return enriched(text, url=event.url, fetched_at=event.fetched_at + timedelta(minutes=minutes), **fields)


async def put(store, *events):
    return await keep([received(event) for event in events], store=store)


async def numbers(pool, event):
    rows = await pool.fetch("select revision from revisions where article_id = $1 order by 1", event.article_id)
    return [row["revision"] for row in rows]
