"""What is a copy of what: candidates by signature, the decision by the texts, and what differs."""

import random
from uuid import UUID

import pytest

from tests.made_up import story
from wiredesk.contracts.events import CopyDifference, MinHash
from wiredesk.contracts.words import words_of
from wiredesk_storage.copies import comparing, signatures
from wiredesk_storage.copies.comparing import Candidate, best, compare

ONE, TWO, THREE = (UUID(int=number) for number in (1, 2, 3))


FIRST = story(1)


def differences(copy: str) -> tuple[CopyDifference, ...]:
    likeness = compare(words_of(FIRST), words_of(copy))
    assert likeness.is_copy
    return likeness.differences


def half(text: str) -> str:
    words = text.split()
    return " ".join(words[: len(words) // 2])


def edited(text: str) -> str:
    return " ".join("other" if at % 25 == 24 else word for at, word in enumerate(text.split()))


@pytest.mark.parametrize(
    ("copy", "expected"),
    [
        (FIRST, []),
        (FIRST.upper().replace(".", "!"), []),
        (half(FIRST), ["cut"]),
        (f"TAMWIN, Sept. 3 (Orsk Wire) - {FIRST}", ["dateline"]),
        (f"{story(2, 40)} {FIRST}", ["prepended"]),
        (f"{FIRST} {story(3, 40)}", ["appended"]),
        (edited(FIRST), ["edited"]),
        (f"ORSK - {half(FIRST)} {story(3, 40)}", ["cut", "dateline", "appended"]),
    ],
)
def test_what_a_copy_did_to_the_first_text_is_told(copy: str, expected: list[str]):
    assert list(differences(copy)) == expected


def test_a_text_with_the_same_beginning_and_another_story_is_no_copy():
    third = " ".join(FIRST.split()[:100])
    assert not compare(words_of(FIRST), words_of(f"{third} {story(4)}")).is_copy


def test_a_few_words_that_many_texts_have_are_no_copy_unless_they_are_all():
    line = "Live updates will follow here as the day goes on."
    assert not compare(words_of(FIRST + line), words_of(line)).is_copy
    assert compare(words_of(line), words_of(line.upper())).is_copy


def test_a_text_that_says_one_thing_over_and_over_is_no_copy_of_one_that_says_it_once():
    once, often = f"{story(5)} rain in Orsk again", "rain in Orsk again " * 80
    assert not compare(words_of(once), words_of(often)).is_copy


def test_half_a_million_words_are_compared_by_their_beginnings():
    long = story(6, 30_000)
    assert compare(words_of(long), words_of(half(long))).contained == 1.0


def test_the_most_alike_is_the_one_whose_group_counts_and_of_equals_the_first():
    candidates = [Candidate(ONE, None, half(FIRST)), Candidate(TWO, THREE, FIRST), Candidate(ONE, None, FIRST)]
    found = best(FIRST, candidates)
    assert found is not None
    assert (found.group_id, found.similarity, found.differences) == (THREE, 1.0, ())
    assert best(FIRST, [Candidate(ONE, None, story(7))]) is None
    assert best(FIRST, []) is None


def signature(values: list[int], **other: int) -> MinHash:
    fields = {"version": 1, "seed": 7, "shingle_words": 5} | other
    return MinHash(algorithm="rensa.RMinHash", values=tuple(values), **fields)


def test_keys_fit_a_bigint_and_two_equal_neighbours_are_a_key_in_common():
    rng = random.Random(8)
    one, two = ([rng.getrandbits(32) for _ in range(128)] for _ in range(2))
    assert not set(signatures.keys(signature(one))) & set(signatures.keys(signature(two)))
    two[10:12] = one[10:12]
    assert len(set(signatures.keys(signature(one))) & set(signatures.keys(signature(two)))) == 1
    every = signatures.keys(signature([0] * 64 + [2**32 - 1] * 64)) + signatures.keys(signature([2**32 - 1] * 128))
    assert len(every) == 2 * signatures.KEYS
    assert all(-(2**63) <= key < 2**63 for key in every)


def test_signatures_of_another_seed_have_no_key_in_common():
    values = list(range(128))
    assert not set(signatures.keys(signature(values))) & set(signatures.keys(signature(values, seed=8)))


def test_a_signature_of_another_kind_has_no_keys():
    assert signatures.keys(signature(list(range(64)))) == ()
    assert signatures.keys(signature(list(range(128))).model_copy(update={"algorithm": "other"})) == ()
    assert signatures.keys(None) == ()


def test_the_least_share_of_a_copy_is_a_half():
    assert comparing.COPY == 0.5
