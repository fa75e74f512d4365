"""The last phase: the small network learns what the large one says, freely first, then on the grids of integers."""

from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional

from wiredesk_tagger.pipeline.word_pieces import Encoder
from wiredesk_tagger.training import export, lessons, pruning, recipe
from wiredesk_tagger.training.lessons import Lesson
from wiredesk_tagger.training.network import Network
from wiredesk_tagger.training.recipe import Material, Recipe
from wiredesk_tagger.training.student import Student
from wiredesk_tagger.training.training_loop import finished, learn, newest

# Half of what is learned of a word that somebody labelled is that label, half is what the teacher makes of it.
_GIVEN = 0.5
# The logits themselves tell of the many words that plainly are no name, of which the chances say nothing more.
_CLOSENESS = 0.1
# Enough to see where values lie, and what counts.
_SOME = 60
_ROWS = 20
# The base model's own piece for what is hidden.
_MASK = 103


def taught(
    plan: Recipe,
    material: Material,
    teacher: Network,
    encoder: Encoder,
    *,
    work: Path,
    tell: Callable[[str], None],
    train: bool = True,
) -> Student:
    """Return the student of `teacher`, on its grids; without `train`, what an earlier run left in `work`.

    Raises:
        FileNotFoundError: not to be trained, and nothing was left.
    """
    file = finished(work, plan.student)
    if file.exists() or not train:
        student = Student()
        # No checkpoint holds the words, which are not trained.
        student.load_state_dict({"words.weight": pruning.on_steps(teacher.words.weight.detach())}, strict=False)
        tell(f"student: {newest(student, work, [plan.student])}")
        known = () if student.calibrated else _samples(lessons.read(_lessons(work)), encoder, plan.student.seed)
    else:
        tell("student: the large model gives its lessons")
        shown = _given(plan, material, teacher, encoder, work)
        known = _samples(shown, encoder, plan.student.seed)
        student = pruning.pruned(teacher, known)

        hidden = plan.masked

        def half(number: int) -> bool:
            return number < plan.whole_from

        def begin(number: int) -> None:
            nonlocal hidden
            hidden = plan.masked if half(number) else 0.0
            if number >= plan.exact_from:
                if not student.calibrated:
                    calibrate(student, known)
                student.set_exact(exact=True)

        labelled = np.array([lesson.given.any() for lesson in shown])

        def epoch(rng: np.random.Generator) -> list[Lesson]:
            kinds = zip((np.flatnonzero(labelled), np.flatnonzero(~labelled)), plan.lesson_share, strict=True)
            some = [rng.permutation(kind)[: round(len(kind) * share)] for kind, share in kinds]
            return [masked(shown[k], hidden, rng) for k in np.concatenate(some)]

        learn(student, plan.student, epoch, encoder, loss, work=work, tell=tell, half=half, begin=begin)
        spare = file.with_suffix(".new")
        torch.save(student.state_dict(), spare)
        spare.replace(file)
    if not student.calibrated:
        calibrate(student, known)
    student.set_exact(exact=True)
    return student


def _lessons(work: Path) -> Path:
    return work / "lessons.npz"


def _given(plan: Recipe, material: Material, teacher: Network, encoder: Encoder, work: Path) -> list[Lesson]:
    """Return the lessons; the large network gives them once."""
    file = _lessons(work)
    if not file.exists():
        run = export.session(export.quantized(teacher, work / "teacher.onnx"))
        drawn = [
            chunk
            for number in range(plan.lesson_draws)
            for chunk in recipe.lessons(plan, material, encoder, np.random.default_rng([plan.student.seed, number]))
        ]
        lessons.write(file, lessons.ask(drawn, encoder, run))
    return lessons.read(file)


def masked(lesson: Lesson, share: float, rng: np.random.Generator) -> Lesson:
    """Return `lesson` with a share of its pieces hidden: what stands around a name has to tell of it."""
    return lesson._replace(ids=np.where(rng.random(len(lesson.ids)) < share, _MASK, lesson.ids)) if share else lesson


def loss(logits: Tensor, shown: Sequence[Lesson]) -> Tensor:
    """Return how far `logits`, [words, labels], are from the teacher's and from the labels that somebody gave."""
    said = torch.from_numpy(np.concatenate([lesson.logits for lesson in shown])).float()
    given = torch.from_numpy(np.concatenate([lesson.given for lesson in shown]))
    share = _GIVEN * given.sum(dim=-1, keepdim=True)
    chances = share * given + (1 - share) * functional.softmax(said, dim=-1)
    entropy = -(chances * functional.log_softmax(logits, dim=-1)).sum() / len(logits)
    apart = (logits - logits.mean(dim=-1, keepdim=True)) - (said - said.mean(dim=-1, keepdim=True))
    return entropy + _CLOSENESS * apart.square().mean()


def _samples(shown: Sequence[Lesson], encoder: Encoder, seed: int) -> list[dict[str, Tensor]]:
    """Return inputs of the network, some of all lessons."""
    rng = np.random.default_rng(seed)
    found = []
    for _ in range(_SOME):
        some = [shown[k] for k in rng.integers(len(shown), size=_ROWS)]
        inputs = encoder.batch([(lesson.ids, lesson.shapes) for lesson in some])
        found.append({name: torch.from_numpy(value) for name, value in inputs.items()})
    return found


def calibrate(student: Student, shown: Sequence[dict[str, Tensor]]) -> None:
    """Let the grids of `student` see where the values of `shown` lie."""
    student.eval()
    with student.watching():
        for inputs in shown:
            student(**inputs)
