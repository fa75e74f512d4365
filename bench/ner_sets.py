"""What the tagger is measured on: the corpus's development texts, headlines made from them, flattened articles."""

import gzip
import json
import random
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any

from bench.pages import Page
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
            for item in islice(_items(path), limit or None)
        ]
    if not found:
        raise NoCorpusError(f"{folder} holds no dev/*.jsonl.gz")
    return found


def stream(folder: Path) -> list[str]:
    """Return every text of `folder`, those for training too: nothing but text to read."""
    return [item["text"] for path in sorted(folder.glob("*/*.jsonl.gz")) for item in _items(path)]


def _items(path: Path) -> Iterator[dict[str, Any]]:
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


# Furniture as it stands around stories, written for this bench; {p}, {q} are people, {o} an outlet, {c} a place.
# Every person, outlet and place in it is made up, so that a name found in it can come from nowhere else.
_ABOVE = (
    "{s}", "By {p}", "By {p} and {q} in {c}", "{p}, {o}", "{p} / {o} via Getty Images", "Photo: {p}/{o}",
    "Photograph by {p} for {o}", "({p}/{o})", "Image credit: {p} | {o}", "Credit: {p}, {o}",
    "{c}-harbour-0107-{p}.jpg", "January 7, 2025 5:12 PM", "Published 7 Jan 2025, 17:12 GMT", "4 min read",
    "Updated: January 8, 2025", "Share on Facebook", "Share", "Copy link", "Advertisement", "Listen to this article",
    "Home > {s} > {c}", "Skip to content",
)  # fmt: skip
_BETWEEN = (
    "READ MORE: {p} quits as mayor of {c}", "Related: {o} sues {p}", "Advertisement", "Story continues below",
    "Sign up for the {o} newsletter", "Subscribe to {o}", "Follow {p} on Twitter", "Also read: What {p} told {q}",
    "Watch: {p} speaks in {c}", "ADVERTISEMENT", "Photo: {p}/{o}",
)  # fmt: skip
_BELOW = (
    "Reporting by {p} in {c}; Editing by {q}", "{p} contributed to this report.",
    "Additional reporting by {p} and {q}.",
    "Copyright 2025 {o}. All rights reserved.", "\u00a9 2025 {o}", "More on this story", "Most read", "Tags: {c}, {p}",
    "Related articles", "{p} elected in {c}", "Contact us", "Privacy policy", "Read more from {p}",
    "Subscribe to our newsletter", "Follow {o} on Facebook", "Join {o} on WhatsApp", "View comments",
    "pixel.gif?id=83121", "Originally published by {o}",
)  # fmt: skip
_GIVEN = ("Tavik", "Oridane", "Maresol", "Quenby", "Halvard", "Ysolde", "Brannoc", "Ilvara", "Corentz", "Zephine")
_FAMILY = (
    "Brunnov",
    "Quillfeather",
    "Oyelarsson",
    "Vandermoor",
    "Strelkane",
    "Hollinbrake",
    "Marchetine",
    "Dunwhistle",
)
_OUTLETS = ("Larkspur Images", "Brennick Post", "Grimsholt Wire", "Veldhoven Media Group", "Tamwin Press Agency")
_PLACES = ("Brennick", "Grimsholt", "Veldhoven", "Trondvik", "Karsholm")
_SECTIONS = ("World", "Business", "Politics", "Sport", "Opinion", "Local news", "Technology")


@dataclass(frozen=True)
class Flattened:
    """A story with furniture around it, as one text; `furniture` are its lines that are none of the story."""

    text: str
    story: str
    furniture: tuple[str, ...]


def flattened(pages: Sequence[Page], seed: int = 7) -> list[Flattened]:
    """Return the true text of each page with a title line and made-up furniture around and between its paragraphs."""
    draw = random.Random(seed)  # noqa: S311 - for variety, not for secrets
    return [_with_furniture(page.truth.title, page.truth.text, draw) for page in pages]


def _with_furniture(title: str, story: str, draw: random.Random) -> Flattened:
    above, below = _lines(_ABOVE, draw, 6), _lines(_BELOW, draw, 6)
    paragraphs = [line for line in story.split("\n") if line.strip()]
    between = {draw.randrange(1, max(2, len(paragraphs))): line for line in _lines(_BETWEEN, draw, 3)}
    body = [line for at, paragraph in enumerate(paragraphs) for line in (between.get(at), paragraph) if line]
    cut = draw.randrange(3)
    text = "\n\n".join([*above[:cut], title, *above[cut:], *body, *below])
    return Flattened(text, f"{title}\n{story}", (*above, *between.values(), *below))


def _lines(forms: Sequence[str], draw: random.Random, count: int) -> list[str]:
    made = []
    for form in draw.sample(forms, count):
        first, second = (f"{draw.choice(_GIVEN)} {draw.choice(_FAMILY)}" for _ in range(2))
        words = {"p": first, "q": second, "o": draw.choice(_OUTLETS), "c": draw.choice(_PLACES)}
        made.append(form.format(**words, s=draw.choice(_SECTIONS)))
    return made
