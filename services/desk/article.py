"""Events as a person reads them on a terminal."""

from collections.abc import Iterable, Mapping

from services.desk.output import heading, paragraph
from shared.events import (
    ArticleCleaned,
    ArticleEnriched,
    ArticleFetched,
    ArticleRejected,
    ArticleStored,
    ArticleSubmitted,
    Entity,
    Event,
)

_PREVIEW = 400
_TIMES = "\N{MULTIPLICATION SIGN}"


def show(event: Event, article_id: str) -> None:
    """Print an event: what it says first, where it came from last."""
    match event:
        case ArticleCleaned():
            article(event)
        case ArticleStored():
            heading(event.headline or "(no headline)")
            facts({"receipt": f"{event.status}, revision {event.revision}", "same as": event.duplicate_of})
        case ArticleRejected():
            heading(f"rejected by {event.stage}: {event.reason}")
            facts({"detail": event.detail, "url": event.url})
        case ArticleFetched():
            heading(f"{event.kind} of {len(event.content):,} characters")
            facts({"url": event.url, "status": event.http_status, "source": event.source})
        case ArticleSubmitted():
            kind = "page" if event.html else "text"
            heading(event.url or f"{kind} of {len(event.html or event.text or ''):,} characters")
            facts({"source": event.source})
    facts({"article": article_id})
    print()


def article(event: ArticleCleaned) -> None:
    """Print a clean article, and its entities by type when it has them."""
    heading(event.headline or "(no headline)")
    facts(
        {
            "section": event.article_section,
            "by": ", ".join(event.authors),
            "dateline": event.dateline,
            "published": event.date_published,
            "credit": "; ".join(event.credits),
            "caption": "; ".join(event.captions),
            "url": event.url,
        }
    )
    paragraph(_cut(event.text, _PREVIEW), indent="  ")
    if isinstance(event, ArticleEnriched):
        facts(entities_by_type(event.entities))


def _cut(text: str, limit: int) -> str:
    return text if len(text) <= limit else text[:limit].rsplit(" ", 1)[0] + " …"


def entities_by_type(entities: Iterable[Entity]) -> dict[str, str]:
    """Return the names of each type, the most mentioned first, with the number of mentions."""
    types: dict[str, list[Entity]] = {}
    for entity in entities:
        types.setdefault(entity.type, []).append(entity)
    return {
        kind: ", ".join(
            f"{entity.name} {_TIMES}{len(entity.mentions)}" + "".join(f" ({value})" for value in entity.ids.values())
            for entity in sorted(members, key=lambda entity: (-len(entity.mentions), entity.name))
        )
        for kind, members in sorted(types.items())
    }


def facts(named: Mapping[str, object]) -> None:
    """Print the facts that are there, a line each."""
    for name, value in named.items():
        if value:
            paragraph(f"{name}: {value}", indent="  ")
