"""`entities`: whom and what the stored articles name, in a window of days; or one of them."""

from wiredesk_desk.commands.stored import archive
from wiredesk_desk.output import Row, emit, for_people, say, table
from wiredesk_desk.running import Exit, Problem
from wiredesk_desk.views import entity as view

# As many as `--days` takes.
MOST_DAYS = 3_650


async def top(*, days: int, entity_type: str | None, limit: int, as_json: bool) -> Exit:
    """Print what most articles of the last `days` name, with the change against as many days before."""
    async with archive() as store:
        found = await store.top_entities(entity_type, limit, days=days)
    rows: list[Row] = [
        {
            "name": one.name,
            "type": one.type,
            "articles": one.articles,
            "mentions": one.mentions,
            "before": one.before,
            "change": view.change(one) if for_people(as_json=as_json) else view.difference(one),
        }
        for one in found.entities
    ]
    of = f" {entity_type}" if entity_type else ""
    longer = f" A longer window: wiredesk entities --days {min(days * 10, MOST_DAYS)}" if days < MOST_DAYS else ""
    empty = f"no{of} entity in the last {days} days.{longer}"
    table(rows, as_json=as_json, empty=empty, right=("articles", "mentions", "before", "change"))
    if found.is_cut:
        say(f"the last {days} days have more articles: the newest {found.articles:,} were counted")
    return Exit.OK


async def one(name: str, *, days: int, entity_type: str | None, as_json: bool) -> Exit:
    """Print one entity: its ids, how many articles a day name it, what they name besides, the newest of them."""
    if not name.strip():
        raise Problem("the name is empty", "wiredesk entities", code=Exit.USAGE)
    async with archive() as store:
        found = await store.entity(name, entity_type, days=days)
        stories = await store.stories_of(found.counted)
    if not found.articles:
        say(f"no article of the last {days} days names {name}. Whom they name: wiredesk entities --days {days}")
        return Exit.OK
    if for_people(as_json=as_json):
        view.show(found, days)
        view.show_stories(stories)
        return Exit.OK
    counted = {"articles": found.articles, "is_cut": found.is_cut, "sampled": found.sampled}
    counted |= {"mentions": found.mentions, "days": days}
    emit({"kind": "entity", "names": dict(found.names), "types": dict(found.types), "ids": found.ids, **counted})
    for day, articles in found.timeline:
        emit({"kind": "day", "day": day.isoformat(), "articles": articles})
    for beside in found.together:
        emit({"kind": "together", **beside})
    for story in stories:
        emit({"kind": "story", "story_id": story.story_id, "title": story.summary.title, "articles": story.articles})
    for article in found.newest:
        emit({"kind": "article", **view.fields(article)})
    return Exit.OK
