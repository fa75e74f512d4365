"""What stored articles take on disk, by table and index."""

from collections.abc import Sequence
from typing import NamedTuple

from wiredesk.postgres.connections import Connections

_PARTS = """
select t.relname as table, part.what, part.bytes
from pg_class as t cross join lateral (
    select 'rows' as what, pg_relation_size(t.oid) as bytes, 0 as place
    union all select 'long values (TOAST)', pg_total_relation_size(t.reltoastrelid), 1 where t.reltoastrelid <> 0
    union all
        select i.relname, pg_relation_size(i.oid), 2
        from pg_index join pg_class as i on i.oid = indexrelid where indrelid = t.oid
) as part
where t.relkind = 'r' and t.relnamespace = 'public'::regnamespace and t.relname not in ('bare', 'schema_migrations')
order by pg_total_relation_size(t.oid) desc, t.relname, place, bytes desc, what
"""


class Part(NamedTuple):
    """The rows of a table, its long values, or one of its indexes."""

    table: str
    what: str
    bytes: int


async def parts(pool: Connections) -> Sequence[Part]:
    """Return what each part of each table takes, the largest table first; vacuumed, so that no index has a backlog."""
    await pool.execute("vacuum analyze", timeout=3600)
    return [Part(**row) for row in await pool.fetch(_PARTS)]
