"""What the training reads and measures, without PyTorch: the corpus, varied copies, self-training, the scorer."""

import gzip
import json

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from wiredesk_tagger.lexicon import gazetteers
from wiredesk_tagger.pipeline.decoding import LABELS, TYPES, spans
from wiredesk_tagger.pipeline.word_pieces import Encoder, Shape
from wiredesk_tagger.training import augmentation, corpus, headline_copies, lessons, score, self_training
from wiredesk_tagger.training.corpus import MASKED, Text
from wiredesk_tagger.training.score import Tally

LETTERS = "abcdefghijklmnopqrstuvwxyz"
ENCODER = Encoder(["[PAD]", "[UNK]", "[CLS]", "[SEP]", *LETTERS, *".,-'", *(f"##{letter}" for letter in LETTERS)])
POOLS = augmentation.Pools((("Ines", "Okoro"),), ("Brno",), ("Chad", "Peru"))
STORY = Text(
    "made-up",
    "Anna Berg flew from Oslo to Peru. Berg, of Oslo, met UNICEF in ? style.",
    ((0, 9, "PERSON"), (20, 24, "GPE"), (28, 32, "GPE"), (34, 38, "PERSON"), (43, 47, "GPE"), (53, 59, "ORG")),
    ((63, 64),),
)


def write_corpus(path, *rows):
    with gzip.open(path, "wt", encoding="utf-8") as file:
        file.writelines(json.dumps(row) + "\n" for row in rows)


def test_a_text_comes_back_as_it_was_written(tmp_path):
    corpus.write(tmp_path / "a.jsonl.gz", [STORY, Text("b", "é\n", ())])
    assert corpus.read(tmp_path / "a.jsonl.gz") == [STORY, Text("b", "é\n", ())]


@pytest.mark.parametrize(
    "row",
    [
        {"source": "a", "text": "b", "ents": [[0, 1, "PLANET"]], "unknown": []},
        {"source": "a", "text": "b", "ents": []},
        [1, 2],
    ],
)
def test_a_line_that_is_no_text_is_named_by_file_and_number(tmp_path, row):
    good = {"source": "a", "text": "b", "ents": [], "unknown": []}
    write_corpus(tmp_path / "bad.jsonl.gz", good, row)
    with pytest.raises(ValueError, match=r"bad\.jsonl\.gz, line 2"):
        corpus.read(tmp_path / "bad.jsonl.gz")


def test_each_word_of_a_name_is_labelled_and_unknown_stretches_are_masked():
    text = Text("a", "Jo Bo in what", ((0, 5, "PERSON"),), ((9, 13),))
    names = [LABELS[n] if n != MASKED else "?" for n in corpus.labels_of(ENCODER.read(text.text), text)]
    assert names == ["B-PERSON", "I-PERSON", "O", "?"]


def test_a_name_that_ends_inside_a_word_teaches_nothing():
    text = Text("a", "a transatlantic b", ((2, 7, "LOC"),))
    assert corpus.labels_of(ENCODER.read(text.text), text).tolist() == [0, MASKED, 0]


def test_the_chunks_of_a_text_hold_every_word_once():
    text = Text("a", "one two three. " * 100, ())
    found = list(corpus.chunks(text, ENCODER, np.random.default_rng(3)))
    assert len(found) > 3
    assert np.concatenate([chunk.ids for chunk in found]).tolist() == ENCODER.read(text.text).ids.tolist()


def test_recasing_touches_words_only():
    shapes = np.array([Shape.TITLE, Shape.LOWER, Shape.DIGITS, Shape.PUNCTUATION, Shape.UPPER, Shape.CAPITAL])
    seen = {tuple(corpus.recased(shapes, np.random.default_rng(seed)).tolist()) for seed in range(300)}
    wordless = (Shape.DIGITS, Shape.PUNCTUATION)
    assert tuple(shapes.tolist()) in seen
    assert (0,) * 6 in seen
    assert len(seen) == 6
    assert all(row[2:4] == wordless for row in seen if any(row))


def test_a_headline_made_of_a_text_keeps_its_names():
    known = {STORY.text[start:end].casefold(): label for start, end, label in STORY.ents}
    drawn = [headline_copies.headline(STORY, gazetteers.read(), np.random.default_rng(seed)) for seed in range(100)]
    made = [headline for headline in drawn if headline]
    # Its last sentence is too short for one: now and then every try draws it.
    assert len(made) > 80
    for headline in made:
        assert headline.ents
        assert headline.unsure is not None
        assert all(known[headline.text[start:end].casefold()] == label for start, end, label in headline.ents)


def test_no_headline_is_made_of_a_text_without_a_sentence_of_fitting_length():
    rng = np.random.default_rng(1)
    assert headline_copies.headline(Text("a", "Too short.", ()), gazetteers.read(), rng) is None
    assert headline_copies.headline(Text("a", "word " * 80, ()), gazetteers.read(), rng) is None
    assert headline_copies.headline(Text("a", "", ()), gazetteers.read(), rng) is None


def test_what_a_headline_is_unsure_of_is_shown_without_capitals_and_never_recased():
    text = Text("a", "Anna met Tamwin", ((0, 4, "PERSON"),), (), ((9, 15),))
    for seed in range(50):
        (chunk,) = corpus.chunks(text, ENCODER, np.random.default_rng(seed))
        assert chunk.shapes.tolist() == [Shape.TITLE] * 4 + [Shape.LOWER] * 3 + [Shape.NONE] * 6


def test_batches_hold_every_chunk_once():
    row = np.zeros(40, np.int64)
    chunk = corpus.Chunk(row, row, row, np.zeros((40, len(LABELS)), np.float32))
    groups = corpus.batches([chunk] * 25, 200, np.random.default_rng(1))
    assert sorted(k for group in groups for k in group) == list(range(25))
    assert max(len(group) for group in groups) == 4


def test_a_person_and_a_place_get_new_names_wherever_they_stand():
    told = augmentation.vary(STORY, POOLS, np.random.default_rng(5))
    surfaces = [told.text[start:end] for start, end, _ in told.ents]
    assert surfaces[0] == "Ines Okoro"
    assert surfaces[3] == "Okoro"
    assert surfaces[1] == surfaces[4] == "Brno"
    assert surfaces[2] in POOLS.countries
    assert surfaces[5] == "UNICEF"
    assert [told.text[start:end] for start, end in told.unknown] == ["?"]
    assert [label for *_, label in told.ents] == [label for *_, label in STORY.ents]


def logits_for(text, *names, doubt=0.0):
    """Scores in which `names` stand clearly, less so the larger `doubt` is."""
    pieces = ENCODER.read(text)
    labels = corpus.labels_of(pieces, Text("", text, names))
    rows = np.zeros((len(labels), len(LABELS)), np.float32)
    rows[:, 0] = 12
    rows[labels > 0, 0] = 12 * doubt
    rows[np.arange(len(labels)), labels] = 12
    return rows


def run_with(rows):
    def run(inputs):
        logits = np.zeros((*inputs["ids"].shape, len(LABELS)), np.float32)
        pieces = ENCODER.read(TAUGHT.text)
        logits[0, pieces.first + 1] = rows
        return logits

    return run


TAUGHT = Text("news", "Oslo fell on Monday", ((13, 19, "DATE"),))


def test_the_first_model_teaches_what_it_is_sure_of_and_the_grammar_keeps_its_dates():
    ((taught, _),) = self_training.teach(
        [TAUGHT], ENCODER, [run_with(logits_for(TAUGHT.text, (0, 4, "GPE"), (13, 19, "ORG")))]
    )
    assert taught.ents == ((0, 4, "GPE"), (13, 19, "DATE"))
    assert taught.unknown == ()


def test_what_the_first_model_doubts_is_masked_unless_the_old_label_agrees():
    doubtful = run_with(logits_for(TAUGHT.text, (0, 4, "GPE"), doubt=1.0))
    ((taught, _),) = self_training.teach([TAUGHT], ENCODER, [doubtful])
    assert (0, 4, "GPE") not in taught.ents
    assert (0, 4) in taught.unknown
    agreed = TAUGHT._replace(ents=((0, 4, "GPE"), *TAUGHT.ents))
    rows = logits_for(TAUGHT.text, (0, 4, "GPE"), doubt=0.97)
    assert spans(ENCODER.read(TAUGHT.text), rows)[0].confidence < 0.75
    assert self_training.teach([agreed], ENCODER, [run_with(rows)])[0].text.ents == agreed.ents


def test_chances_are_those_of_all_teachers_and_come_back_as_they_were_written(tmp_path):
    sure = run_with(logits_for(TAUGHT.text, (0, 4, "GPE")))
    none = run_with(logits_for(TAUGHT.text))
    other = Text("news", "", ())
    taught = self_training.teach([other, TAUGHT], ENCODER, [sure, none])
    name = taught[1].chances[0, [0, LABELS.index("B-GPE")]]
    assert name == pytest.approx((0.5, 0.5), abs=0.05)
    self_training.write(tmp_path / "second.jsonl.gz", taught)
    again = self_training.read(tmp_path / "second.jsonl.gz", ENCODER)
    assert [one.text for one in again] == [one.text for one in taught]
    assert all((one.chances == old.chances).all() for one, old in zip(again, taught, strict=True))


def test_a_chunk_says_what_is_known_of_its_words_by_labels_or_by_chances():
    text = Text("a", "Jo Bo in what. ", ((0, 5, "PERSON"),), ((9, 13),))
    (chunk,) = corpus.chunks(text, ENCODER, np.random.default_rng(1))
    assert chunk.at.tolist() == [0, 2, 4, 10]
    assert [LABELS[n] for n in chunk.chances.argmax(axis=1)] == ["B-PERSON", "I-PERSON", "O", "O"]
    assert (chunk.chances.max(axis=1) == 1).all()
    chances = np.full((5, len(LABELS)), 0.25, np.float16)
    (chunk,) = corpus.chunks(text, ENCODER, np.random.default_rng(1), chances)
    assert chunk.at.tolist() == [0, 2, 4, 6, 10]
    assert (chunk.chances == 0.25).all()


def test_a_text_of_which_nothing_is_known_gives_no_chunk():
    assert not list(corpus.chunks(Text("a", "what", (), ((0, 4),)), ENCODER, np.random.default_rng(1)))


def test_a_lesson_asks_for_every_word_and_says_of_which_somebody_gave_a_label(tmp_path):
    text = Text("a", "Jo Bo in what. ", ((0, 5, "PERSON"),), ((9, 13),))
    chunks = [
        *lessons.asking(text, ENCODER, np.random.default_rng(1)),
        *lessons.asking(text, ENCODER, np.random.default_rng(1), labelled=False),
    ]

    def teacher(inputs):
        return inputs["ids"][..., None] * np.ones(len(LABELS))

    known, unknown = lessons.ask(chunks, ENCODER, teacher)
    assert known.at.tolist() == unknown.at.tolist() == [0, 2, 4, 6, 10]
    assert known.given.sum(axis=1).tolist() == [1, 1, 1, 0, 1]
    assert LABELS[known.given[1].argmax()] == "I-PERSON"
    assert not unknown.given.any()
    assert known.logits[:, 0].tolist() == known.ids[known.at].tolist()
    lessons.write(tmp_path / "lessons.npz", [known, unknown])
    again = lessons.read(tmp_path / "lessons.npz")
    for one, old in zip(again, (known, unknown), strict=True):
        assert [part.tolist() for part in one] == [part.tolist() for part in old]


def test_the_and_a_possessive_do_not_count():
    text = "The UN's envoy"
    assert score.score(text, [(4, 6, "ORG")], [(0, 8, "ORG")]) == {"ORG": Tally(1, 1, 1)}


@pytest.mark.parametrize(
    ("text", "expected"), [("Ana 's", "Ana"), ("the  UN", "UN"), ("The", "The"), (" Oslo ", "Oslo")]
)
def test_what_is_ignored_takes_its_white_space_along(text, expected):
    start, end, _ = score.cut(text, (0, len(text), "ORG"))
    assert text[start:end] == expected


def test_kinds_of_place_count_as_one_in_the_main_score_and_apart_below():
    tallies = score.score("Sahara", [(0, 6, "LOC")], [(0, 6, "GPE")])
    assert tallies["PLACE"] == Tally(1, 1, 1)
    assert tallies["GPE"] == Tally(0, 1, 0)
    assert tallies["LOC"] == Tally(0, 0, 1)
    assert score.main(tallies) == Tally(1, 1, 1)


def test_what_touches_an_unknown_stretch_is_skipped():
    assert score.score("abc def", [], [(0, 7, "ORG")], [(4, 7)]) == {}


def test_a_wrong_edge_is_a_miss_and_a_false_alarm():
    assert score.score("New York Post", [(0, 13, "ORG")], [(0, 8, "ORG")]) == {"ORG": Tally(0, 1, 1)}


def test_scores_are_the_usual_ones():
    tally = score.add([{"ORG": Tally(3, 4, 6)}, {"ORG": Tally(1, 1, 2)}])["ORG"]
    assert tally == Tally(4, 5, 8)
    assert (tally.precision, tally.recall) == (0.8, 0.5)
    assert tally.f1 == pytest.approx(8 / 13)
    assert Tally().f1 == 0


@pytest.mark.parametrize(
    ("upper", "expected"), [(False, "It's The Élan Of O'brien, Straße"), (True, "IT'S THE ÉLAN OF O'BRIEN, STRAßE")]
)
def test_recased_texts_keep_every_offset(upper, expected):
    assert score.recase("It's the élan of O'brien, straße", upper=upper) == expected


@given(st.text(), st.booleans())
def test_a_recased_text_is_as_long_as_it_was(text, upper):
    assert len(score.recase(text, upper=upper)) == len(text)


def test_every_type_has_its_two_labels():
    assert len(LABELS) == 2 * len(TYPES) + 1 == len(set(LABELS))
