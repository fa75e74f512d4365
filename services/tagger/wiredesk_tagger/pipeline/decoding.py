"""From the model's scores to names: labels in a lawful order, spans with offsets and confidence. Pure.

Training and run time share this file: what is measured in training is what an article gets.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from wiredesk_tagger.pipeline.word_pieces import (
    CONTEXT,
    WINDOW,
    Encoder,
    Pieces,
    Shape,
    Window,
    by_length,
    span_of,
    windows,
)

# OntoNotes names, as spaCy's English pipelines use them; the order is that of the model's outputs.
TYPES = (
    "PERSON",
    "NORP",
    "ORG",
    "GPE",
    "LOC",
    "FAC",
    "EVENT",
    "WORK_OF_ART",
    "PRODUCT",
    "LAW",
    "DATE",
    "TIME",
    "MONEY",
    "PERCENT",
)
# O, then B- and I- of each type: label 2k + 1 begins a name of type k, label 2k + 2 goes on with it.
LABELS = ("O", *(f"{mark}-{name}" for name in TYPES for mark in "BI"))
# At most so many pieces, padding included, go through the model at once: on one thread two windows stay in the
# processor's caches (4,300 words a second; one window 4,200, five 3,900, thirteen 3,100).
_BATCH = 320
# Of the three ways to read a headline: the guess hidden, the guess, no capitals. With equal weights headlines in other
# capitals score .1 less.
_TRUST = (2, 1, 2)

Inputs = dict[str, NDArray[np.int64]]
Run = Callable[[Inputs], NDArray[np.float32]]


class Tagged(NamedTuple):
    """A name in one text, half-open, in code points. `confidence` is the probability of its least certain word."""

    start: int
    end: int
    label: str
    confidence: float


def _lawful() -> NDArray[np.bool_]:
    lawful = np.ones((len(LABELS), len(LABELS)), dtype=np.bool_)
    for inside in range(2, len(LABELS), 2):
        lawful[:, inside] = False
        lawful[[inside - 1, inside], inside] = True
    return lawful


_LAWFUL = _lawful()
_COST = np.where(_LAWFUL, 0.0, -np.inf)


def best_path(scores: NDArray[np.float64]) -> NDArray[np.int64]:
    """Return the best lawful labels of one line: [w, labels] log probabilities in, [w] labels out.

    Lawful: an I- only behind B- or I- of its type (Viterbi).
    """
    greedy: NDArray[np.int64] = scores.argmax(axis=1)
    before = np.concatenate(([0], greedy[:-1]))
    if _LAWFUL[before, greedy].all():
        return greedy
    best = scores[0] + _COST[0]
    came = np.zeros(scores.shape, dtype=np.int64)
    for at in range(1, len(scores)):
        ways = best[:, None] + _COST
        came[at] = ways.argmax(axis=0)
        best = ways.max(axis=0) + scores[at]
    path = np.zeros(len(scores), dtype=np.int64)
    path[-1] = best.argmax()
    for at in range(len(scores) - 1, 0, -1):
        path[at - 1] = came[at, path[at]]
    return path


def spans(pieces: Pieces, logits: NDArray[np.float32]) -> list[Tagged]:
    """Return the names of one text in order, without overlaps: `logits` is [w, labels], one row a word.

    No name crosses a line's end.
    """
    if not len(pieces.first):
        return []
    scores = _logs(logits)
    lines = np.flatnonzero(pieces.opens_line)
    path = np.concatenate([best_path(line) for line in np.split(scores, lines[1:])])
    sure = np.exp(scores[np.arange(len(path)), path])
    found = []
    for start, stop in _runs(path):
        label = TYPES[(int(path[start]) - 1) // 2]
        confidence = float(sure[start:stop].min())
        found.append(Tagged(int(pieces.starts[start]), int(pieces.ends[stop - 1]), label, confidence))
    return found


def _logs(logits: NDArray[np.float32]) -> NDArray[np.float64]:
    scores = logits.astype(np.float64)
    scores -= scores.max(axis=1, keepdims=True)
    scores -= np.log(np.exp(scores).sum(axis=1, keepdims=True))
    return scores


def _runs(path: NDArray[np.int64]) -> Iterator[tuple[int, int]]:
    for start in np.flatnonzero(path % 2 == 1).tolist():
        stop = start + 1
        while stop < len(path) and path[stop] == path[start] + 1:
            stop += 1
        yield start, stop


def logits_of(
    texts: Sequence[Pieces], encoder: Encoder, run: Run, size: int = WINDOW, context: int = CONTEXT
) -> list[NDArray[np.float32]]:
    """Run the model over each text, its windows of like length together; return [w, labels] for each text.

    Never windows of two texts together: the int8 model has one scale for all that runs at once, so a text's names would
    depend on its neighbours, and a redelivered record must give the same event. `run` takes `Encoder.batch`'s arrays
    and returns [batch, pieces, labels].
    """
    return [_logits(pieces, encoder, run, windows(pieces, size, context)) for pieces in texts]


def _logits(pieces: Pieces, encoder: Encoder, run: Run, cuts: Iterable[Window]) -> NDArray[np.float32]:
    jobs = list(cuts)
    places = [span_of(pieces, window) for window in jobs]
    found = np.zeros((len(pieces.first), len(LABELS)), dtype=np.float32)
    for group in by_length((place.stop - place.start + 2 for place in places), _BATCH):
        logits = run(encoder.batch([(pieces.ids[places[k]], pieces.shapes[places[k]]) for k in group]))
        for row, k in enumerate(group):
            window = jobs[k]
            columns = pieces.first[window.keep : window.stop] - places[k].start + 1
            found[window.keep : window.stop] = logits[row, columns]
    return found


def tag(
    texts: Sequence[str], encoder: Encoder, run: Run, unsure: Sequence[tuple[tuple[int, int], ...]] | None = None
) -> list[list[Tagged]]:
    """Return the names of each text, in order; `unsure` has for each text the stretches whose capitals are a guess.

    A text of one window with such stretches, as a headline is, is read in three ways: the guess, the guess hidden, and
    all capitals hidden. Their mean loses fewer names than each of them; the guess alone counts half, as it misleads.
    """
    found = []
    for text, guessed in zip(texts, unsure or [()] * len(texts), strict=True):
        ways = _ways(text, guessed, encoder)
        found.append(spans(ways[0], mean(logits_of(ways, encoder, run), _TRUST[: len(ways)])))
    return found


def _ways(text: str, guessed: tuple[tuple[int, int], ...], encoder: Encoder) -> list[Pieces]:
    hidden = encoder.read(text, guessed)
    if not guessed or len(hidden.ids) > WINDOW - 2:
        return [hidden]
    marks = np.isin(hidden.shapes, (Shape.DIGITS, Shape.PUNCTUATION))
    return [hidden, encoder.read(text), hidden._replace(shapes=np.where(marks, hidden.shapes, Shape.NONE))]


def mean(ways: Sequence[NDArray[np.float32]], weights: Sequence[float] | None = None) -> NDArray[np.float32]:
    """Return the weighted mean of the log probabilities; one alone comes back as it is."""
    if len(ways) == 1:
        return ways[0]
    parts = weights or [1.0] * len(ways)
    shares = [part * _logs(logits) for part, logits in zip(parts, ways, strict=True)]
    joint: NDArray[np.float64] = np.sum(shares, axis=0) / sum(parts)
    return joint.astype(np.float32)
