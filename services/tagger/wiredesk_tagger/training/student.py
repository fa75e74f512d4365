"""The small network that runs: the large one with fewer layers, heads and neurons, in arithmetic that integers can do.

Every product of the finished model is one of small integers, whose sum no order of adding and no processor changes. So
its steps are such that integers suffice: ReLU for GELU; for the exponential of the softmax the eighth power that it is
near; and, once `exact` is set, values on grids of 256 steps and weights on grids of 127. `student_graph` writes the
same steps as an ONNX graph.
"""

import math
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional

from wiredesk_tagger.pipeline.decoding import LABELS
from wiredesk_tagger.pipeline.word_pieces import Shape
from wiredesk_tagger.training.network import EPSILON, HEAD_SIZE, POSITIONS, WIDTH, Size

# Four layers of six: the attention of half the heads costs half, and their neurons are the larger part of the rest.
SMALL = Size(layers=4, heads=6, inner=1024)
# Products of eight bits are added in pairs in 16 bits by processors without VNNI: 255 * 63 * 2 is below 2**15.
WEIGHT_STEPS = 63
# (2 + x / 4) ** 8 is 256 * (1 + x / 8) ** 8, which is near 256 * exp(x) for the x from -4 to 0 that matter. 256 steps
# times 127 of a value times 512 pieces stay below 2**24: floats add such integers without rounding.
SQUARINGS = 3
POWER, TOP = 2**SQUARINGS, 2.0
SCORE_UNIT = POWER / TOP * math.sqrt(HEAD_SIZE)


class _Snap(torch.autograd.Function):  # type: ignore[misc] # torch is in no service's environment
    """Four passes over the values in place of the eleven that autograd would record."""

    @staticmethod
    def forward(context: Any, values: Tensor, scale: Tensor, lowest: int, highest: int) -> Tensor:
        steps = values.float() / scale
        context.save_for_backward((steps >= lowest) & (steps <= highest))
        return steps.clamp_(lowest, highest).round_().mul_(scale)

    @staticmethod
    def backward(context: Any, gradient: Tensor) -> tuple[Tensor, None, None, None]:
        (inside,) = context.saved_tensors
        return gradient * inside, None, None, None


def snap(values: Tensor, scale: Tensor, lowest: int, highest: int) -> Tensor:
    """Return the nearest multiples of `scale` from `lowest` to `highest` times it; gradients pass as if unchanged.

    Beyond the ends none pass.
    """
    return _Snap.apply(values, scale, lowest, highest)


class Grid(nn.Module):  # type: ignore[misc] # as above
    """The 256 steps on which a tensor's values are put; from where to where they go is seen once, and kept."""

    def __init__(self, *, centred: bool = False) -> None:
        super().__init__()
        self.centred, self.watching, self.exact = centred, False, False
        self.register_buffer("low", torch.zeros(()))
        self.register_buffer("high", torch.zeros(()))

    @property
    def scale(self) -> Tensor:
        """The size of a step."""
        if self.centred:
            return torch.maximum(-self.low, self.high) / 127
        return (self.high - self.low) / 255

    @property
    def zero(self) -> int:
        """The step, 0 to 255, that stands for 0."""
        return 128 if self.centred else round(float(-self.low / self.scale))

    def forward(self, values: Tensor) -> Tensor:
        if self.watching:
            low, high = values.detach().float().aminmax()
            # The first batch counts as much as any: the mean of what was seen, so that one odd text widens no step.
            self.batches = getattr(self, "batches", 0) + 1
            self.low += (torch.clamp(low, max=0) - self.low) / self.batches
            self.high += (torch.clamp(high, min=0) - self.high) / self.batches
        if not self.exact:
            return values
        lowest = -127 if self.centred else -self.zero
        return snap(values, self.scale, lowest, 127 if self.centred else 255 - self.zero)


class Dropout(nn.Dropout):  # type: ignore[misc] # as above
    """Dropout until `exact` is set: what it leaves is larger by a tenth, and would lie beyond the grids."""

    exact = False

    def __init__(self) -> None:
        super().__init__(0.1)

    def forward(self, values: Tensor) -> Tensor:
        return values if self.exact else super().forward(values)


class Linear(nn.Linear):  # type: ignore[misc] # as above
    """A linear step whose weights, once `exact` is set, are on a grid of its own for each column of the result."""

    exact = False

    def steps(self) -> tuple[Tensor, Tensor]:
        """Return the weights as whole numbers, [out, in], and the size of a step for each row of them."""
        scale = self.weight.detach().abs().amax(dim=1, keepdim=True).clamp(min=1e-8) / WEIGHT_STEPS
        return (self.weight.detach() / scale).round(), scale

    def forward(self, values: Tensor) -> Tensor:
        weight = self.weight
        if self.exact:
            whole, scale = self.steps()
            weight = weight + (whole * scale - weight).detach()
        return functional.linear(values, weight, self.bias)


class Layer(nn.Module):  # type: ignore[misc] # as above
    """One layer: attention, then neurons, each with what came in added, and normalised."""

    def __init__(self, size: Size) -> None:
        super().__init__()
        self.heads, self.mixing = size.heads, size.heads * HEAD_SIZE
        self.qkv = Linear(WIDTH, 3 * self.mixing)
        self.out = Linear(self.mixing, WIDTH)
        self.middle = nn.LayerNorm(WIDTH, eps=EPSILON)
        self.up = Linear(WIDTH, size.inner)
        self.down = Linear(size.inner, WIDTH)
        self.last = nn.LayerNorm(WIDTH, eps=EPSILON)
        self.read, self.refined, self.active = Grid(), Grid(), Grid()
        self.queries, self.keys = Grid(centred=True), Grid(centred=True)
        self.values, self.mixed = Grid(centred=True), Grid(centred=True)
        self.dropout = Dropout()

    def shift(self) -> int:
        """Return n: the product of a query's and a key's steps, times 2 ** -n, is a score in units of SCORE_UNIT."""
        coarsest = self.queries.scale * self.keys.scale / SCORE_UNIT
        return math.floor(-math.log2(float(coarsest)))

    def query_scale(self) -> Tensor:
        """Return a query's step: a little coarser than its grid's own, so that `shift` is a whole number."""
        return SCORE_UNIT * 2.0 ** -self.shift() / self.keys.scale

    def forward(self, hidden: Tensor, hide: Tensor) -> Tensor:
        rows, length = hidden.shape[:2]
        parts = self.qkv(self.read(hidden)).view(rows, length, 3, self.heads, HEAD_SIZE).permute(2, 0, 3, 1, 4)
        query, key, value = self.queries(parts[0]), self.keys(parts[1]), self.values(parts[2])
        if self.queries.exact:
            query = snap(parts[0], self.query_scale(), -127, 127)
        scores = (query @ key.transpose(-1, -2)).float() / SCORE_UNIT + hide
        weights = functional.relu(scores - scores.amax(dim=-1, keepdim=True) + TOP)
        for _ in range(SQUARINGS):
            weights = weights * weights
        if self.queries.exact:
            weights = weights + (weights.round() - weights).detach()
        mixed = (weights @ value) / weights.sum(dim=-1, keepdim=True)
        mixed = self.mixed(mixed.transpose(1, 2).reshape(rows, length, self.mixing))
        hidden = self.middle(hidden + self.out(mixed))
        active = self.active(functional.relu(self.up(self.refined(hidden))))
        return self.last(hidden + self.dropout(self.down(active)))


class Student(nn.Module):  # type: ignore[misc] # as above
    """`ids`, `case`, `mask` [batch, pieces] in, `logits` [batch, pieces, 29] out, as of `Network`."""

    def __init__(self, size: Size = SMALL) -> None:
        super().__init__()
        self.size = size
        self.words = nn.Embedding(size.words, WIDTH)
        self.positions = nn.Embedding(POSITIONS, WIDTH)
        self.case = nn.Embedding(len(Shape), WIDTH)
        self.norm = nn.LayerNorm(WIDTH, eps=EPSILON)
        self.layers = nn.ModuleList(Layer(size) for _ in range(size.layers))
        self.said = Grid()
        self.dropout = Dropout()
        self.head = Linear(WIDTH, len(LABELS))
        # As in the large network: words that no text shows stay beside those that one does.
        self.words.weight.requires_grad_(False)

    def forward(self, ids: Tensor, case: Tensor, mask: Tensor) -> Tensor:
        hidden = self.norm(self.words(ids) + self.case(case) + self.positions.weight[: ids.shape[1]])
        hidden = self.dropout(hidden)
        hide = (mask[:, None, None, :].to(hidden.dtype) - 1.0) * 10_000.0
        for layer in self.layers:
            hidden = layer(hidden, hide)
        return self.head(self.said(hidden))

    @property
    def calibrated(self) -> bool:
        """Whether the grids know where values lie."""
        return bool(self.said.high > self.said.low)

    def set_exact(self, *, exact: bool) -> None:
        """Compute on the grids, or freely as PyTorch does."""
        for part in self.modules():
            if isinstance(part, Grid | Linear | Dropout):
                part.exact = exact

    @contextmanager
    def watching(self) -> Iterator[None]:
        """Let the grids see, in this block, where values lie; free arithmetic."""
        grids = [part for part in self.modules() if isinstance(part, Grid)]
        self.set_exact(exact=False)
        for grid in grids:
            grid.batches, grid.watching = 0, True
            grid.low.zero_()
            grid.high.zero_()
        try:
            with torch.no_grad():
                yield
        finally:
            for grid in grids:
                grid.watching = False
