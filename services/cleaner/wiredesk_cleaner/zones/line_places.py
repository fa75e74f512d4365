"""Numbers about where a line stands among the others: columns in, columns out. Pure."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

# So many lines before and after are shown as they are, and as means so many before and after.
_NEAR = 3
_WINDOWS = (5, 12)
# What lies further away says no more.
_FAR = 30
_FADING = 8.0
_LONGEST_PERIOD = 5
_LIKELY = 0.5
_LONG = 60


def neighbours(near: Floats) -> Floats:
    """Return the columns of the three lines before and after, and whether there is such a line."""
    count, width = near.shape
    padded = np.zeros((count + 2 * _NEAR, width + 1))
    padded[_NEAR:-_NEAR, :-1] = near
    padded[_NEAR:-_NEAR, -1] = 1
    return np.concatenate(
        [padded[_NEAR + step : _NEAR + step + count] for step in range(-_NEAR, _NEAR + 1) if step], axis=1
    )


def windows(near: Floats) -> Floats:
    """Return the means over the lines before and over the lines after, of two widths; 0 where there are none."""
    count, width = near.shape
    sums = np.concatenate([np.zeros((1, width)), np.cumsum(near, axis=0)])
    at = np.arange(count)
    found = []
    for wide in _WINDOWS:
        before, after = np.maximum(at - wide, 0), np.minimum(at + 1 + wide, count)
        found.append((sums[at] - sums[before]) / np.maximum(at - before, 1)[:, None])
        found.append((sums[after] - sums[at + 1]) / np.maximum(after - at - 1, 1)[:, None])
    return np.concatenate(found, axis=1)


def since(marks: Sequence[Floats | NDArray[np.bool_]]) -> Floats:
    """Return for each of `marks` how near the last marked line is (1 here, fading to 0) and whether there was one."""
    found = []
    for mark in marks:
        distance = _since(mark > 0)
        found += [np.exp(-np.minimum(distance, 60) / _FADING), distance < len(distance)]
    return np.stack(found, axis=1).astype(np.float64)


def _since(mark: NDArray[np.bool_]) -> Ints:
    """How many lines ago the last marked one was; more than there are lines when there was none."""
    at = np.arange(len(mark))
    distance: Ints = at - np.maximum.accumulate(np.where(mark, at, -1000 - len(mark)))
    return distance


def _until(mark: NDArray[np.bool_]) -> Ints:
    return _since(mark[::-1])[::-1]


def places(chars: Floats, likely: Floats, heads: Floats, matched: Floats, prose: Floats) -> Floats:
    """Where each line stands in the text, among what is likely the story, and how far from marks of either kind."""
    count = len(chars)
    at = np.arange(count)
    before = np.cumsum(chars) - chars
    strong = likely * chars
    strong_before = np.cumsum(strong) - strong
    strong_total = max(float(strong.sum()), 1.0)
    sure = likely > _LIKELY
    found = np.flatnonzero(sure & (chars > _LONG))
    first, last = (int(found[0]), int(found[-1])) if len(found) else (0, count - 1)
    distances = [
        np.minimum(measure(mark > 0), _FAR) / 10
        for mark in (heads, matched, prose, sure)
        for measure in (_since, _until)
    ]
    columns = [
        before / max(float(chars.sum()), 1.0),
        strong_before / strong_total,
        np.clip((at - first) / 10, -3, 3),
        np.clip((at - last) / 10, -3, 3),
        (at >= first) & (at <= last),
        np.full(count, strong_total / max(float(chars.sum()), 1.0)),
        np.full(count, np.log1p(strong_total)),
        np.full(count, np.log1p(count)),
        at / count,
        np.cumsum(heads) / 5,
        np.log1p(strong_before),
        np.log1p(np.maximum(strong_total - strong_before - strong, 0)),
        *distances,
    ]
    return np.concatenate([np.stack(columns, axis=1), _clusters(sure, strong)], axis=1)


def _clusters(sure: NDArray[np.bool_], strong: Floats) -> Floats:
    """The clusters of likely lines: how heavy the nearest is, how near, and on which side of the heaviest it lies."""
    count = len(sure)
    likely = np.flatnonzero(sure)
    if not len(likely):
        return np.zeros((count, 5))
    begins = np.flatnonzero(np.diff(likely, prepend=-1000) > _NEAR + 1)
    low, high = likely[begins], likely[np.append(begins[1:], len(likely)) - 1]
    mass = np.add.reduceat(strong[likely], begins)
    at = np.arange(count)
    # Of the clusters around a line only the last that begins above it and the next one can be the nearest.
    above = np.searchsorted(low, at, side="right") - 1
    below = np.minimum(above + 1, len(low) - 1)
    behind = np.where(above >= 0, np.maximum(at - high[np.maximum(above, 0)], 0), 10**6)
    ahead = np.where(above + 1 < len(low), low[below] - at, 10**6)
    nearest = np.where(behind <= ahead, np.maximum(above, 0), below)
    heaviest = int(mass.argmax())
    return np.stack(
        [
            mass[nearest] / (mass.sum() + 1),
            np.log1p(mass[nearest]),
            np.log1p(np.minimum(behind, ahead)),
            np.clip((at - high[heaviest]) / 10, -3, 3),
            np.clip((low[heaviest] - at) / 10, -3, 3),
        ],
        axis=1,
    )


def repeats(signs: Floats) -> Floats:
    """How unlike the lines around are to those so many lines before them, 0 to 3: lists of teasers repeat a pattern."""
    count = len(signs)
    at = np.arange(count)
    found = []
    for period in range(1, _LONGEST_PERIOD + 1):
        unlike = np.full(count, 3.0)
        if count > period:
            unlike[period:] = np.minimum(np.abs(signs[period:] - signs[:-period]).sum(axis=1), 3)
        sums = np.concatenate([[0.0], np.cumsum(unlike)])
        low, high = np.maximum(at - 3, 0), np.minimum(at + period + 3, count)
        found.append((sums[high] - sums[low]) / (high - low))
    return np.stack(found, axis=1)
