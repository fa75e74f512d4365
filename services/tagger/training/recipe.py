"""What is trained on what, for how long: every number that another training run would change."""

import hashlib
import json
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import numpy as np

from services.tagger import gazetteers
from services.tagger.pieces import Encoder
from services.tagger.training import corpus, loud, vary
from services.tagger.training.corpus import Chunk, Text
from services.tagger.training.learn import Stage

# Labelled by people, and how often an epoch of the first and of the second stage shows them: the small ones more
# often, so that each kind of text counts.
HUMAN = {"crossner": (1, 1), "docred": (1, 1), "ewt": (2, 4), "gum": (2, 3)}
NEWS = "gmb-taught"
DEV = ("crossner", "docred", "ewt", "gmb", "gum")


class Recipe(NamedTuple):
    """One training run. The committed weights come from an earlier form: four epochs at last, and no headlines."""

    first: Stage = Stage("first", epochs=2, rate=2e-4, seed=1)
    """on the texts that people labelled"""
    second: Stage = Stage("second", epochs=3, rate=1.5e-4, seed=2)
    """on those and on news text as the first stage's model labels it; no epochs: the first stage is all"""
    renamed: float = 0.3
    """share of texts that are shown with other names in them"""
    headlines: float = 0.5
    """share of texts of which one or two sentences are shown as a headline too"""
    news: float = 0.4
    """share of the news texts in one epoch of the second stage, others each time"""
    leave_out: str | None = None
    """a source that is not trained on, so that its score tells how the model does on texts of a new kind"""

    def fingerprint(self, folder: Path, base: Path) -> str:
        """Return a name for the run's intermediate files: another recipe, corpus or base has another."""
        sizes = {path.name: path.stat().st_size for path in sorted(folder.rglob("*.gz"))}
        facts = json.dumps([self, sizes, base.stat().st_size])
        return hashlib.sha256(facts.encode()).hexdigest()[:12]


class Material(NamedTuple):
    """The corpus in memory."""

    human: dict[str, list[Text]]
    news: list[Text]
    dev: dict[str, list[Text]]
    pools: vary.Pools


def read(folder: Path, recipe: Recipe) -> Material:
    """Read the corpus; raises OSError or ValueError with the file's name if it is not as its README says."""
    human = {
        source: corpus.read(folder / "train" / f"{source}.jsonl.gz") for source in HUMAN if source != recipe.leave_out
    }
    dev = {source: corpus.read(folder / "dev" / f"{source}.jsonl.gz") for source in DEV}
    news = corpus.read(folder / "train" / f"{NEWS}.jsonl.gz") if recipe.second.epochs else []
    return Material(human, news, dev, vary.read(folder / "pools.json.gz"))


def epoch(
    recipe: Recipe, stage: Stage, material: Material, news: list[Text], encoder: Encoder
) -> Callable[[np.random.Generator], list[Chunk]]:
    """Return what draws the chunks of one epoch: all human-labelled texts and a part of `news`."""
    lexicon = gazetteers.read()
    number = (recipe.first, recipe.second).index(stage)
    human = [text for source, texts in material.human.items() for text in texts * HUMAN[source][number]]

    def draw(rng: np.random.Generator) -> list[Chunk]:
        some = rng.permutation(len(news))[: round(len(news) * recipe.news)]
        chunks: list[Chunk] = []
        for text in (*human, *(news[k] for k in some)):
            shown = vary.vary(text, material.pools, rng) if rng.random() < recipe.renamed else text
            chunks += corpus.chunks(shown, encoder, rng)
            if rng.random() < recipe.headlines and (headline := loud.headline(shown, lexicon, rng)):
                chunks += corpus.chunks(headline, encoder, rng)
        return chunks

    return draw
