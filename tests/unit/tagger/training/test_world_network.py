"""The multilingual model's networks, tiny: losses, a phase that is interrupted, the integers that run.

PyTorch is in the training's own environment alone. There, with the tests' tools beside it:

    PYTHONPATH=.venv/lib/python3.11/site-packages:shared:services/tagger .venv-train/bin/python -m pytest FILE
"""

import numpy as np
import pytest

torch = pytest.importorskip("torch", reason="PyTorch is in .venv-train alone; see this file's first lines")

from wiredesk_tagger.pipeline.decoding import LABELS  # noqa: E402 - behind the skip
from wiredesk_tagger.pipeline.unigram import HIDDEN, UnigramEncoder, tokenizer  # noqa: E402
from wiredesk_tagger.training import distillation, export, measure, whole_numbers  # noqa: E402
from wiredesk_tagger.training.corpus import Chunk, Text  # noqa: E402
from wiredesk_tagger.training.distillation import Lecture  # noqa: E402
from wiredesk_tagger.training.lessons import Lesson  # noqa: E402
from wiredesk_tagger.training.network import Network, Size  # noqa: E402
from wiredesk_tagger.training.phase import Phase  # noqa: E402
from wiredesk_tagger.training.phases import Source, Training  # noqa: E402
from wiredesk_tagger.training.training_loop import cross_entropy, learn, lenient_cross_entropy  # noqa: E402
from wiredesk_tagger.training.world import recipe, sources  # noqa: E402
from wiredesk_tagger.training.world.recipe import Material, Recipe  # noqa: E402

NAMES, PLACES = ("Ann", "Bo", "Cy", "Dee"), ("Oslo", "Rome", "Lima")
PIECES = ["<s>", "<pad>", "</s>", "<unk>", "▁", *(f"▁{word}" for word in (*NAMES, *PLACES, "met", "in")), ".", HIDDEN]
ENCODER = UnigramEncoder(tokenizer([(piece, -float(at)) for at, piece in enumerate(PIECES)]).to_str())
SIZE = Size(words=len(PIECES), layers=2, inner=64)


def story(rng, source="tr-trwiki"):
    one, other = rng.permutation(NAMES)[:2]
    place = rng.permutation(PLACES)[0]
    text = f"{one} met {other} in {place}."
    spans = [(text.index(word), text.index(word) + len(word)) for word in (one, other, place)]
    return Text(
        source, text, tuple((*span, kind) for span, kind in zip(spans, ("PERSON", "PERSON", "GPE"), strict=True))
    )


MATERIAL = Material(
    {"tr-trwiki": [story(np.random.default_rng(seed)) for seed in range(60)]},
    {"tr-trwiki": [story(np.random.default_rng(seed)) for seed in range(100, 115)]},
    [story(np.random.default_rng(seed), "unlabelled") for seed in range(200, 212)],
)
PLAN = Recipe(
    pieces=500, most=1, recased=0, first=Phase("first", 6, 3e-3, 100), later=(Phase("second", 1, 1e-3, 100),),
    student=Phase("student", 12, 3e-3, 100), lesson_share=(0.5, 0.5), exact_from=4, whole_from=9,
)  # fmt: skip


def chunk(*rows):
    chances = np.array(rows, np.float32)
    ids = np.arange(len(rows))
    return Chunk(ids, ids, ids, chances)


def row(*names):
    return [float(label in names) for label in LABELS]


def test_of_several_labels_any_will_do_and_what_nobody_knows_counts_nothing():
    logits = torch.randn(3, len(LABELS), generator=torch.Generator().manual_seed(1), requires_grad=True)
    sure, either, unknown = row("B-ORG"), row("B-GPE", "B-LOC"), row()
    chances = logits.detach().softmax(dim=-1)
    loss = lenient_cross_entropy(logits, [chunk(sure, either, unknown)])
    expected = -chances[0, LABELS.index("B-ORG")].log()
    expected -= (chances[1, LABELS.index("B-GPE")] + chances[1, LABELS.index("B-LOC")]).log()
    assert loss.detach().item() == pytest.approx(expected.item() / 2, rel=1e-5)
    loss.backward()
    assert torch.isfinite(logits.grad).all()
    assert not logits.grad[2].any()


def test_of_single_labels_and_of_chances_the_loss_is_the_usual_one():
    logits = torch.randn(2, len(LABELS), generator=torch.Generator().manual_seed(2))
    soft = np.full(len(LABELS), 1 / len(LABELS), np.float32)
    shown = [chunk(row("O"), soft)]
    assert float(lenient_cross_entropy(logits, shown)) == pytest.approx(float(cross_entropy(logits, shown)), rel=1e-5)


def network():
    torch.manual_seed(4)
    return Network(SIZE)


def draw(plan):
    return lambda _, news: recipe.epoch(plan, MATERIAL, news, ENCODER)


def test_a_phase_that_was_interrupted_ends_as_one_that_was_not(tmp_path, monkeypatch):
    monkeypatch.setattr("wiredesk_tagger.training.training_loop._SAVE_SECONDS", -1)
    phase = PLAN.first._replace(epochs=2)
    epoch = draw(PLAN)(phase, [])

    def run(folder, stop):
        made, seen = network(), []
        folder.mkdir(exist_ok=True)

        def loss(logits, shown):
            seen.append(1)
            if stop and len(seen) == stop:
                raise KeyboardInterrupt
            return lenient_cross_entropy(logits, shown)

        learn(made, phase, epoch, ENCODER, loss, work=folder, tell=lambda _: None, half=lambda _: False)
        return made.state_dict(), len(seen)

    whole, steps = run(tmp_path / "a", 0)
    with pytest.raises(KeyboardInterrupt):
        run(tmp_path / "b", steps // 2)
    again, rest = run(tmp_path / "b", 0)
    assert rest <= steps - steps // 2 + 1
    for name, value in whole.items():
        assert torch.allclose(value, again[name], atol=1e-5), name


def test_the_whole_recipe_makes_a_model_that_knows_its_names_and_has_the_same_bits_as_integers(tmp_path):
    made = network()
    source = Source(draw(PLAN), MATERIAL.news, MATERIAL.dev, lenient_cross_entropy)
    told: list[str] = []
    Training(PLAN, source, ENCODER, made, tmp_path, told.append, halves=False).run()
    assert any("first phase, dev" in line for line in told)
    assert measure.mean(measure.rows(MATERIAL.dev, ENCODER, export.as_it_is(made))) > 90
    lecture = Lecture(
        lambda rng: recipe.lessons(PLAN, MATERIAL, ENCODER, rng),
        lambda: export.as_it_is(made),
        SIZE,
        range(SIZE.layers),
        halves=False,
    )
    student = distillation.taught(PLAN, lecture, made, ENCODER, work=tmp_path, tell=told.append)
    export.export(student, "{}", tmp_path / "model", name="tokenizer.json")
    weights = tmp_path / "model" / "weights.onnx"
    run = export.session(weights)
    assert measure.mean(measure.rows(MATERIAL.dev, ENCODER, run)) > 90
    inputs = whole_numbers.sample(MATERIAL.dev["tr-trwiki"], ENCODER)
    different, compared = whole_numbers.differing(weights, inputs)
    assert (different, compared > 1000) == (0, True)
    with torch.no_grad():
        said = student(**{name: torch.from_numpy(value) for name, value in inputs.items()}).numpy()
    near = np.abs(run(inputs) - said)[inputs["mask"] == 1]
    assert np.quantile(near, 0.95) < 0.5
    again = distillation.taught(PLAN, lecture, made, ENCODER, work=tmp_path, tell=told.append, train=False)
    assert all((value == again.state_dict()[name]).all() for name, value in student.state_dict().items())


def test_what_a_source_leaves_open_the_teacher_decides():
    said = np.zeros((1, len(LABELS)), np.float16)
    said[0, LABELS.index("B-GPE")], said[0, LABELS.index("B-ORG")] = 2, 9
    either = np.array([row("B-GPE", "B-LOC")], np.float32)
    lesson = Lesson(np.zeros(1, np.int64), np.zeros(1, np.int64), np.zeros(1, np.int64), either, said)
    logits = torch.zeros(1, len(LABELS), requires_grad=True)
    distillation.loss(logits, [lesson]).backward()
    pulled = -logits.grad[0]
    assert pulled[LABELS.index("B-GPE")] > 4 * pulled[LABELS.index("B-LOC")]
    assert (either == np.array([row("B-GPE", "B-LOC")])).all()


def test_chunks_of_the_corpus_are_what_the_loss_takes():
    shown = [one for texts in MATERIAL.train.values() for text in texts[:3] for one in sources.chunks(
        text, ENCODER, np.random.default_rng(1))]  # fmt: skip
    words = sum(len(one.at) for one in shown)
    assert float(lenient_cross_entropy(torch.zeros(words, len(LABELS)), shown)) == pytest.approx(np.log(len(LABELS)))
