"""Changes as a reader sees them: what went and what came, with a few words on either side."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from wiredesk_storage.revisions.stretches import Stretch
from wiredesk_storage.revisions.words import Words

# Words that stayed, shown on either side of a change.
CONTEXT = 8
_CUT = "… "


class SegmentKind(StrEnum):
    """Whether words stayed, went or came."""

    EQUAL = "equal"
    DELETED = "deleted"
    INSERTED = "inserted"


@dataclass(frozen=True, slots=True)
class Segment:
    """Words of one kind, with the white space between and after them. "… " stands for words left out at an end."""

    kind: SegmentKind
    words: str


def passages(
    old: Words, new: Words, found: Sequence[Stretch], context: int = CONTEXT
) -> tuple[tuple[Segment, ...], ...]:
    """Return the changes with `context` words around each; changes so near that these meet are one passage."""
    groups: list[list[Stretch]] = []
    for stretch in found:
        if groups and stretch.new_from - groups[-1][-1].new_to <= 2 * context:
            groups[-1].append(stretch)
        else:
            groups.append([stretch])
    return tuple(_passage(old, new, group, context) for group in groups)


def _passage(old: Words, new: Words, group: Sequence[Stretch], context: int) -> tuple[Segment, ...]:
    start = max(0, group[0].new_from - context)
    end = min(len(new), group[-1].new_to + context)
    made: list[Segment] = []
    at = start
    for stretch in group:
        stayed = _slice(new, at, stretch.new_from)
        if stretch.new_from == len(new):
            # Only in the old text a space comes after it.
            stayed = _slice(old, stretch.old_from - (stretch.new_from - at), stretch.old_from)
        made.append(Segment(SegmentKind.EQUAL, stayed))
        made.append(Segment(SegmentKind.DELETED, _slice(old, stretch.old_from, stretch.old_to)))
        made.append(Segment(SegmentKind.INSERTED, _slice(new, stretch.new_from, stretch.new_to)))
        at = stretch.new_to
    made.append(Segment(SegmentKind.EQUAL, _slice(new, at, end)))
    if start > 0:
        made[0] = Segment(SegmentKind.EQUAL, _CUT + made[0].words)
    if end < len(new):
        made[-1] = Segment(SegmentKind.EQUAL, made[-1].words.rstrip() + " " + _CUT.strip())
    return tuple(segment for segment in made if segment.words)


def _slice(text: Words, start: int, end: int) -> str:
    return text.text[text.starts[start] : text.starts[end]]
