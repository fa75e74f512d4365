"""Articles as the store gets them, made here: words, names, hosts and dates as uneven as those of news, nobody's text.

Pure and seeded: the same seed gives the same articles on every machine, and the first n of more are the same n.
"""
# ruff: noqa: RUF001 - letters of Russian

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache
from itertools import accumulate
from typing import Any
from uuid import UUID

from wiredesk.contracts import ids
from wiredesk.contracts.events import ArticleEnriched, Entity, Mention, Quality
from wiredesk.contracts.words import words_of
from wiredesk_cleaner.fingerprint import minhash, text_hash

NEWEST = datetime(2026, 11, 30, 12, tzinfo=UTC)
DAYS = 120
WORDS = 12_000
NAMES = 3_000
HOSTS = 300
SECTIONS = ("World", "Politics", "Business", "Sport", "Culture", "Science", "Local", "Opinion")
# The words that a language uses most, and letters that only it has: what a text search leaves out, and folds.
LANGUAGES: dict[str, tuple[float, str, str]] = {
    "en": (0.5, "the of and to in a is that for it was on with as be at by", ""),
    "de": (0.2, "die der und in zu den das mit sich des auf für ist im dem nicht", "äöüß"),
    "fr": (0.12, "de la le et les des en un du une que est pour à qui dans", "éèêçô"),
    "es": (0.12, "de la que el en y a los se del las un por con una para", "áéíóñ"),
    "ru": (0.06, "и в не на что с по как из у за от так о для это", ""),
}
_LATIN = tuple(
    a + b for a in ("b", "ch", "d", "f", "gr", "h", "k", "l", "m", "n", "p", "r", "s", "st", "t") for b in "aeiou"
)
_CYRILLIC = tuple(a + b for a in "бвгдзклмнпрст" for b in "аеиоуй")
_TYPES = ("PERSON",) * 8 + ("ORG",) * 6 + ("GPE",) * 5 + ("LOC", "EVENT", "PRODUCT", "NORP", "FAC")
_COUNTRIES = ("US", "GB", "DE", "FR", "ES", "RU", "NO", "JP", "BR", "IN")
_SENTENCE, _PARAGRAPH = 16, 4
# Of the first so many there are copies.
_COPIED = 50


@dataclass(frozen=True, slots=True)
class Named:
    """Something that articles name."""

    name: str
    type: str
    ids: dict[str, str]
    in_country: str | None


class Zipf:
    """Draws the first of `n` things most often: as 1, 1/2, 1/3 and so on."""

    def __init__(self, n: int, *, flatter: float = 0.0) -> None:
        self._numbers = range(n)
        self._weights = list(accumulate(1 / (rank + flatter) for rank in range(1, n + 1)))

    def draw(self, rng: random.Random, k: int) -> list[int]:
        """Return `k` numbers from 0 on."""
        return rng.choices(self._numbers, cum_weights=self._weights, k=k)


def articles(count: int, seed: int = 1, *, newest: datetime = NEWEST, start: int = 0) -> Iterator[ArticleEnriched]:
    """Yield `count` articles: one in fifty a copy of an earlier one, every second of those cut; none a revision.

    `newest` is the latest date that one may have. The first `start` of them are left out.
    """
    earlier: list[ArticleEnriched] = []
    for number in range(count):
        if _COPIED <= number < start:
            continue
        rng = random.Random(f"{seed} {number}")  # noqa: S311 - for variety, not for secrets
        one = _article(rng, number, newest, rng.choice(earlier) if earlier and rng.random() < 0.02 else None)
        if len(earlier) < _COPIED:
            earlier.append(one)
        if number >= start:
            yield one


def query(rng: random.Random, language: str = "en") -> str:
    """Return what somebody might look for: one to three words, not the commonest, or a phrase of two."""
    words = vocabulary(language)
    common = len(LANGUAGES[language][1].split())
    drawn = [words[common + number] for number in Zipf(2_000, flatter=20).draw(rng, rng.choice((1, 1, 2, 2, 3)))]
    return f'"{" ".join(drawn)}"' if len(drawn) == 2 and rng.random() < 0.2 else " ".join(drawn)


@cache
def vocabulary(language: str) -> Sequence[str]:
    """Return the words of a language, the commonest first."""
    _, common, letters = LANGUAGES[language]
    rng = random.Random(f"words {language}")  # noqa: S311 - as above
    syllables = _CYRILLIC if language == "ru" else _LATIN
    words = ["".join(rng.choices(syllables, k=rng.choice((1, 2, 2, 3, 3, 4)))) for _ in range(WORDS)]
    for number in range(0, WORDS if letters else 0, 4):
        at = rng.randrange(len(words[number]))
        words[number] = words[number][:at] + rng.choice(letters) + words[number][at + 1 :]
    return [*common.split(), *words]


@cache
def names() -> Sequence[Named]:
    """Return what articles name, the most named first."""
    rng = random.Random("names")  # noqa: S311 - as above
    made = []
    for number in range(NAMES):
        words = ["".join(rng.choices(_LATIN, k=rng.choice((2, 3)))).title() for _ in range(rng.choice((1, 2, 2)))]
        name = " ".join(words)
        if number % 10 == 3:
            name = name.replace("a", "á", 1)
        kind = rng.choice(_TYPES)
        country = rng.choice(_COUNTRIES)
        linked = rng.random() < 0.6
        known = {"geonames": str(500_000 + number)} if kind in ("GPE", "LOC") else {"wikidata": f"Q{1000 + number}"}
        if kind == "GPE" and number % 5 == 0:
            known = {"iso3166": country}
        place = country if linked and kind == "GPE" and "iso3166" not in known else None
        made.append(Named(name, kind, known if linked else {}, place))
    return made


_WORD_LAW = Zipf(WORDS + 16, flatter=2)
_NAME_LAW = Zipf(NAMES, flatter=8)
_HOST_LAW = Zipf(HOSTS, flatter=4)


def _article(rng: random.Random, number: int, newest: datetime, copied: ArticleEnriched | None) -> ArticleEnriched:
    host_number = _HOST_LAW.draw(rng, 1)[0]
    host = f"{rng.choice(('www.', 'www.', 'news.', ''))}paper{host_number}.example"
    url = f"https://{host}/{number}"
    at = newest - timedelta(minutes=rng.expovariate(1 / (DAYS * 480)) % (DAYS * 1440))
    said = _said(rng) if copied is None else _copied(rng, copied)
    section = rng.choice(SECTIONS) if rng.random() < 0.8 else None
    return ArticleEnriched.model_validate(
        {
            **said,
            "event_id": UUID(int=rng.getrandbits(128)),
            "article_id": ids.article_id(url),
            "url": url,
            "article_section": section,
            "publisher": f"Paper {host_number}",
            "date_published": at if rng.random() < 0.9 else None,
            "fetched_at": at + timedelta(minutes=rng.randrange(1, 240)),
            "source": f"feed {host_number % 40}",
        }
    )


def _copied(rng: random.Random, first: ArticleEnriched) -> dict[str, Any]:
    said = first.model_dump()
    if rng.random() < 0.5:
        return said
    text = first.text[: first.text.rindex(" ", 0, len(first.text) * rng.randrange(50, 100) // 100)]
    entities = [
        one.model_copy(update={"mentions": kept})
        for one in first.entities
        if (kept := tuple(mention for mention in one.mentions if mention.end <= len(text)))
    ]
    return {**said, "text": text, "entities": entities, **_hashed(first.headline, text)}


def _hashed(headline: str, text: str) -> dict[str, Any]:
    words = words_of(text)
    hashes = {"content_hash": ids.content_hash(headline, text), "text_hash": text_hash(words)}
    return {**hashes, "minhash": minhash(words), "word_count": len(words)}


def _said(rng: random.Random) -> dict[str, Any]:
    (language,) = rng.choices(list(LANGUAGES), [share for share, _, _ in LANGUAGES.values()])
    words = vocabulary(language)
    length = min(int(rng.lognormvariate(6.0, 0.5)), 3_000)
    drawn = [words[n] for n in _WORD_LAW.draw(rng, length)]
    headline = " ".join(words[n] for n in _WORD_LAW.draw(rng, 8)).capitalize()
    named = [names()[n] for n in dict.fromkeys(_NAME_LAW.draw(rng, max(3, length // 25)))]
    text, mentions = _text(rng, drawn, named)
    quality = rng.choices((Quality.GOOD, Quality.PARTIAL, Quality.POOR), (90, 8, 2))[0]
    return {
        "headline": headline,
        "text": text,
        "in_language": language,
        "quality": quality,
        "authors": (" ".join(words[n] for n in _WORD_LAW.draw(rng, 2)).title(),),
        **_hashed(headline, text),
        "cleaner_version": "1",
        "tagger_pipeline": "made",
        "tagger_version": "1",
        "entities": tuple(
            Entity(
                name=one.name,
                type=one.type,
                ids=one.ids,
                in_country=one.in_country,
                salience=round(1 / (1 + order), 3),
                mentions=tuple(mentions[order]),
            )
            for order, one in enumerate(named)
        ),
    }


def _text(rng: random.Random, words: list[str], named: Sequence[Named]) -> tuple[str, list[list[Mention]]]:
    """Return sentences in paragraphs that name each of `named` once or more often, and where they do."""
    slots: dict[int, list[int]] = {}
    for order in range(len(named)):
        for _ in range(rng.choice((1, 1, 1, 2, 3))):
            slots.setdefault(rng.randrange(len(words)), []).append(order)
    parts: list[str] = []
    mentions: list[list[Mention]] = [[] for _ in named]
    at = 0
    for number, word in enumerate(words):
        opens = number % _SENTENCE == 0
        before = ""
        if number:
            before = " " if not opens else ("\n\n" if number % (_SENTENCE * _PARAGRAPH) == 0 else " ")
        for order in slots.get(number, ()):
            name = named[order].name
            start = at + len(before)
            mentions[order].append(Mention(field="text", start=start, end=start + len(name), surface=name))
            parts.append(before + name)
            at = start + len(name)
            before = " "
        end = "." if (number + 1) % _SENTENCE == 0 else ""
        part = f"{before}{word.capitalize() if opens else word}{end}"
        parts.append(part)
        at += len(part)
    return "".join(parts), mentions
