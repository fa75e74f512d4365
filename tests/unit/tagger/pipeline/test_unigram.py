"""Pieces with capitals, and words in scripts with and without spaces: what the multilingual model reads."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from wiredesk_tagger.pipeline.unigram import HIDDEN, UnigramEncoder, tokenizer
from wiredesk_tagger.pipeline.word_pieces import WINDOW, Shape, span_of, windows

LETTERS = "abcdefghijklmnopqrstuvwxyzABDEHIMPST'.,()-"
WHOLE = ["▁Berlin", "▁Ankara", "▁de", "東京", "首相", "は", "北京", "在", "▁서울", "에서", "▁दिल्ली", "▁में", "é", "▁..."]
PIECES = [
    *((mark, 0.0) for mark in ("<s>", "<pad>", "</s>", "<unk>")),
    ("▁", -4.0),
    *((letter, -8.0) for letter in LETTERS),
    *((piece, -5.0) for piece in WHOLE),
    (HIDDEN, 0.0),
]
FILE = tokenizer(PIECES).to_str()
ENCODER = UnigramEncoder(FILE)


def words(text):
    pieces = ENCODER.read(text)
    return [text[start:end] for start, end in zip(pieces.starts, pieces.ends, strict=True)]


def spelled(text):
    return [PIECES[number][0] for number in ENCODER.read(text).ids.tolist()]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("in Berlin.", ["in", "Berlin", "."]),
        ("Ankara'da (Berlin)", ["Ankara", "'", "da", "(", "Berlin", ")"]),
        ("दिल्ली में", ["दिल्ली", "में"]),
        ("東京は、北京", ["東京", "は", "、", "北京"]),
        ("首相 在北京", ["首相", "在", "北京"]),
        ("서울에서", ["서울", "에서"]),
        ("", []),
        (" \n", []),
    ],
)
def test_words_end_at_spaces_and_marks_or_where_no_spaces_are_written_at_pieces(text, expected):
    assert words(text) == expected


def test_a_piece_knows_whether_a_space_stood_before_it():
    assert spelled("Berlin de") == ["▁Berlin", "▁de"]
    assert spelled("(de)")[:2] == ["▁", "("]
    assert spelled("東京 東京") == ["東京", "東京"]
    assert spelled("(서울에서")[2:] != spelled("서울에서") == ["▁서울", "에서"]


def test_composed_and_decomposed_letters_are_one_piece_at_their_own_offsets():
    assert spelled("é")[-1:] == spelled("e\u0301")[-1:] == ["é"]
    assert words("e\u0301 de") == ["e\u0301", "de"]


def test_what_has_no_width_has_no_piece_and_moves_nothing():
    assert spelled("Ber\u200blin") == ["▁Berlin"]
    assert words("\u200b Ber\u200blin de") in (["Ber\u200blin", "de"], ["\u200b", "Ber\u200blin", "de"])


def test_a_sign_of_three_dots_is_one_word():
    assert words("de … de") == ["de", "…", "de"]
    assert spelled("de …")[-1] == "▁..."


def test_a_word_of_more_pieces_than_a_window_holds_is_read_piece_by_piece():
    pieces = ENCODER.read("de " + "ab" * 200)
    assert len(pieces.first) > 200
    assert all(span_of(pieces, window).stop - span_of(pieces, window).start <= WINDOW - 2 for window in windows(pieces))


def test_a_sentence_without_a_space_behind_it_ends_at_its_stop():
    pieces = ENCODER.read("東京は。首相は! de. de.de")
    opened = [start for start, opens in zip(pieces.starts, pieces.opens_sentence, strict=True) if opens]
    assert opened == [0, 4, 9, 13]


def test_shapes_and_hidden_stretches_are_those_of_english():
    pieces = ENCODER.read("Berlin, de AB", [(11, 13)])
    assert pieces.shapes[pieces.first].tolist() == [Shape.TITLE, Shape.PUNCTUATION, Shape.LOWER, Shape.NONE]


def test_a_batch_stands_between_the_marks_of_the_base():
    inputs = ENCODER.batch([(np.array([9, 9]), np.array([3, 3])), (np.array([9]), np.array([3]))])
    assert inputs["ids"].tolist() == [[0, 9, 9, 2], [0, 9, 2, 1]]
    assert ENCODER.hidden == len(PIECES) - 1


def test_the_file_of_a_tokenizer_gives_the_same_pieces_and_is_the_same_each_time():
    assert tokenizer(PIECES).to_str() == FILE
    again = UnigramEncoder(FILE)
    for text in ("Ankara'da Berlin", "東京は、北京", "서울에서 e\u0301"):
        assert again.read(text).ids.tolist() == ENCODER.read(text).ids.tolist()


def test_a_tokenizer_without_the_marks_is_refused():
    with pytest.raises(KeyError, match="<s>"):
        UnigramEncoder(tokenizer([("<unk>", 0.0), ("a", -1.0)]).to_str())


@settings(max_examples=150, deadline=None)
@given(st.text(alphabet=st.one_of(st.sampled_from("aB '.東京서울दि。\n\u200b\u0301"), st.characters()), max_size=80))
def test_words_lie_in_the_text_in_order_and_every_piece_is_in_one(text):
    pieces = ENCODER.read(text)
    assert (pieces.starts < pieces.ends).all()
    assert (np.diff(pieces.starts) >= 0).all()
    assert (pieces.ends <= len(text)).all()
    assert (np.diff(pieces.first) > 0).all()
    assert not len(pieces.ids) or pieces.first[0] == 0
    assert [w for window in windows(pieces) for w in range(window.keep, window.stop)] == list(range(len(pieces.first)))
