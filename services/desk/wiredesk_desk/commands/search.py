"""`search`: the stored articles."""

from dataclasses import asdict

from wiredesk.contracts.errors import InfrastructureError
from wiredesk.postgres.connections import open_pool
from wiredesk_desk.config import shown, system
from wiredesk_desk.output import emit, for_people, heading, paragraph, say
from wiredesk_desk.running import Exit, Problem
from wiredesk_storage.archive import Archive
from wiredesk_storage.settings import StorageOptions


async def search(query: str, *, limit: int, as_json: bool) -> Exit:
    """Print the best articles for a query, the best first."""
    if not query.strip():
        raise Problem("the query is empty", "wiredesk search 'river treaty'", code=Exit.USAGE)
    here = await system()
    try:
        async with open_pool(StorageOptions(dsn=here.dsn, connections=1)) as pool:
            archive = Archive(pool)
            hits = await archive.search(query, limit=limit)
            ignored = [] if hits else await archive.ignored_in(query)
    except InfrastructureError as error:
        raise InfrastructureError(f"{error} ({shown(here.dsn)})", reason="postgres") from None
    for hit in hits:
        if not for_people(as_json=as_json):
            emit(asdict(hit))
            continue
        heading(hit.headline or "(no headline)")
        paragraph(hit.excerpt.replace("\n", " ").replace("**", ""), indent="  ")
        day = f"{hit.date_published:%Y-%m-%d}" if hit.date_published else ""
        paragraph("  ".join(filter(None, (day, hit.publisher, hit.url, f"article {hit.article_id}"))), indent="  ")
        print()
    if not hits:
        common = f": in {', '.join(ignored)} such words are too common to be searched for" if ignored else ""
        say(f"nothing found{common}")
    return Exit.OK
