"""`stories`: what the stored articles tell together, in a window of days; or one story with its articles."""

from dataclasses import asdict
from datetime import UTC, datetime, timedelta
from uuid import UUID

from wiredesk.contracts.submission import without_credentials
from wiredesk_desk.commands.journeys import identify
from wiredesk_desk.commands.stored import archive
from wiredesk_desk.output import Row, emit, for_people, plain, say
from wiredesk_desk.running import Exit, Problem
from wiredesk_desk.stories import showing
from wiredesk_storage.stories.reading import Listed

# Of one story; the newest are left out of a larger one.
MOST_ARTICLES = 1_000


async def several(*, days: int, sort: str, limit: int, as_json: bool) -> Exit:
    """Print the stories to which an article came in the last `days`, the largest or the newest first."""
    now = datetime.now(UTC)
    async with archive() as store:
        found = await store.stories(since=now - timedelta(days=days), order=sort, limit=limit)
    if not for_people(as_json=as_json):
        for story in found:
            emit({"kind": "story", **_fields(story)})
        return Exit.OK
    for story in found:
        showing.line(story, now)
    if found:
        say(f"One of them with its articles: wiredesk stories {found[0].story_id}")
    else:
        longer = f"A longer window: wiredesk stories --days {days * 10}"
        say(f"no story of several articles in the last {days} days. {longer}")
    return Exit.OK


async def one(wanted: str, *, as_json: bool) -> Exit:
    """Print one story, by its id or by an article of it (id or URL): what it names, and every article once."""
    try:
        asked = UUID(identify(wanted))
    except ValueError:
        what = f"{plain(wanted)!r} is neither the id of a story or an article nor a URL"
        raise Problem(what, "Find it: wiredesk stories, or wiredesk search 'words of it'", code=Exit.USAGE) from None
    async with archive() as store:
        found = await store.story(asked, limit=MOST_ARTICLES)
    if found is None:
        shown = plain(without_credentials(wanted) if "://" in wanted else wanted)
        raise Problem(f"no story has {shown}", f"Whether it is stored: wiredesk explain {asked}")
    if for_people(as_json=as_json):
        showing.page(found)
        return Exit.OK
    emit({"kind": "story", **_fields(found.story)})
    for article in found.articles:
        emit({"kind": "article", **asdict(article)})
    return Exit.OK


def _fields(story: Listed) -> Row:
    told = asdict(story.summary)
    told["entities"] = [one._asdict() | {"ids": dict(one.ids)} for one in story.summary.entities]
    return {"story_id": story.story_id, **told, "articles": story.articles, "first_seen": story.first_seen}
