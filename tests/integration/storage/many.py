"""Many stored articles at once: copies of one, made inside PostgreSQL, which is quicker than to store each."""

import uuid

_COLUMNS = """
select column_name from information_schema.columns
where table_schema = current_schema() and table_name = $1 and is_generated = 'NEVER' and is_identity = 'NO'
"""
# A minute apart, so that days have many and a page ends among equals, too: three have each time.
_OLDER = "(n / 3) * interval '1 minute'"


async def copied(pool, times: int) -> None:
    """Store `times` copies of every stored article, with ids of their own, each a little older."""
    new_id = f"md5(article_id::text || n || '{uuid.uuid4()}')::uuid"
    at = f"(event->>'date_published')::timestamptz - {_OLDER}"
    event = f"event || jsonb_build_object('article_id', {new_id}, 'date_published', {at})"
    values_of = {
        "articles": {"article_id": new_id, "date_published": f"date_published - {_OLDER}"},
        "revisions": {"article_id": new_id, "event": event},
    }
    for table, made in values_of.items():
        names = [row["column_name"] for row in await pool.fetch(_COLUMNS, table)]
        values = ", ".join(made.get(name, name) for name in names)
        await pool.execute(
            f"insert into {table} ({', '.join(names)}) select {values} from {table}, generate_series(1, {times}) as n"
        )
    await pool.execute("analyze articles")
