"""Stories go out: what each is now is published some time after it changed, by one process at a time.

The story itself says which of its versions was published last, so nothing is lost when the process ends or Kafka is
away: what changed often meanwhile is told once. A record may come twice. An article alone is told as soon as a second
one joins it.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Sequence
from datetime import UTC, datetime
from functools import partial
from typing import Any

from pydantic import ValidationError

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

log = logging.getLogger(__name__)

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
            # One transaction: behind a pooler the lock of a session would be anybody's.
            async with self._pool.acquire(timeout=ACQUIRE_SECONDS) as connection, connection.transaction():
                if not await connection.fetchval(sql.TELLER):
                    return 0
                changed = await connection.fetch(sql.UNTOLD, _STORIES)
                if not changed:
                    # Once a second: the lock that writers wait for is not for nothing.
                    return 0
                sends = await self._sends(connection, changed)
                # To the end of all: a record that is still on its way would land behind what another process tells.
                ends = await asyncio.gather(*(send() for send in sends), return_exceptions=True)
                for end in ends:
                    if isinstance(end, BaseException):
                        raise end
                await connection.execute(sql.LOCK)
                told = [(one["story_id"], one["version"]) for one in changed]
                await connection.execute(sql.TOLD, *columns(told, 2))
                await connection.execute(sql.GONE, [one["story_id"] for one in changed])
        return len(changed)

    async def _sends(self, connection: Connection, changed: Sequence[Any]) -> list[Callable[[], Awaitable[Any]]]:
        members = await members_of(connection.fetch, [one["story_id"] for one in changed if one["articles"]])
        sends: list[Callable[[], Awaitable[Any]]] = []
        for one in changed:
            await asyncio.sleep(0)
            own = members.get(one["story_id"], ())
            if own or one["merged_into"]:
                try:
                    event = _updated(one, own)
                except ValidationError as error:
                    # One story must not hold up the others. It is told when it changes again.
                    log.error("story %s cannot be told: %d errors", one["story_id"], error.error_count())  # noqa: TRY400
                    continue
                record = wire.of_story(event, source="storage", time=datetime.now(UTC))
                sends.append(partial(self._kafka.send, record))
            else:
                sends.append(partial(self._kafka.remove, STORIES, one["story_id"]))
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
                "article_count": visible(story["articles"], len(members)),
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
