"""The phases of the large network, one behind the other; one whose result is on disk is not trained again."""

import copy
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple, Protocol

import numpy as np
import torch
from torch import Tensor

from wiredesk_tagger.pipeline.decoding import Run
from wiredesk_tagger.pipeline.word_pieces import Encoder
from wiredesk_tagger.training import export, measure, self_training
from wiredesk_tagger.training.corpus import Chunk, Text
from wiredesk_tagger.training.network import Network
from wiredesk_tagger.training.phase import Phase
from wiredesk_tagger.training.self_training import Taught
from wiredesk_tagger.training.training_loop import cross_entropy, finished, learn


class Plan(Protocol):
    """The phases of a large network, as `recipe.Recipe` explains them."""

    @property
    def first(self) -> Phase: ...
    @property
    def later(self) -> tuple[Phase, ...]: ...
    @property
    def averaged(self) -> int: ...


class Source(NamedTuple):
    """What a large network is taught, and measured on."""

    draw: Callable[[Phase, list[Taught]], Callable[[np.random.Generator], Sequence[Chunk]]]
    """returns what draws one epoch of a phase, given the news as its teachers read it"""
    news: Sequence[Text]
    """texts that nobody has labelled"""
    dev: Mapping[str, Sequence[Text]]
    loss: Callable[[Tensor, Sequence[Chunk]], Tensor] = cross_entropy


class Training(NamedTuple):
    """One run; `network` comes in with the base weights and ends trained."""

    plan: Plan
    source: Source
    encoder: Encoder
    network: Network
    work: Path
    tell: Callable[[str], None]
    halves: bool = True
    """whether the arithmetic of training is bf16, and int8 that of teaching: fast, where the processor has both"""

    def run(self) -> None:
        """Take all phases, each from where an earlier run left it.

        Each later phase starts from the first model again, with chances from better teachers than the one before it
        had: it learns from all later models there are, and keeps none of what the last one had wrong.
        """
        made = [self._take(self.plan.first, [])]
        first = {name: part.clone() for name, part in self.network.state_dict().items()}
        for phase in self.plan.later:
            news = [] if finished(self.work, phase).exists() else self._news(phase, made[1:] or made)
            self.network.load_state_dict(first)
            made.append(self._take(phase, news))
        self._average()

    def _average(self) -> None:
        """Give the network the mean of the last models' weights: it scores more than each of them.

        It can be taken because they all went on from the same first model.
        """
        files = [finished(self.work, phase) for phase in self.plan.later[-self.plan.averaged :]]
        if files:
            states = [torch.load(file, weights_only=True) for file in files]
            self.network.load_state_dict(
                {name: sum(state[name] for state in states) / len(files) for name in states[0]}
            )

    def _news(self, phase: Phase, teachers: Sequence[Run]) -> list[Taught]:
        file = self.work / f"{phase.name}.jsonl.gz"
        if not file.exists():
            self.tell(f"{phase.name} phase: {len(teachers)} teachers read the news text")
            self_training.write(file, self_training.teach(self.source.news, self.encoder, teachers))
        return self_training.read(file, self.encoder)

    def _take(self, phase: Phase, news: list[Taught]) -> Run:
        """Train one phase; return its model as it teaches, which is what is measured."""
        file = finished(self.work, phase)
        there = file.exists()
        if there:
            self.network.load_state_dict(torch.load(file, weights_only=True))
            self.tell(f"{phase.name} phase: already trained")
        else:
            draw, loss = self.source.draw(phase, news), self.source.loss
            learn(
                self.network, phase, draw, self.encoder, loss,
                work=self.work, tell=self.tell, half=lambda _: self.halves,
            )  # fmt: skip
            spare = file.with_suffix(".new")
            torch.save(self.network.state_dict(), spare)
            spare.replace(file)
        run = self._run(file)
        if not there:
            rows = measure.rows(self.source.dev, self.encoder, run)
            self.tell(f"{phase.name} phase, dev: {measure.line(rows)}")
        return run

    def _run(self, file: Path) -> Run:
        if self.halves:
            return export.session(export.quantized(self.network, file.with_suffix(".onnx")))
        return export.as_it_is(copy.deepcopy(self.network))
