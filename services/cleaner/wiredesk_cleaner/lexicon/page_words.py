"""The words of `pagewords.toml`, read once."""

import tomllib
from dataclasses import dataclass
from functools import cache
from importlib.resources import files


@dataclass(frozen=True, slots=True)
class PageWords:
    """Case-folded phrases of walls, and the names of meta tags, the best first."""

    paywall: tuple[str, ...]
    goes_on: frozenset[str]
    meta_author: tuple[str, ...]
    meta_published: tuple[str, ...]
    meta_modified: tuple[str, ...]


@cache
def pagewords() -> PageWords:
    """Return the words shipped beside this module."""
    data = tomllib.loads(files(__package__).joinpath("pagewords.toml").read_text("utf-8"))
    return PageWords(
        paywall=tuple(data["paywall"]),
        goes_on=frozenset(data["goes_on"]),
        meta_author=tuple(data["meta_author"]),
        meta_published=tuple(data["meta_published"]),
        meta_modified=tuple(data["meta_modified"]),
    )
