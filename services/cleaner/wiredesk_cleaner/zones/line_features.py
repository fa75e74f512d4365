# ruff: noqa: RUF001 - the marks of many scripts
"""What the line model knows of the lines of a text: one row of numbers per line. Pure.

Of no language but for the words of the lexicon. Blank lines count for nothing: one upstream sets them between
paragraphs, another drops them.
"""

import re
from collections.abc import Sequence
from functools import cache
from math import log1p

import numpy as np
from numpy.typing import NDArray

from wiredesk.contracts.events import ZoneKind
from wiredesk_cleaner.lexicon.furniture import lexicon
from wiredesk_cleaner.zones.line_places import Floats, Ints, neighbours, places, repeats, since, windows
from wiredesk_cleaner.zones.line_rules import is_list_item, is_quote
from wiredesk_cleaner.zones.lines import Line

_KINDS = (
    ZoneKind.RELATED,
    ZoneKind.SHARE,
    ZoneKind.NEWSLETTER,
    ZoneKind.NAVIGATION,
    ZoneKind.TAG,
    ZoneKind.COPYRIGHT,
    ZoneKind.CREDIT,
    ZoneKind.CAPTION,
    ZoneKind.BYLINE,
    ZoneKind.DATE,
    ZoneKind.CONTRIBUTORS,
    ZoneKind.TRACKER,
    ZoneKind.SECTION,
    ZoneKind.SLUG,
    ZoneKind.DATELINE,
)
_COLUMN = {kind: at for at, kind in enumerate(_KINDS)}
# How far back furniture of these kinds lies is told of each line: what stands under it is seldom the story.
_FOLLOWED = ((1,), (2,), (4, 5, 10), (8, 9), (3, 12))
_COMMENTS = frozenset({"comments", "comment_form"})
# Only the beginning of a line is counted in; a longer one is a paragraph whatever its end says.
_SAMPLE = 300
_WORDED = 400
_MOST_CHARS = 3000.0
_WIDE = re.compile("[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af\u0e00-\u0eff]")
# A character of these scripts says as much as this many letters.
_WIDE_CHARS = 2.5
_WIDE_SHARE = 0.3
_EDGES = ".,;:!?\"'()[]{}«»„“”‘’–—-_/|…·•>*<#、。，！？「」（）【】؟،।"
_TIME = re.compile(r"\b\d{1,2}[:.h]\d{2}\b|\b(?:19|20)\d\d\b|\d{1,2}[./-]\d{1,2}[./-]\d{2,4}")
# So many words make a prose line as likely as it gets to be of the story before anything else is known.
_SURE_WORDS = 30.0


class Terms:
    """Which of its rarer terms a line shares with other lines: teasers of other stories share hardly any."""

    def __init__(self, terms: Sequence[set[str]], first: Ints) -> None:
        """`first` says of each line where its text stands for the first time; a repetition shares nothing with it."""
        numbers: dict[str, int] = {}
        flat = [numbers.setdefault(term, len(numbers)) for each in terms for term in each]
        self._count = len(terms)
        self._sizes = np.array([len(each) for each in terms])
        self._term = np.array(flat, dtype=np.int64)
        self._line = np.repeat(np.arange(self._count), self._sizes)
        self._first = first
        self._original = first == np.arange(self._count)
        seen = np.bincount(self._term[self._original[self._line]], minlength=len(numbers))
        self._rarity = np.log((self._original.sum() + 1) / np.maximum(seen, 1))[self._term]

    def shared(self, weights: Floats) -> tuple[Floats, Floats]:
        """Return of each line the rarity of the terms that lines of `weights` hold, too, and that of all its terms."""
        if not len(self._term):
            return np.zeros(self._count), np.zeros(self._count)
        counted = weights * self._original
        held = np.bincount(self._term, weights=counted[self._line])
        elsewhere = np.clip(held[self._term] - counted[self._first][self._line], 0, 1)
        return self._summed(self._rarity * elsewhere), self._summed(self._rarity)

    def _summed(self, weights: Floats) -> Floats:
        return np.bincount(self._line, weights, self._count).astype(np.float64)


def line_rows(lines: Sequence[Line]) -> NDArray[np.float32]:
    """Return one row per line, of which there is at least one; all rows have the same width."""
    count = len(lines)
    seen: dict[str, int] = {}
    first = np.array([seen.setdefault(line.text, at) for at, line in enumerate(lines)])
    own = np.array([_own(line) for line in lines], dtype=np.float64)
    kinds, heads, comments = _matches(lines)
    said = [_terms(line.text) for line in lines]
    hints = _hints(lines, [words for words, _ in said])
    size, words, ends, prose = own[:, 0], np.expm1(own[:, 1]), own[:, 2], own[:, 20]
    matched = own[:, 24]
    likely = prose * np.minimum(words / _SURE_WORDS, 1) * (1 - matched)
    hit, total = Terms([words for words, _ in said], first).shared(likely)
    relevance = np.where(total > 0, hit / np.maximum(total, 1e-6), 0.5)
    named, names = Terms([names for _, names in said], first).shared(likely)
    familiar = (named + 0.5) / (names + 1)
    chars = np.minimum(np.expm1(size), _MOST_CHARS)
    counts = np.bincount(first, minlength=count)
    near = np.stack(
        [size, own[:, 1], ends, prose, matched, likely, relevance, hints[:, 0], own[:, 10], own[:, 19], heads], axis=1
    )
    followed = [kinds[:, list(columns)].max(axis=1) for columns in _FOLLOWED]
    rows = np.concatenate(
        [
            own,
            kinds,
            hints,
            np.stack([likely, relevance, np.log1p(hit), familiar, np.log1p(names - named)], axis=1),
            np.array([first != np.arange(count), counts[first] > 1], dtype=np.float64).T,
            _against_the_text(likely, size, relevance, familiar),
            np.tile(_of_the_text(own, matched, hints, heads), (count, 1)),
            since([heads * (1 - comments), comments, *followed]),
            neighbours(near),
            windows(near[:, [0, 2, 3, 4, 5, 6, 7]]),
            places(chars, likely, heads, matched, prose),
            repeats(np.stack([size, 2 * ends, 2 * own[:, 24], own[:, 10]], axis=1)),
        ],
        axis=1,
    )
    return rows.astype(np.float32)


def _own(line: Line) -> tuple[float, ...]:
    text, found = line.text, line.match
    sample = text[:_SAMPLE]
    chars, size = len(text), len(sample)
    parts = sample.split()
    wide = len(_WIDE.findall(sample)) / size if _may_be_wide(sample) else 0.0
    spread = chars * (1 + (_WIDE_CHARS - 1) * wide)
    stops = text.count(". ") + text.count("。") + text.count("? ") + text.count("! ") + text.count("। ")
    digits = sum(map(sample.count, "0123456789"))
    return (
        log1p(spread),
        log1p(line.words),
        line.ends,
        text[-1] in ":：",
        text[-1] in "?？",
        text[-1] == "!",
        text[-1] == "…" or text.endswith("..."),
        log1p(stops),
        (text.count(",") + text.count("、") + text.count("،") + text.count("，")) / chars * 20,
        digits / size,
        sum([part[0].isupper() for part in parts]) / len(parts),
        sample.isupper(),
        sample[0].islower(),
        sample[0].isdigit(),
        "|" in sample or "•" in sample or "·" in sample,
        "/" in sample,
        "©" in sample or "@" in sample or "#" in sample or "http" in sample or "www" in sample,
        ">" in sample or "»" in sample or "→" in sample or "›" in sample,
        is_quote(text) or "“" in sample or "„" in sample or '"' in sample or "「" in sample,
        digits > 0 and _TIME.search(sample) is not None,
        line.prose,
        is_list_item(text),
        wide > _WIDE_SHARE,
        "(" in sample or " – " in sample or " - " in sample or " — " in sample,
        found is not None,
        found is not None and found.where == "any",
    )


def _may_be_wide(text: str) -> bool:
    """Whether to look for characters of scripts without spaces: they take three bytes each."""
    return not text.isascii() and len(text.encode("utf-8", "replace")) > 2 * len(text)


def _matches(lines: Sequence[Line]) -> tuple[Floats, Floats, Floats]:
    """Return which kind of furniture each line is, whether it heads a block of links, and whether it heads comments."""
    kinds = np.zeros((len(lines), len(_KINDS)))
    heads, comments = np.zeros(len(lines)), np.zeros(len(lines))
    for at, line in enumerate(lines):
        if line.match is not None:
            column = _COLUMN.get(line.match.kind)
            if column is not None:
                kinds[at, column] = 1
            heads[at] = line.match.heads
            comments[at] = line.match.rule in _COMMENTS
    return kinds, heads, comments


def _terms(text: str) -> tuple[set[str], set[str]]:
    """Return the words of a line (of scripts without spaces, pairs of characters), and those with a capital."""
    found = [word.strip(_EDGES) for word in text[:_WORDED].split()]
    words = set(" ".join(found).lower().split())
    names = set(found[1:]) - words
    names.discard("")
    if _may_be_wide(text):
        for word in [word for word in words if _WIDE.search(word)]:
            words.discard(word)
            words.update(word[at : at + 2] for at in range(len(word) - 1))
    return words, names


@cache
def _hint_words() -> tuple[frozenset[str], re.Pattern[str]]:
    words = lexicon().words["hint"]
    wide = sorted((word for word in words if _WIDE.match(word)), key=lambda word: (-len(word), word))
    return words - set(wide), re.compile("|".join(map(re.escape, wide)))


def _hints(lines: Sequence[Line], terms: Sequence[set[str]]) -> Floats:
    """How much of each line is what pages say about themselves: the share of its words, and how many there are."""
    words, wide = _hint_words()
    counts = []
    for line, each in zip(lines, terms, strict=True):
        found, total = len(words & each), line.text.count(" ") + 1
        if _may_be_wide(line.text[:_SAMPLE]):
            found += len(wide.findall(line.text[:_SAMPLE]))
            total = max(total, len(line.text) // 4)
        counts.append((found / total, log1p(found)))
    return np.array(counts)


def _against_the_text(likely: Floats, size: Floats, relevance: Floats, familiar: Floats) -> Floats:
    """What sets a line off from what is likely the story, and what that is like."""
    weights = likely / max(float(likely.sum()), 1e-3)
    means = [float((each * weights).sum()) for each in (relevance, size, familiar)]
    own = np.stack([relevance - means[0], size - means[1], familiar - means[2]], axis=1)
    return np.concatenate([own, np.tile(means, (len(size), 1))], axis=1)


def _of_the_text(own: Floats, matched: Floats, hints: Floats, heads: Floats) -> Floats:
    """How much furniture the whole text holds: a clean one holds none."""
    return np.array(
        [
            matched.mean(),
            own[:, 20].mean(),
            log1p(matched.sum()),
            hints[:, 0].mean(),
            log1p((hints[:, 1] > 0).sum()),
            log1p(heads.sum()),
        ]
    )
