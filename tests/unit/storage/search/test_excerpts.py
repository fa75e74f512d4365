"""Excerpts: marks made without accents come back to the letters as they were written."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wiredesk_storage.search.excerpts import START, STOP, excerpt, matches, plain, spans


def marked(text: str, *words: str) -> str:
    found = plain(text)
    for word in words:
        found = found.replace(word, f"{START}{word}{STOP}")
    return found


@pytest.mark.parametrize(
    ("text", "words", "shown"),
    [
        ("In Málaga regnet es", ["Malaga"], "In **Málaga** regnet es"),
        ("Die Straße nach Málaga", ["Strasse", "Malaga"], "Die **Straße** nach **Málaga**"),
        ("a <b>ferry</b> ran", ["ferry"], "a <b>**ferry**</b> ran"),
        ("x\u0304y ferry", ["ferry"], "x\u0304y **ferry**"),
        ("nothing of it", [], "nothing of it"),
        ("", [], ""),
    ],
)
def test_the_words_found_are_marked_where_they_stand(text, words, shown):
    assert excerpt(text, spans(text, marked(text, *words))) == shown


def test_the_passages_with_most_different_words_are_shown_in_order():
    filler = " ".join(f"w{number}" for number in range(80))
    text = f"ferry {filler} ferry harbour {filler} ferry ferry {filler} harbour"
    found = excerpt(text, spans(text, marked(text, "ferry", "harbour")))
    assert "**ferry** **harbour**" in found
    assert found.count(" … ") == 1
    assert len(found.split()) < 60


def test_text_without_spaces_is_cut():
    text = "あ" * 5_000 + "港" + "あ" * 5_000
    found = excerpt(text, spans(text, marked(text, "港")))
    assert "**港**" in found
    assert len(found) < 400
    assert len(excerpt(text, [])) < 400


@pytest.mark.parametrize("text", ["the " * 30_000, "das das ferry " * 10_000, "の" * 30_000])
def test_a_text_of_hits_takes_no_longer_than_its_length(text):
    hits = matches(text, r"\w+" if " " in text else "の")
    assert len(hits) == 30_000
    began = time.process_time()
    assert "**" in excerpt(text, hits)
    # A tenth of a second; 25 of them when every hit was looked at for every other.
    assert time.process_time() - began < 5


@given(st.text(max_size=120), st.data())
def test_any_marks_make_an_excerpt(text, data):
    body = plain(text)
    cuts = sorted(data.draw(st.lists(st.integers(0, len(body)), max_size=6, unique=True)))
    parts, at = [], 0
    for start, end in zip(cuts[::2], cuts[1::2], strict=False):
        parts += [body[at:start], START, body[start:end], STOP]
        at = end
    if START in body or STOP in body:
        return
    found = spans(text, "".join([*parts, body[at:]]))
    assert all(0 <= start <= end <= len(text) for start, end in found)
    excerpt(text, found)
