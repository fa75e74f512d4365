"""What the demo shows at its end: the ledger, the entities, an article or two, and what to type next."""

import shlex
from collections import defaultdict
from collections.abc import Iterable, Mapping

from rich.console import Console, RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from wiredesk.contracts.events import ArticleEnriched, StoreStatus
from wiredesk_local.demo.ledger import Summary

COLOURS = {"PERSON": "bold yellow", "ORG": "bold cyan", "GPE": "bold green", "LOC": "green", "NORP": "magenta"}
TYPES = {
    "PERSON": "people",
    "ORG": "organisations",
    "GPE": "countries and cities",
    "LOC": "places",
    "NORP": "nationalities and groups",
    "FAC": "buildings",
    "EVENT": "events",
    "PRODUCT": "products",
    "WORK_OF_ART": "works",
}


def progress(counts: Mapping[str, int], seconds: float) -> str:
    """Return the one line that tells how far the run is."""
    stages = " → ".join(f"{name} {counts[name]}" for name in ("submitted", "fetched", "cleaned", "enriched", "stored"))
    # So short that it stays one line where a terminal has 100 columns.
    dead = f", dead {counts['dead letters']}" if counts["dead letters"] else ""
    return f"{seconds:5.1f} s  {stages}, rejected {counts['rejected']}{dead}"


def show(summary: Summary, console: Console, *, example: str, program: str = ".venv/bin/wiredesk") -> None:
    """Write the whole summary; plain when `console` is a pipe.

    Args:
        summary: the closed ledger.
        console: where to.
        example: the address or file that the example of publishing names; must still be there.
        program: how the command is typed in the folder that the reader is in.
    """
    shown = showcase(summary.articles)
    _title(console, "What became of the submissions")
    console.print(_stages(summary))
    for line in _alarms(summary):
        console.print(Text(line, style="red"), soft_wrap=True)
    _title(console, "Named most often, copies counted once")
    console.print(_entities(summary))
    if summary.duplicates or StoreStatus.REVISED in summary.statuses:
        _title(console, "The same story more than once")
        console.print(_duplicates(summary))
    if shown:
        _title(console, "As readers of articles.enriched.v1 get them: one that came as text, one that came as page")
    for article in shown:
        console.print(_article(article))
    _title(console, "Next, in this folder")
    for command, meaning in _next(shown, program, example):
        console.print(Text(f"  # {meaning}", style="dim"))
        # Never wrapped: a command must survive being copied.
        console.print(Text(f"  {command}", style="bold"), soft_wrap=True)


def showcase(articles: Iterable[ArticleEnriched]) -> list[ArticleEnriched]:
    """Return one text and one page of another story: those that show most, with entities that have an id or a value."""

    def worth(article: ArticleEnriched) -> tuple[bool, int, int, str]:
        complete = bool(article.headline and article.article_section and article.credits)
        linked = sum(bool(entity.ids or entity.value) for entity in article.entities)
        return complete, linked, len(article.entities), str(article.article_id)

    best = sorted(articles, key=worth, reverse=True)
    texts = [article for article in best if article.url is None][:1]
    shown = {article.headline for article in texts}
    pages = [article for article in best if article.url is not None and article.headline not in shown][:1]
    return texts + pages


def _title(console: Console, text: str) -> None:
    console.print()
    console.print(Text(text, style="bold underline"))


def _grid(rows: Iterable[tuple[str | Text, ...]]) -> RenderableType:
    table = Table.grid(padding=(0, 2))
    for row in rows:
        # `Text` because a plain string would be read as markup, and names come from anywhere.
        table.add_row(*(Text(cell) if isinstance(cell, str) else cell for cell in row))
    return Padding(table, (0, 0, 0, 2))


def _stages(summary: Summary) -> RenderableType:
    statuses = ", ".join(f"{number} {status.value}" for status, number in summary.statuses.items())
    rows: list[tuple[str | Text, ...]] = [
        ("submitted", str(summary.submitted), f"in {summary.seconds:.1f} s"),
        ("fetched", str(summary.fetched), ""),
        ("cleaned", str(summary.cleaned), ""),
        ("enriched", str(summary.enriched), ""),
        ("stored", str(summary.stored), statuses),
    ]
    rows += [
        (end.kind, str(number), f"{end.reason} (by the {end.stage})" if end.stage else end.reason)
        for end, number in summary.fallout.items()
    ]
    rows.append(("lost", Text(str(len(summary.lost)), style="bold green" if summary.ok else "bold red"), ""))
    return _grid(rows)


def _alarms(summary: Summary) -> list[str]:
    lost = [f"  no end within {summary.seconds:.0f} s: {label}" for label in summary.lost]
    return lost + [f"  ended in more than one way: {label}" for label in summary.contradictions]


def _entities(summary: Summary) -> RenderableType:
    kinds = [kind for kind in summary.entities if kind in TYPES]
    return _grid(
        (
            Text(TYPES[kind], style=COLOURS.get(kind, "bold")),
            ", ".join(f"{name} ({number})" for name, number in summary.entities[kind]),
        )
        for kind in kinds
    )


def _duplicates(summary: Summary) -> RenderableType:
    shown = 3
    rows = [(f"{number} times", headline) for headline, number in summary.duplicates[:shown]]
    if len(summary.duplicates) > shown:
        rows.append(("", f"and {len(summary.duplicates) - shown} more stories"))
    revised = summary.statuses.get(StoreStatus.REVISED, 0)
    if revised:
        rows.append(("revised", f"{revised} corrected by the site under the same address; both versions are kept"))
    return _grid(rows)


def _article(article: ArticleEnriched) -> RenderableType:
    names: defaultdict[str, list[str]] = defaultdict(list)
    for entity in article.entities:
        names[entity.type].append(entity.name)
    rows: list[tuple[str | Text, ...]] = [
        ("headline", Text(article.headline, style="bold")),
        ("section", article.article_section or ""),
        ("authors", ", ".join(article.authors)),
        ("credit", ", ".join(article.credits)),
        ("text", _opening(article)),
        *((kind, ", ".join(found)) for kind, found in names.items()),
        ("from", article.url or "a text without address"),
    ]
    return Padding(_grid(row for row in rows if row[1]), (0, 0, 1, 0))


def _opening(article: ArticleEnriched, characters: int = 400) -> Text:
    """The first lines of the body, entities in colour."""
    end = len(article.text)
    if end > characters:
        end = max(article.text.rfind(" ", 0, characters), 0) or characters
    opening = Text(article.text[:end] + ("" if end == len(article.text) else " …"))
    for entity in article.entities:
        for mention in entity.mentions:
            if mention.field == "text" and mention.end <= end:
                opening.stylize(COLOURS.get(entity.type, "underline"), mention.start, mention.end)
    return opening


def _next(shown: list[ArticleEnriched], program: str, example: str) -> list[tuple[str, str]]:
    """Commands and what each is for."""
    explained = str(shown[0].article_id) if shown else shlex.quote(example)
    return [
        (
            f"{program} publish {shlex.quote(example)}",
            "push an address or a file through; prints its receipt",
        ),
        (f"{program} tail enriched --from-start --limit 5", "articles as they come out, the oldest first"),
        (f'{program} search "river treaty"', "full-text search in what is stored"),
        (f"{program} explain {explained}", "the way of one article through the stages"),
        (f"{program} subscriptions listen", "in a terminal of its own: be a webhook, for the next command"),
        (
            f"{program} subscribe rivers river --topic --webhook http://127.0.0.1:9000/hook",
            "be told of what is new with these words: on a topic, at a webhook, as a feed",
        ),
        (f"{program} status", "workers, lag, dead letters"),
        (f"{program} scale tagger 3", "three taggers instead of one"),
    ]
