"""In how many texts each word stands: in PostgreSQL, with what this process read and counted in memory.

Shares of many texts hardly change within minutes, so a process reads each count once in a while and writes what it
counted now and then. What it had not written yet is lost when it ends: it is little, and decides nothing.
"""

import time
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from zlib import crc32

from wiredesk.postgres.connections import Connection
from wiredesk_storage.columns import columns
from wiredesk_storage.stories import statements as sql
from wiredesk_storage.stories.arriving import Arrival
from wiredesk_storage.stories.frequencies import Frequencies

# Counts are read anew after so many seconds, or when so many are in memory.
_FRESH_SECONDS, _REMEMBERED = 300.0, 300_000
# What was counted is written after so many texts or seconds.
_UNWRITTEN, _UNWRITTEN_SECONDS = 256, 10.0
# All texts of a language are counted until there are so many, then one in sixteen: their shares are what matters.
_ALL, _ONE_IN = 2_000, 16
# Then all counts are halved, so that they follow the news.
_FULL = 20_000


class WordCounts:
    """The counts of one process. Not to be used by two tasks at once: the lock on stories sees to that."""

    def __init__(self) -> None:
        self._texts: dict[str, int] = {}
        self._counts: defaultdict[str, dict[int, int]] = defaultdict(dict)
        self._read_at = self._written_at = time.monotonic()
        self._new_texts: Counter[str] = Counter()
        self._new_words: Counter[int] = Counter()

    async def frequencies(self, connection: Connection, articles: Sequence[Arrival]) -> Mapping[str, Frequencies]:
        """Count the articles, and return the frequencies of each of their languages, with all words of theirs."""
        await self._write_some(connection)
        await self._read(connection, articles)
        for one in articles:
            if self._texts[one.language] < _ALL or not one.article_id.int % _ONE_IN:
                self._count(one)
        return {
            language: Frequencies(language, self._texts[language], self._counts[language])
            for language in {one.language for one in articles}
        }

    def _count(self, one: Arrival) -> None:
        counts = self._counts[one.language]
        first = _first(one.language)
        self._texts[one.language] += 1
        self._new_texts[one.language] += 1
        for term in one.material.counts:
            counts[term] += 1
            self._new_words[first + term] += 1

    async def _read(self, connection: Connection, articles: Sequence[Arrival]) -> None:
        now = time.monotonic()
        if now > self._read_at + _FRESH_SECONDS or sum(map(len, self._counts.values())) > _REMEMBERED:
            self._texts, self._counts, self._read_at = {}, defaultdict(dict), now
        missing = sorted({one.language for one in articles} - self._texts.keys())
        if missing:
            found = await connection.fetch(sql.LANGUAGES, missing)
            self._texts |= dict.fromkeys(missing, 0)
            for language, texts in found:
                self._texts[language] = texts
        unknown: defaultdict[str, set[int]] = defaultdict(set)
        for one in articles:
            unknown[one.language].update(one.material.terms.difference(self._counts[one.language]))
        for language, terms in unknown.items():
            self._counts[language].update(await _stored(connection, language, terms))

    async def _write_some(self, connection: Connection) -> None:
        """Write what was counted, if it is time to; where that makes too many, halve all counts of the language."""
        now = time.monotonic()
        if self._new_texts.total() < _UNWRITTEN and now < self._written_at + _UNWRITTEN_SECONDS:
            return
        texts, words = self._new_texts, self._new_words
        # Before, not after: what cannot be written must not be in the way of every later batch.
        self._new_texts, self._new_words, self._written_at = Counter(), Counter(), now
        await connection.execute(sql.COUNT_LANGUAGES, *columns(texts.items(), 2))
        await connection.execute(sql.COUNT_WORDS, *columns(words.items(), 2))
        for language in texts:
            if self._texts.get(language, 0) > _FULL:
                first = _first(language)
                for statement in (sql.FORGET_WORDS, sql.FADE_WORDS):
                    await connection.execute(statement, first + _LEAST, first - _LEAST)
                await connection.execute(sql.FADE_LANGUAGE, language)
                self._texts.pop(language)
                self._counts.pop(language, None)


# A term has 32 bits with a sign.
_LEAST = -(1 << 31)


def _first(language: str) -> int:
    """Return the number to which a language's terms are added: they lie apart from those of any other."""
    return (crc32(language.encode()) >> 1) << 32


async def _stored(connection: Connection, language: str, terms: Iterable[int]) -> dict[int, int]:
    first = _first(language)
    counts = dict.fromkeys(terms, 0)
    for key, texts in await connection.fetch(sql.WORDS, [first + term for term in counts]):
        counts[key - first] = texts
    return counts
