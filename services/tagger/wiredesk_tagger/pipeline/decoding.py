"""From the model's scores to names: labels in a lawful order, spans with offsets and confidence. Pure.

Training and run time share this file: what is measured in training is what an article gets. No processor changes what
becomes of the same scores: they are rounded to half precision, so that their sums are exact, and a confidence to six
digits, so that the last bits of an exponential do not show.
"""

import hashlib
from collections import OrderedDict
from collections.abc import Callable, Iterator, Sequence
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
# processor's caches (23,600 pieces a second; four windows 20,900, eight 19,900, sixteen 16,700).
_BATCH = 320
# Of the three ways to read a headline: the guess hidden, the guess, no capitals. With equal weights headlines in other
# capitals score .1 less.
_TRUST = (2, 1, 2)
_DIGITS = 6
# Of so many words the scores are kept for copies: 58 bytes each.
_KEPT_WORDS = 100_000

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
    """Return the best lawful labels of one line: [w, labels] scores, as logits are, in; [w] labels out.

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
    scores = logits.astype(np.float64)
    lines = np.flatnonzero(pieces.opens_line)
    path = np.concatenate([best_path(line) for line in np.split(scores, lines[1:])])
    named = np.flatnonzero(path)
    exps = np.exp(scores[named] - scores[named].max(axis=1, keepdims=True))
    sure = np.ones(len(path))
    sure[named] = exps[np.arange(len(named)), path[named]] / exps.sum(axis=1)
    found = []
    for start, stop in _runs(path):
        label = TYPES[(int(path[start]) - 1) // 2]
        confidence = round(float(sure[start:stop].min()), _DIGITS)
        found.append(Tagged(int(pieces.starts[start]), int(pieces.ends[stop - 1]), label, confidence))
    return found


def _runs(path: NDArray[np.int64]) -> Iterator[tuple[int, int]]:
    for start in np.flatnonzero(path % 2 == 1).tolist():
        stop = start + 1
        while stop < len(path) and path[stop] == path[start] + 1:
            stop += 1
        yield start, stop


class Copies:
    """The scores of the windows read last, for texts that come again: agency copy runs in many papers.

    A window's scores depend on nothing but the window, so they are those that the model would give again. What is kept
    is bounded by words; of what is asked for, `asked` and `known` count the windows.
    """

    def __init__(self, words: int = _KEPT_WORDS) -> None:
        self._rows: OrderedDict[bytes, NDArray[np.float16]] = OrderedDict()
        self._words, self._most = 0, words
        self.asked = self.known = 0

    def get(self, key: bytes) -> NDArray[np.float16] | None:
        """Return the rows kept under `key`, if there are any."""
        self.asked += 1
        rows = self._rows.get(key)
        if rows is not None:
            self.known += 1
            self._rows.move_to_end(key)
        return rows

    def keep(self, key: bytes, rows: NDArray[np.float16]) -> None:
        """Keep `rows`; what was not asked for the longest goes."""
        if key in self._rows:
            return
        self._rows[key] = rows
        self._words += len(rows)
        while self._words > self._most:
            _, old = self._rows.popitem(last=False)
            self._words -= len(old)


class _Job(NamedTuple):
    """A window to be read: its pieces, and the columns of the words that are kept."""

    text: int
    window: Window
    place: slice
    columns: NDArray[np.int64]


def logits_of(
    texts: Sequence[Pieces],
    encoder: Encoder,
    run: Run,
    *,
    size: int = WINDOW,
    context: int = CONTEXT,
    copies: Copies | None = None,
) -> list[NDArray[np.float32]]:
    """Run the model over all texts, windows of like length together; return [w, labels] for each text.

    `run` takes `Encoder.batch`'s arrays and returns [batch, pieces, labels]. A row of its result must depend on its
    own row of the input alone, whatever is read beside it and however long its padding: then a text's names do not
    depend on its neighbours, and a redelivered record gives the same event. A model that is not made so is run on one
    text at a time.
    """
    found = [np.zeros((len(pieces.first), len(LABELS)), dtype=np.float32) for pieces in texts]
    waiting: dict[bytes, list[_Job]] = {}
    for number, pieces in enumerate(texts):
        for window in windows(pieces, size, context):
            place = span_of(pieces, window)
            job = _Job(number, window, place, pieces.first[window.keep : window.stop] - place.start + 1)
            key = _key(pieces, job)
            rows = copies.get(key) if copies and key not in waiting else None
            if rows is None:
                waiting.setdefault(key, []).append(job)
            else:
                found[number][window.keep : window.stop] = rows
    keys = list(waiting)
    jobs = [same[0] for same in waiting.values()]
    for group in by_length((job.place.stop - job.place.start + 2 for job in jobs), _BATCH):
        chunks = [
            (texts[job.text].ids[job.place], texts[job.text].shapes[job.place]) for job in (jobs[k] for k in group)
        ]
        logits = run(encoder.batch(chunks))
        for row, k in enumerate(group):
            rows = logits[row, jobs[k].columns].astype(np.float16)
            if copies:
                copies.keep(keys[k], rows)
            for job in waiting[keys[k]]:
                found[job.text][job.window.keep : job.window.stop] = rows
    return found


def _key(pieces: Pieces, job: _Job) -> bytes:
    """Return what tells the window from every other: what is read, and of which words the scores are kept."""
    parts = (pieces.ids[job.place], pieces.shapes[job.place], job.columns)
    return hashlib.blake2b(b"".join(part.astype(np.int32).tobytes() for part in parts), digest_size=16).digest()


def tag(
    texts: Sequence[str],
    encoder: Encoder,
    run: Run,
    unsure: Sequence[tuple[tuple[int, int], ...]] | None = None,
    *,
    copies: Copies | None = None,
) -> list[list[Tagged]]:
    """Return the names of each text, in order; `unsure` has for each text the stretches whose capitals are a guess.

    With `copies` all texts are read together, as `logits_of` needs it; without, each alone, which any model may be.
    A text of one window with such stretches, as a headline is, is read in three ways: the guess, the guess hidden, and
    all capitals hidden. Their mean loses fewer names than each of them; the guess alone counts half, as it misleads.
    """
    ways = [_ways(text, guessed, encoder) for text, guessed in zip(texts, unsure or [()] * len(texts), strict=True)]
    flat = [way for each in ways for way in each]
    groups = [flat] if copies else [[way] for way in flat]
    scores = (rows for group in groups for rows in logits_of(group, encoder, run, copies=copies))
    return [spans(each[0], mean([next(scores) for _ in each], _TRUST[: len(each)])) for each in ways]


def _ways(text: str, guessed: tuple[tuple[int, int], ...], encoder: Encoder) -> list[Pieces]:
    hidden = encoder.read(text, guessed)
    if not guessed or len(hidden.ids) > WINDOW - 2:
        return [hidden]
    marks = np.isin(hidden.shapes, (Shape.DIGITS, Shape.PUNCTUATION))
    return [hidden, encoder.read(text), hidden._replace(shapes=np.where(marks, hidden.shapes, Shape.NONE))]


def mean(ways: Sequence[NDArray[np.float32]], weights: Sequence[float] | None = None) -> NDArray[np.float32]:
    """Return the weighted mean of the scores; one alone comes back as it is.

    It is the mean of the log probabilities, up to a number for each word that changes no comparison.
    """
    if len(ways) == 1:
        return ways[0]
    parts = weights or [1.0] * len(ways)
    joint = sum(part * logits.astype(np.float64) for part, logits in zip(parts, ways, strict=True)) / sum(parts)
    return np.asarray(joint, dtype=np.float32)
