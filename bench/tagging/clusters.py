"""Which mentions are one thing: B-cubed, things split in several entities, several things in one entity.

Judged over the mentions that both sides have, so that grouping alone is measured. GPE, LOC and FAC are one type, a
leading "the" and a trailing "'s" are no part of a mention. Pure but for `mends`.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from bench import b_cubed
from wiredesk_tagger.core import Found
from wiredesk_tagger.training.score import cut

Mention = tuple[int, int]
Mends = Mapping[str, Sequence[Sequence[str]]]
_MENDS = Path(__file__).parent / "cluster_mends.jsonl"
_JUDGED = frozenset({"PERSON", "ORG", "GPE", "LOC", "FAC"})


class Clustering(NamedTuple):
    """Sums over texts; the shares are properties."""

    mentions: int = 0
    precision_sum: float = 0.0
    recall_sum: float = 0.0
    things: int = 0
    """gold clusters with a mention in common"""
    splits: int = 0
    """entities more than things, summed over things"""
    merges: int = 0
    """things more than entities, summed over entities"""

    @property
    def b_cubed(self) -> tuple[float, float, float]:
        """Precision, recall, F1."""
        return b_cubed.BCubed(self.mentions, self.precision_sum, self.recall_sum).shares

    @property
    def split_share(self) -> float:
        return self.splits / max(1, self.things)

    @property
    def merge_share(self) -> float:
        return self.merges / max(1, self.things)


def found_clusters(text: str, entities: Iterable[Found]) -> list[frozenset[Mention]]:
    """Return the mentions in the body of each person, organisation and place."""
    return [
        frozenset(cut(text, (place.start, place.end, ""))[:2] for place in one.mentions if place.field == "text")
        for one in entities
        if one.label in _JUDGED
    ]


def clustering(gold: Sequence[frozenset[Mention]], found: Sequence[frozenset[Mention]]) -> Clustering:
    """Compare two groupings of the mentions of one text."""
    wanted = {mention: group for group in gold for mention in group}
    had = {mention: group for group in found for mention in group}
    common = wanted.keys() & had.keys()
    alike = b_cubed.b_cubed(gold, found)
    splits = sum(len({had[mention] for mention in group & common}) - 1 for group in gold if group & common)
    merges = sum(len({wanted[mention] for mention in group & common}) - 1 for group in found if group & common)
    things = sum(1 for group in gold if group & common)
    return Clustering(*alike, things, splits, merges)


def mends() -> dict[str, Mends]:
    """Return by text what its marks have wrong: names that are `one` thing, and names that are things `apart`.

    Found by reading every split and every wrong merge beside its text: "Casanova" was marked as another than "Giacomo
    Casanova", the Black River as Black Lake. Where the text leaves a doubt the marks stand.
    """
    return {item["id"]: item for item in map(json.loads, _MENDS.read_text(encoding="utf-8").splitlines())}


def mended(text: str, gold: Sequence[frozenset[Mention]], mend: Mends) -> list[frozenset[Mention]]:
    """Return the marks of a text without their errors."""
    groups = list(gold)
    for names in mend["apart"]:
        groups = [part for group in groups for part in _parted(text, group, names)]
    for names in mend["one"]:
        same = [group for group in groups if any(text[slice(*mention)] in names for mention in group)]
        groups = [group for group in groups if group not in same]
        groups.append(frozenset[Mention]().union(*same))
    return groups


def _parted(text: str, group: frozenset[Mention], names: Sequence[str]) -> list[frozenset[Mention]]:
    named = frozenset(mention for mention in group if text[slice(*mention)] in names)
    return [part for part in (named, group - named) if part]


def total(parts: Iterable[Clustering]) -> Clustering:
    """Return the sum over texts."""
    return Clustering(*(sum(column) for column in zip(*parts, strict=True)))
