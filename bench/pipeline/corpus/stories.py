"""Stories of news, made of templates and lists of words: as long as news, with as many names. Pure and seeded."""

import random
import re
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

LANGUAGES = ("en", "de", "fr", "es")
# Words of the median story, the spread of their logarithm, and the most and least of any.
MEDIAN_WORDS, SPREAD, LEAST_WORDS, MOST_WORDS = 620, 0.55, 120, 6_000
_FOLDER = Path(__file__).with_name("languages")
_SLOT = re.compile(r"\{(\w+)\}")
_PEOPLE, _ORGANISATIONS, _PLACES = (3, 9), (3, 8), (3, 7)
# Whoever was named in full is called by the surname from then on, mostly.
_IN_FULL_AGAIN = 0.25
_SENTENCES = (2, 5)

Words = Mapping[str, Sequence[str]]


@dataclass(frozen=True, slots=True)
class Story:
    """What is told, in one language: paragraphs without line breaks."""

    language: str
    headline: str
    authors: tuple[str, ...]
    paragraphs: tuple[str, ...]
    captions: tuple[str, ...] = ()

    @property
    def text(self) -> str:
        """The body, a line a paragraph."""
        return "\n".join(self.paragraphs)

    @property
    def words(self) -> int:
        """How many words the body has, by white space."""
        return len(self.text.split())


@cache
def words_of(language: str) -> Words:
    """Return the templates and lists of a language."""
    with (_FOLDER / f"{language}.toml").open("rb") as file:
        found: Words = {name: [said] if isinstance(said, str) else said for name, said in tomllib.load(file).items()}
    return found


@dataclass(slots=True)
class _Teller:
    """Fills templates; people, organisations and places come from a cast, as in one story."""

    rng: random.Random
    words: Words
    people: list[str] = field(default_factory=list)
    organisations: list[str] = field(default_factory=list)
    places: list[str] = field(default_factory=list)
    named: set[str] = field(default_factory=set)

    def __post_init__(self) -> None:
        draw = self.rng.choice
        self.people = [f"{draw(self.words['given'])} {draw(self.words['family'])}" for _ in range(self._some(_PEOPLE))]
        self.places = [draw(self.words["place"]) for _ in range(self._some(_PLACES))]
        made = [draw(self.words["org"]) for _ in range(self._some(_ORGANISATIONS))]
        self.organisations = [_SLOT.sub(lambda slot: draw(self.words[slot[1]]), one) for one in made]

    def tell(self, template: str) -> str:
        """Return the template with every slot filled; one in capitals begins with a capital letter."""
        return _SLOT.sub(self._fill, template)

    def sentence(self, kind: str = "sentence") -> str:
        """Return one more sentence, or headline."""
        said = self.tell(self.rng.choice(self.words[kind]))
        return said[0].upper() + said[1:]

    def _fill(self, slot: re.Match[str]) -> str:
        name = slot[1]
        if name == "person":
            return self._person()
        if name == "surname":
            return self.rng.choice(self.people).split(" ", 1)[1]
        if name == "org":
            return self.rng.choice(self.organisations)
        if name == "place":
            return self.rng.choice(self.places)
        said = self.tell(self.rng.choice(self.words[name.lower()]))
        return said[0].upper() + said[1:] if name[0].isupper() else said

    def _person(self) -> str:
        person = self.rng.choice(self.people)
        if person in self.named and self.rng.random() > _IN_FULL_AGAIN:
            return person.split(" ", 1)[1]
        self.named.add(person)
        return person

    def _some(self, bounds: tuple[int, int]) -> int:
        return self.rng.randint(*bounds)


def story(rng: random.Random, language: str) -> Story:
    """Return a story in `language`: about `MEDIAN_WORDS` words in the median, with a long tail."""
    teller = _Teller(rng, words_of(language))
    wanted = min(max(int(rng.lognormvariate(0, SPREAD) * MEDIAN_WORDS), LEAST_WORDS), MOST_WORDS)
    headline = teller.sentence("headline")
    paragraphs: list[str] = []
    while wanted > 0:
        paragraph = " ".join(teller.sentence() for _ in range(rng.randint(*_SENTENCES)))
        paragraphs.append(paragraph)
        wanted -= len(paragraph.split())
    authors = tuple(
        f"{rng.choice(teller.words['given'])} {rng.choice(teller.words['family'])}"
        for _ in range(rng.choice((1, 1, 2)))
    )
    captions = tuple(teller.sentence() for _ in range(rng.choice((0, 1, 1, 2, 3))))
    return Story(language, headline, authors, tuple(paragraphs), captions)


def headlines(rng: random.Random, language: str, count: int) -> list[str]:
    """Return headlines of other stories in `language`."""
    teller = _Teller(rng, words_of(language))
    return [teller.sentence("headline") for _ in range(count)]
