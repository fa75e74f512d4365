"""What is typed becomes a query that PostgreSQL takes, whatever it is; letters lose their accents and find back."""
# ruff: noqa: RUF001 - letters that look like others are what this is about

import re
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wiredesk_storage.search import words
from wiredesk_storage.search.folding import folded, folded_key, origins
from wiredesk_storage.search.words import ALL_CONFIGS, MAX_CHARACTERS, configs_for, reading, typed

ANYTHING = st.text(st.characters(codec=None, categories=None), max_size=200)


@given(ANYTHING)
def test_whatever_is_typed_can_be_sent_and_read_in_every_way(query):
    plain = typed(query)
    plain.encode()
    assert "\0" not in plain
    assert len(plain) <= MAX_CHARACTERS
    assert typed(plain) == plain
    read = dict.fromkeys(ALL_CONFIGS, "")
    found = reading(plain, read)
    re.compile(found.pattern)
    assert found.finds_nothing or found.is_empty or found.plain == ALL_CONFIGS


def test_a_query_of_a_megabyte_is_cut():
    assert len(typed("word " * 200_000)) <= MAX_CHARACTERS
    assert len(typed("\0" * 1_000_000)) == 0


@pytest.mark.parametrize(
    ("text", "plain"),
    [
        ("Málaga", "Malaga"),
        ("Ångström, Æsir, Łódź, straße", "Angstrom, AEsir, Lodz, strasse"),
        ("Ἀθῆναι Αθήνα ς", "Αθηναι Αθηνα σ"),
        ("ёлка йод", "елка йод"),
        ("İstanbul ıslak", "Istanbul islak"),
        ("한국 日本 हिन्दी", "한국 日本 हिन्दी"),
        ("Việt Nam", "Viet Nam"),
    ],
)
def test_accents_are_folded_where_people_leave_them_out(text, plain):
    assert folded(unicodedata.normalize("NFC", text)) == plain


@given(st.text(max_size=60))
def test_folding_is_idempotent_and_knows_where_each_letter_came_from(text):
    plain = folded(text)
    assert folded(plain) == plain
    came_from = origins(text)
    assert len(came_from) == len(plain) + 1
    assert all(folded(text[index])[:1] for index in came_from[:-1])
    assert came_from == sorted(came_from)


def test_keys_are_equal_in_any_case_and_white_space():
    assert folded_key("  São\u00a0 PAULO\n") == folded_key("sao paulo") == "sao paulo"
    assert len(folded_key("x" * 500)) == 200


def test_configurations_that_read_a_query_alike_share_a_query():
    found = reading("the", {"english": "", "french": "'the'", "german": "'the'"})
    assert found.queries == (("'the'", ("french", "german")),)
    assert found.plain == ("english",)
    assert reading("", {}).is_empty


@pytest.mark.parametrize(
    ("query", "text", "is_found"),
    [
        ("to be or not to be", "Well: To be, or not\nto be?", True),
        ("to be", "tobe or not", False),
        ("the", "Theatre", False),
        ("das", "Da\u00df was das war", True),
        ("fur -das", "für uns", True),
        ('"the who"', "The Who", True),
    ],
)
def test_stop_words_are_looked_for_as_a_phrase(query, text, is_found):
    pattern = reading(typed(query), {"english": ""}).pattern
    assert (re.search(pattern, text, re.IGNORECASE) is not None) == is_found


@pytest.mark.parametrize("query", ['"', "-the", "!!!", "😀", "()&|"])
def test_a_query_without_a_word_finds_nothing(query):
    # Of what is no word nothing is left; that it was not empty, whoever asks knows.
    assert typed(query) == "" or reading(typed(query), {"english": ""}).finds_nothing


def test_a_language_is_read_in_its_configuration():
    assert configs_for("DE") == ("german",)
    assert configs_for("zh") == ("simple",)
    assert configs_for(None) == words.ALL_CONFIGS
    assert len(set(ALL_CONFIGS)) == len(ALL_CONFIGS)
