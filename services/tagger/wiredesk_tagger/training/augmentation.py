"""Varied copies: other people and other places in the same sentences, so that names are known by where they stand."""

import gzip
import json
from pathlib import Path
from typing import NamedTuple

import numpy as np

from wiredesk_tagger.training.corpus import Span, Text


class Pools(NamedTuple):
    """Names to draw from: people as (given, family)."""

    people: tuple[tuple[str, str], ...]
    cities: tuple[str, ...]
    countries: tuple[str, ...]


def read(path: Path) -> Pools:
    """Return the pools of the corpus's `pools.json.gz`; raises OSError, ValueError or KeyError if it has none."""
    with gzip.open(path, "rt", encoding="utf-8") as file:
        pools = json.load(file)
    people = tuple((str(given), str(family)) for given, family in pools["people"])
    return Pools(people, tuple(pools["cities"]), tuple(pools["countries"]))


def vary(text: Text, pools: Pools, rng: np.random.Generator) -> Text:
    """Return `text` with its persons, cities and countries renamed, each the same way wherever it stands."""
    names: dict[tuple[str, str], str] = {}
    full = [_surface(text, ent).split() for ent in text.ents if ent[2] == "PERSON"]
    for words in sorted(full, key=len, reverse=True):
        if len(words) in (2, 3) and all(word[0].isupper() for word in words):
            given, family = pools.people[rng.integers(len(pools.people))]
            # A surname that already has a new form keeps it: relatives stay relatives.
            given, family = names.get(("PERSON", words[0]), given), names.get(("PERSON", words[-1]), family)
            names.setdefault(("PERSON", words[0]), given)
            names.setdefault(("PERSON", words[-1]), family)
            names.setdefault(("PERSON", " ".join(words)), f"{given} {family}")
    for ent in text.ents:
        old = _surface(text, ent)
        if ent[2] == "GPE" and old[:1].isupper() and not old.isupper() and ("GPE", old) not in names:
            pool = pools.countries if old in pools.countries else pools.cities
            names["GPE", old] = str(pool[rng.integers(len(pool))])
    return _rewritten(text, names)


def _surface(text: Text, ent: Span) -> str:
    return text.text[ent[0] : ent[1]]


def _rewritten(text: Text, names: dict[tuple[str, str], str]) -> Text:
    ents: list[Span] = []
    parts: list[str] = []
    moved: list[tuple[int, int]] = []
    """where an old end lies, and how far what follows it has moved"""
    at = shift = 0
    for start, end, label in sorted(text.ents):
        old = text.text[start:end]
        new = names.get((label, " ".join(old.split())), old)
        parts += [text.text[at:start], new]
        ents.append((start + shift, start + shift + len(new), label))
        shift += len(new) - len(old)
        moved.append((end, shift))
        at = end
    parts.append(text.text[at:])

    def place(offset: int) -> int:
        return offset + next((by for end, by in reversed(moved) if end <= offset), 0)

    unknown = tuple((place(start), place(end)) for start, end in text.unknown)
    return Text(text.source, "".join(parts), tuple(ents), unknown)
