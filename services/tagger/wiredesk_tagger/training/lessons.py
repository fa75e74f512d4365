"""What a small network learns from a large one: chunks of texts, and what the large one says of each word of them."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from wiredesk_tagger.pipeline.decoding import LABELS, Run
from wiredesk_tagger.pipeline.word_pieces import Encoder, by_length
from wiredesk_tagger.training import corpus
from wiredesk_tagger.training.corpus import MASKED, Chunk, Text

# So many pieces go through the teacher at once: they stay in the processor's caches.
_BATCH = 320


class Lesson(NamedTuple):
    """A chunk of n pieces and k words, and its teacher's answer."""

    ids: NDArray[np.int64]
    """[n]"""
    shapes: NDArray[np.int64]
    """[n]"""
    at: NDArray[np.int64]
    """[k] the word's first piece"""
    given: NDArray[np.float32]
    """[k, labels] 1 for a label that somebody gave; all 0 for a word of which nobody knows"""
    logits: NDArray[np.float16]
    """[k, labels] what the teacher says"""


def asking(text: Text, encoder: Encoder, rng: np.random.Generator, *, labelled: bool = True) -> Iterator[Chunk]:
    """Yield the chunks of `text` with all their words; their chances are 0 where nobody gave a label."""
    pieces = encoder.read(text.text, text.unsure or ())
    chances = np.zeros((len(pieces.first), len(LABELS)), dtype=np.float16)
    if labelled:
        labels = corpus.labels_of(pieces, text)
        known = np.flatnonzero(labels != MASKED)
        chances[known, labels[known]] = 1
    return corpus.chunks(text, encoder, rng, chances)


def ask(chunks: Sequence[Chunk], encoder: Encoder, teacher: Run) -> list[Lesson]:
    """Return the chunks with what `teacher` says of their words."""
    answers: dict[int, NDArray[np.float16]] = {}
    for group in by_length((len(chunk.ids) + 2 for chunk in chunks), _BATCH):
        logits = teacher(encoder.batch([(chunks[k].ids, chunks[k].shapes) for k in group]))
        answers |= {k: logits[row, chunks[k].at + 1].astype(np.float16) for row, k in enumerate(group)}
    return [Lesson(*chunk, answers[k]) for k, chunk in enumerate(chunks)]


def write(path: Path, lessons: Sequence[Lesson]) -> None:
    """Write what `read` gives back; the file is there whole or not at all."""
    columns: dict[str, list[NDArray[Any]]] = {
        "ids": [one.ids.astype(np.int32) for one in lessons],
        "shapes": [one.shapes.astype(np.int8) for one in lessons],
        "at": [one.at.astype(np.int16) for one in lessons],
        "given": [one.given.astype(np.int8) for one in lessons],
        "logits": [one.logits for one in lessons],
    }
    spare = path.with_suffix(".new")
    with spare.open("wb") as file:
        lengths = np.array([(len(one.ids), len(one.at)) for one in lessons], dtype=np.int32)
        joined: dict[str, Any] = {name: np.concatenate(parts) for name, parts in columns.items()}
        np.savez(file, lengths=lengths, **joined)
    spare.replace(path)


def read(path: Path) -> list[Lesson]:
    """Return what `write` wrote."""
    with np.load(path) as file:
        columns = {name: file[name] for name in ("ids", "shapes", "at", "given", "logits")}
        pieces, words = file["lengths"].T
    lessons, piece, word = [], 0, 0
    for more, asked in zip(pieces.tolist(), words.tolist(), strict=True):
        here, said = slice(piece, piece + more), slice(word, word + asked)
        lessons.append(
            Lesson(
                columns["ids"][here].astype(np.int64),
                columns["shapes"][here].astype(np.int64),
                columns["at"][said].astype(np.int64),
                columns["given"][said].astype(np.float32),
                columns["logits"][said],
            )
        )
        piece, word = piece + more, word + asked
    return lessons
