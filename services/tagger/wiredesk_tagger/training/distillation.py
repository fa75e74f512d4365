"""The last phase: the small network learns what the large one says, freely first, then on the grids of integers."""

from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import NamedTuple, Protocol

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional

from wiredesk_tagger.pipeline.decoding import Run
from wiredesk_tagger.pipeline.word_pieces import Encoder
from wiredesk_tagger.training import lessons, pruning
from wiredesk_tagger.training.corpus import Chunk
from wiredesk_tagger.training.lessons import Lesson
from wiredesk_tagger.training.network import Network, Size
from wiredesk_tagger.training.phase import Phase
from wiredesk_tagger.training.student import SMALL, Student
from wiredesk_tagger.training.training_loop import finished, learn, newest

# Half of what is learned of a word that somebody labelled is that label, half is what the teacher makes of it.
_GIVEN = 0.5
# The logits themselves tell of the many words that plainly are no name, of which the chances say nothing more.
_CLOSENESS = 0.1
# Enough to see where values lie, and what counts.
_SOME = 60
_ROWS = 20


class Course(Protocol):
    """The numbers of the last phase, as `recipe.Recipe` explains them."""

    @property
    def student(self) -> Phase: ...
    @property
    def lesson_draws(self) -> int: ...
    @property
    def lesson_share(self) -> tuple[float, float]: ...
    @property
    def masked(self) -> float: ...
    @property
    def exact_from(self) -> int: ...
    @property
    def whole_from(self) -> int: ...


class Lecture(NamedTuple):
    """Of what the teacher speaks, and to whom."""

    draw: Callable[[np.random.Generator], Iterable[Chunk]]
    """draws the chunks that the teacher is asked of, others each time"""
    teacher: Callable[[], Run]
    """makes of the teacher what answers"""
    size: Size = SMALL
    """of the student"""
    kept: Sequence[int] = pruning.KEPT
    """the layers of the teacher that it takes"""
    halves: bool = True
    """whether the arithmetic is bf16 until the last epochs"""


def taught(
    plan: Course,
    lecture: Lecture,
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
        student = Student(lecture.size)
        # No checkpoint holds the words, which are not trained.
        student.load_state_dict({"words.weight": pruning.on_steps(teacher.words.weight.detach())}, strict=False)
        tell(f"student: {newest(student, work, [plan.student])}")
        known = () if student.calibrated else _samples(lessons.read(_lessons(work)), encoder, plan.student.seed)
    else:
        tell("student: the large model gives its lessons")
        shown = _given(plan, lecture, encoder, work)
        known = _samples(shown, encoder, plan.student.seed)
        student = pruning.pruned(teacher, known, lecture.size, lecture.kept)

        hidden = plan.masked

        def rough(number: int) -> bool:
            return number < plan.whole_from

        def half(number: int) -> bool:
            return lecture.halves and rough(number)

        def begin(number: int) -> None:
            nonlocal hidden
            hidden = plan.masked if rough(number) else 0.0
            if number >= plan.exact_from:
                if not student.calibrated:
                    calibrate(student, known)
                student.set_exact(exact=True)

        labelled = np.array([lesson.given.any() for lesson in shown])

        def epoch(rng: np.random.Generator) -> list[Lesson]:
            kinds = zip((np.flatnonzero(labelled), np.flatnonzero(~labelled)), plan.lesson_share, strict=True)
            some = [rng.permutation(kind)[: round(len(kind) * share)] for kind, share in kinds]
            return [masked(shown[k], hidden, rng, encoder.hidden) for k in np.concatenate(some)]

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


def _given(plan: Course, lecture: Lecture, encoder: Encoder, work: Path) -> list[Lesson]:
    """Return the lessons; the large network gives them once."""
    file = _lessons(work)
    if not file.exists():
        drawn = [
            chunk
            for number in range(plan.lesson_draws)
            for chunk in lecture.draw(np.random.default_rng([plan.student.seed, number]))
        ]
        lessons.write(file, lessons.ask(drawn, encoder, lecture.teacher()))
    return lessons.read(file)


def masked(lesson: Lesson, share: float, rng: np.random.Generator, hidden: int) -> Lesson:
    """Return `lesson` with a share of its pieces `hidden`: what stands around a name has to tell of it."""
    return lesson._replace(ids=np.where(rng.random(len(lesson.ids)) < share, hidden, lesson.ids)) if share else lesson


def loss(logits: Tensor, shown: Sequence[Lesson]) -> Tensor:
    """Return how far `logits`, [words, labels], are from the teacher's and from the labels that somebody gave."""
    said = torch.from_numpy(np.concatenate([lesson.logits for lesson in shown])).float()
    given = torch.from_numpy(np.concatenate([lesson.given for lesson in shown]))
    several = given.sum(dim=-1) > 1
    if several.any():
        # Which of some labels it is nobody said: among them the teacher decides.
        given[several] = _among(given[several], said[several])
    share = _GIVEN * given.sum(dim=-1, keepdim=True)
    chances = share * given + (1 - share) * functional.softmax(said, dim=-1)
    entropy = -(chances * functional.log_softmax(logits, dim=-1)).sum() / len(logits)
    apart = (logits - logits.mean(dim=-1, keepdim=True)) - (said - said.mean(dim=-1, keepdim=True))
    return entropy + _CLOSENESS * apart.square().mean()


def _among(labels: Tensor, logits: Tensor) -> Tensor:
    """Return the chances of `logits` for the labels that are 1 in `labels`, both [words, labels]; they sum to 1."""
    return functional.softmax(logits.masked_fill(labels == 0, float("-inf")), dim=-1)


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
