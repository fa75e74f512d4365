"""The stages of a training run, one behind the other; one whose result is on disk is not trained again."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import NamedTuple

import torch

from services.tagger.decoding import Run
from services.tagger.pieces import Encoder
from services.tagger.training import export, measure, recipe, teach
from services.tagger.training.learn import Stage, finished, learn
from services.tagger.training.network import Network
from services.tagger.training.recipe import Material, Recipe
from services.tagger.training.teach import Taught


class Training(NamedTuple):
    """One run; `network` comes in with the base weights and ends trained."""

    plan: Recipe
    material: Material
    encoder: Encoder
    network: Network
    work: Path
    tell: Callable[[str], None]

    def run(self) -> None:
        """Take all stages, each from where an earlier run left it.

        Each later stage starts from the first model again, with chances from better teachers than the one before it
        had: it learns from all later models there are, and keeps none of what the last one had wrong.
        """
        made = [self._take(self.plan.first, [])]
        first = {name: part.clone() for name, part in self.network.state_dict().items()}
        for stage in self.plan.later:
            news = [] if finished(self.work, stage).exists() else self._news(stage, made[1:] or made)
            self.network.load_state_dict(first)
            made.append(self._take(stage, news))
        self._average()

    def _average(self) -> None:
        """Give the network the mean of the last models' weights: it scores more than each of them.

        It can be taken because they all went on from the same first model.
        """
        files = [finished(self.work, stage) for stage in self.plan.later[-self.plan.averaged :]]
        if files:
            states = [torch.load(file, weights_only=True) for file in files]
            self.network.load_state_dict(
                {name: sum(state[name] for state in states) / len(files) for name in states[0]}
            )

    def _news(self, stage: Stage, teachers: Sequence[Run]) -> list[Taught]:
        file = self.work / f"{stage.name}.jsonl.gz"
        if not file.exists():
            self.tell(f"{stage.name} stage: {len(teachers)} teachers read the news text")
            teach.write(file, teach.teach(self.material.news, self.encoder, teachers))
        return teach.read(file, self.encoder)

    def _take(self, stage: Stage, news: list[Taught]) -> Run:
        """Train one stage; return its model as it will run, in int8: four times as fast, and what is measured."""
        file = finished(self.work, stage)
        there = file.exists()
        if there:
            self.network.load_state_dict(torch.load(file, weights_only=True))
            self.tell(f"{stage.name} stage: already trained")
        else:
            draw = recipe.epoch(self.plan, stage, self.material, news, self.encoder)
            learn(self.network, stage, draw, self.encoder, work=self.work, tell=self.tell)
            spare = file.with_suffix(".new")
            torch.save(self.network.state_dict(), spare)
            spare.replace(file)
        run = export.session(export.quantized(self.network, file.with_suffix(".onnx")))
        if not there:
            rows = measure.rows(self.material.dev, self.encoder, run)
            self.tell(f"{stage.name} stage, dev: {measure.line(rows)}")
        return run
