"""Word pieces, windows and decoding: what training and the running tagger share."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from wiredesk_tagger.pipeline.decoding import LABELS, Copies, best_path, logits_of, mean, spans, tag
from wiredesk_tagger.pipeline.word_pieces import CONTEXT, WINDOW, Encoder, Shape, by_length, shape, span_of, windows

VOCABULARY = [
    "[PAD]",
    "[UNK]",
    "[CLS]",
    "[SEP]",
    *"abcdefghijklmnopqrstuvwxyz.,-'",
    *(f"##{c}" for c in "abcdefghijklmnopqrstuvwxyz"),
]
ENCODER = Encoder(VOCABULARY)
NUMBER = {label: number for number, label in enumerate(LABELS)}


def run_nothing(inputs):
    return np.zeros((*inputs["ids"].shape, len(LABELS)), dtype=np.float32)


def scores(*labels, second=None):
    """Logits in which each word clearly has its label (`second` is each word's runner-up)."""
    rows = np.zeros((len(labels), len(LABELS)), dtype=np.float32)
    for at, label in enumerate(labels):
        rows[at, NUMBER[label]] = 8
        if second:
            rows[at, NUMBER[second]] = 6
    return rows


@pytest.mark.parametrize(
    ("word", "expected"),
    [
        ("2024", Shape.DIGITS),
        ("½", Shape.DIGITS),
        (",", Shape.PUNCTUATION),
        ("court", Shape.LOWER),
        ("NATO", Shape.UPPER),
        ("A", Shape.CAPITAL),
        ("Élysée", Shape.TITLE),
        ("iPhone", Shape.MIXED),
        ("McDonald", Shape.MIXED),
        ("G20", Shape.CAPITAL),
        ("العربية", Shape.LOWER),
    ],
)
def test_a_word_has_the_shape_of_its_letters(word, expected):
    assert shape(word) is expected


def test_words_carry_the_offsets_of_the_text_as_given():
    text = "Élan,  José\u0301 \U0001f600Bo"
    pieces = ENCODER.read(text)
    words = [text[s:e] for s, e in zip(pieces.starts, pieces.ends, strict=True)]
    assert words[:3] == ["Élan", ",", "José\u0301"]
    assert words[-1].endswith("Bo")


def test_a_word_in_an_unsure_stretch_has_no_shape():
    text = "Ana met BO, Cy."
    pieces = ENCODER.read(text, [(text.index("BO"), text.index("BO") + 2)])
    assert pieces.shapes[pieces.first].tolist() == [
        Shape.TITLE,
        Shape.LOWER,
        Shape.NONE,
        Shape.PUNCTUATION,
        Shape.TITLE,
        Shape.PUNCTUATION,
    ]


def test_every_piece_of_a_word_has_its_shape():
    pieces = ENCODER.read("Elena ran")
    assert pieces.shapes.tolist() == [Shape.TITLE] * 5 + [Shape.LOWER] * 3
    assert pieces.first.tolist() == [0, 5]


def test_lines_and_sentences_are_known_by_their_first_words():
    pieces = ENCODER.read("go. stay a.b\nrun")
    assert pieces.opens_line.tolist() == [True, False, False, False, False, False, True]
    assert pieces.opens_sentence.tolist() == [True, False, True, False, False, False, True]


def test_a_lone_surrogate_is_an_unknown_character_and_moves_nothing():
    text = "a\ud800b cd"
    pieces = ENCODER.read(text)
    assert text[pieces.starts[-1] : pieces.ends[-1]] == "cd"


def test_an_endless_word_is_one_unknown_piece():
    assert ENCODER.read("x" * 1_000_000).ids.tolist() == [ENCODER.unknown]


def test_a_batch_marks_both_ends_and_hides_its_padding():
    inputs = ENCODER.batch([(np.array([4, 5]), np.array([3, 3])), (np.array([6]), np.array([4]))])
    assert inputs["ids"].tolist() == [[2, 4, 5, 3], [2, 6, 3, 0]]
    assert inputs["case"].tolist() == [[0, 3, 3, 0], [0, 4, 0, 0]]
    assert inputs["mask"].tolist() == [[1, 1, 1, 1], [1, 1, 1, 0]]


def test_a_vocabulary_without_the_marks_is_refused():
    with pytest.raises(KeyError, match="CLS"):
        Encoder(["a", "b"])


@settings(max_examples=60, deadline=None)
@given(st.lists(st.text(alphabet="abcXY.-\n é", min_size=1, max_size=120), max_size=40))
def test_windows_keep_every_word_once_and_fit(parts):
    pieces = ENCODER.read(" ".join(parts))
    found = list(windows(pieces))
    assert [w for window in found for w in range(window.keep, window.stop)] == list(range(len(pieces.first)))
    for window in found:
        place = span_of(pieces, window)
        assert window.begin <= window.keep < window.stop <= window.end
        assert place.stop - place.start <= WINDOW - 2
        assert pieces.first[window.keep] - place.start <= CONTEXT
        if window.stop < window.end:
            assert place.stop - pieces.first[window.stop] <= CONTEXT


def test_a_long_text_is_cut_where_a_sentence_ends():
    pieces = ENCODER.read("ab cd ef. " * 60)
    found = list(windows(pieces))
    assert len(found) > 1
    assert all(pieces.opens_sentence[window.keep] for window in found)


def test_groups_hold_every_item_and_no_more_than_their_size():
    lengths = [5, 90, 3, 40, 41, 7]
    groups = list(by_length(lengths, 100))
    assert sorted(item for group in groups for item in group) == list(range(len(lengths)))
    assert all(len(group) == 1 or len(group) * max(lengths[i] for i in group) <= 100 for group in groups)


def test_a_name_runs_from_its_first_word_to_the_end_of_its_last():
    text = "met Ana-Lu Bo."
    found = spans(ENCODER.read(text), scores("O", "B-PERSON", "I-PERSON", "I-PERSON", "I-PERSON", "O"))
    assert [(text[f.start : f.end], f.label) for f in found] == [("Ana-Lu Bo", "PERSON")]


def test_two_names_side_by_side_stay_two():
    found = spans(ENCODER.read("ab cd"), scores("B-GPE", "B-GPE"))
    assert [(f.start, f.end) for f in found] == [(0, 2), (3, 5)]


def test_an_inside_without_its_beginning_becomes_the_next_best_lawful_path():
    found = spans(ENCODER.read("ab cd"), scores("O", "I-ORG", second="B-ORG"))
    assert [(f.start, f.end, f.label) for f in found] == [(3, 5, "ORG")]


def test_no_name_crosses_the_end_of_a_line():
    same = spans(ENCODER.read("ab cd"), scores("B-GPE", "I-GPE", second="B-GPE"))
    parted = spans(ENCODER.read("ab\ncd"), scores("B-GPE", "I-GPE", second="B-GPE"))
    assert [(f.start, f.end) for f in same] == [(0, 5)]
    assert [(f.start, f.end) for f in parted] == [(0, 2), (3, 5)]


def test_confidence_is_that_of_the_least_certain_word():
    logits = scores("B-ORG", "I-ORG")
    logits[1] *= 0.5
    (found,) = spans(ENCODER.read("ab cd"), logits)
    assert found.confidence == round(float(np.exp(4) / (np.exp(4) + len(LABELS) - 1)), 6)


@settings(max_examples=60, deadline=None)
@given(st.lists(st.integers(0, 2**32 - 1), min_size=1, max_size=7))
def test_the_best_path_beats_every_other_lawful_one(seeds):
    labels = [0, 1, 2, 3, 4]
    rows = np.full((len(seeds), len(LABELS)), -1e9)
    rows[:, labels] = np.stack([np.random.default_rng(seed).normal(size=5) for seed in seeds])
    lawful: list[tuple[int, ...]] = [()]
    for _ in seeds:
        lawful = [(*p, n) for p in lawful for n in labels if n % 2 or not n or (p and p[-1] in (n - 1, n))]
    best = max(lawful, key=lambda p: sum(rows[at, n] for at, n in enumerate(p)))
    assert best_path(rows).tolist() == list(best)


def test_each_word_gets_the_scores_of_its_own_first_piece_across_windows():
    def echo(inputs):
        logits = run_nothing(inputs)
        logits[..., 0] = inputs["ids"]
        return logits

    texts = [ENCODER.read(text) for text in ("ab cd. " * 150, "", "zz", "a b c " * 90)]
    for pieces, logits in zip(texts, logits_of(texts, ENCODER, echo), strict=True):
        assert logits[:, 0].tolist() == pieces.ids[pieces.first].tolist()


class Counted:
    """Runs `run`, and counts the rows that it was given."""

    def __init__(self, run):
        self._run = run
        self.rows = 0

    def __call__(self, inputs):
        self.rows += len(inputs["ids"])
        return self._run(inputs)


def by_piece(inputs):
    return np.sin(inputs["ids"][..., None] * np.arange(1.0, len(LABELS) + 1) + inputs["case"][..., None])


def test_what_was_read_before_is_not_read_again_and_gets_the_same_scores():
    copies, run = Copies(), Counted(by_piece)
    texts = [ENCODER.read(text) for text in ("ab cd. " * 150, "", "Zz top", "a b c " * 90)]
    first = logits_of(texts, ENCODER, run, copies=copies)
    read = run.rows
    again = logits_of([*reversed(texts)], ENCODER, run, copies=copies)
    assert run.rows == read
    assert copies.asked - copies.known == read
    assert all((one == other).all() for one, other in zip(first, reversed(again), strict=True))
    assert all((one == other).all() for one, other in zip(first, logits_of(texts, ENCODER, by_piece), strict=True))


def test_a_window_that_comes_twice_at_once_is_read_once():
    run = Counted(by_piece)
    one, other = logits_of([ENCODER.read("ab cd")] * 2, ENCODER, run)
    assert run.rows == 1
    assert (one == other).all()


def test_the_same_words_with_other_capitals_are_no_copy():
    copies, run = Copies(), Counted(by_piece)
    logits_of([ENCODER.read("ab cd"), ENCODER.read("Ab cd")], ENCODER, run, copies=copies)
    assert (run.rows, copies.known) == (2, 0)


def test_copies_are_bounded_by_words_and_forget_what_was_not_asked_for():
    copies = Copies(words=6)
    rows = np.zeros((3, len(LABELS)), np.float16)
    copies.keep(b"a", rows)
    copies.keep(b"b", rows)
    assert copies.get(b"a") is rows
    copies.keep(b"c", rows)
    assert copies.get(b"b") is None
    assert copies.get(b"a") is rows
    assert copies.get(b"c") is rows


def test_the_mean_of_scores_ranks_labels_as_the_mean_of_log_probabilities_does():
    ways = [np.random.default_rng(seed).normal(size=(5, len(LABELS))).astype(np.float32) * 4 for seed in range(3)]
    logs = [way - np.log(np.exp(way).sum(axis=1, keepdims=True)) for way in ways]
    joint = 2 * logs[0] + logs[1] + 2 * logs[2]
    found = mean(ways, (2, 1, 2))
    assert (found.argsort(axis=1) == joint.argsort(axis=1)).all()
    assert mean(ways[:1]) is ways[0]


@settings(max_examples=150, deadline=None)
@given(st.text(st.characters(), max_size=400))
def test_names_of_any_text_lie_in_it_in_order(text):
    def names_everywhere(inputs):
        logits = run_nothing(inputs)
        logits[..., NUMBER["B-ORG"]] = inputs["ids"] % 3
        logits[..., NUMBER["I-ORG"]] = inputs["ids"] % 2
        return logits

    (found,) = tag([text], ENCODER, names_everywhere)
    last = 0
    for name in found:
        assert last <= name.start < name.end <= len(text)
        assert 0 < name.confidence <= 1
        last = name.end
