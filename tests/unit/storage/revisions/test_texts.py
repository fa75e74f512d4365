"""Two texts word by word: nothing is lost, little is shown, and no text takes long."""

import random
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.unit.storage.revisions.articles import TEXT
from wiredesk_storage.revisions.alignment import Budget, matches
from wiredesk_storage.revisions.passages import passages
from wiredesk_storage.revisions.stretches import stretches
from wiredesk_storage.revisions.words import words

MIB = 1024 * 1024
# Few words, so that they repeat; the ends of sentences and lines among them.
TEXTS = st.lists(st.sampled_from(["a ", "b ", "c. ", "d\n\n", "  e", "船", "f.\n"]), max_size=30).map("".join)


def shown(old: str, new: str, context: int = 3) -> list[str]:
    """The passages, what went in [-…-] and what came in {+…+}."""
    marks = {"equal": "{}", "deleted": "[-{}-]", "inserted": "{{+{}+}}"}
    old_words, new_words = words(old), words(new)
    found = passages(old_words, new_words, stretches(old_words, new_words), context)
    return ["".join(marks[segment.kind].format(segment.words) for segment in passage) for passage in found]


@given(TEXTS)
def test_the_words_of_a_text_joined_are_the_text(text):
    found = words(text)
    assert "".join(found.pieces) == text.lstrip()
    assert [
        text[start : start + len(word)] for start, word in zip(found.starts, found.words, strict=False)
    ] == found.words
    assert found.starts[-1] == len(text)


@given(TEXTS, TEXTS)
def test_what_went_taken_away_and_what_came_put_in_makes_the_one_text_of_the_other(old, new):
    before, after = words(old), words(new)
    made, at = [], 0
    for stretch in stretches(before, after):
        made += before.words[at : stretch.old_from] + after.words[stretch.new_from : stretch.new_to]
        at = stretch.old_to
        assert stretch.deleted or stretch.inserted
    assert made + before.words[at:] == after.words


@given(TEXTS, st.data())
def test_white_space_is_no_change(text, data):
    other = "".join(data.draw(st.sampled_from([" ", "\n", "\t\n  ", " "])) if c.isspace() else c for c in text)
    assert stretches(words(text), words(other)) == []


@given(TEXTS, TEXTS)
def test_what_matches_is_equal_in_both_and_in_the_order_of_both(old, new):
    a, b = words(old).words, words(new).words
    old_at = new_at = 0
    for match in matches(a, b, Budget()):
        assert match.old_at >= old_at
        assert match.new_at >= new_at
        assert a[match.old_at : match.old_at + match.length] == b[match.new_at : match.new_at + match.length]
        old_at, new_at = match.old_at + match.length, match.new_at + match.length


@given(TEXTS, TEXTS)
def test_without_a_budget_the_ends_that_both_have_still_match(old, new):
    found = matches(words(old).words, words(new).words, Budget(0))
    assert len(found) <= 2


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("one two three", "one two three", []),
        ("one two three four five", "one two 3 four five", ["one two [-three -]{+3 +}four five"]),
        ("a b c d e f g h i", "a b c d X f g h i", ["… b c d [-e -]{+X +}f g h …"]),
        ("the big red house", "the small red home", ["the [-big red house-]{+small red home+}"]),
        ("It rained. It stopped.", "It rained. It snowed. It stopped.", ["It rained. {+It snowed. +}It stopped."]),
        ("It snowed. It rained. It stopped.", "It snowed. It stopped.", ["It snowed. [-It rained. -]It stopped."]),
        ("A b c. D e f.", "D e f.", ["[-A b c. -]D e f."]),
        ("It rained. It snowed.", "It rained.", ["It rained. [-It snowed.-]"]),
        ("It rained.", "It rained. It snowed.", ["It rained. {+It snowed.+}"]),
        ("Due on 3 May.", "Due on 10 May. All is well.", ["Due on [-3 -]{+10 +}May. {+All is well.+}"]),
        ("one", "", ["[-one-]"]),
        ("", "one", ["{+one+}"]),
        (
            "Ann came. " + "It went on and on. " * 4 + "Bo left.",
            "Eve came. " + "It went on and on. " * 4 + "Max left.",
            ["[-Ann -]{+Eve +}came. It went …", "… on and on. [-Bo -]{+Max +}left."],
        ),
        ("a b c d X f g", "a b c d Y f g", ["… b c d [-X -]{+Y +}f g"]),
    ],
)
def test_changes_are_shown_with_the_words_around_them(old, new, expected):
    assert shown(old, new) == expected


def test_the_change_of_a_real_paragraph_is_read_at_a_glance():
    assert shown(TEXT, TEXT.replace("120 passengers waited", "130 people stood"), context=2) == [
        "… screw.\n\nSome [-120 passengers waited -]{+130 people stood +}on the …"
    ]


CHANCE = random.Random(3)
NUMBERED = [f"w{n}" for n in range(100_000)]
HOSTILE = {
    "two words in turn": ("a b " * (MIB // 4), "b a " * (MIB // 4)),
    "words by chance": (" ".join(CHANCE.choices("ab", k=190_000)), " ".join(CHANCE.choices("ab", k=190_000))),
    "sentences by chance": (". ".join(CHANCE.choices("ab", k=190_000)), ". ".join(CHANCE.choices("ab", k=190_000))),
    "shuffled": (" ".join(NUMBERED), " ".join(CHANCE.sample(NUMBERED, len(NUMBERED)))),
    "no space": ("a" * MIB, "b" * MIB),
    "characters": ("船" * (MIB // 3), "港" * (MIB // 3)),
    "every tenth changed": (" ".join(NUMBERED), " ".join(w if n % 10 else "x" for n, w in enumerate(NUMBERED))),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_a_megabyte_of_anything_takes_a_second_or_two(name):
    old, new = HOSTILE[name]
    start = time.process_time()
    found = stretches(words(old), words(new))
    # Of the processor; a slow one has time to spare.
    assert time.process_time() - start < 5
    assert found
