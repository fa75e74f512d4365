"""A small neural network fitted with numpy alone: the same data and seed give the same weights."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from wiredesk_cleaner.network import Network

_HIDDEN = 24
_MEMBERS = 5
_EPOCHS = 12
_BATCH = 512
_RATE = 0.003
_DECAY = 0.1
# Of the inputs this share is blanked in training, so that no single vote is leaned on alone.
_DROPPED = 0.3
_MOMENTUM, _SECOND, _TINY = 0.9, 0.999, 1e-8

Floats = NDArray[np.float32]


class Examples(NamedTuple):
    """One row per block: what is known of it, how much of it belongs to the body (0 to 1), how much it matters."""

    rows: Floats
    targets: Floats
    weights: Floats


def joined(parts: Sequence[Examples]) -> Examples:
    """Return the examples of several pages as one."""
    return Examples(*(np.concatenate(column) for column in zip(*parts, strict=True)))


def fit(examples: Examples, seed: int) -> Network:
    """Return the weights of several networks side by side; the score is the mean of theirs."""
    mean = examples.rows.mean(axis=0)
    spread = np.maximum(examples.rows.std(axis=0), 0.02)
    scaled = np.clip((examples.rows - mean) / spread, -5, 5).astype(np.float32)
    share = examples.weights / examples.weights.mean()
    members = [
        _network(scaled, examples.targets, share, np.random.default_rng((seed, number))) for number in range(_MEMBERS)
    ]
    inputs, biases, outputs, ends = zip(*members, strict=True)
    return Network(
        mean=mean.astype(np.float32),
        spread=spread.astype(np.float32),
        hidden=np.concatenate(inputs, axis=1),
        hidden_bias=np.concatenate(biases),
        output=(np.concatenate(outputs) / _MEMBERS).astype(np.float32),
        output_bias=np.array([np.mean(ends)], dtype=np.float32),
    )


def _network(rows: Floats, targets: Floats, weights: Floats, rng: np.random.Generator) -> list[Floats]:
    """One hidden layer of rectified units under a logistic output; Adam with decoupled weight decay, a falling rate."""
    count, width = rows.shape
    values = [
        rng.normal(0, (2 / width) ** 0.5, (width, _HIDDEN)).astype(np.float32),
        np.zeros(_HIDDEN, np.float32),
        rng.normal(0, _HIDDEN**-0.5, _HIDDEN).astype(np.float32),
        np.zeros(1, np.float32),
    ]
    first = [np.zeros_like(value) for value in values]
    second = [np.zeros_like(value) for value in values]
    batches = -(-count // _BATCH)
    for epoch in range(_EPOCHS):
        order = rng.permutation(count)
        for number in range(batches):
            step = epoch * batches + number + 1
            chosen = order[number * _BATCH : (number + 1) * _BATCH]
            seen = rng.random((len(chosen), width), dtype=np.float32) >= _DROPPED
            slopes = _slopes(values, rows[chosen] * seen / (1 - _DROPPED), targets[chosen], weights[chosen])
            rate = _RATE * (1 - step / (_EPOCHS * batches + 1))
            values[0] *= 1 - rate * _DECAY
            for which, slope in enumerate(slopes):
                first[which] += (1 - _MOMENTUM) * (slope - first[which])
                second[which] += (1 - _SECOND) * (slope * slope - second[which])
                size = np.sqrt(second[which] / (1 - _SECOND**step)) + _TINY
                values[which] -= rate * first[which] / (1 - _MOMENTUM**step) / size
    return values


def _slopes(values: list[Floats], rows: Floats, targets: Floats, weights: Floats) -> tuple[Floats, ...]:
    """The gradient of the weighted cross-entropy."""
    hidden_weights, bias, output, end = values
    hidden = np.maximum(rows @ hidden_weights + bias, 0)
    found = 1 / (1 + np.exp(-np.clip(hidden @ output + end, -30, 30)))
    error = (found - targets) * weights / len(rows)
    back = np.outer(error, output) * (hidden > 0)
    return rows.T @ back, back.sum(axis=0), hidden.T @ error, np.array([error.sum()], dtype=np.float32)
