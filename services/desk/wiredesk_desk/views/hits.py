"""What a search finds, as a person reads it."""

from collections.abc import Sequence

from rich.cells import cell_len
from rich.console import Console
from rich.text import Text

from wiredesk_desk.output import heading, paragraph, plain
from wiredesk_desk.views.sparkline import sparkline
from wiredesk_storage.search.answers import MARK, SAMPLED_FACETS, Facets, Hit

_INDENT = "  "
_OUTLETS = 8


def show(hit: Hit) -> None:
    """Print a hit: headline, the words around what was found, where and when it was published."""
    heading(hit.headline or "(no headline)")
    console = Console(highlight=False)
    for line in marked(hit.excerpt).wrap(console, max(20, console.width - cell_len(_INDENT))):
        console.print(Text(_INDENT) + line)
    first = hit.duplicate_of or hit.copy_of
    copy = f"a copy of {first}" if first else ""
    also = f"also at {outlets(hit.also_at)}" if hit.also_at else ""
    facts = (f"{hit.dated:%Y-%m-%d}", hit.publisher or hit.host, copy, also, hit.url, f"article {hit.article_id}")
    paragraph("  ".join(filter(None, facts)), indent=_INDENT)
    print()


def outlets(hosts: Sequence[str]) -> str:
    """Return hosts in words, each once; of many the first few."""
    each = list(dict.fromkeys(hosts))
    more = f" and {len(each) - _OUTLETS:,} more" if len(each) > _OUTLETS else ""
    return ", ".join(each[:_OUTLETS]) + more


def marked(excerpt: str) -> Text:
    """Return an excerpt on one line with what was found in bold."""
    text = Text()
    for number, part in enumerate(" ".join(plain(excerpt).split()).split(MARK)):
        text.append(part, "bold" if number % 2 else None)
    return text


def show_facets(found: Facets) -> None:
    """Print the counts of each facet on a line."""
    newest = " or more; the newest were counted" if found.is_cut else ""
    heading(f"{found.hits:,} {'hit' if found.hits == 1 else 'hits'}{newest}")
    sample = f" (of the newest {found.sampled:,})" if found.sampled < found.hits else ""
    for facet, counts in found.counts.items():
        if facet != "day" and counts:
            of = sample if facet in SAMPLED_FACETS else ""
            paragraph(f"{facet}{of}: {', '.join(f'{value} {count:,}' for value, count in counts)}", indent=_INDENT)
    if days := found.counts["day"]:
        most_day, most = max(days, key=lambda one: one[1])
        line = sparkline([count for _, count in days])
        paragraph(f"{line}\n{days[0][0]} to {days[-1][0]}, most on {most_day}: {most:,}", indent=_INDENT)
