"""Self-training: models read the news text that no person has labelled; what they say of it teaches the next model."""

from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from wiredesk_tagger.pipeline.decoding import LABELS, Run, logits_of, mean, spans
from wiredesk_tagger.pipeline.word_pieces import Encoder
from wiredesk_tagger.training import corpus
from wiredesk_tagger.training.corpus import Text

# The corpus takes these from one grammar in every source; the model's would only be a copy of it.
_GRAMMAR = frozenset({"DATE", "TIME", "MONEY", "PERCENT"})
# A name whose least certain word is below the first, and a word that is none by less than the second, teach nothing.
_SURE_OF_NAME = 0.75
_SURE_OF_NONE = 0.6


class Taught(NamedTuple):
    """A text as its teachers read it."""

    text: Text
    """with the names that they are sure of; what they doubt is unknown"""
    chances: NDArray[np.float16]
    """[words, labels] how likely each label is"""


def teach(texts: Sequence[Text], encoder: Encoder, teachers: Sequence[Run]) -> list[Taught]:
    """Return `texts` as the mean of `teachers` reads them; a doubtful name that the old labels have too stays."""
    read = [encoder.read(text.text) for text in texts]
    # One by one: what a large model says of a text depends a little on what is read with it.
    said = [[logits_of([pieces], encoder, run)[0] for pieces in read] for run in teachers]
    taught = []
    for text, pieces, *ways in zip(texts, read, *said, strict=True):
        logits = mean(ways)
        old = set(text.ents)
        kept = [ent for ent in text.ents if ent[2] in _GRAMMAR]
        unknown = []
        for name in spans(pieces, logits):
            ent = (name.start, name.end, name.label)
            if any(start < name.end and name.start < end for start, end, _ in kept):
                continue
            if name.label not in _GRAMMAR and (name.confidence >= _SURE_OF_NAME or ent in old):
                kept.append(ent)
            else:
                unknown.append((name.start, name.end))
        exps = np.exp(logits - logits.max(axis=1, keepdims=True))
        chances = exps / exps.sum(axis=1, keepdims=True)
        none = chances[:, 0]
        for word in np.flatnonzero((none < _SURE_OF_NONE) & (none > 1 - _SURE_OF_NAME)):
            place = int(pieces.starts[word]), int(pieces.ends[word])
            if not any(start < place[1] and place[0] < end for start, end, _ in kept):
                unknown.append(place)
        better = Text(text.source, text.text, tuple(sorted(kept)), tuple(unknown))
        taught.append(Taught(better, chances.astype(np.float16)))
    return taught


def write(path: Path, taught: Sequence[Taught]) -> None:
    """Write what `read` gives back: `path` is the file of texts, with the chances beside it."""
    with _chances(path).open("wb") as file:
        np.save(file, np.concatenate([np.empty((0, len(LABELS)), np.float16), *(one.chances for one in taught)]))
    corpus.write(path, (one.text for one in taught))


def read(path: Path, encoder: Encoder) -> list[Taught]:
    """Return what `write` wrote with the same encoder."""
    texts, chances, end = corpus.read(path), np.load(_chances(path)), 0
    taught = []
    for text in texts:
        start, end = end, end + len(encoder.read(text.text).first)
        taught.append(Taught(text, chances[start:end]))
    return taught


def _chances(path: Path) -> Path:
    return path.with_suffix(".npy")
