"""Articles for `make bench-engine`, made here: the length, the vocabulary and the names of news, and nobody's words.

They compress about as well as English prose does, and repeat by seed, so that two checkouts get the same work.
"""

import itertools
import random
from collections.abc import Sequence
from datetime import UTC, datetime
from functools import cache
from typing import NamedTuple

from wiredesk.contracts import ids
from wiredesk.contracts.events import ArticleCleaned, ArticleFetched, Content, Evidence, MinHash, Zone, ZoneKind

AT = datetime(2026, 11, 2, 12, tzinfo=UTC)
CHARACTERS = 4096
ENTITIES, MENTIONS = 40, 100

_SYLLABLES = tuple(
    a + b for a in ("b", "ch", "d", "f", "gr", "h", "k", "l", "m", "n", "p", "r", "s", "st", "t") for b in "aeiou"
)
_WORDS = 4000
_SENTENCE, _PARAGRAPH = 14, 45  # words
_PERMUTATIONS = 128
_FIGURES = (("7 January 2025", "DATE"), ("March 2024", "DATE"), ("$2.5 million", "MONEY"), ("12 per cent", "PERCENT"))
_LABELS = ("PERSON", "ORG", "GPE")


class Named(NamedTuple):
    """A name, its type, and where it starts in the text."""

    name: str
    label: str
    starts: tuple[int, ...]


@cache
def vocabulary(seed: int = 1) -> tuple[list[str], list[float]]:
    """Return words and how often each is used: as 1, 1/2, 1/3 and so on, like those of any language."""
    rng = random.Random(seed)  # noqa: S311 - for variety, not for secrets
    words = ["".join(rng.choices(_SYLLABLES, k=rng.choice((1, 1, 2, 2, 3, 4)))) for _ in range(_WORDS)]
    words.sort(key=len)
    return words, [1 / rank for rank in range(1, _WORDS + 1)]


def prose(characters: int, seed: int = 1) -> str:
    """Return sentences in paragraphs, at least so many characters."""
    words, weights = vocabulary()
    rng = random.Random(seed)  # noqa: S311 - for variety, not for secrets
    parts: list[str] = []
    for at, word in enumerate(rng.choices(words, weights, k=characters // 2)):
        opens = at % _SENTENCE == 0
        end = "" if (at + 1) % _SENTENCE else "."
        parts.append(f"{word.title() if opens else word}{end}")
    text = " ".join(parts)
    lines = [text[start : start + 6 * _PARAGRAPH] for start in range(0, characters, 6 * _PARAGRAPH)]
    return "\n\n".join(line.strip() for line in lines)


def story(seed: int = 1) -> tuple[str, list[Named]]:
    """Return a text of `CHARACTERS` and more with `ENTITIES` names in `MENTIONS` places."""
    words, _ = vocabulary()
    rng = random.Random(seed)  # noqa: S311 - for variety, not for secrets
    rare = iter(rng.sample(words[_WORDS // 2 :], 2 * ENTITIES))
    names = [*_FIGURES, *((f"{next(rare).title()} {next(rare).title()}", label) for label in _labels())]
    often = [3] * (MENTIONS - 2 * ENTITIES) + [2] * (3 * ENTITIES - MENTIONS)
    order = [at for at, times in enumerate(often) for _ in range(times)]
    rng.shuffle(order)
    plain = prose(CHARACTERS - MENTIONS * 10, seed).split(" ")
    gap = len(plain) // MENTIONS
    text, starts = "", [[] for _ in names]  # type: tuple[str, list[list[int]]]
    for turn, at in enumerate(order):
        text += " ".join(plain[turn * gap : (turn + 1) * gap]) + " "
        starts[at].append(len(text))
        text += names[at][0] + " "
    return text.strip(), [Named(name, label, tuple(found)) for (name, label), found in zip(names, starts, strict=True)]


def _labels() -> list[str]:
    return list(itertools.islice(itertools.cycle(_LABELS), ENTITIES - len(_FIGURES)))


def fetched(number: int, text: str) -> ArticleFetched:
    """Return the event of article `number`, whose text others may have as well."""
    url = f"https://news.example/{number}"
    article, content = ids.article_id(url), ids.content_hash(text)
    return ArticleFetched(
        event_id=ids.event_id(article, "fetched", content, "1"),
        article_id=article,
        url=url,
        submitted_url=url,
        kind=Content.TEXT,
        content=text,
        content_hash=content,
        fetched_at=AT,
    )


def cleaned(text: str, headline: str = "Harbour closes for two days") -> ArticleCleaned:
    """Return a clean article with what the cleaner adds to each: a zone a line, evidence, a signature."""
    url = "https://news.example/story"
    article, content = ids.article_id(url), ids.content_hash(headline, text)
    rng = random.Random(1)  # noqa: S311 - for variety, not for secrets
    return ArticleCleaned(
        event_id=ids.event_id(article, "cleaned", content, "1"),
        article_id=article,
        url=url,
        headline=headline,
        text=text,
        authors=("Ada Marsh",),
        in_language="en",
        date_published=AT,
        evidence=tuple(Evidence(field=name, source="zone") for name in ("headline", "authors", "date_published")),
        zones=tuple(_zones(text)),
        word_count=len(text.split()),
        content_hash=content,
        text_hash=content,
        minhash=MinHash(
            algorithm="rminhash",
            version=1,
            seed=1,
            shingle_words=5,
            values=tuple(rng.getrandbits(32) for _ in range(_PERMUTATIONS)),
        ),
        cleaner_version="1",
        fetched_at=AT,
    )


def _zones(text: str) -> Sequence[Zone]:
    ends = list(itertools.accumulate(len(line) + 1 for line in text.split("\n")))
    return [
        Zone(kind=ZoneKind.BODY, rule="body", start=start, end=end - 1)
        for start, end in itertools.pairwise([0, *ends])
        if end - start > 1
    ]
