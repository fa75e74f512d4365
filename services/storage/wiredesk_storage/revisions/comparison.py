"""Two enriched events of one article, field by field; the texts word by word."""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime

from wiredesk.contracts.events import ArticleEnriched
from wiredesk_storage.revisions.kinds import Difference, Verdict, verdict
from wiredesk_storage.revisions.passages import Segment, passages
from wiredesk_storage.revisions.stretches import stretches
from wiredesk_storage.revisions.words import words

# What an article says, in the order in which a reader meets it. How it was read (versions, zones, evidence, quality)
# and what follows from the text (counts, hashes) is not what it says.
TEXTS = ("headline", "alternative_headline", "text")
VALUES = (
    *("article_section", "dateline", "agency", "publisher", "in_language", "date_published", "date_modified"),
    *("url", "canonical_url", "is_accessible_for_free", "content_type"),
)
LISTS = ("authors", "contributors", "captions", "credits", "keywords", "images")


@dataclass(frozen=True, slots=True)
class Change:
    """A field that differs: of a text the passages, of any other field what it had and what it has instead."""

    field: str
    passages: tuple[tuple[Segment, ...], ...] = ()
    removed: tuple[str, ...] = ()
    added: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Comparison:
    """What a revision changed: the fields that differ, and what that comes to."""

    changes: tuple[Change, ...]
    verdict: Verdict


def compare(before: ArticleEnriched, after: ArticleEnriched) -> Comparison:
    """Return what `after` says otherwise than `before`. White space makes no difference anywhere.

    Entities that differ where the words do not are the tagger's doing: they are a change, but not one of the article.
    """
    differences = {field: _difference(before, after, field) for field in TEXTS}
    changes = [
        Change(field, passages(found.old, found.new, found.stretches))
        for field, found in differences.items()
        if found.stretches
    ]
    changes += _fields(before, after)
    found = verdict(before, after, differences["headline"], differences["text"], others=bool(changes))
    return Comparison((*changes, *_entities(before, after)), found)


def verdict_of(before: str, after: str) -> Verdict:
    """Return what came of two events in JSON."""
    return compare(ArticleEnriched.model_validate_json(before), ArticleEnriched.model_validate_json(after)).verdict


def _difference(before: ArticleEnriched, after: ArticleEnriched, field: str) -> Difference:
    old, new = (words(getattr(event, field) or "") for event in (before, after))
    return Difference(field, old, new, stretches(old, new))


def _fields(before: ArticleEnriched, after: ArticleEnriched) -> Iterator[Change]:
    for field in VALUES:
        old, new = (_said(getattr(event, field)) for event in (before, after))
        if old != new:
            yield Change(field, removed=old, added=new)
    for field in LISTS:
        old, new = (tuple(_listed(getattr(event, field))) for event in (before, after))
        if old != new:
            # In another order: nothing went or came, so both are told whole.
            removed, added = _without(old, new), _without(new, old)
            yield (
                Change(field, removed=removed, added=added)
                if removed or added
                else Change(field, removed=old, added=new)
            )


def _entities(before: ArticleEnriched, after: ArticleEnriched) -> Iterator[Change]:
    old, new = (tuple(f"{one.name} ({one.type})" for one in event.entities) for event in (before, after))
    removed, added = _without(old, new), _without(new, old)
    if removed or added:
        yield Change("entities", removed=removed, added=added)


def _said(value: object) -> tuple[str, ...]:
    if value is None:
        return ()
    return (value.isoformat() if isinstance(value, datetime) else " ".join(str(value).split()),)


def _listed(values: Iterable[object]) -> Iterator[str]:
    return (" ".join(str(getattr(value, "url", value)).split()) for value in values)


def _without(some: tuple[str, ...], others: tuple[str, ...]) -> tuple[str, ...]:
    """Return `some` in their order, less `others`, each as often as it is there."""
    left = Counter(others)
    kept = []
    for one in some:
        if left[one]:
            left[one] -= 1
        else:
            kept.append(one)
    return tuple(kept)
