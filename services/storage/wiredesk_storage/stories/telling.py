"""Stories go out: what each is now is published some time after it changed, by one process at a time.

The story itself says which of its versions was published last, so nothing is lost when the process ends or Kafka is
away: what changed often meanwhile is told once. A record may come twice. An article alone is told as soon as a second
one joins it.
"""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from datetime import UTC, datetime
from typing import Any

from wiredesk.client.client import Wiredesk
from wiredesk.contracts import wire
from wiredesk.contracts.stories import StoryEntity, StoryUpdated, identified
from wiredesk.contracts.topics import STORIES
from wiredesk.postgres.connections import ACQUIRE_SECONDS, Connection, Connections, outages
from wiredesk_storage.columns import columns
from wiredesk_storage.stories import statements as sql
from wiredesk_storage.stories.arriving import Named
from wiredesk_storage.stories.reading import members_of, visible
from wiredesk_storage.stories.summary import Member, summary

# So many stories at once.
_STORIES = 100
_PAUSE_SECONDS = 1.0


class Teller:
    """Publishes stories. Of several, in several processes, one works and the others stand by."""

    def __init__(self, pool: Connections, kafka: Wiredesk) -> None:
        self._pool = pool
        self._kafka = kafka

    async def run(self) -> None:
        """Publish for as long as nothing fails.

        Raises:
            InfrastructureError: PostgreSQL or Kafka is away; begin again later.
        """
        while True:
            if not await self.tell():
                await asyncio.sleep(_PAUSE_SECONDS)

    async def tell(self) -> int:
        """Publish some of the stories that changed; return how many. None while another process does.

        Raises:
            InfrastructureError: PostgreSQL or Kafka is away; what was not published stays to be.
        """
        with outages():
            async with self._pool.acquire(timeout=ACQUIRE_SECONDS) as connection:
                if not await connection.fetchval(sql.TELLER):
                    return 0
                try:
                    changed = await connection.fetch(sql.UNTOLD, _STORIES)
                    await asyncio.gather(*(send() for send in await self._sends(connection, changed)))
                    async with connection.transaction():
                        await connection.execute(sql.LOCK)
                        told = [(one["story_id"], one["version"]) for one in changed]
                        await connection.execute(sql.TOLD, *columns(told, 2))
                finally:
                    await connection.execute(sql.TELLER_DONE)
        return len(changed)

    async def _sends(self, connection: Connection, changed: Sequence[Any]) -> list[Callable[[], Awaitable[Any]]]:
        members = await members_of(connection.fetch, [one["story_id"] for one in changed if one["articles"]])
        sends: list[Callable[[], Awaitable[Any]]] = []
        for one in changed:
            own = members.get(one["story_id"], ())
            if own or one["merged_into"]:
                record = wire.of_story(_updated(one, own), source="storage", time=datetime.now(UTC))
                sends.append(lambda record=record: self._kafka.send(record))  # type: ignore[misc]
            else:
                sends.append(lambda gone=one["story_id"]: self._kafka.remove(STORIES, gone))  # type: ignore[misc]
        return sends


def _updated(story: Any, members: Sequence[Member]) -> StoryUpdated:
    """Return the event for a story, given its newest articles, the newest first; none where it was merged."""
    event = StoryUpdated(
        event_id=story["story_id"],
        story_id=story["story_id"],
        version=story["version"],
        merged_into=story["merged_into"],
    )
    if members:
        told = summary(members)
        event = event.model_copy(
            update={
                "title": told.title,
                "title_article": told.title_article,
                "first_seen": story["first_seen"],
                "last_seen": story["last_seen"],
                "article_count": visible(story["articles"], members),
                "articles": tuple(one.article_id for one in members),
                "outlets": told.outlets,
                "entities": tuple(map(_entity, told.entities)),
                "countries": told.countries,
                "languages": told.languages,
            }
        )
    return identified(event)


def _entity(named: Named) -> StoryEntity:
    return StoryEntity(
        name=named.name, type=named.type, salience=named.weight, ids=dict(named.ids), in_country=named.country
    )
