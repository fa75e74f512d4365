"""What an article is about, and what a story is about: the same kind of thing, for one and for many. Pure.

A profile holds four vectors: words, persons, places, numbers. An article's are unit vectors, or empty where
it has none; a story's are the sums of its members', cut to their heaviest terms. So two stories are compared and joined
just as an article and a story are.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from math import log
from typing import NamedTuple

from wiredesk.contracts.events import ArticleEnriched
from wiredesk.contracts.parts import Entity
from wiredesk_storage.stories.frequencies import Frequencies
from wiredesk_storage.stories.terms import is_number, term, words_of
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


def terms_of(article: ArticleEnriched) -> Counter[int]:
    """Return how often each word stands in the headline, thrice weighed, and the first 400 words of the text."""
    return Counter(map(term, _words(article)))


def _words(article: ArticleEnriched) -> list[str]:
    headline = words_of(article.headline, _TEXT_WORDS)
    return words_of(article.text, _TEXT_WORDS) + headline * _HEADLINE_WEIGHT


def profile(article: ArticleEnriched, frequencies: Frequencies) -> Profile:
    """Return what the article is about. `frequencies` are those of its language, with its `terms_of`.

    A word weighs 1 + log(times) by its rarity. A name weighs as its words and its ids do, each by its rarity and the
    root of the entity's salience: so "Marsh" is near "Ada Marsh", and an id joins what languages write differently.
    """
    counts = Counter(_words(article))
    names = [(one, _name_words(one)) for one in article.entities if one.type in _NAMES]
    terms = {word: term(word) for word in [*counts, *(word for _, own in names for word in own)]}
    rarities = frequencies.rarities(dict.fromkeys(terms.values()))
    weights: dict[int, float] = {}
    numbers: dict[int, float] = {}
    for word, times in counts.items():
        key = terms[word]
        weights[key] = (1 + log(times)) * rarities[key] if times > 1 else rarities[key]
        if is_number(word):
            numbers[key] = weights[key]
    return Profile(
        unit(weights, MOST["words"].article, frequencies.trust),
        unit(_names(names, _PERSONS, terms, rarities), MOST["persons"].article),
        unit(_names(names, _PLACES, terms, rarities), MOST["places"].article),
        unit(numbers, MOST["numbers"].article),
    )


def _name_words(entity: Entity) -> list[str]:
    return words_of(entity.name, 8)


def _names(
    names: Sequence[tuple[Entity, list[str]]],
    types: frozenset[str],
    terms: Mapping[str, int],
    rarities: Mapping[int, float],
) -> dict[int, float]:
    weights: dict[int, float] = {}
    for entity, words in names:
        if entity.type in types and words:
            root = entity.salience**0.5
            own = {terms[word]: root * rarities[terms[word]] for word in words}
            # Who or where exactly is as rare as the rarest word of its name.
            own |= dict.fromkeys((term(f"{kind}:{id_}") for kind, id_ in entity.ids.items()), max(own.values()))
            for key, weight in own.items():
                weights[key] = max(weight, weights.get(key, 0.0))
    return weights
