"""A story: the articles that tell one event, and what they say together."""

from datetime import datetime
from uuid import UUID

from pydantic import Field

from wiredesk.contracts import identity, ids
from wiredesk.contracts.events import Version
from wiredesk.contracts.parts import Event, Many

STORY_VERSION = "1"


class StoryEntity(Event):
    """A thing that the articles of a story name."""

    name: str = Field(min_length=1, description="as most of the articles name it")
    type: str
    salience: float = Field(ge=0, le=1, description="the mean over the articles; 0 for one that does not name it")
    ids: dict[str, str] = Field(default_factory=dict)
    in_country: str | None = Field(None, description="of a place, ISO 3166-1: the country it is or lies in")


class StoryUpdated(Event):
    """What a story is now; of one story the record with the greatest `version` holds.

    Of a large story the title, entities, places, outlets and languages are those of its newest 100 articles.
    """

    schema_version: Version = "1.0"
    event_id: UUID
    story_id: UUID
    version: int = Field(ge=1, description="grows with every change of the story")
    merged_into: UUID | None = Field(
        None, description="the older story that this one turned out to be: it has its articles, all else here is empty"
    )
    title: str = Field("", description="the headline nearest to all articles together")
    title_article: UUID | None = Field(None, description="the article whose headline it is")
    first_seen: datetime | None = Field(None, description="when the first of its articles came out")
    last_seen: datetime | None = None
    article_count: int = Field(0, ge=0)
    articles: Many[UUID] = Field((), description="the newest first, at most 100")
    outlets: Many[str] = Field((), description="hosts of the articles, the most frequent first")
    entities: Many[StoryEntity] = Field((), description="the most salient first, at most 20")
    countries: Many[str] = Field((), description="ISO 3166-1, of the places named, the most salient first")
    languages: Many[str] = Field((), description="BCP 47 primary tags, the most frequent first")


def identified(story: StoryUpdated) -> StoryUpdated:
    """Return `story` with its id: two that say the same have the same."""
    said = story.model_dump_json(exclude={"event_id", "schema_version"}, exclude_none=True)
    event_id = ids.event_id(story.story_id, "story", identity.digest(said), STORY_VERSION)
    return story.model_copy(update={"event_id": event_id})
