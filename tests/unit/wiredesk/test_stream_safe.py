"""Normalisation is bounded: ordinary text is untouched, and no text takes more than linear time."""

import time
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wiredesk.contracts import ids
from wiredesk.contracts.stream_safe import is_stream_safe

LONGEST = 30


def run_of_marks(text):
    """The longest run of characters that are marks once decomposed."""
    longest = run = 0
    for char in unicodedata.normalize("NFD", text):
        run = run + 1 if unicodedata.combining(char) else 0
        longest = max(longest, run)
    return longest


MARKS = st.text(st.sampled_from("\u0301\u0316\u0f71\u0f74\u05b0\U0001e944"), max_size=100)
TEXTS = st.lists(st.one_of(MARKS, st.text(max_size=5)), max_size=6).map("".join)


@given(TEXTS)
def test_text_is_safe_that_has_no_long_run_of_marks(text):
    if run_of_marks(text) <= LONGEST:
        assert is_stream_safe(text)
    # A letter may bring three marks of its own, which no run of marks in the text shows.
    if run_of_marks(text) > LONGEST + 3:
        assert not is_stream_safe(text)


@given(st.integers(0, 100), st.integers(0, 200), st.integers(0, 100), st.sampled_from("\u0301\u0f73\U0001e944"))
def test_a_long_run_is_found_wherever_it_stands(before, marks, after, mark):
    assert is_stream_safe("x" * before + mark * marks + "x" * after) is (marks <= LONGEST)


@pytest.mark.parametrize(("marks", "safe"), [(4, True), (5, False), (30, False)])
def test_of_a_long_text_no_thousand_runs_are_long(marks, safe):
    text = ("a" + "\u0301" * marks) * 30_000
    assert is_stream_safe(text) is safe
    assert is_stream_safe(text[:60_000])
    assert is_stream_safe(text[: 900 * (marks + 1)] + "a\u0301" * 100_000)


def before_it_was_bounded(*parts):
    """The hash as every earlier release made it."""
    import hashlib  # noqa: PLC0415

    digest = hashlib.sha256()
    for part in parts:
        digest.update(" ".join(unicodedata.normalize("NFC", part or "").split()).encode("utf-8", "surrogatepass"))
        digest.update(b"\0")
    return digest.hexdigest()


@given(st.text(st.characters(), max_size=400), st.one_of(st.none(), st.text(max_size=50)))
def test_the_hash_of_ordinary_text_is_what_it_always_was(text, other):
    if run_of_marks(text) <= LONGEST:
        assert ids.content_hash(text, other) == before_it_was_bounded(text, other)


@pytest.mark.parametrize(
    "text",
    [
        "Việt Nam và Trung Quốc",
        "Xin cha\u0300o, Vie\u0302\u0323t Nam",
        "Καλημέρα κόσμε",
        "שָׁלוֹם עֲלֵיכֶם",
        "اَلسَّلَامُ عَلَيْكُمْ",
        "བཀྲ་ཤིས་བདེ་ལེགས། ཧཱུྃ",
        "नमस्ते दुनिया",
        "สวัสดีชาวโลก",
        "각하의 한국어\u3000공백",
        "한국어".encode().decode(),
        "e\u0301" * 1000,
        "ca\u0327\u0301fe \u00a0 \u2028 x",
    ],
)
def test_the_hash_of_real_scripts_is_what_it_always_was(text):
    for form in ("NFC", "NFD"):
        given_form = unicodedata.normalize(form, text * 50)
        assert ids.content_hash(given_form) == before_it_was_bounded(given_form)


@pytest.mark.parametrize("marks", ["\u0301\u0316", "\u0f73", "\u0344\u0316", "\u05b0\u0591", "\u0301\u0316" * 15 + "a"])
def test_a_megabyte_of_marks_takes_no_time_to_speak_of(marks):
    # It took minutes: the bound is thirty times what it takes now, and a thousandth of what it took.
    text = "a" + marks * (1024 * 1024 // len(marks.encode()))
    began = time.thread_time()
    ids.content_hash(text)
    assert time.thread_time() - began < 5


def test_a_url_of_marks_has_an_id_and_the_id_is_stable():
    url = "https://" + "a\u0301\u0316" * 2000 + ".example/" + "\u0301\u0316" * 500
    once = ids.canonical_url(url)
    assert ids.canonical_url(once) == once
