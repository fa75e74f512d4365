"""The articles of the bench: made pages in the mix of news, or real ones from a folder."""

import json
import random
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from itertools import cycle, islice
from pathlib import Path
from typing import Any

from bench.pipeline.corpus.page import page
from bench.pipeline.corpus.stories import LANGUAGES, Story, story
from bench.store.syndication import syndicated
from wiredesk_cleaner.training.pages import annotated

NEWEST = datetime(2026, 11, 30, 12, tzinfo=UTC)
SHARES = (0.79, 0.08, 0.07, 0.06)
# Of all articles so many are what another outlet ran already, of one in so many before it.
COPIES, _BEFORE = 0.12, 200
_HOSTS = 120
_DAYS = 3
_NOT_ENGLISH = "?"


@dataclass(frozen=True, slots=True)
class Article:
    """One submission: a page and where it came from. `words` are those of its story; `language` "?": not known."""

    number: int
    url: str
    html: str
    words: int
    language: str
    is_copy: bool = False

    @property
    def submission(self) -> bytes:
        """The record's value as anyone would write it, and as the peers read it."""
        return json.dumps({"url": self.url, "html": self.html}, ensure_ascii=False).encode()


def articles(count: int, seed: int = 1, *, start: int = 0) -> Iterator[Article]:
    """Yield `count` made articles, behind the first `start`: the same for a seed, however they are cut into runs."""
    for number in range(start, start + count):
        rng = random.Random(f"{seed} {number}")  # noqa: S311 - for variety, not for secrets
        first = _first(seed, number)
        told = _story(seed, first) if first == number else _copied(rng, _story(seed, first))
        host = f"www.paper{int(rng.paretovariate(0.8)) % _HOSTS}.example"
        url = f"https://{host}/news/{number}-{seed}.html"
        at = NEWEST - timedelta(seconds=rng.randrange(_DAYS * 86_400))
        html = page(rng, told, url, host, at)
        yield Article(number, url, html, told.words, told.language, is_copy=first != number)


def real_pages(folder: Path, count: int, *, start: int = 0) -> Iterator[Article]:
    """Yield `count` articles of the annotated pages in `folder`, again and again under other URLs where they are few.

    Raises:
        wiredesk_cleaner.training.pages.NoPagesError: there are none.
    """
    pages = [one for one in annotated(None, folder) if one.text or one.wanted]
    for number, one in islice(enumerate(cycle(pages)), start, start + count):
        html = one.decoded()
        words = len((one.text or " ".join(one.wanted)).split())
        url = f"https://www.paper{number % _HOSTS}.example/{number}/{one.name}"
        yield Article(number, url, html, words, _NOT_ENGLISH)


def write(made: Iterable[Article], file: Path) -> None:
    """Write what another process is to read with `read`."""
    with file.open("w", encoding="utf-8") as lines:
        for one in made:
            lines.write(json.dumps([one.number, one.url, one.html, one.words, one.language, one.is_copy]) + "\n")


def read(file: Path) -> list[Article]:
    """Return the articles in `file`."""
    with file.open(encoding="utf-8") as lines:
        rows: list[list[Any]] = [json.loads(line) for line in lines]
    return [Article(*row) for row in rows]


def _first(seed: int, number: int) -> int:
    """Return whose story an article tells: its own, or that of an earlier one."""
    rng = random.Random(f"copy {seed} {number}")  # noqa: S311 - as above
    if number == 0 or rng.random() >= COPIES:
        return number
    return _first(seed, rng.randrange(max(0, number - _BEFORE), number))


def _story(seed: int, number: int) -> Story:
    """Return the story of an article, which a copy of it tells as well."""
    rng = random.Random(f"story {seed} {number}")  # noqa: S311 - as above
    (language,) = rng.choices(LANGUAGES, SHARES)
    return story(rng, language)


def _copied(rng: random.Random, first: Story) -> Story:
    paragraphs = tuple(line for line in syndicated(first.text, rng).splitlines() if line.strip())
    return replace(first, paragraphs=paragraphs)
