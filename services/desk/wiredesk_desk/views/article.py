"""Events as a person reads them on a terminal."""

from collections.abc import Iterable, Mapping

from rich.console import Console
from rich.padding import Padding
from rich.text import Text

from wiredesk.contracts.events import (
    ArticleCleaned,
    ArticleEnriched,
    ArticleFetched,
    ArticleRejected,
    ArticleStored,
    ArticleSubmitted,
    Entity,
    Event,
)
from wiredesk.contracts.withdrawals import ArticleWithdrawn
from wiredesk_desk.output import cell, heading, paragraph
from wiredesk_desk.views.marked import marked
from wiredesk_desk.views.receipt_words import copy, kinds

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
            facts({"changed": kinds(event.changes or ()), "copy": copy(event)})
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
        case ArticleWithdrawn():
            heading(event.headline or event.url or "(no headline)")
            facts({event.kind.value: event.reason or f"{event.at:%Y-%m-%d %H:%M:%S} UTC"})
    facts({"article": article_id})
    print()


def article(event: ArticleCleaned) -> None:
    """Print a clean article, and its entities by type when it has them."""
    console = Console(highlight=False)
    headline = marked(console, event, "headline") if event.headline else Text("(no headline)")
    headline.stylize("bold")
    console.print(headline)
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
    console.print(Padding(marked(console, event, "text", _PREVIEW), (0, 0, 0, 2), expand=False))
    if isinstance(event, ArticleEnriched):
        facts(entities_by_type(event.entities))


def entities_by_type(entities: Iterable[Entity]) -> dict[str, str]:
    """Return the names of each type, the most mentioned first, with the number of mentions."""
    types: dict[str, list[Entity]] = {}
    for entity in entities:
        types.setdefault(entity.type, []).append(entity)
    return {
        kind: ", ".join(
            f"{entity.name} {_TIMES}{len(entity.mentions)}{_ids(entity)}"
            for entity in sorted(members, key=lambda entity: (-len(entity.mentions), entity.name))
        )
        for kind, members in sorted(types.items())
    }


def _ids(entity: Entity) -> str:
    """A country's code explains itself, that of the country a place lies in too; any other id is named."""
    ids = [entity.in_country] if entity.in_country else []
    ids += [value if scheme == "iso3166" else f"{scheme} {value}" for scheme, value in sorted(entity.ids.items())]
    return f" ({', '.join(reversed(ids))})" if ids else ""


def facts(named: Mapping[str, object]) -> None:
    """Print the facts that are there, a line each."""
    for name, value in named.items():
        if value:
            paragraph(f"{name}: {cell(value)}", indent="  ")
