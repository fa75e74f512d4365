"""What is trained on what, for how long: every number that another training run would change."""

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np

from wiredesk_tagger.lexicon import gazetteers
from wiredesk_tagger.pipeline.word_pieces import Encoder
from wiredesk_tagger.training import augmentation, corpus, headline_copies
from wiredesk_tagger.training.corpus import Chunk, Text
from wiredesk_tagger.training.lessons import asking
from wiredesk_tagger.training.phase import Phase, fingerprint
from wiredesk_tagger.training.self_training import Taught

# Labelled by people, and how often an epoch of the first and of a later phase shows them: the small ones more
# often, so that each kind of text counts.
HUMAN = {"crossner": (1, 1), "docred": (1, 1), "ewt": (2, 4), "gum": (2, 3)}
NEWS = "gmb-taught"
_LATER = tuple(Phase(name, epochs=3, rate=1.5e-4, seed=2) for name in ("second", "third", "fourth"))
DEV = ("crossner", "docred", "ewt", "gmb", "gum")


class Recipe(NamedTuple):
    """One training run."""

    first: Phase = Phase("first", epochs=2, rate=2e-4, seed=1)
    """on the texts that people labelled"""
    later: tuple[Phase, ...] = _LATER
    """on those and on news text as the models before them read it; none: the first phase is all"""
    averaged: int = 2
    """of so many models, the last ones, the mean of their weights is what comes out"""
    renamed: float = 0.3
    """share of the human-labelled texts that are shown with other names in them"""
    renamed_news: float = 0.15
    """share of the news texts that are"""
    headlines: float = 0.5
    """share of texts of which one or two sentences are shown as a headline too"""
    news: float = 0.4
    """share of the news texts in one epoch of a later phase, others each time"""
    student: Phase = Phase("student", epochs=60, rate=4e-4, pieces_a_step=1500, seed=3)
    """of the small network that runs, taught by what the phases before made"""
    lesson_draws: int = 2
    """how often all texts are drawn for the lessons, with other names and cuts each time"""
    lesson_renamed: tuple[float, float] = (0.5, 0.3)
    """share of the human-labelled texts and of the news that are shown with other names in the lessons"""
    lesson_share: tuple[float, float] = (0.075, 0.05)
    """share of the labelled lessons and of those of news in one epoch of the student's phase"""
    masked: float = 0.1
    """share of the words that the student is not shown, while its arithmetic is not yet the finished one"""
    exact_from: int = 30
    """the epoch, counted from 0, from which the student computes on the grids that its integers have"""
    whole_from: int = 52
    """the epoch from which it does so without the rounding of bf16, as the finished model does"""
    leave_out: str | None = None
    """a source that is not trained on, so that its score tells how the model does on texts of a new kind"""

    def fingerprint(self, folder: Path, base: Path) -> str:
        """Return a name for the run's intermediate files, as `phase.fingerprint`."""
        sizes = {path.name: path.stat().st_size for path in sorted(folder.rglob("*.gz"))}
        return fingerprint(self, sizes, base)


class Material(NamedTuple):
    """The corpus in memory."""

    human: dict[str, list[Text]]
    news: list[Text]
    dev: dict[str, list[Text]]
    pools: augmentation.Pools


def read(folder: Path, recipe: Recipe) -> Material:
    """Read the corpus; raises OSError or ValueError with the file's name if it is not as its README says."""
    human = {
        source: corpus.read(folder / "train" / f"{source}.jsonl.gz") for source in HUMAN if source != recipe.leave_out
    }
    dev = {source: corpus.read(folder / "dev" / f"{source}.jsonl.gz") for source in DEV}
    news = corpus.read(folder / "train" / f"{NEWS}.jsonl.gz") if recipe.later else []
    return Material(human, news, dev, augmentation.read(folder / "pools.json.gz"))


def epoch(
    recipe: Recipe, phase: Phase, material: Material, news: Sequence[Taught], encoder: Encoder
) -> Callable[[np.random.Generator], list[Chunk]]:
    """Return what draws the chunks of one epoch: all human-labelled texts and a part of `news`."""
    lexicon = gazetteers.read()
    number = int(phase != recipe.first)
    human = [text for source, texts in material.human.items() for text in texts * HUMAN[source][number]]

    def headline(text: Text, rng: np.random.Generator) -> Iterator[Chunk]:
        if rng.random() < recipe.headlines and (made := headline_copies.headline(text, lexicon, rng)):
            yield from corpus.chunks(made, encoder, rng)

    def draw(rng: np.random.Generator) -> list[Chunk]:
        some = rng.permutation(len(news))[: round(len(news) * recipe.news)]
        chunks: list[Chunk] = []
        for text in human:
            shown = augmentation.vary(text, material.pools, rng) if rng.random() < recipe.renamed else text
            chunks += [*corpus.chunks(shown, encoder, rng), *headline(shown, rng)]
        for text, chances in (news[k] for k in some):
            # The chances hold for the text as it is; under other names it has only the labels that are sure.
            if rng.random() < recipe.renamed_news:
                shown = augmentation.vary(text, material.pools, rng)
                chunks += corpus.chunks(shown, encoder, rng)
            else:
                shown = text
                chunks += corpus.chunks(shown, encoder, rng, chances)
            chunks += headline(shown, rng)
        return chunks

    return draw


def lessons(plan: Recipe, material: Material, encoder: Encoder, rng: np.random.Generator) -> Iterator[Chunk]:
    """Yield what the student is taught of: all texts, as an epoch of a later phase shows them, with more new names.

    The student is small and would learn the texts by heart; what it lacks is names that it has not seen. The news has
    no labels of its own: of it only the teacher speaks.
    """
    lexicon = gazetteers.read()
    human = [(text, True) for source, texts in material.human.items() for text in texts * HUMAN[source][1]]
    for text, labelled in [*human, *((text, False) for text in material.news)]:
        renamed = rng.random() < plan.lesson_renamed[not labelled]
        shown = augmentation.vary(text, material.pools, rng) if renamed else text
        yield from asking(shown, encoder, rng, labelled=labelled)
        if rng.random() < plan.headlines and (made := headline_copies.headline(shown, lexicon, rng)):
            yield from asking(made, encoder, rng, labelled=labelled)
