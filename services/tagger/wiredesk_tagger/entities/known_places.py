"""Countries and cities in a text that is not English, by their names in its language: where they stand. Pure.

A name may be inflected (Helsingissä, Warszawie); its mention is the words in the text, but for what is a word of its
own: a particle of Korean, a preposition of Arabic, what an apostrophe of Turkish sets apart. A name beside another
capitalised word is a part of some longer name ("Air France", "Real Madrid") and no mention; in German, whose nouns all
have a capital, this says nothing, and only a hyphen does.
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from functools import cache

from wiredesk_tagger.entities import case_endings
from wiredesk_tagger.lexicon import gazetteers, locales
from wiredesk_tagger.lexicon.locales import PlaceWords
from wiredesk_tagger.linking import native_names
from wiredesk_tagger.spans import Span

_WORD = re.compile(r"[^\W_]+")
# With the ending that a sign sets apart from the name.
_WORD_IN = {"fi": re.compile(r"[^\W_]+(?::[a-z\u00e4\u00f6]+)?"), "tr": re.compile(r"[^\W_]+(?:['\u2019][^\W\d_]+)?")}
_MOST_WORDS = 3  # of a city's name
_SHORT = 5  # letters
_OPENS = re.compile(r"(?:^|[.!?:;\n\u2013\u2014\"\u00ab\u201c\u201e\u00bf\u00a1(\u2022|])[\s\"\u00ab\u201c\u201e]*$")
_SMALL_WORD = 3  # letters; what opens a sentence before a name and is longer is a part of it
# What joins a name to another: "Berlin-Mitte", "@Paris".
_JOINTS = frozenset("-@#/&")
# Behind a word of Korean.
_PARTICLES = re.compile(
    r"(?:은|는|이|가|을|를|의|에|에서|에게|와|과|로|으로|도|만|까지|부터|보다|처럼|이나|나|이라|라|인|측|산|발|행|시|시의|시에|시에서|에는|에도|에선|과의|와의|으로부터)?"
)
_AND_IN_ARABIC = "وبلفك"
_HANGUL = re.compile(r"[\uac00-\ud7a3]+")
_ARABIC = re.compile(r"[\u0621-\u064a]+")
# Beside a country's or city's name in Japanese: what may follow it, where characters of China bound no word.
_BEHIND = r"(?=$|[^\u4e00-\u9fff]|[政市県府都州省人軍側軍内外国南北東西首大各産系製発行戦代や])"
_KANA = re.compile(r"[\u30a0-\u30ff]+")
# The name before these is a part of another word: the Indian Ocean, developing countries, Shanghai's area.
_NOT_BEFORE = {
    "印度": "洋", "中国": "家", "日本": "海脑腦", "约旦": "河", "美国": "队隊", "墨西哥": "湾灣", "海地": "区區",
    "罗马": "帝", "羅馬": "帝",
}  # fmt: skip


def find(text: str, language: str | None) -> Iterator[Span]:
    """Yield every place that is certain, as the rule "gazetteer"; nothing in English or what has no lists."""
    places = locales.places(language)
    if places is None:
        return
    if language in ("ja", "zh"):
        found = _unbounded(text, language)
    elif language in ("ko", "ar"):
        found = _with_particles(text, language, places)
    else:
        found = _in_words(text, language)
    for start, end in found:
        yield Span(start, end, "GPE", "gazetteer")


@cache
def _countries(language: str | None) -> Mapping[str, tuple[tuple[str, ...], ...]]:
    """Return the names of countries and of CLDR's cities as words and what stands between them, by the first word."""
    places = locales.places(language)
    lexicon = gazetteers.read()
    cities = (name for name in (*places.cities, *places.large) if name not in lexicon.given_names) if places else ()
    names = (*places.countries, *cities) if places else ()
    codes = set(lexicon.countries.values())
    by_first: dict[str, list[tuple[str, ...]]] = defaultdict(list)
    for name in names:
        if places is None or places.countries.get(name) not in codes | {None}:
            continue
        parts = tuple(re.findall(r"[^\W_]+|[\W_]+", name))
        by_first[parts[0]].append(parts)
    return {first: tuple(sorted(all_, key=len, reverse=True)) for first, all_ in by_first.items()}


def _in_words(text: str, language: str | None) -> Iterator[tuple[int, int]]:
    words = list(_WORD_IN.get(language or "", _WORD).finditer(text))
    at = 0
    while at < len(words):
        last = _listed(text, words, at, language) or _city(text, words, at, language)
        if last and _is_mention(text, words, at, last, language):
            marked = case_endings.marked(words[last - 1][0], language) if language == "tr" else None
            end = words[last - 1].start() + len(marked) if marked else words[last - 1].end()
            yield words[at].start(), end
        at = last or at + 1


def without_common(text: str, spans: Iterable[Span], language: str | None) -> Iterator[Span]:
    """Yield `spans` without what the lists of English take for a place, and is a common word in `language`."""
    places = locales.places(language)
    for span in spans:
        if places is None or span.rule != "gazetteer" or text[span.start : span.end] not in places.common:
            yield span


def _listed(text: str, words: list[re.Match[str]], at: int, language: str | None) -> int | None:
    """Return the number of the word behind a listed name that begins at word `at`."""
    if not words[at][0][0].isupper():
        return None
    names = _countries(language)
    for first in (words[at][0], *case_endings.bases(words[at][0], language)):
        for parts in names.get(first, ()):
            last = at + (len(parts) + 1) // 2
            if last <= len(words) and all(
                text[words[at + step - 1].end() : words[at + step].start()] == parts[2 * step - 1]
                and parts[2 * step] in (words[at + step][0], *case_endings.bases(words[at + step][0], language))
                for step in range(1, last - at)
            ):
                return last
    return None


def _city(text: str, words: list[re.Match[str]], at: int, language: str | None) -> int | None:
    if not words[at][0][0].isupper():
        return None
    for last in range(min(at + _MOST_WORDS, len(words)), at, -1):
        name = text[words[at].start() : words[last - 1].end()]
        between = text[words[last - 2].end() : words[last - 1].start()] if last - at > 1 else " "
        if between not in (" ", "-") or not words[last - 1][0][0].isupper():
            continue
        head = name[: len(name) - len(words[last - 1][0])]
        forms = [name, *(head + base for base in case_endings.bases(words[last - 1][0], language))]
        if any(native_names.is_plain(form, language) for form in forms):
            return last
    return None


def _is_mention(text: str, words: list[re.Match[str]], at: int, last: int, language: str | None) -> bool:
    name = text[words[at].start() : words[last - 1].end()]
    places = locales.places(language)
    listed = places.names if places else frozenset[str]()
    is_listed = name in listed
    # "Hamas" is no genitive of Hama.
    if not is_listed and gazetteers.read().phrases.get(name, "GPE") != "GPE":
        return False
    # Where a sentence begins, a small word has a capital; and a few capitals stand for longer names.
    opens = _OPENS.search(text[max(0, words[at].start() - 6) : words[at].start()]) is not None
    is_form = is_listed or not listed.isdisjoint(case_endings.bases(name, language))
    if not is_form and len(name) <= _SHORT and (name.isupper() or opens):
        return False
    return _stands_alone(text, words, at, last, language, is_base=is_listed or native_names.is_plain(name, language))


def _stands_alone(
    text: str, words: list[re.Match[str]], at: int, last: int, language: str | None, *, is_base: bool
) -> bool:
    """Whether a place's name is no part of a longer one; a form that is not the base form stands in a sentence."""
    start, end = words[at].start(), words[last - 1].end()
    if (start and text[start - 1] in _JOINTS) or text[end : end + 1] in _JOINTS or text.startswith(" &", end):
        return False
    if locales.known_as(language) == "de" or (language == "tr" and not is_base):
        return True
    after = words[last] if last < len(words) and is_base else None
    if after and text[end : after.start()] in (" ", "\u00a0") and after[0][0].isupper():
        return False
    before = words[at - 1] if at else None
    if before is None or text[before.end() : start] not in (" ", "\u00a0") or not before[0][0].isupper():
        return True
    opens = _OPENS.search(text[max(0, before.start() - 6) : before.start()]) is not None
    return opens and (not is_base or len(before[0]) <= _SMALL_WORD)


def _with_particles(text: str, language: str | None, places: PlaceWords) -> Iterator[tuple[int, int]]:
    """Yield names without the particle behind them (Korean) or the prepositions before them (Arabic)."""
    if language == "ko":
        for word in _HANGUL.finditer(text):
            for end in range(len(word[0]), 1, -1):
                if _PARTICLES.fullmatch(word[0], end) and _is_place(word[0][:end], language, places):
                    yield word.start(), word.start() + end
                    break
        return
    words = list(_ARABIC.finditer(text))
    at = 0
    while at < len(words):
        at, found = _arabic(text, words, at, language, places)
        if found:
            yield found


def _arabic(
    text: str, words: list[re.Match[str]], at: int, language: str | None, places: PlaceWords
) -> tuple[int, tuple[int, int] | None]:
    for last in range(min(at + _MOST_WORDS, len(words)), at, -1):
        start, end = words[at].start(), words[last - 1].end()
        if any(
            text[one.end() : other.start()] != " "
            for one, other in zip(words[at:last], words[at + 1 : last], strict=False)
        ):
            continue
        for skipped in (0, 1) if text[start] in _AND_IN_ARABIC else (0,):
            if _is_place(text[start + skipped : end], language, places):
                return last, (start + skipped, end)
    return at + 1, None


def _is_place(name: str, language: str | None, places: PlaceWords) -> bool:
    return name in places.countries or native_names.is_plain(name, language)


@cache
def _pattern(language: str | None) -> re.Pattern[str]:
    places = locales.places(language)
    names = {*native_names.unbounded(language), *(places.countries if places else ())}
    ordered = sorted((name for name in names if len(name) > 1), key=len, reverse=True)
    return re.compile("|".join(map(re.escape, ordered)) or r"(?!)")


def _unbounded(text: str, language: str | None) -> Iterable[tuple[int, int]]:
    for match in _pattern(language).finditer(text):
        before, after = text[max(0, match.start() - 1) : match.start()], text[match.end() : match.end() + 1]
        if after and after in _NOT_BEFORE.get(match[0], ""):
            continue
        # "26日本赛季": the day ends before it.
        if before.isdigit() and match[0].startswith("日"):
            continue
        if language == "ja" and not _bounds(match[0], before, after):
            continue
        yield match.span()


def _bounds(name: str, before: str, after: str) -> bool:
    """Whether a name of Japanese is no part of a longer word: of kana between kana, of characters between these."""
    if _KANA.fullmatch(name[:1]) and _KANA.fullmatch(before or " "):
        return False
    if _KANA.fullmatch(name[-1:]):
        return not _KANA.fullmatch(after or " ") or after == "・"
    return not "\u4e00" <= before <= "\u9fff" and re.match(_BEHIND, after) is not None
