"""Texts to spaCy and back: any text in pieces that spaCy can read, and what it finds as plain spans of that text."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, NamedTuple

from wiredesk_tagger.entities.truecasing import UNSURE, Read
from wiredesk_tagger.spans import Span

if TYPE_CHECKING:
    from spacy.language import Language
    from spacy.tokens import Doc
    from spacy.tokens import Span as SpacySpan

# Under this name `doc.user_data` holds the text that the doc was made of: spaCy joins it anew from its words each time.
TEXT = "wire_text"
# Texts are read in pieces of at most this many code points; spaCy's own limit is 1,000,000.
_PIECE = 100_000
# No word of a story is longer; spaCy's tokenizer takes quadratic time over such runs, and cannot hash a lone surrogate.
_UNREADABLE = re.compile(r"[\ud800-\udfff]+|\S{1000,}")
_PARAGRAPH = re.compile(r"\n\s*|(?<=[.!?])\s+")


class Piece(NamedTuple):
    """A stretch of a field's text as spaCy reads it; `offset` is where it stands there."""

    field: str
    offset: int
    text: str
    unsure: tuple[tuple[int, int], ...] = ()


def pieces(fields: Mapping[str, Read], limit: int) -> Iterator[Piece]:
    """Yield every code point of every field in its place, cut at paragraph ends, at most `limit` of them together."""
    limit = min(_PIECE, limit)
    for field, own in fields.items():
        text = _UNREADABLE.sub(lambda match: " " * len(match[0]), own.text)
        start = 0
        while start < len(text):
            end = min(start + limit, len(text))
            if end < len(text):
                cuts = [cut.end() for cut in _PARAGRAPH.finditer(text, start + limit // 2, end)]
                end = cuts[-1] if cuts else (text.rfind(" ", start, end) + 1 or end)
            unsure = ((max(low - start, 0), high - start) for low, high in own.unsure if start < high and low < end)
            yield Piece(field, start, text[start:end], tuple(unsure))
            start = end


def read(
    nlp: "Language", stories: Sequence[Mapping[str, Read]], *, without: Iterable[str] = ()
) -> list[dict[str, list[Span]]]:
    """Return the spans in each field of each story, as `core.as_read` gives them; offsets in the field.

    `without` names the components that do not run. Nothing that is returned belongs to spaCy's vocabulary.
    """
    parts = [(owner, piece) for owner, fields in enumerate(stories) for piece in pieces(fields, nlp.max_length)]
    found: list[dict[str, list[Span]]] = [{field: [] for field in fields} for fields in stories]
    docs = nlp.pipe((_doc(nlp, piece) for _, piece in parts), disable=list(without))
    for doc, (owner, piece) in zip(docs, parts, strict=True):
        found[owner][piece.field] += spans_of(doc, piece.offset)
    return found


def spans_of(doc: "Doc", offset: int = 0) -> list[Span]:
    """Return the entities of `doc` as spans of the text in which it begins at `offset`."""
    return [
        Span(offset + one.start_char, offset + one.end_char, one.label_, one.id_ or "model", _sure(one))
        for one in doc.ents
    ]


def _doc(nlp: "Language", piece: Piece) -> "Doc":
    doc = nlp.make_doc(piece.text)
    doc.user_data[TEXT] = piece.text
    if piece.unsure:
        doc.user_data[UNSURE] = piece.unsure
    return doc


def _sure(span: "SpacySpan") -> float | None:
    """Return what `wire_ner` gave to the span; the rules and other pipelines give nothing."""
    return span._.confidence if span.id_ == "model" else None
