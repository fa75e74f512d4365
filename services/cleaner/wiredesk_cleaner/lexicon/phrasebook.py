"""What newsrooms say around a story, in all languages at once: the phrasebooks of `phrasebooks/`, read once.

A page need not say its language, and a byline may be in another one than the story: all are looked up at once.
"""

import tomllib
from collections.abc import Iterable
from dataclasses import dataclass, fields
from functools import cache
from importlib.resources import files
from typing import Any

_YEAR = 12


@dataclass(frozen=True, slots=True)
class Phrasebook:
    """Case-folded words and phrases by what they are for; a phrasebook leaves out what its language does not need.

    date_first, date_later  tell the first publication from a change; `ago` makes a date line of "3 hours"
    by, by_label            before a name: in any line, or only before a colon or in an element of its own
    role, desk, title       what somebody does in a newsroom, for which desk; other words that no name holds
    nobody                  a whole name that names nobody; `newsroom` all who work there, `agencies` any agencies
    after, place            where a name ends; what stands before where, or with whom, somebody wrote
    helper, helped_by       before people who did not write the story: with a colon, without
    and, and_full           what joins any names; what joins only full ones, for it may stand within one
    organisation            the last word of a house's name; `house_first` the first one
    agency, subjects        names of agencies; those of them that stories are about, too
    archive                 marks a picture that is older than its story
    not_place, cities       in capitals, but no place of a dateline; places whose names look like a person's
    """

    months: dict[str, int]
    weekdays: frozenset[str]
    date_first: frozenset[str]
    date_later: frozenset[str]
    date_words: frozenset[str]
    ago: frozenset[str]
    reading: frozenset[str]
    by: frozenset[str]
    by_label: frozenset[str]
    role: frozenset[str]
    desk: frozenset[str]
    title: frozenset[str]
    nobody: frozenset[str]
    newsroom: frozenset[str]
    after: frozenset[str]
    helper: frozenset[str]
    helped_by: frozenset[str]
    particles: frozenset[str]
    and_: frozenset[str]
    and_full: frozenset[str]
    place: frozenset[str]
    agencies: frozenset[str]
    credit: frozenset[str]
    credit_link: frozenset[str]
    archive: frozenset[str]
    organisation: frozenset[str]
    house_first: frozenset[str]
    agency: frozenset[str]
    subjects: frozenset[str]
    not_place: frozenset[str]
    cities: frozenset[str]


@cache
def phrasebook() -> Phrasebook:
    """Return the phrasebooks of all languages as one.

    Raises:
        ValueError: a phrasebook has a table of another name, a month too few, or a month that another one numbers
            otherwise.
    """
    books = files(__package__).joinpath("phrasebooks")
    return merged(
        tomllib.loads(book.read_text("utf-8"))
        for book in sorted(books.iterdir(), key=lambda book: book.name)
        if book.name.endswith(".toml")
    )


def merged(books: Iterable[dict[str, Any]]) -> Phrasebook:
    """Return several phrasebooks as one; raises as `phrasebook` does."""
    names = [field.name.rstrip("_") for field in fields(Phrasebook) if field.name != "months"]
    words: dict[str, set[str]] = {name: set() for name in names}
    months: dict[str, int] = {}
    for book in books:
        _number(book.pop("months", None), months)
        for name, said in book.items():
            if name not in words:
                raise ValueError(f"no phrasebook has {name!r}")
            # A Greek word ends in another letter than its folded form.
            words[name].update(word.casefold() for word in said)
    return Phrasebook(months, **{_field(name): frozenset(said) for name, said in words.items()})


def _field(name: str) -> str:
    return "and_" if name == "and" else name


def _number(names: list[list[str]] | None, months: dict[str, int]) -> None:
    if names is not None and len(names) != _YEAR:
        raise ValueError(f"{len(names)} months in a phrasebook")
    for number, called in enumerate(names or (), 1):
        for name in called:
            if months.setdefault(name.casefold(), number) != number:
                raise ValueError(f"the month {name!r} is number {months[name.casefold()]} in another language")
