"""The stages of a training run, one behind the other; one whose result is on disk is not trained again."""

from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import torch

from services.tagger.decoding import Inputs, Run
from services.tagger.pieces import Encoder
from services.tagger.training import corpus, measure, recipe, teach
from services.tagger.training.corpus import Text
from services.tagger.training.learn import Stage, finished, learn
from services.tagger.training.network import Network
from services.tagger.training.recipe import Material, Recipe


class Training(NamedTuple):
    """One run; `network` comes in with the base weights and ends trained."""

    plan: Recipe
    material: Material
    encoder: Encoder
    network: Network
    work: Path
    tell: Callable[[str], None]

    def run(self) -> None:
        """Take all stages, each from where an earlier run left it."""
        self._take(self.plan.first, [])
        if self.plan.second.epochs:
            news = [] if finished(self.work, self.plan.second).exists() else self._news()
            self._take(self.plan.second, news)

    def _news(self) -> list[Text]:
        file = self.work / "taught.jsonl.gz"
        if not file.exists():
            self.tell("labels the news text")
            corpus.write(file, teach.teach(self.material.news, self.encoder, run_of(self.network)))
        return corpus.read(file)

    def _take(self, stage: Stage, news: list[Text]) -> None:
        file = finished(self.work, stage)
        if file.exists():
            self.network.load_state_dict(torch.load(file, weights_only=True))
            self.tell(f"{stage.name} stage: already trained")
            return
        draw = recipe.epoch(self.plan, stage, self.material, news, self.encoder)
        learn(self.network, stage, draw, self.encoder, work=self.work, tell=self.tell)
        spare = file.with_suffix(".new")
        torch.save(self.network.state_dict(), spare)
        spare.replace(file)
        rows = measure.rows(self.material.dev, self.encoder, run_of(self.network))
        self.tell(f"{stage.name} stage, dev: {measure.line(rows)}")


def run_of(network: Network) -> Run:
    """Return the network as a function, in the arithmetic it is trained in."""

    def run(inputs: Inputs) -> Any:
        network.eval()
        with torch.inference_mode(), torch.autocast("cpu", dtype=torch.bfloat16):
            return network(**{name: torch.from_numpy(value) for name, value in inputs.items()}).float().numpy()

    return run
