"""The corpus: texts with their names, as they are read from disk, and as the chunks of a training step."""

import gzip
import json
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray

from wiredesk_tagger.pipeline.decoding import LABELS, TYPES
from wiredesk_tagger.pipeline.word_pieces import WINDOW, Encoder, Pieces, Shape, by_length, windows

# A word that teaches nothing: its label is not known.
MASKED = -100
# The shortest chunk that `windows` can promise.
_SHORTEST = 104
_CERTAIN = np.eye(len(LABELS), dtype=np.float32)
_LABEL = {name: number for number, name in enumerate(LABELS)}

Span = tuple[int, int, str]


class Text(NamedTuple):
    """One text of the corpus. Offsets are code points, half-open; nothing is said about `unknown` stretches."""

    source: str
    text: str
    ents: tuple[Span, ...]
    unknown: tuple[tuple[int, int], ...] = ()
    unsure: tuple[tuple[int, int], ...] | None = None
    """of a headline: stretches whose capitals say nothing"""


class Chunk(NamedTuple):
    """A stretch of a text of n pieces as the network reads it, and what it is to say of k words of it."""

    ids: NDArray[np.int64]
    """[n]"""
    shapes: NDArray[np.int64]
    """[n]"""
    at: NDArray[np.int64]
    """[k] the word's first piece"""
    chances: NDArray[np.float32]
    """[k, labels] how likely each label is; of a label that somebody gave, 1"""


class Piecewise(Protocol):
    """What is made of word pieces; `Chunk` is."""

    @property
    def ids(self) -> NDArray[np.int64]: ...


def read(path: Path) -> list[Text]:
    """Return the texts of a `.jsonl.gz` file of the corpus.

    Raises:
        OSError: it is not there. ValueError: a line is no text of the corpus; the message says which.
    """
    texts = []
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        for number, line in enumerate(lines, 1):
            try:
                row = json.loads(line)
                ents = tuple((int(s), int(e), str(label)) for s, e, label in row["ents"])
                if unheard := {label for *_, label in ents} - set(TYPES):
                    raise ValueError(f"unheard-of labels {sorted(unheard)}")  # noqa: TRY301 - the line is added below
                unknown = tuple((int(s), int(e)) for s, e in row["unknown"])
                texts.append(Text(str(row["source"]), str(row["text"]), ents, unknown))
            except (KeyError, TypeError, ValueError) as error:
                raise ValueError(f"{path}, line {number}: {error!r}") from None
    return texts


def write(path: Path, texts: Iterable[Text]) -> None:
    """Write `texts` so that `read` gives them back; the file is there whole or not at all."""
    spare = path.with_suffix(".new")
    with gzip.open(spare, "wt", encoding="utf-8", compresslevel=1) as lines:
        lines.writelines(json.dumps(text._asdict()) + "\n" for text in texts)
    spare.replace(path)


def labels_of(pieces: Pieces, text: Text) -> NDArray[np.int64]:
    """Return one label a word, [w]; MASKED where the text does not say, or where a name ends inside a word."""
    labels = np.zeros(len(pieces.first), dtype=np.int64)
    for start, end, name in text.ents:
        inside = (pieces.starts < end) & (pieces.ends > start)
        whole = (pieces.starts >= start) & (pieces.ends <= end)
        labels[inside] = _LABEL[f"I-{name}"]
        labels[np.flatnonzero(inside)[:1]] = _LABEL[f"B-{name}"]
        if (inside & ~whole).any():
            labels[inside] = MASKED
    for start, end in text.unknown:
        labels[(pieces.starts < end) & (pieces.ends > start)] = MASKED
    return labels


def chunks(
    text: Text, encoder: Encoder, rng: np.random.Generator, chances: NDArray[np.float16] | None = None
) -> Iterator[Chunk]:
    """Yield the chunks of one text, cut at other places each time, as long as a window of the running tagger.

    `chances` [words, labels] are a teacher's, in place of the text's own labels.
    """
    pieces = encoder.read(text.text, text.unsure or ())
    words = labels_of(pieces, text) if chances is None else np.zeros(len(pieces.first), dtype=np.int64)
    bounds = np.append(pieces.first, len(pieces.ids))
    for window in windows(pieces, size=int(rng.integers(_SHORTEST, WINDOW + 1)), context=0):
        place = slice(bounds[window.keep], bounds[window.stop])
        known = window.keep + np.flatnonzero(words[window.keep : window.stop] != MASKED)
        if len(known):
            shapes = pieces.shapes[place]
            yield Chunk(
                pieces.ids[place],
                recased(shapes, rng) if text.unsure is None else shapes,
                pieces.first[known] - place.start,
                _CERTAIN[words[known]] if chances is None else chances[known].astype(np.float32),
            )


def recased(shapes: NDArray[np.int64], rng: np.random.Generator) -> NDArray[np.int64]:
    """Return the shapes of a chunk, in 8 of 100 as no sentence has them: capitals everywhere, nowhere or not known."""
    draw = rng.random()
    if draw < 0.03:
        return np.full_like(shapes, Shape.NONE)
    wordy = ~np.isin(shapes, (Shape.NONE, Shape.DIGITS, Shape.PUNCTUATION))
    changed = shapes.copy()
    if draw < 0.05:
        # Headlines in Title Case keep their NATO; text changed by a program often does not.
        keep = (Shape.UPPER, Shape.CAPITAL, Shape.MIXED) if draw < 0.04 else (Shape.CAPITAL,)
        changed[wordy & ~np.isin(shapes, keep)] = Shape.TITLE
    elif draw < 0.07:
        changed[wordy & (shapes != Shape.CAPITAL)] = Shape.UPPER
    elif draw < 0.08:
        changed[wordy] = Shape.LOWER
    return changed


def batches(items: Sequence[Piecewise], pieces_a_step: int, rng: np.random.Generator) -> list[list[int]]:
    """Return the numbers of `items` in groups of about `pieces_a_step` pieces and like length, in random order."""
    groups = list(by_length((len(item.ids) + 2 for item in items), pieces_a_step))
    rng.shuffle(groups)
    return groups


def pieces_in(items: Iterable[Piecewise]) -> int:
    """Return the number of pieces of all items."""
    return sum(len(item.ids) for item in items)
