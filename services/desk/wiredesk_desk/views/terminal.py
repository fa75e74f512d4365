"""`try` on a terminal: the zone map line by line, and the article with its entities in colour.

Colours are rich's: none where NO_COLOR is set. An entity then carries its type in brackets.
"""

from collections import Counter
from collections.abc import Sequence

from rich.console import Console
from rich.table import Table
from rich.text import Text

from wiredesk.contracts.events import ArticleCleaned, ArticleEnriched, Zone
from wiredesk_desk.output import emit, for_people, plain
from wiredesk_desk.views import article as plain_article
from wiredesk_desk.views.colours import lines, zone_colour
from wiredesk_desk.views.marked import marked, style

# A paragraph may be longer than a screen; its beginning says what it is.
_LONGEST = 320


def show_zones(text: str, zones: Sequence[Zone], *, as_json: bool) -> None:
    """Print every line with its zone and the rule that gave it: a map for people, else NDJSON with whole lines.

    `start` and `end` are code points in the article's text; a line that is not of the story has none.
    """
    if not for_people(as_json=as_json):
        for line in lines(text, zones):
            zone = line.zone
            place = {"start": zone.start, "end": zone.end}
            emit({"zone": zone.kind.value, "rule": zone.rule, **place, "line": line.text})
        return
    console = Console(highlight=False)
    grid = Table(box=None, pad_edge=False, show_header=False, expand=True, padding=(0, 1))
    grid.add_column(no_wrap=True)
    grid.add_column(ratio=1, overflow="fold")
    grid.add_column(no_wrap=True, justify="right", style="dim")
    for line in lines(text, zones):
        colour = zone_colour(line.zone.kind) or ""
        grid.add_row(Text(line.zone.kind.value, colour or "bold"), Text(_cut(plain(line.text)), colour), line.zone.rule)
    console.print(grid)
    console.print(_count(zones))


def _cut(text: str) -> str:
    return text if len(text) <= _LONGEST else text[:_LONGEST].rsplit(" ", 1)[0] + " …"


def _count(zones: Sequence[Zone]) -> Text:
    """Say how many lines each zone has."""
    counts = Counter(zone.kind for zone in zones)
    found = Text("\n")
    for kind, count in counts.most_common():
        found.append(f"{kind.value} {count}", zone_colour(kind) or "bold").append("  ")
    return found


def show_article(article: ArticleEnriched) -> None:
    """Print the whole article: headline and text with their entities marked, then fields and entities by type."""
    console = Console(highlight=False)
    headline = marked(console, article, "headline") if article.headline else Text("(no headline)")
    headline.stylize("bold")
    console.print(headline)
    console.print()
    console.print(marked(console, article, "text"))
    console.print()
    plain_article.facts(_fields(article))
    grid = Table(box=None, pad_edge=False, show_header=False, padding=(0, 1, 0, 2))
    for type_, names in plain_article.entities_by_type(article.entities).items():
        grid.add_row(Text(f" {type_} ", style(type_)), Text(plain(names)))
    console.print(grid)


def _fields(article: ArticleCleaned) -> dict[str, object]:
    reasons = f" ({', '.join(article.quality_reasons)})" if article.quality_reasons else ""
    return {
        "subtitle": article.alternative_headline,
        "section": article.article_section,
        "by": ", ".join(article.authors),
        "contributors": ", ".join(article.contributors),
        "agency": article.agency,
        "dateline": article.dateline,
        "published": article.date_published,
        "publisher": article.publisher,
        "credit": "; ".join(article.credits),
        "caption": "; ".join(article.captions),
        "language": article.in_language,
        "quality": f"{article.quality.value}{reasons}",
        "url": article.url,
        "words": article.word_count,
    }
