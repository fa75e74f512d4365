"""What may be asked of a search: words and filters, by the names that `wiredesk search` has for them."""

from datetime import UTC, datetime, timedelta
from typing import Annotated, Literal
from urllib.parse import urlencode
from uuid import UUID

from fastapi import Query
from pydantic import BaseModel, ConfigDict, Field, PrivateAttr, StringConstraints

from wiredesk.contracts.parts import Quality
from wiredesk_desk.dead_letters.core import since as time_of
from wiredesk_desk.web.problems import Refused
from wiredesk_storage.search.asking import HALF_LIFE_DAYS, Filters, Order

Text = Annotated[str, StringConstraints(max_length=500)]
_DAY_CHARACTERS = len("2026-11-20")


class Asked(BaseModel):
    """Words and filters. Times are ISO 8601 or ages: `7d`, `2h`, `2026-11-20`; without a zone UTC."""

    model_config = ConfigDict(extra="forbid", populate_by_name=True)

    q: Annotated[str, StringConstraints(max_length=2000)] = Field(
        "", description='words, "phrases", or, -without; in headline and text', examples=["river treaty"]
    )
    entity: Text | None = Field(None, description="a name, or an id such as wikidata:Q90")
    type: Text | None = Field(None, description="of an entity, such as PERSON", examples=["PERSON"])
    source: Text | None = None
    host: Text | None = Field(None, description="and every host below it", examples=["example.org"])
    section: Text | None = None
    language: Text | None = Field(None, description="BCP 47 primary tag", examples=["en"])
    country: Annotated[str, StringConstraints(pattern=r"^[A-Za-z]{2}$")] | None = Field(
        None, description="ISO 3166-1: named itself, or a place in it", examples=["NO"]
    )
    quality: Quality | None = None
    since: Text | None = Field(None, alias="from", description="the earliest time", examples=["7d"])
    until: Text | None = Field(None, alias="to", description="the first time that is too late; a day counts whole")
    story: UUID | None = None
    copies: bool = Field(True, description="false: no copies of another stored article")

    # An age is counted once: the cursor of the next page is one of these very filters.
    _filters: Filters | None = PrivateAttr(None)

    def filters(self) -> Filters:
        """Return the filters, the same ones whenever they are asked for.

        Raises:
            Refused: a time is none.
        """
        if self._filters is None:
            self._filters = self._counted_from(datetime.now(UTC))
        return self._filters

    def _counted_from(self, now: datetime) -> Filters:
        return Filters(
            entity=self.entity or None,
            entity_type=self.type or None,
            source=self.source or None,
            host=self.host or None,
            section=self.section or None,
            language=self.language or None,
            country=self.country,
            quality=self.quality.value if self.quality else None,
            since=_time(self.since, "from", now),
            until=_time(self.until, "to", now),
            without_copies=not self.copies,
            story=str(self.story) if self.story else None,
        )

    def said(self) -> dict[str, str]:
        """Return the question as an address has it: without what is not asked for."""
        asked = self.model_dump(mode="json", by_alias=True, exclude_defaults=True)
        return {name: str(value).lower() if isinstance(value, bool) else str(value) for name, value in asked.items()}

    def address(self, path: str, **more: object) -> str:
        """Return `path` with this question, and `more` of it."""
        every = {**self.said(), **{name: value for name, value in more.items() if value is not None}}
        return f"{path}?{urlencode(every)}" if every else path


class Searched(Asked):
    """A search, and which page of it."""

    sort: Order = Order.RELEVANCE
    half_life: float = Field(
        HALF_LIFE_DAYS, ge=0, le=36_500, description="days after which an article counts half as much; 0: never"
    )
    limit: int = Field(20, ge=1, le=100)
    after: Text | None = Field(None, description="the cursor of the page before")


class Window(BaseModel):
    """The last days."""

    model_config = ConfigDict(extra="forbid")

    days: int = Field(7, ge=1, le=366)
    type: Text | None = Field(None, description="of entities, such as PERSON; none: all but figures and times")


Storied = Literal["size", "date"]
TheQuestion = Annotated[Asked, Query()]
TheSearch = Annotated[Searched, Query()]


def _time(text: str | None, name: str, now: datetime) -> datetime | None:
    if not text:
        return None
    try:
        at = time_of(text, now)
        is_whole_day = name == "to" and len(text.strip()) == _DAY_CHARACTERS
        return at + timedelta(days=1) if is_whole_day else at
    except (ValueError, OverflowError):
        raise Refused(
            422, "wrong-request", f"{name}={text!r} is no time: take an age or a time, 7d or 2026-11-20"
        ) from None
