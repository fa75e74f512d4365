"""What kind of change a revision made, and whether it was made without a word about it."""

from bisect import bisect_right
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import islice

from wiredesk.contracts.events import ArticleEnriched, ChangeKind, Entity
from wiredesk_storage.revisions.corrections import is_note
from wiredesk_storage.revisions.stretches import Stretch
from wiredesk_storage.revisions.words import Words, ends_sentence

_NUMBERS = frozenset({"CARDINAL", "ORDINAL", "QUANTITY", "MONEY", "PERCENT"})
_NO_NAMES = _NUMBERS | {"DATE", "TIME"}
# A stretch of so many words is a passage even where no sentence ends in it.
_PASSAGE = 10
# What takes the place of a passage is nothing to speak of when it is so many times shorter.
_MUCH = 4
# Paragraphs looked at for a correction; an article has one or two.
_PARAGRAPHS = 1000


@dataclass(frozen=True, slots=True)
class Difference:
    """Where a text of an article (`field` of the event) differs."""

    field: str
    old: Words
    new: Words
    stretches: Sequence[Stretch]


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a revision changed. `stealth` is None where it cannot be known (see `stealth`)."""

    kinds: tuple[ChangeKind, ...]
    stealth: bool | None


def verdict(
    before: ArticleEnriched, after: ArticleEnriched, headline: Difference, text: Difference, *, others: bool
) -> Verdict:
    """Return the kinds of a change, in the order of `ChangeKind`; `others`: whether any other field differs.

    No kind where nothing differs but white space, or how the article was read. `stealth`: the headline or the text
    changed, the article does not say when, and no correction was appended. Not known where two versions of the cleaner
    read the article: then what differs may be our own doing.
    """
    notes = _new_notes(text)
    found = _of_text(text, notes, before, after)
    if headline.stretches:
        numbered, named = _numbered(headline, before, after), _named(headline, before, after)
        found |= {ChangeKind.HEADLINE}
        found |= _told(numbered, named)
    if notes:
        found.add(ChangeKind.CORRECTION_APPENDED)
    if others and not found:
        found.add(ChangeKind.METADATA)
    stealth = None
    if before.cleaner_version == after.cleaner_version:
        changed = bool(headline.stretches or text.stretches)
        stealth = changed and not notes and not _moved(before, after)
    return Verdict(tuple(kind for kind in ChangeKind if kind in found), stealth)


def _moved(before: ArticleEnriched, after: ArticleEnriched) -> bool:
    """Whether the article says that it was modified since."""
    old, new = _utc(before.date_modified), _utc(after.date_modified)
    return new is not None and (old is None or new > old)


def _utc(at: datetime | None) -> datetime | None:
    return at.replace(tzinfo=UTC) if at is not None and at.tzinfo is None else at


def _of_text(
    text: Difference, notes: Sequence[range], before: ArticleEnriched, after: ArticleEnriched
) -> set[ChangeKind]:
    found: set[ChangeKind] = set()
    in_place: set[int] = set()
    story_end = _story_end(text.new)
    for index, stretch in enumerate(text.stretches):
        inserted = stretch.inserted - sum(len(_shared(note, stretch)) for note in notes)
        if stretch.inserted and not inserted and not stretch.deleted:
            continue
        came = _is_passage(text.new, stretch.new_from, stretch.new_to)
        went = _is_passage(text.old, stretch.old_from, stretch.old_to)
        if stretch.new_to >= story_end and came and stretch.deleted * _MUCH <= inserted:
            found.add(ChangeKind.APPENDED)
        elif went and inserted * _MUCH <= stretch.deleted:
            found.add(ChangeKind.CUT)
        else:
            in_place.add(index)
    numbered, named = _numbered(text, before, after) & in_place, _named(text, before, after)
    found |= _told(numbered, named)
    kept = len(text.new) - sum(stretch.inserted for stretch in text.stretches)
    if 3 * kept < 2 * min(len(text.old), len(text.new)):
        found.add(ChangeKind.REWRITE)
    elif in_place - numbered - named:
        found.add(ChangeKind.WORDING)
    return found


def _told(numbered: AbstractSet[int], named: AbstractSet[int]) -> set[ChangeKind]:
    return {kind for kind, where in ((ChangeKind.NUMBERS, numbered), (ChangeKind.NAMES, named)) if where}


def _is_passage(text: Words, start: int, end: int) -> bool:
    """Whether words are a sentence at least."""
    return end - start >= _PASSAGE or any(ends_sentence(word) for word in text.words[start:end])


def _shared(note: range, stretch: Stretch) -> range:
    return range(max(note.start, stretch.new_from), min(note.stop, stretch.new_to))


def _new_notes(text: Difference) -> list[range]:
    """The words of each paragraph that came and says that the article was changed."""
    firsts = (
        index
        for stretch in text.stretches
        for index in range(stretch.new_from, stretch.new_to)
        if text.new.begins_line(index)
    )
    return [_line(text.new, first) for first in islice(firsts, _PARAGRAPHS) if is_note(text.new.line(first))]


def _line(text: Words, first: int) -> range:
    end = first + 1
    while end < len(text) and not text.begins_line(end):
        end += 1
    return range(first, end)


def _story_end(text: Words) -> int:
    """How many words there are before the corrections at the end, new or old."""
    end = len(text)
    for _ in range(_PARAGRAPHS):
        first = end - 1
        while first > 0 and not text.begins_line(first):
            first -= 1
        if end == 0 or not is_note(text.line(first)):
            break
        end = first
    return end


def _named(difference: Difference, before: ArticleEnriched, after: ArticleEnriched) -> set[int]:
    """The stretches with a name that the article no longer has, or did not have before."""
    old, new = ({entity.name.casefold() for entity in event.entities} for event in (before, after))
    gone = [one for one in before.entities if one.type not in _NO_NAMES and one.name.casefold() not in new]
    come = [one for one in after.entities if one.type not in _NO_NAMES and one.name.casefold() not in old]
    return {index for side in (_in_old(difference, gone), _in_new(difference, come)) for index, _ in side}


def _numbered(difference: Difference, before: ArticleEnriched, after: ArticleEnriched) -> set[int]:
    """The stretches in which other numbers came than went, be they in digits or words."""
    counts = [Counter[str]() for _ in difference.stretches]
    for index, stretch in enumerate(difference.stretches):
        counts[index].subtract(_digits(difference.old.words[stretch.old_from : stretch.old_to]))
        counts[index].update(_digits(difference.new.words[stretch.new_from : stretch.new_to]))
    old, new = ([one for one in event.entities if one.type in _NUMBERS] for event in (before, after))
    for index, surface in _in_old(difference, old):
        counts[index].subtract(_spelled(surface))
    for index, surface in _in_new(difference, new):
        counts[index].update(_spelled(surface))
    return {index for index, count in enumerate(counts) if any(count.values())}


def _digits(words: Iterable[str]) -> Iterator[str]:
    return (word.strip(".,;:!?()[]\"'“”„«»") for word in words if any(c.isdigit() for c in word))


def _spelled(surface: str) -> list[str]:
    return [] if any(c.isdigit() for c in surface) else [surface.casefold()]


def _in_old(difference: Difference, entities: Iterable[Entity]) -> Iterator[tuple[int, str]]:
    starts = difference.old.starts
    spans = [(starts[one.old_from], starts[one.old_to]) for one in difference.stretches]
    return _touched(entities, difference.field, spans)


def _in_new(difference: Difference, entities: Iterable[Entity]) -> Iterator[tuple[int, str]]:
    starts = difference.new.starts
    spans = [(starts[one.new_from], starts[one.new_to]) for one in difference.stretches]
    return _touched(entities, difference.field, spans)


def _touched(entities: Iterable[Entity], field: str, spans: Sequence[tuple[int, int]]) -> Iterator[tuple[int, str]]:
    """The mentions in `field` that lie in one of `spans`, or reach into it: which one, and the surface."""
    ends = [end for _, end in spans]
    for entity in entities:
        for mention in entity.mentions:
            index = bisect_right(ends, mention.start)
            if mention.field == field and index < len(spans) and spans[index][0] < mention.end:
                yield index, mention.surface
