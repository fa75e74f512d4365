"""What a story is called, whom it names, where it plays, who tells it and when. Pure; made from its members.

Made anew from all members, a summary does not depend on the order in which they came.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import reduce
from operator import attrgetter
from uuid import UUID

from wiredesk_storage.stories.arriving import Named
from wiredesk_storage.stories.profiles import Profile
from wiredesk_storage.stories.similarity import closeness
from wiredesk_storage.stories.terms import folded

_ENTITIES = 20
# What is longer is cut, so that a record of a story has room for all of it.
_TITLE_CHARACTERS, _MOST = 500, 100


@dataclass(frozen=True, slots=True)
class Member:
    """One article of a story, as far as a summary needs it."""

    article_id: UUID
    at: datetime
    headline: str
    profile: Profile = field(repr=False)
    outlet: str | None = None
    """host of its address"""
    language: str | None = None
    named: tuple[Named, ...] = field(default=(), repr=False)


@dataclass(frozen=True, slots=True)
class StorySummary:
    """What is shown of a story. Of several lists each is sorted: the heaviest or most frequent first, then by name."""

    title: str
    title_article: UUID
    articles: int
    first_seen: datetime
    last_seen: datetime
    entities: tuple[Named, ...]
    countries: tuple[str, ...]
    """ISO 3166-1 of the places named, by weight"""
    languages: tuple[str, ...]
    outlets: tuple[str, ...]


def summary(members: Sequence[Member]) -> StorySummary:
    """Return the summary of a story with these articles, at least one, in any order.

    The title is the headline of the article nearest to all of them together, of equally near ones the oldest; one
    without a headline gives it only where none has any.
    """
    ordered = sorted(members, key=lambda one: (one.at, one.article_id))
    whole = reduce(Profile.with_, (one.profile for one in ordered))
    central = max(ordered, key=lambda one: (bool(one.headline), closeness(one.profile, whole)))
    entities = _entities(ordered)
    countries: Counter[str] = Counter()
    for one in entities:
        if one.country:
            countries[one.country] += round(1_000_000 * one.weight)
    return StorySummary(
        central.headline[:_TITLE_CHARACTERS],
        central.article_id,
        len(ordered),
        ordered[0].at,
        ordered[-1].at,
        tuple(entities[:_ENTITIES]),
        _frequent(countries),
        _frequent(Counter(one.language for one in ordered if one.language)),
        _frequent(Counter(one.outlet for one in ordered if one.outlet)),
    )


def _frequent(counts: Counter[str]) -> tuple[str, ...]:
    return tuple(sorted(counts, key=lambda one: (-counts[one], one))[:_MOST])


def _entities(members: Sequence[Member]) -> list[Named]:
    """Join what is one: the same type, and an id in common or the same name; two ids of one kind are two things."""
    groups: list[list[Named]] = []
    by_key: dict[tuple[str, ...], list[list[Named]]] = {}
    # What has ids comes first: a name without joins it, whichever article was the older.
    every = sorted((one for member in members for one in member.named), key=lambda one: not one.ids)
    for one in every:
        keys = [(one.type, kind, id_) for kind, id_ in one.ids] + [(one.type, folded(one.name))]
        known = [group for key in keys for group in by_key.get(key, ()) if _agree(group[0], one)]
        group = known[0] if known else []
        if not known:
            groups.append(group)
        group.append(one)
        for key in keys:
            if group not in (own := by_key.setdefault(key, [])):
                own.append(group)
    joined = [_joined(group, len(members)) for group in groups]
    return sorted(joined, key=lambda one: (-one.weight, one.name, one.type))


def _agree(one: Named, other: Named) -> bool:
    theirs = dict(other.ids)
    return all(theirs.get(kind, id_) == id_ for kind, id_ in one.ids)


def _joined(group: Iterable[Named], articles: int) -> Named:
    """Return the group as one thing, under its most frequent name."""
    some = list(group)
    weights = sum(map(attrgetter("weight"), some))
    names = Counter(one.name for one in some)
    return Named(
        _frequent(names)[0],
        some[0].type,
        # One article may name the thing twice, under two kinds of id.
        round(min(1.0, weights / articles), 6),
        some[0].ids,
        next((one.country for one in some if one.country), None),
    )
