"""`try --html`: one self-contained page with zones, entities, fields and where each field was taken from.

Everything that comes from the article is escaped, and the page forbids itself scripts and requests.
"""

from collections import Counter
from collections.abc import Iterable
from html import escape

from wiredesk.contracts.events import ArticleEnriched
from wiredesk_desk.views.colours import Line, Marked, lines, marks, type_colour, zone_colour

_STYLE = """
:root { color-scheme: light dark; --ink: #1c1f23; --soft: #6b7280; --rule: #d9dde3; --paper: #fff; }
@media (prefers-color-scheme: dark) { :root { --ink: #e6e8eb; --soft: #9aa3ad; --rule: #3a4048; --paper: #16181c; } }
body { margin: 2rem auto; max-width: 64rem; padding: 0 1rem; color: var(--ink); background: var(--paper);
       font: 16px/1.55 system-ui, sans-serif; }
h1 { font-size: 1.5rem; line-height: 1.25; margin: 0 0 .25rem; } h2 { font-size: 1rem; margin: 2rem 0 .5rem; }
p.made { color: var(--soft); margin: 0 0 1rem; font-size: .85rem; overflow-wrap: anywhere; }
table { border-collapse: collapse; width: 100%; font-size: .9rem; }
td, th { text-align: left; vertical-align: top; padding: .25rem .75rem .25rem 0; border-top: 1px solid var(--rule);
         overflow-wrap: anywhere; }
th { font-weight: 600; white-space: nowrap; } td.from { color: var(--soft); }
.line { display: grid; grid-template-columns: 8.5rem minmax(0, 1fr); gap: 1rem; padding: .35rem 0 .35rem .75rem;
        border-left: 4px solid var(--zone, var(--ink)); margin: .3rem 0; }
.line > span { color: var(--zone, var(--ink)); font-size: .8rem; font-weight: 600; }
.line > span small { display: block; color: var(--soft); font-weight: 400; overflow-wrap: anywhere; }
.line > div { overflow-wrap: anywhere; } .furniture > div { color: var(--soft); }
mark { color: #111; border-radius: .2rem; padding: 0 .15rem; }
.legend mark { margin-right: .4rem; white-space: nowrap; line-height: 1.9; }
@media (max-width: 40rem) { .line { grid-template-columns: 1fr; gap: 0; } }
"""
_FIELDS = (
    *("headline", "alternative_headline", "article_section", "authors", "contributors", "agency", "dateline"),
    *("date_published", "date_modified", "publisher", "keywords", "in_language", "captions", "credits"),
    *("canonical_url", "url", "is_accessible_for_free", "content_type", "quality", "quality_reasons", "word_count"),
)


def page_of(article: ArticleEnriched) -> str:
    """Return the page as HTML."""
    title = escape(article.headline or "(no headline)")
    made = (
        f"cleaner {article.cleaner_version}, tagger {article.tagger_pipeline} {article.tagger_version}, "
        f"article {article.article_id}"
    )
    policy = "default-src 'none'; style-src 'unsafe-inline'"
    return f"""<!doctype html>
<html lang="{escape(article.in_language or "")}">
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="{policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{title}</title>
<style>{_STYLE}</style>
<h1>{_marked(article.headline or "(no headline)", marks(article, "headline"))}</h1>
<p class="made">{escape(made)}</p>
{_legend(article)}
<h2>Fields, and where they were taken from</h2>
<table>{"".join(_field_rows(article))}</table>
<h2>The input, line by line</h2>
{"".join(_line(line, marks(article, "text")) for line in lines(article.text, article.zones))}
<h2>Entities</h2>
<table>{"".join(_entity_rows(article))}</table>
</html>
"""


def _legend(article: ArticleEnriched) -> str:
    counts = Counter(entity.type for entity in article.entities)
    shown = (f"{_mark(f'{escape(type_)} {count}', type_)}" for type_, count in sorted(counts.items()))
    return f'<div class="legend">{"".join(shown)}</div>'


def _field_rows(article: ArticleEnriched) -> Iterable[str]:
    sources: dict[str, list[str]] = {}
    for evidence in article.evidence:
        sure = "" if evidence.certain else " (uncertain)"
        sources.setdefault(evidence.field, []).append(f"{evidence.source}{sure}")
    for name in _FIELDS:
        value = getattr(article, name)
        if value is None or value in ("", ()):
            continue
        shown = "; ".join(map(str, value)) if isinstance(value, tuple) else str(value)
        source = escape(", ".join(dict.fromkeys(sources.get(name, []))))
        yield f'<tr><th>{name}</th><td>{escape(shown)}</td><td class="from">{source}</td></tr>'


def _entity_rows(article: ArticleEnriched) -> Iterable[str]:
    for entity in sorted(article.entities, key=lambda entity: (-entity.salience, -len(entity.mentions), entity.name)):
        ids = ", ".join(f"{scheme} {value}" for scheme, value in entity.ids.items())
        cells = (_mark(escape(entity.name), entity.type), escape(entity.type), f"{len(entity.mentions)} mentions")
        yield f"<tr>{''.join(f'<td>{cell}</td>' for cell in (*cells, escape(ids)))}</tr>"


def _line(line: Line, found: list[Marked]) -> str:
    colour = zone_colour(line.zone.kind)
    style = f' style="--zone: {colour}"' if colour else ""
    kind = "furniture" if line.offset is None else "story"
    if line.offset is not None:
        end = line.offset + len(line.text)
        inside = [mark for mark in found if line.offset <= mark.start and mark.end <= end]
        text = _marked(
            line.text, [mark._replace(start=mark.start - line.offset, end=mark.end - line.offset) for mark in inside]
        )
    else:
        text = escape(line.text)
    label = f"<span>{line.zone.kind.value}<small>{escape(line.zone.rule)}</small></span>"
    return f'<div class="line {kind}"{style}>{label}<div dir="auto">{text}</div></div>\n'


def _marked(text: str, found: list[Marked]) -> str:
    parts, at = [], 0
    for mark in found:
        parts += [escape(text[at : mark.start]), _mark(escape(text[mark.start : mark.end]), mark.type, mark.name)]
        at = mark.end
    return "".join([*parts, escape(text[at:])])


def _mark(inner: str, type_: str, name: str = "") -> str:
    title = f' title="{escape(f"{type_}: {name}")}"' if name else ""
    return f'<mark style="background: {type_colour(type_)}"{title}>{inner}</mark>'
