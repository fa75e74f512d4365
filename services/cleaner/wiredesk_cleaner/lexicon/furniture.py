"""The furniture lexicon of `lexicon.toml` and `furniture.toml`, read once and indexed by first word."""

import tomllib
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any, Literal

from wiredesk.contracts.events import ZoneKind
from wiredesk_cleaner.normalisation import fold

Where = Literal["any", "ends", "head", "tail"]


@dataclass(frozen=True, slots=True)
class Furniture:
    """One table of phrases. `sentence`: whether a line that ends like a sentence may match.

    `away`: whether the line must also lead to a platform, a handle or an address.
    """

    kind: ZoneKind
    rule: str
    where: Where
    sentence: bool
    words: int
    away: bool


@dataclass(frozen=True, slots=True)
class Wall:
    """How one kind of page that is no article gives itself away."""

    what: str
    titles: tuple[str, ...]
    phrases: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Lexicon:
    """All word lists. `exact` is keyed by folded line, `starts` by the first word of the phrase."""

    exact: dict[str, Furniture]
    starts: dict[str, tuple[tuple[str, Furniture], ...]]
    contains: tuple[tuple[str, Furniture], ...]
    words: dict[str, frozenset[str]]
    walls: tuple[Wall, ...]


def first_word(folded: str) -> str:
    """Return the leading run of letters and digits (or the first character), the key of `Lexicon.starts`."""
    for index, char in enumerate(folded):
        if not char.isalnum():
            return folded[: index or 1]
    return folded


@cache
def lexicon() -> Lexicon:
    """Return the lexicon shipped beside this module. A phrase that two languages share is what the first file says."""
    data, more = _read("lexicon.toml"), _read("furniture.toml")
    exact: dict[str, Furniture] = {}
    starts: dict[str, list[tuple[str, Furniture]]] = {}
    contains: list[tuple[str, Furniture]] = []
    for table in [*data["furniture"], *more["furniture"]]:
        entry = Furniture(
            ZoneKind(table["kind"]),
            table["rule"],
            table["where"],
            table.get("sentence", True),
            table.get("words", 12),
            table.get("away", False),
        )
        for phrase in table.get("exact", ()):
            exact.setdefault(fold(phrase), entry)
        for phrase in table.get("starts", ()):
            folded = " ".join(phrase.casefold().split())
            starts.setdefault(first_word(folded), []).append((folded, entry))
        contains.extend((phrase, entry) for phrase in table.get("contains", ()))
    words = {name: frozenset([*said, *more["words"].get(name, ())]) for name, said in data["words"].items()}
    walls = tuple(Wall(w["what"], tuple(w["titles"]), tuple(w["phrases"])) for w in data["not_article"])
    return Lexicon(exact, {key: tuple(values) for key, values in starts.items()}, tuple(contains), words, walls)


def _read(name: str) -> dict[str, Any]:
    return tomllib.loads(files(__package__).joinpath(name).read_text("utf-8"))
