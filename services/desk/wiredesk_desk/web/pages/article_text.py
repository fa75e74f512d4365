"""An article's text as blocks, its entities marked, and what was set aside in between. Pure."""

from bisect import bisect_left
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from operator import attrgetter

from wiredesk.contracts.events import ArticleEnriched
from wiredesk.contracts.parts import Entity
from wiredesk_desk.views.colours import STORY_KINDS, apart, lines

# A text of a megabyte is no reason for a page of ten: the rest is in the JSON.
_CHARACTERS = 200_000
_OF_ONE_LINE = 20_000
_BLOCKS = 3_000
_MARKS = 5_000


@dataclass(frozen=True, slots=True)
class Piece:
    """Characters of a block. `entity` is the number of the entity that is named here; None: none is."""

    text: str
    entity: int | None = None


@dataclass(frozen=True, slots=True)
class Block:
    """A line of the input: of the story by its `kind`, or furniture, with the rule that said so."""

    kind: str
    rule: str
    pieces: Sequence[Piece]
    is_story: bool


@dataclass(frozen=True, slots=True)
class Mark:
    """Where an entity is named in a field: code points, half-open."""

    start: int
    end: int
    entity: int


def blocks(article: ArticleEnriched) -> tuple[list[Block], bool]:
    """Return the lines of the input in order, and whether some at the end were left out for their length."""
    marked = marks(article.entities, "text")
    made: list[Block] = []
    shown = 0
    zoned = lines(article.text, article.zones)
    if not any(line.offset is not None for line in zoned):
        zoned = []
        made = list(_paragraphs(article.text, marked))
    for line in zoned:
        if shown > _CHARACTERS or len(made) >= _BLOCKS:
            return made, True
        text = line.text if len(line.text) <= _OF_ONE_LINE else line.text[:_OF_ONE_LINE] + "…"
        shown += len(text)
        of = marked if line.offset is not None else []
        made.append(
            Block(
                line.zone.kind.value,
                line.zone.rule,
                pieces(text, line.offset or 0, of),
                line.zone.kind in STORY_KINDS and line.offset is not None,
            )
        )
    return made[:_BLOCKS], len(made) > _BLOCKS


def marks(entities: Sequence[Entity], field: str) -> list[Mark]:
    """Return where entities are named in `field`, in order; of two that overlap the earlier, or the longer."""
    found = (
        Mark(mention.start, mention.end, number)
        for number, entity in enumerate(entities)
        for mention in entity.mentions
        if mention.field == field
    )
    return apart(found, _MARKS)


def pieces(text: str, offset: int, marked: Sequence[Mark]) -> list[Piece]:
    """Return `text`, which begins at `offset` of its field, in pieces that are an entity's or nobody's."""
    made: list[Piece] = []
    at = 0
    first = bisect_left(marked, offset, key=attrgetter("start"))
    for mark in islice(marked, first, None):
        if mark.start >= offset + len(text):
            break
        start, end = mark.start - offset, mark.end - offset
        if start < at or end > len(text):
            continue
        if start > at:
            made.append(Piece(text[at:start]))
        made.append(Piece(text[start:end], mark.entity))
        at = end
    return [*made, Piece(text[at:])] if at < len(text) else made


def _paragraphs(text: str, marked: Sequence[Mark]) -> Iterator[Block]:
    at = 0
    for line in text.splitlines(keepends=True):
        if line.strip():
            yield Block("body", "", pieces(line.rstrip()[:_OF_ONE_LINE], at, marked), is_story=True)
        at += len(line)
