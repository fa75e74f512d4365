"""What an article is about, and what a story is about: the same kind of thing, for one and for many. Pure.

A profile holds four vectors: words, persons, places, numbers. An article's are unit vectors, or empty where
it has none; a story's are the sums of its members', cut to their heaviest terms. So two stories are compared and joined
just as an article and a story are.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from math import log
from typing import NamedTuple

from wiredesk.contracts.events import ArticleEnriched
from wiredesk_storage.stories.frequencies import Frequencies
from wiredesk_storage.stories.terms import is_number, term, terms, words_of
from wiredesk_storage.stories.vectors import Vector, heaviest, total, unit

# News says what happened at its beginning.
_TEXT_WORDS = 400
# A word of the headline counts as two more.
_HEADLINE_WEIGHT = 2
_PERSONS = frozenset({"PERSON"})
_PLACES = frozenset({"GPE", "LOC", "FAC"})
_NAMES = _PERSONS | _PLACES


class Most(NamedTuple):
    """How many terms a vector keeps."""

    article: int
    story: int


MOST = {"words": Most(80, 256), "persons": Most(16, 48), "places": Most(16, 48), "numbers": Most(16, 48)}


@dataclass(frozen=True, slots=True)
class Profile:
    """What `size` articles are about, the sum of their vectors; an article's own is of size 1."""

    words: Vector = field(default_factory=Vector, repr=False)
    persons: Vector = field(default_factory=Vector, repr=False)
    places: Vector = field(default_factory=Vector, repr=False)
    numbers: Vector = field(default_factory=Vector, repr=False)
    size: int = 1

    def with_(self, other: "Profile") -> "Profile":
        """Return the profile of the articles of both. Which came first matters only to what is cut off."""
        return Profile(
            total(self.words, other.words, MOST["words"].story),
            total(self.persons, other.persons, MOST["persons"].story),
            total(self.places, other.places, MOST["places"].story),
            total(self.numbers, other.numbers, MOST["numbers"].story),
            self.size + other.size,
        )

    def keys(self, most: int) -> tuple[int, ...]:
        """Return the `most` heaviest words, sorted: by these stories are looked up."""
        return tuple(sorted(heaviest(self.words, most)))


@dataclass(frozen=True, slots=True)
class Name:
    """A name of an article, as far as a profile needs it."""

    is_person: bool
    weight: float
    """the root of its salience"""
    words: tuple[int, ...]
    ids: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Material:
    """What a profile is made of: all that the article itself has to say to it."""

    counts: Mapping[int, int]
    """how often each word stands in the headline, thrice weighed, and the first 400 words of the text"""
    numbers: frozenset[int]
    """those of them that are figures"""
    names: tuple[Name, ...] = ()

    @property
    def terms(self) -> set[int]:
        """All whose frequencies the profile needs."""
        return set(self.counts).union(*[name.words for name in self.names])


def material(article: ArticleEnriched) -> Material:
    """Return what the article's profile is made of."""
    headline = words_of(article.headline, _TEXT_WORDS)
    counted = Counter(words_of(article.text, _TEXT_WORDS) + headline * _HEADLINE_WEIGHT)
    counts = dict(zip(terms(counted), counted.values(), strict=True))
    if len(counts) < len(counted):
        # Two words of one number, which is rare.
        counts = dict.fromkeys(counts, 0)
        for key, times in zip(terms(counted), counted.values(), strict=True):
            counts[key] += times
    numbers = frozenset(terms(filter(is_number, counted)))
    return Material(counts, numbers, tuple(_named(article)))


def _named(article: ArticleEnriched) -> Iterator[Name]:
    for one in article.entities:
        if one.type in _NAMES and (words := _terms_of(one.name)):
            ids = tuple(term(f"{kind}:{id_}") for kind, id_ in one.ids.items())
            yield Name(one.type in _PERSONS, one.salience**0.5, words, ids)


# Few names make up most of what is stored.
@lru_cache(maxsize=20_000)
def _terms_of(name: str) -> tuple[int, ...]:
    return tuple(terms(words_of(name, 8)))


def profile(article: Material, frequencies: Frequencies) -> Profile:
    """Return what the article is about. `frequencies` are those of its language, with its `terms`.

    A word weighs 1 + log(times) by its rarity. A name weighs as its words and its ids do, each by its rarity and the
    root of the entity's salience: so "Marsh" is near "Ada Marsh", and an id joins what languages write differently.
    """
    rarities = frequencies.rarities(dict.fromkeys(article.terms))
    weights = {
        key: (1 + log(times)) * rarities[key] if times > 1 else rarities[key] for key, times in article.counts.items()
    }
    return Profile(
        unit(weights, MOST["words"].article, frequencies.trust),
        unit(_weighed((one for one in article.names if one.is_person), rarities), MOST["persons"].article),
        unit(_weighed((one for one in article.names if not one.is_person), rarities), MOST["places"].article),
        unit({key: weights[key] for key in article.numbers}, MOST["numbers"].article),
    )


def _weighed(names: Iterable[Name], rarities: Mapping[int, float]) -> dict[int, float]:
    weights: dict[int, float] = {}
    for name in names:
        own = {word: name.weight * rarities[word] for word in name.words}
        # Who or where exactly is as rare as the rarest word of its name.
        own |= dict.fromkeys(name.ids, max(own.values()))
        for key, weight in own.items():
            weights[key] = max(weight, weights.get(key, 0.0))
    return weights
