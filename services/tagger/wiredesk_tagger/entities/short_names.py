"""Which longer name of the same article a short one stands for: "Royals" for the Kansas City Royals. Pure.

People's names are in `people`, initials in `acronyms`. A short form that two longer names share stands for neither.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping

from wiredesk_tagger.entities.name_words import LEGAL_FORMS, words_of
from wiredesk_tagger.lexicon.gazetteers import Lexicon

Words = tuple[str, ...]

# ruff: noqa: SIM905 - word lists read best as text
_PLACES = frozenset({"GPE", "LOC", "FAC"})
_LEGAL = frozenset(word for form in LEGAL_FORMS for word in words_of(form))
# Behind a name they say what kind of land or water it is, and are left out when it is named again.
_LANDFORMS = frozenset(
    "island islands archipelago atoll strip peninsula wilderness nature reserve area river creek sea ocean mountains "
    "mountain range desert canal strait glacier valley canyon plateau basin volcano reef".split()
)
# The same before a name: "Lake Brennick", "Mount Orsk".
_LANDFORMS_BEFORE = frozenset("lake mount mountain monte river rio cape".split())
# "City of Brennick" is Brennick.
_TOWNS = frozenset("city town village municipality borough township".split())
# "Brennick am Orsk", "Brennick-upon-Orsk": a town by the water or land that it lies on.
_BESIDE = frozenset("upon am an der di de del sur on".split())
# "Santa Orsa de Brennick" is Santa Orsa.
_SAINTS = frozenset("saint san santa santo sao são st".split())
# What kind of company, club or school it is, where the first word is its own: "Larkspur Records".
_KINDS = frozenset(
    "records music entertainment interactive studios pictures television media airlines airways motors associates "
    "games university college school high academy electric energy software systems pharmacy pharmaceuticals "
    "technologies foods industries healthcare".split()
)
_CLUBS = frozenset("fc afc cf sc fk fk if ifk bk sk ac as cd ca ssc us vfb vfl tsv sv rc club".split())
# They tell one body from another of the same kind.
_TELLING = frozenset(
    "new old north south east west northern southern eastern western central upper lower royal national american first "
    "second third women womens men mens youth young junior state international minor major union".split()
)
# Bodies of like names that are each other's rivals: the Liberal Party and the Liberal Unionist Party.
_RIVALS = frozenset("party army front movement league union alliance coalition".split())
_LINKS = frozenset({"of", "for"})
_LONGEST = 12  # words of a name that is looked into


class _Article:
    """The names of one article by their words, and what is known of them."""

    def __init__(self, named: Mapping[str, str], lexicon: Lexicon) -> None:
        self.lexicon = lexicon
        self.surfaces: dict[tuple[str, Words], str] = {}
        for name, label in named.items():
            self.surfaces.setdefault((label, words_of(name)), name)
        self.order = {name: at for at, name in enumerate(self.surfaces)}
        self.places = {words for label, words in self.surfaces if label in _PLACES}
        self.heads = {word.casefold() for word in (*lexicon.heads_of, *lexicon.heads)}

    def comes_later(self, label: str, part: Words, words: Words) -> bool:
        """Whether the article names `part` for the first time when it has named `words`."""
        return self.order.get((label, part), -1) > self.order[label, words]

    def parts(self, label: str, words: Words) -> Iterator[Words]:
        """Yield the shorter names that may stand for the name of these words."""
        for at in range(1, min(len(words), _LONGEST)):
            first, rest = words[:at], words[at:]
            if label in _PLACES:
                yield from _short_places(first, rest)
                owned = label != "GPE" and self.is_place(first, self.surfaces[label, words])
                if rest[-1] in self.heads and (owned or (len(rest) > 1 and self.is_whole(rest, first))):
                    yield rest
                continue
            if (
                set(rest) <= _LEGAL
                or (rest[0] in _LINKS and (at > 1 or first[0] in self.heads))
                or (at > 1 and not _LINKS & set(first) and first[-1] not in self.heads and rest not in self.places)
                or (len(rest) == 1 and rest[0] in _CLUBS)
            ):
                yield first
            if (
                self.is_place(first, self.surfaces[label, words])
                or (len(rest) == 1 and rest[0] in self.heads)
                or (len(first) == 1 and first[0] in _CLUBS)
                or (
                    rest[-1] in self.heads - _RIVALS
                    and not (_TELLING & set(first) or _LINKS & set(rest) or _counted(first))
                )
            ):
                yield rest

    def later_parts(self, label: str, words: Words) -> Iterator[Words]:
        """Yield the shorter names that mean the name of these words once that has been introduced."""
        if label == "ORG":
            first, rest = words[0], words[1:]
            if set(rest) <= _KINDS and first not in self.heads | _TELLING:
                yield (first,)
            if words[0] in self.heads and words[1:2] == ("of",) and len(words) == 3:
                yield words[2:]
        if words[-1] in self.heads and not _LINKS & set(words):
            for at in range(1, len(words) - 1):
                if words[at] not in _TELLING and words[-1] not in _RIVALS and not words[at][0].isdigit():
                    yield (*words[:at], *words[at + 1 :])

    def turned(self, label: str, words: Words) -> Iterator[Words]:
        """Yield "Quarry Board" for "Board of the Quarry"."""
        # The University of Brennick need not be Brennick University.
        at = words.index("of", 1) if "of" in words[1:-1] else 0
        if label == "ORG" and at and words[at - 1] in self.heads - _KINDS and not _LINKS & set(words[at + 1 :]):
            yield (*words_of(" ".join(words[at + 1 :])), *words[:at])

    def is_whole(self, rest: Words, first: Words) -> bool:
        """Whether "Harper Quarry Station" may be called "Quarry Station": what is left still tells it from others."""
        return (
            rest[0] not in self.heads | _TELLING and not (_TELLING | _LINKS) & {*first, *rest} and not _counted(first)
        )

    def is_place(self, first: Words, name: str) -> bool:
        """Whether the name begins with a country, a people or a place of the article."""
        said = name.split()
        starts = (" ".join(said[:at]) for at in range(1, min(len(said), len(first)) + 1))
        return first in self.places or any(
            words_of(start) == first and self.lexicon.phrases.get(start) in ("GPE", "NORP") for start in starts
        )


def _counted(words: Words) -> bool:
    return any(word[0].isdigit() for word in words)


def _short_places(first: Words, rest: Words) -> Iterator[Words]:
    """Yield what a place of the words `first` and `rest` may be called again."""
    if set(rest) <= _LANDFORMS or (rest[0] in _BESIDE and len(rest) > 1 and len(first) == 1 + (first[0] in _SAINTS)):
        yield first
    if (len(first) == 1 and first[0] in _LANDFORMS_BEFORE) or (
        len(first) == 2 and first[0] in _TOWNS and first[1] == "of"
    ):
        yield rest


def longer_forms(named: Mapping[str, str], lexicon: Lexicon) -> dict[str, str]:
    """Return short name → the one longer name that it stands for, of the names (surface → type) of one article.

    - a company or party without its legal form: "Larkspur" for "Larkspur Holdings Ltd";
    - a name without its "of" or "for": "National Bank" for "National Bank of Brennick";
    - the first words of a name, two at least: "Larkspur Harbour" for "Larkspur Harbour Shipping";
    - a name without the place before it: "Royals" for "Kansas City Royals", "State Department" for "US State
      Department";
    - what the story's only such body is: "Commission" for "Harbour Commission";
    - an island, a river or a reserve without that word, a town without "City of" or what it lies on;
    - "Quarry Board" for "Board of the Quarry";
    - more than one of a people or team: "Ho-Chunks" for "Ho-Chunk";
    - what is of a place, where it was found to be one: "Orska" for "Orskan".

    A listed name stands for itself alone. In the order of `named` a full name comes before these short ones, which
    otherwise may be its owner's:
    - the first word of a company, club or school: "Larkspur" for "Larkspur Records";
    - a name without a word in its middle: "Larkspur Station" for "Larkspur Research Station".
    """
    article = _Article(named, lexicon)
    candidates: dict[tuple[str, Words], set[Words]] = defaultdict(set)
    for label, words in article.surfaces:
        one = (*words[:-1], words[-1].removesuffix("s"))
        if label in ("ORG", "NORP") and one != words and (label, one) in article.surfaces:
            candidates[label, words].add(one)
        if (
            label in _PLACES
            and words[-1].endswith("an")
            and (label, of := (*words[:-1], words[-1][:-1])) in article.surfaces
        ):
            candidates[label, words].add(of)
        if (label == "ORG" or label in _PLACES) and len(words) > 1:
            later = (part for part in article.later_parts(label, words) if article.comes_later(label, part, words))
            for part in {*article.parts(label, words), *article.turned(label, words), *later}:
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
