"""What the tagger is measured on: the corpus's development texts, and headlines made from them."""

import gzip
import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any

from wiredesk_tagger.training.score import Span

_ENDS = re.compile(r"[.!?][\"'\u201d]?\s+(?=[\"'\u201c]?[A-Z0-9])|\n+")
_HEADLINE_WORDS = range(5, 31)


class NoCorpusError(Exception):
    """There is no corpus where one was said to be."""


@dataclass(frozen=True)
class Text:
    """One text of the corpus. `unknown` are stretches of which the source does not say whether a name stands there."""

    source: str
    text: str
    names: tuple[Span, ...]
    unknown: tuple[tuple[int, int], ...]


@dataclass(frozen=True)
class Headline:
    """The first sentence of a text as a headline, and the rest of the text as its body."""

    text: Text
    end: int

    @property
    def words(self) -> str:
        """The headline in its normal form."""
        return self.text.text[: self.end]

    @property
    def body(self) -> str:
        """What follows it."""
        return self.text.text[self.end :].strip()

    @property
    def names(self) -> list[Span]:
        """What there is to find in the headline."""
        return [span for span in self.text.names if span[1] <= self.end]


def corpus(folder: Path, limit: int | None = None) -> dict[str, list[Text]]:
    """Read `dev/*.jsonl.gz`: by source, at most `limit` texts each.

    Raises:
        NoCorpusError: `folder` has no such file.
    """
    found: dict[str, list[Text]] = {}
    for path in sorted(folder.glob("dev/*.jsonl.gz")):
        source = path.name.removesuffix(".jsonl.gz")
        found[source] = [
            Text(
                source,
                item["text"],
                tuple((start, end, label) for start, end, label in item["ents"]),
                tuple((start, end) for start, end in item.get("unknown", ())),
            )
            for item in islice(items(path), limit or None)
        ]
    if not found:
        raise NoCorpusError(f"{folder} holds no dev/*.jsonl.gz")
    return found


def stream(folder: Path) -> list[str]:
    """Return every text of `folder`, those for training too: nothing but text to read."""
    return [item["text"] for path in sorted(folder.glob("*/*.jsonl.gz")) for item in items(path)]


def items(path: Path) -> Iterator[dict[str, Any]]:
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        yield from map(json.loads, lines)


def headlines(texts: Sequence[Text]) -> list[Headline]:
    """Return a headline of each text whose first sentence has 5 to 30 words, a name, and cuts no name."""
    found = []
    for text in texts:
        end = _ENDS.search(text.text)
        headline = Headline(text, end.start() + (end[0][0] in ".!?") if end else len(text.text))
        cut = any(start < headline.end < stop for start, stop, _ in text.names)
        if len(headline.words.split()) in _HEADLINE_WORDS and headline.names and not cut:
            found.append(headline)
    return found
