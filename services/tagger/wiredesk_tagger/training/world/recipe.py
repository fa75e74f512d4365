"""What the multilingual model is trained on, for how long: every number that another training run would change."""

from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import NamedTuple

import numpy as np

from wiredesk_tagger.pipeline.word_pieces import Encoder
from wiredesk_tagger.training import corpus, score
from wiredesk_tagger.training.corpus import Chunk, Text, pieces_in
from wiredesk_tagger.training.phase import Phase, fingerprint
from wiredesk_tagger.training.self_training import Taught
from wiredesk_tagger.training.world import sources


class Recipe(NamedTuple):
    """One training run."""

    layers: tuple[int, ...] = (0, 2, 4, 6, 8, 10)
    """the layers of the base that are kept, in both networks: all twelve take twice the time, to train and to run"""
    least: int = 3
    """a piece that stands so often in the texts is kept"""
    first: Phase = Phase("first", epochs=2, rate=2e-4, seed=1)
    """on the texts that people labelled"""
    later: tuple[Phase, ...] = (Phase("second", epochs=1, rate=1.5e-4, seed=2),)
    """on those and on the texts without labels as the model before read them; none: the first phase is all"""
    averaged: int = 1
    """of so many models, the last ones, the mean of their weights is what comes out"""
    pieces: int = 2_200_000
    """of labelled text in one epoch"""
    temperature: float = 0.5
    """the power of a language's length that its share of an epoch follows: 1 as it is, 0 all the same"""
    most: int = 3
    """how often one epoch shows a text at most"""
    recased: float = 0.06
    """share of the texts that are shown in capitals or With Every Word Capitalised, half each"""
    student: Phase = Phase("student", epochs=8, rate=4e-4, pieces_a_step=1500, seed=3)
    """of the network that runs, taught by what the phases before made"""
    lesson_draws: int = 1
    """how often an epoch's texts are drawn for the lessons"""
    lesson_share: tuple[float, float] = (0.16, 0.25)
    """share of the labelled lessons and of the others in one epoch of the student's phase"""
    masked: float = 0.1
    """share of the pieces that the student is not shown, before its last epochs"""
    exact_from: int = 4
    """the epoch, counted from 0, from which the student computes on the grids that its integers have"""
    whole_from: int = 7
    """the epoch from which it does so with all pieces shown, and without bf16"""

    def fingerprint(self, folders: Mapping[str, Path | None], base: Path) -> str:
        """Return a name for the run's intermediate files, as `phase.fingerprint`."""
        sizes = {
            f"{name}/{path.relative_to(folder)}": path.stat().st_size
            for name, folder in folders.items()
            if folder
            for path in sorted((*folder.rglob("*.jsonl.gz"), *folder.rglob("truth.json")))
        }
        return fingerprint(self, sizes, base)


class Material(NamedTuple):
    """The corpora in memory."""

    train: dict[str, list[Text]]
    dev: dict[str, list[Text]]
    news: list[Text]
    """without labels"""


def read(folder: Path, english: Path | None, pages: Path | None) -> Material:
    """Read the corpora; raises as `sources.read` and `sources.unlabelled`."""
    train, dev = (sources.read(folder, english, part) for part in ("train", "dev"))
    return Material(train, dev, sources.unlabelled(folder, pages))


def labelled(recipe: Recipe, material: Material, encoder: Encoder, rng: np.random.Generator) -> Iterator[Chunk]:
    """Yield the labelled chunks of one epoch, source by source, as many pieces of each as its share."""
    sizes = {name: sources.length(texts) for name, texts in material.train.items()}
    for name, share in sources.shares(sizes, recipe.temperature).items():
        left = share * recipe.pieces
        for text in sources.drawn(material.train[name], rng, recipe.most):
            if left <= 0:
                break
            shown = recased(text, recipe.recased, rng)
            some = list(sources.chunks(shown, encoder, rng))
            left -= pieces_in(some)
            yield from some


def recased(text: Text, share: float, rng: np.random.Generator) -> Text:
    """Return `text`, or, in `share` of the calls, a copy in other capitals."""
    draw = rng.random()
    return text._replace(text=score.recase(text.text, upper=draw < share / 2)) if draw < share else text


def epoch(
    recipe: Recipe, material: Material, news: list[Taught], encoder: Encoder
) -> Callable[[np.random.Generator], list[Chunk]]:
    """Return what draws the chunks of one epoch: labelled texts, balanced over languages, and all of `news`."""

    def draw(rng: np.random.Generator) -> list[Chunk]:
        chunks = list(labelled(recipe, material, encoder, rng))
        for text, chances in news:
            chunks += corpus.chunks(text, encoder, rng, chances)
        return chunks

    return draw


def lessons(recipe: Recipe, material: Material, encoder: Encoder, rng: np.random.Generator) -> Iterator[Chunk]:
    """Yield what the student is taught of: an epoch's labelled texts, and those without labels."""
    yield from labelled(recipe, material, encoder, rng)
    for text in material.news:
        yield from sources.chunks(text, encoder, rng)
