"""One phase of training: AdamW with a falling rate, an average of the weights, checkpoints to go on from."""

import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, Protocol, TypeVar

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn import functional

from wiredesk_tagger.pipeline.word_pieces import Encoder
from wiredesk_tagger.training.corpus import Chunk, batches, pieces_in
from wiredesk_tagger.training.phase import Phase

# Learning rates: of the encoder the phase's own, of what starts at zero ten times as much.
_NEW_PARTS = ("head.", "case.")
_FASTER = 10
_DECAY = 0.01
_CLIP = 1.0
_WARM_UP = 60
# The average forgets with a half-life of about 140 steps.
_AVERAGE = 0.995
_SAVE_SECONDS = 150
_TELL_SECONDS = 20


def partial(work: Path, phase: Phase) -> Path:
    """Return where the checkpoint of an unfinished phase lies."""
    return work / f"{phase.name}.partial.pt"


def finished(work: Path, phase: Phase) -> Path:
    """Return where the network of a finished phase lies."""
    return work / f"{phase.name}.pt"


def newest(network: nn.Module, work: Path, phases: Sequence[Phase]) -> str:
    """Fill `network` from the first of `phases`, the latest first, that has left anything; return what that is.

    Raises:
        FileNotFoundError: none has.
    """
    for phase in phases:
        for file in (finished(work, phase), partial(work, phase)):
            if file.exists():
                state = torch.load(file, weights_only=True)
                network.load_state_dict(state.get("average", state), strict=False)
                return file.name
    raise FileNotFoundError(f"no checkpoint in {work}")


class Shown(Protocol):
    """What one row of a step shows the network; `Chunk` and `Lesson` are such."""

    @property
    def ids(self) -> NDArray[np.int64]: ...
    @property
    def shapes(self) -> NDArray[np.int64]: ...
    @property
    def at(self) -> NDArray[np.int64]: ...


_S = TypeVar("_S", bound=Shown)


def learn(
    network: nn.Module,
    phase: Phase,
    epoch: Callable[[np.random.Generator], Sequence[_S]],
    encoder: Encoder,
    loss: Callable[[Tensor, Sequence[_S]], Tensor],
    *,
    work: Path,
    tell: Callable[[str], None],
    half: Callable[[int], bool] = lambda _: True,
    begin: Callable[[int], None] = lambda _: None,
) -> None:
    """Train `network` in place; it ends as the average of its last steps.

    `half` says of an epoch, 0 first, whether its arithmetic is bf16. `begin` is called before each epoch with its
    number; what it changes in the network's buffers is kept.

    `epoch` draws what one epoch shows; `loss` takes the logits of the words asked for, [words, labels], and whose they
    are. A checkpoint in `work`, left by an interrupted run, is gone on from, and
    the result is that of an uninterrupted run up to the rounding of the arithmetic.
    """
    run = _Run(network, phase, partial(work, phase), loss)
    begun = run.resume()
    if begun:
        tell(f"{phase.name}: goes on at epoch {run.epoch + 1}, step {run.step + 1}")
    told = saved = time.monotonic()
    since, pieces, losses = told, 0, []
    first = run.epoch
    for number in range(first, phase.epochs):
        begin(number)
        run.half = half(number)
        rng = np.random.default_rng([phase.seed, number])
        items = epoch(rng)
        groups = batches(items, phase.pieces_a_step, rng)
        run.expect(pieces_in(items))
        done = run.step if number == first else 0
        for step, group in enumerate(groups[done:], done):
            chunks = [items[k] for k in group]
            losses.append(run.take(encoder, chunks))
            run.epoch, run.step = number, step + 1
            pieces += pieces_in(chunks)
            now = time.monotonic()
            if now - saved > _SAVE_SECONDS:
                run.save()
                saved = now
            if now - told > _TELL_SECONDS:
                speed = pieces / (now - since)
                left = (1 - run.share) * run.total / speed / 60
                tell(
                    f"{phase.name}: epoch {number + 1}/{phase.epochs}, {run.share:.1%}, "
                    f"loss {np.mean(losses[-50:]):.4f}, {speed:,.0f} pieces/s, {left:.0f} min left"
                )
                told = now
        run.epoch, run.step = number + 1, 0
    network.load_state_dict(run.average, strict=False)
    run.file.unlink(missing_ok=True)


def cross_entropy(logits: Tensor, chunks: Sequence[Chunk]) -> Tensor:
    """Return the mean cross entropy over all words that the chunks know; `logits` [words, labels]."""
    chances = torch.from_numpy(np.concatenate([chunk.chances for chunk in chunks]))
    return -(chances * functional.log_softmax(logits, dim=-1)).sum() / len(logits)


def lenient_cross_entropy(logits: Tensor, chunks: Sequence[Chunk]) -> Tensor:
    """Return the mean cross entropy over all words that the chunks know; any of several labels of a word will do.

    A word's chances are several ones where its source does not say which of these labels it has: its loss is that of
    their joint chance. All 0 are those of a word of which nothing is known. `logits` [words, labels].
    """
    chances = torch.from_numpy(np.concatenate([chunk.chances for chunk in chunks]))
    total = chances.sum(dim=-1)
    several, known = total > 1.5, total > 0
    logs = functional.log_softmax(logits, dim=-1)
    exact = -(chances[~several] * logs[~several]).sum()
    any_of = -logs[several].masked_fill(chances[several] == 0, float("-inf")).logsumexp(dim=-1).sum()
    return (exact + any_of) / known.sum().clamp(min=1)


def halves_are_fast() -> bool:
    """Whether this processor multiplies bf16 in one instruction; without, bf16 costs more than it spares."""
    return bool(torch.ops.mkldnn._is_mkldnn_bf16_supported())  # noqa: SLF001 - PyTorch tells it nowhere else


def _asked(logits: Tensor, chunks: Sequence[Shown]) -> Tensor:
    """Return the rows of the words asked for, [words, labels], of `logits` [batch, pieces, labels]."""
    rows = np.repeat(np.arange(len(chunks)), [len(chunk.at) for chunk in chunks])
    # The mark at the start of each row stands before its first piece.
    columns = np.concatenate([chunk.at for chunk in chunks]) + 1
    return logits[rows, columns]


class _Run:
    """What a checkpoint holds."""

    def __init__(self, network: nn.Module, phase: Phase, file: Path, loss: Callable[[Tensor, Any], Tensor]) -> None:
        torch.manual_seed(phase.seed)
        self.network, self.phase, self.file, self.loss, self.half = network, phase, file, loss, True
        self.parts = {name: part for name, part in network.named_parameters() if part.requires_grad}
        self.frozen = {name for name, part in network.named_parameters() if not part.requires_grad}
        new = [part for name, part in self.parts.items() if name.startswith(_NEW_PARTS)]
        old = [part for name, part in self.parts.items() if not name.startswith(_NEW_PARTS)]
        groups = [{"params": old, "times": 1}, {"params": new, "times": _FASTER}]
        self.optimizer = torch.optim.AdamW(groups, lr=phase.rate, weight_decay=_DECAY)
        self.average: dict[str, Tensor] = {name: part.detach().clone() for name, part in self.parts.items()}
        self.epoch = self.step = self.steps = self.seen = self.total = 0

    @property
    def share(self) -> float:
        return min(1.0, self.seen / self.total)

    def expect(self, pieces: int) -> None:
        # The first epoch's size stands for all: they differ by where texts are cut.
        self.total = self.total or pieces * self.phase.epochs

    def take(self, encoder: Encoder, chunks: Sequence[Shown]) -> float:
        """Take one step; return its loss."""
        self.network.train()
        inputs = encoder.batch([(chunk.ids, chunk.shapes) for chunk in chunks])
        with torch.autocast("cpu", dtype=torch.bfloat16, enabled=self.half):
            logits = self.network(**{name: torch.from_numpy(value) for name, value in inputs.items()})
        loss = self.loss(_asked(logits.float(), chunks), chunks)
        loss.backward()
        torch.nn.utils.clip_grad_norm_(list(self.parts.values()), _CLIP)
        rate = self.phase.rate * min(1.0, (self.steps + 1) / _WARM_UP) * max(0.01, 1 - self.share)
        for group in self.optimizer.param_groups:
            group["lr"] = rate * group["times"]
        self.optimizer.step()
        self.optimizer.zero_grad(set_to_none=True)
        self.steps += 1
        self.seen += pieces_in(chunks)
        share = min(_AVERAGE, self.steps / (self.steps + 10))
        with torch.no_grad():
            for name, part in self.parts.items():
                self.average[name].lerp_(part, 1 - share)
        return float(loss.detach())

    def save(self) -> None:
        state = {
            "phase": tuple(self.phase),
            "at": (self.epoch, self.step, self.steps, self.seen, self.total),
            "network": {name: part for name, part in self.network.state_dict().items() if name not in self.frozen},
            "average": self.average,
            "optimizer": self.optimizer.state_dict(),
            "random": torch.get_rng_state(),
        }
        spare = self.file.with_suffix(".new")
        torch.save(state, spare)
        spare.replace(self.file)

    def resume(self) -> bool:
        if not self.file.exists():
            return False
        state = torch.load(self.file, weights_only=True)
        if tuple(state["phase"]) != tuple(self.phase):
            return False
        self.epoch, self.step, self.steps, self.seen, self.total = state["at"]
        self.network.load_state_dict(state["network"], strict=False)
        self.average = state["average"]
        self.optimizer.load_state_dict(state["optimizer"])
        torch.set_rng_state(state["random"])
        return True
