"""The demo's stories: invented news, written for this project, one TOML file per desk in `articles/`."""

import tomllib
from datetime import datetime
from functools import cache
from importlib import resources
from typing import Self

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from wiredesk.contracts.events import ZoneKind

SECTIONS = ("World", "Business", "Science", "Sport", "Culture")


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Expectation(_Part):
    """Names that a reader would expect as entities of the story, as they stand in it."""

    people: tuple[str, ...] = ()
    organisations: tuple[str, ...] = ()
    places: tuple[str, ...] = ()


class Revision(_Part):
    """A correction that the site publishes later under the same URL."""

    date_modified: datetime
    correction: str
    replace: tuple[str, str] = Field(description="the wrong words and the right ones")


class Article(_Part):
    """One story as the newsroom wrote it. Dates carry their offset."""

    slug: str = Field(pattern=r"^[a-z0-9]+(-[a-z0-9]+)+$")
    section: str
    headline: str
    subtitle: str | None = None
    authors: tuple[str, ...] = Field(min_length=1)
    agency: str
    dateline: str
    date_published: datetime
    caption: str | None = None
    credit: str | None = Field(None, pattern="^[^/]+/[^/]+$", description='"photographer/agency"')
    keywords: tuple[str, ...]
    blocks: tuple[tuple[ZoneKind, str], ...] = Field(
        validation_alias="text", description="the story: paragraphs (body), crossheads (heading) and list items (list)"
    )
    expect: Expectation
    revision: Revision | None = None

    @field_validator("blocks", mode="before")
    @classmethod
    def _split(cls, text: object) -> object:
        """One line of the TOML text is one block; "## " starts a crosshead and "- " a list item."""
        if not isinstance(text, str):
            return text
        blocks = []
        for line in filter(None, text.splitlines()):
            if line.startswith("## "):
                blocks.append((ZoneKind.HEADING, line[3:]))
            elif line.startswith("- "):
                blocks.append((ZoneKind.LIST, line[2:]))
            else:
                blocks.append((ZoneKind.BODY, line))
        return blocks

    @model_validator(mode="after")
    def _has_time_zones(self) -> Self:
        if self.date_published.tzinfo is None or (self.revision and self.revision.date_modified.tzinfo is None):
            raise ValueError("a date needs its offset")
        return self

    @property
    def story(self) -> str:
        """The text of all blocks, one per line, without dateline or correction."""
        return "\n".join(text for _, text in self.blocks)

    @property
    def lead(self) -> str:
        """What stands before the first paragraph: "GENEVA (Harbour Press) — "."""
        return f"{self.dateline} ({self.agency}) — "

    def revised(self) -> "Article":
        """Return the corrected version: right words in place, the correction as last paragraph.

        Raises:
            ValueError: the article has no revision.
        """
        if self.revision is None:
            raise ValueError(f"{self.slug} has no revision")
        blocks = tuple((kind, text.replace(*self.revision.replace)) for kind, text in self.blocks)
        return self.model_copy(update={"blocks": (*blocks, (ZoneKind.BODY, self.revision.correction))})


@cache
def load_articles() -> tuple[Article, ...]:
    """Read all stories, desk by desk in the order of `SECTIONS`."""
    return tuple(article for section in SECTIONS for article in _read(section.lower()))


@cache
def load_elsewhere() -> tuple[Article, ...]:
    """Read what other papers write of some of the same events."""
    return _read("elsewhere")


@cache
def late_article() -> Article:
    """Read the story that is on the site only once it has been published there."""
    (article,) = _read("late")
    return article


def _read(name: str) -> tuple[Article, ...]:
    text = (resources.files(__package__) / "articles" / f"{name}.toml").read_text("utf-8")
    return tuple(Article.model_validate(raw) for raw in tomllib.loads(text)["article"])
