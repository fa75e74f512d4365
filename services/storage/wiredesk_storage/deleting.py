"""Deleting articles with everything of theirs, whoever decides it. Works in the caller's transaction."""

from collections.abc import Sequence
from typing import NamedTuple
from uuid import UUID

from wiredesk.postgres.connections import Connection
from wiredesk_storage.stories import keeping

# By table, in this order: contents are found by the revisions. The ids of a group and of a story stay though they are
# a deleted article's: they hold no text. So does `duplicate_of` of others.
_DELETE = {
    "contents": """
        delete from contents as c using revisions as r
        where r.article_id = any($1) and c.content_hash = r.event->>'content_hash' and c.article_id = r.article_id
    """,
    "entities": "delete from entities where article_id = any($1)",
    "articles": "delete from articles where article_id = any($1)",
    "revisions": "delete from revisions where article_id = any($1)",
    "signatures": "delete from signatures where article_id = any($1)",
    "copies": "delete from copies where article_id = any($1)",
}


class Deleted(NamedTuple):
    """How many rows of which table went, and the stories that the articles left."""

    rows: dict[str, int]
    stories: tuple[UUID, ...]


async def delete(connection: Connection, article_ids: Sequence[UUID]) -> Deleted:
    """Delete articles, whose locks the caller holds, with all that is stored of them; they leave their stories."""
    # First, for the lock that it takes: workers delete old signatures while they hold it.
    stories = await keeping.forget(connection, article_ids)
    rows = {
        table: int((await connection.execute(statement, list(article_ids))).rpartition(" ")[2])
        for table, statement in _DELETE.items()
    }
    return Deleted(rows, tuple(stories))
