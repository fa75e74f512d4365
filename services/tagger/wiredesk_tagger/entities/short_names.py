"""Which longer name of the same article a short one stands for: "Royals" for the Kansas City Royals. Pure.

People's names are in `people`, initials in `acronyms`. A short form that two longer names share stands for neither.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping

from wiredesk_tagger.entities.name_words import LEGAL_FORMS, words_of
from wiredesk_tagger.lexicon.gazetteers import Lexicon

Words = tuple[str, ...]

_PLACES = frozenset({"GPE", "LOC", "FAC"})
_LEGAL = frozenset(word for form in LEGAL_FORMS for word in words_of(form))
# Behind a name they say what kind of land it is, and are left out when it is named again.
_LANDFORMS = frozenset(
    {"island", "islands", "archipelago", "atoll", "strip", "peninsula", "wilderness", "nature", "reserve", "area"}
)
_LINKS = frozenset({"of", "for"})
_LONGEST = 12  # words of a name that is looked into


class _Article:
    """The names of one article by their words, and what is known of them."""

    def __init__(self, named: Mapping[str, str], lexicon: Lexicon) -> None:
        self.lexicon = lexicon
        self.surfaces: dict[tuple[str, Words], str] = {}
        for name, label in named.items():
            self.surfaces.setdefault((label, words_of(name)), name)
        self.places = {words for label, words in self.surfaces if label in _PLACES}
        self.heads = {word.casefold() for word in (*lexicon.heads_of, *lexicon.heads)}

    def parts(self, label: str, words: Words) -> Iterator[Words]:
        """Yield the shorter names that may stand for the name of these words."""
        for at in range(1, min(len(words), _LONGEST)):
            first, rest = words[:at], words[at:]
            if label in _PLACES:
                if set(rest) <= _LANDFORMS:
                    yield first
                continue
            if (
                set(rest) <= _LEGAL
                or (rest[0] in _LINKS and (at > 1 or first[0] in self.heads))
                or (at > 1 and not _LINKS & set(first) and first[-1] not in self.heads)
            ):
                yield first
            if self.is_place(first, self.surfaces[label, words]) or (len(rest) == 1 and rest[0] in self.heads):
                yield rest

    def is_place(self, first: Words, name: str) -> bool:
        """Whether the name begins with a country, a people or a place of the article."""
        said = " ".join(name.split()[: len(first)])
        return first in self.places or self.lexicon.phrases.get(said) in ("GPE", "NORP")


def longer_forms(named: Mapping[str, str], lexicon: Lexicon) -> dict[str, str]:
    """Return short name → the one longer name that it stands for, of the names (surface → type) of one article.

    - a company or party without its legal form: "Larkspur" for "Larkspur Holdings Ltd";
    - a name without its "of" or "for": "National Bank" for "National Bank of Brennick";
    - the first words of a name, two at least: "Larkspur Harbour" for "Larkspur Harbour Shipping";
    - a name without the place before it: "Royals" for "Kansas City Royals", "State Department" for "US State
      Department";
    - what the story's only such body is: "Commission" for "Harbour Commission";
    - an island, a peninsula or a reserve without that word;
    - more than one of a people or team: "Ho-Chunks" for "Ho-Chunk".

    A listed name stands for itself alone.
    """
    article = _Article(named, lexicon)
    candidates: dict[tuple[str, Words], set[Words]] = defaultdict(set)
    for label, words in article.surfaces:
        one = (*words[:-1], words[-1].removesuffix("s"))
        if label in ("ORG", "NORP") and one != words and (label, one) in article.surfaces:
            candidates[label, words].add(one)
        if (label == "ORG" or label in _PLACES) and len(words) > 1:
            for part in article.parts(label, words):
                # Of one type: a town is not the island that it is on.
                if (label, part) in article.surfaces and article.surfaces[label, part] not in lexicon.phrases:
                    candidates[label, part].add(words)
    meant: dict[tuple[str, Words], Words] = {}
    # The longest first: what a longer name stands for is then known, and chains have one end.
    for label, part in sorted(candidates, key=lambda one: -len(one[1])):
        ends = {meant.get((label, words), words) for words in candidates[label, part]}
        if len(ends) == 1:
            meant[label, part] = ends.pop()
    return {
        name: article.surfaces[label, meant[label, words]]
        for name, label in named.items()
        if (label, words := words_of(name)) in meant
    }
