"""Two looks at one invented article, and what the second changed."""

from datetime import UTC, datetime
from typing import Any

from tests.factories import NOON, enriched
from wiredesk.contracts.events import ArticleEnriched, Entity, Mention
from wiredesk_storage.revisions.comparison import Comparison, compare

HEADLINE = "Ferry to Holm is late"
TEXT = (
    "The ferry to Holm left two hours late on Monday, the harbour of Varn said. A rope had caught in its screw.\n\n"
    "Some 120 passengers waited on the quay. Berta Quill, who runs the line, said that nobody was hurt.\n\n"
    "The next ferry leaves on Tuesday."
)
PEOPLE = {"Berta Quill": "PERSON", "Berta Quilt": "PERSON", "Otto Lann": "PERSON", "Holm": "GPE", "two": "CARDINAL"}


def article(
    text: str = TEXT, headline: str = HEADLINE, *, modified: datetime | None = None, **fields: Any
) -> ArticleEnriched:
    """An article; whoever of `PEOPLE` it names is an entity of it."""
    event = enriched(text, headline=headline, at=NOON)
    found = (_entity(name, type_, {"headline": headline, "text": text}) for name, type_ in PEOPLE.items())
    said = {
        "url": "https://news.example/ferry",
        "entities": tuple(one for one in found if one),
        "date_modified": modified,
        **fields,
    }
    return ArticleEnriched.model_validate(event.model_dump() | said)


def _entity(name: str, type_: str, fields: dict[str, str]) -> Entity | None:
    mentions = tuple(
        Mention(field=field, start=at, end=at + len(name), surface=name)
        for field, text in fields.items()
        if (at := text.find(name)) >= 0
    )
    return Entity(name=name, type=type_, mentions=mentions) if mentions else None


def changed(old: str, new: str) -> Comparison:
    """What comes of replacing some words of the text."""
    assert old in TEXT
    return compare(article(), article(TEXT.replace(old, new)))


def kinds(found: Comparison) -> list[str]:
    return [kind.value for kind in found.verdict.kinds]


def later(hours: int) -> datetime:
    return datetime(2026, 11, 2, 12 + hours, tzinfo=UTC)
