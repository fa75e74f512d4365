"""The words of `pagewords.toml`, read once."""

import tomllib
from dataclasses import dataclass
from functools import cache
from importlib.resources import files


@dataclass(frozen=True, slots=True)
class PageWords:
    """Case-folded words; `by` longest first, so that the longest lead of a byline is the one that is cut."""

    by: tuple[str, ...]
    nobody: frozenset[str]
    titles: frozenset[str]
    after: frozenset[str]
    others: frozenset[str]
    particles: frozenset[str]
    updated: tuple[str, ...]
    paywall: tuple[str, ...]
    goes_on: frozenset[str]
    meta_author: tuple[str, ...]
    meta_published: tuple[str, ...]
    meta_modified: tuple[str, ...]
    months: dict[str, int]


@cache
def pagewords() -> PageWords:
    """Return the words shipped beside this module; of two months of one name the first holds."""
    data = tomllib.loads(files(__package__).joinpath("pagewords.toml").read_text("utf-8"))
    months: dict[str, int] = {}
    for number, names in enumerate(data["months"], 1):
        for name in names:
            months.setdefault(name.strip("."), number)
    return PageWords(
        by=tuple(sorted(dict.fromkeys(data["by"]), key=len, reverse=True)),
        nobody=frozenset(data["nobody"]),
        titles=frozenset(data["titles"]),
        after=frozenset(data["after"]),
        others=frozenset(data["others"]),
        particles=frozenset(data["particles"]),
        updated=tuple(data["updated"]),
        paywall=tuple(data["paywall"]),
        goes_on=frozenset(data["goes_on"]),
        meta_author=tuple(data["meta_author"]),
        meta_published=tuple(data["meta_published"]),
        meta_modified=tuple(data["meta_modified"]),
        months=months,
    )
