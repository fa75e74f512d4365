# ruff: noqa: RUF001 - full-width letters and Cyrillic
import random

import pytest

from wiredesk.contracts.events import MinHash
from wiredesk.contracts.words import words_of
from wiredesk_cleaner.fingerprint import PERMUTATIONS, SHINGLE_WORDS, minhash, text_hash

WORDS = [f"{left}{right}" for left in ("lake", "dam", "pact", "spring", "farm") for right in "abcdefghijklmnop"]


def text(seed: int, length: int = 400) -> str:
    return " ".join(random.Random(seed).choices(WORDS, k=length))


def signature(source: str) -> MinHash:
    found = minhash(words_of(source))
    assert found is not None
    return found


def alike(one: str, other: str) -> float:
    pairs = zip(signature(one).values, signature(other).values, strict=True)
    return sum(first == second for first, second in pairs) / PERMUTATIONS


def shingles(source: str) -> set[tuple[str, ...]]:
    words = words_of(source)
    return {tuple(words[at : at + SHINGLE_WORDS]) for at in range(len(words) - SHINGLE_WORDS + 1)}


def test_case_punctuation_and_compatibility_forms_make_no_difference():
    one, other = "“The Lake,” she said — it's DEEP.", "the ｌａｋｅ she said it s deep"
    assert words_of(one) == words_of(other)
    assert text_hash(words_of(one)) == text_hash(words_of(other))


def test_another_word_gives_another_hash():
    assert text_hash(words_of("The lake is deep")) != text_hash(words_of("The lake is deeper"))


@pytest.mark.parametrize("source", ["湖の国は水を分ける", "ทะเลสาบลึกมาก", "湖水 is deep"])
def test_a_script_without_spaces_has_a_word_per_letter(source):
    assert len(words_of(source)) >= 4


def test_a_signature_says_how_it_was_made():
    found = signature(text(1))
    assert (found.algorithm, found.shingle_words, len(found.values)) == ("rensa.RMinHash", SHINGLE_WORDS, PERMUTATIONS)
    assert all(0 <= value < 2**32 for value in found.values)
    assert found == signature(text(1))


def test_a_signature_estimates_how_many_runs_of_words_two_texts_share():
    whole = text(2)
    shorter = " ".join(whole.split()[:280])
    truth = len(shingles(whole) & shingles(shorter)) / len(shingles(whole) | shingles(shorter))
    assert alike(whole, shorter) == pytest.approx(truth, abs=0.15)
    assert alike(whole, whole) == 1
    assert alike(whole, text(3)) < 0.1


def test_a_text_too_short_for_one_run_has_no_signature(from_text):
    assert minhash(words_of("It fell and stayed.")) is None
    assert from_text("It fell and stayed.").minhash is None


def test_the_text_hash_is_equal_under_another_headline_and_the_content_hash_is_not(from_text):
    body = "The lake states agreed on Tuesday to share their water for another ten years."
    one, other = from_text(f"Lake Pact Holds\n\n{body}"), from_text(f"States Share Water\n\n{body}")
    assert one.text_hash == other.text_hash
    assert one.minhash == other.minhash
    assert one.content_hash != other.content_hash
