"""How good the entities are, beyond F1, in Markdown: one function for each thing that is measured."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from hashlib import sha256
from pathlib import Path
from typing import Any

from bench.markdown import table
from bench.ner_sets import items
from bench.tagging import clusters, own_words, toponyms
from wiredesk_tagger import nlp
from wiredesk_tagger.core import Found
from wiredesk_tagger.lexicon import gazetteers
from wiredesk_tagger.training.score import cut

_ENGLISH = "en"
_BATCH = 64


def sections(tagger: nlp.Tagger, corpus: Path) -> Iterator[str]:
    """Yield what `corpus` (clusters/ and dev/) can tell: things split and merged, strange names, toponyms.

    Raises:
        OSError: a file of it is missing.
    """
    yield grouping(tagger, list(items(corpus / "clusters" / "docred.jsonl.gz")))
    rows = [row for path in sorted(corpus.glob("dev/*.jsonl.gz")) for row in items(path)]
    found = dict(zip((row["id"] for row in rows), entities(tagger, (row["text"] for row in rows)), strict=True))
    yield strange(((row["text"], found[row["id"]]) for row in rows), sum(map(len, found.values())))
    yield places(found)


def of_pages(tagger: nlp.Tagger, articles: Sequence[nlp.Article]) -> Iterator[str]:
    """Yield what articles as they were published can tell: names that they do not have."""
    lexicon = gazetteers.read()
    found = tagger.find(articles)
    foreign = [
        one
        for article, some in zip(articles, found, strict=True)
        for one in own_words.foreign(article.fields, some, lexicon)
    ]
    yield f"Of {len(articles)} news articles as published: {_strange(len(foreign), sum(map(len, found)))}"


def entities(tagger: nlp.Tagger, texts: Iterable[str]) -> Iterator[tuple[Found, ...]]:
    """Yield the entities of each text, taken as the body of an English article."""
    articles = [nlp.Article("", text, _ENGLISH) for text in texts]
    for at in range(0, len(articles), _BATCH):
        yield from tagger.find(articles[at : at + _BATCH])


def is_held_out(text: str) -> bool:
    """Whether rules may not be made to suit the text: by its id, one half."""
    return sha256(text.encode()).digest()[-1] % 2 == 1


def grouping(tagger: nlp.Tagger, rows: Sequence[Mapping[str, Any]]) -> str:
    """Return the table of things that are split in several entities, and of entities that hold several things."""
    parts: dict[bool, list[clusters.Clustering]] = {False: [], True: []}
    read: list[clusters.Clustering] = []
    mends = clusters.mends()
    for row, found in zip(rows, entities(tagger, (row["text"] for row in rows)), strict=True):
        text = row["text"]
        gold = [frozenset(cut(text, (*m, ""))[:2] for m in one["mentions"]) for one in row["clusters"]]
        ours = clusters.found_clusters(text, found)
        parts[is_held_out(row["id"])].append(clusters.clustering(gold, ours))
        mend = mends.get(row["id"])
        read.append(clusters.clustering(clusters.mended(text, gold, mend) if mend else gold, ours))
    lines = [["clusters", "mentions", "B-cubed F1", "split", "wrongly merged"]]
    rows_of = {"tuned on": parts[False], "held out": parts[True], "all": [*parts[False], *parts[True]]}
    for name, some in (rows_of | {"all, errors of the marks mended": read}).items():
        one = clusters.total(some)
        shares = (f"{share:.1%}" for share in (one.split_share, one.merge_share))
        lines.append([name, str(one.mentions), f"{one.b_cubed[2]:.3f}", *shares])
    return table(lines)


def strange(found: Iterable[tuple[str, Iterable[Found]]], all_names: int) -> str:
    """Return how many of the names are neither in their text nor a country's."""
    lexicon = gazetteers.read()
    count = sum(1 for text, some in found for _ in own_words.foreign({"text": text}, some, lexicon))
    return _strange(count, all_names)


def _strange(count: int, all_names: int) -> str:
    return f"{count} of {all_names:,} names are neither in their text nor a country's."


def places(found: Mapping[str, tuple[Found, ...]]) -> str:
    """Return how many of the toponyms marked by hand are linked, and how many rightly."""
    one = toponyms.judged(toponyms.marks(), dict(found))
    return (
        f"Toponyms: of {one.there} that are or lie in one country, {one.linked} linked, "
        f"{one.right} ({one.right / max(1, one.linked):.1%}) rightly."
    )
