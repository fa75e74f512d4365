"""What "Mr", "Lady" and their like say of the person named behind them: whether two of one surname are two. Pure."""

import re
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence

from wiredesk_tagger.entities.people import People, Person
from wiredesk_tagger.linking.cities import fold
from wiredesk_tagger.spans import Span

_MEN = frozenset({"Mr", "Sir", "Lord", "King", "Prince", "Baron", "Herr", "Monsieur", "Senor", "Se\u00f1or"})
_WOMEN = frozenset(
    {"Mrs", "Ms", "Miss", "Lady", "Dame", "Queen", "Princess", "Baroness", "Frau", "Madame", "Senora", "Se\u00f1ora"}
)
# "his wife, Mary Oake"
_RELATIVE = re.compile(
    r"\b(?:(?P<woman>(?:grand|step)?(?:mother|daughter)|wife|widow|sister|aunt|niece)"
    r"|(?:grand|step)?(?:father|son)|husband|widower|brother|uncle|nephew)(?:,| is| was|) $"
)
_RELATIVE_BEFORE = 24  # characters
_BEFORE = re.compile(r"\b([A-Z][\w\u00f1]+)\.?[ \u00a0]$")
_LONGEST = 12  # characters; no such title is longer
MAN, WOMAN = "man", "woman"


def courtesy(text: str, start: int) -> str | None:
    """Return `MAN` or `WOMAN` where the word before `start` is a title that only one of them has; else None."""
    before = _BEFORE.search(text, max(0, start - _LONGEST), start)
    if before is None:
        return None
    return MAN if before[1] in _MEN else WOMAN if before[1] in _WOMEN else None


def _kinship(text: str, start: int) -> str | None:
    """Return `MAN` or `WOMAN` where the words before `start` call the person a relative that only one of them is."""
    relative = _RELATIVE.search(text, max(0, start - _RELATIVE_BEFORE), start)
    return relative and (WOMAN if relative["woman"] else MAN)


class Courtesies:
    """Who is meant by a surname behind a title, where the article has a man and a woman of that surname."""

    def __init__(self, texts: Mapping[str, str], spans: Mapping[str, Sequence[Span]], people: People) -> None:
        """Read the titles before the people in `spans`, by field of `texts`."""
        self._people = people
        self._of_surname: dict[str, Counter[str]] = defaultdict(Counter)
        self._of_person: dict[Person, str] = {}
        for field, found in spans.items():
            for span in found:
                if span.label == "PERSON":
                    self._read(texts[field], span)

    def _read(self, text: str, span: Span) -> None:
        surface = text[span.start : span.end]
        meant = self._people.may_mean(surface)
        # "Sir Ann" and "Sir Ann Oake" say it of one person, "Lady Oake" of any Oake.
        if " " in surface or (meant and surface not in self._people.forms):
            told = courtesy(text, span.start) or _kinship(text, span.start)
            self._of_person |= dict.fromkeys(meant, told) if told and len(meant) == 1 else {}
        elif title := courtesy(text, span.start):
            self._of_surname[fold(surface)][title] += 1

    def who(self, surface: str, title: str) -> object | None:
        """Return what tells the one whom `title` and the surname `surface` mean from all others; None: it says nothing.

        A person alone with the surname, of whom the article does not say it, is the one of the title used most with it.
        """
        surname = fold(surface)
        if " " in surface or surname not in self._of_surname:
            return None
        meant, used = self._people.may_mean(surface), self._of_surname[surname]
        unsaid = used.most_common(1)[0][0] if len(meant) == 1 else title
        certain = [one for one in meant if self._of_person.get(one) == title]
        fits = certain or [one for one in meant if self._of_person.get(one, unsaid) == title]
        if len(fits) == 1:
            return fits[0]
        return (title, surname) if len(used) == 2 or (meant and not fits) else None
