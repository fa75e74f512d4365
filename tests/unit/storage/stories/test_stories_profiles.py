"""What an article is about, as vectors of whole numbers."""

from math import sqrt

import pytest

from tests.unit.storage.stories.articles import (
    ENGLISH,
    FERRY,
    FERRY_AGAIN,
    OTHER_FERRY,
    about,
    article,
    entity,
    together,
)
from wiredesk_storage.stories import terms, vectors
from wiredesk_storage.stories.frequencies import Frequencies
from wiredesk_storage.stories.profiles import MOST, Profile, material, profile
from wiredesk_storage.stories.terms import is_number, term, words_of

_LONG = ("Many words", " ".join(f"word{n}" for n in range(600)))


def test_case_and_compatibility_forms_make_no_difference():
    assert words_of("STRASSE Straße ﬁre", 10) == ["strasse", "strasse", "fire"]


def test_a_script_without_spaces_gives_pairs_of_characters():
    assert words_of("東京都 Tokyo", 10) == ["東京", "京都", "tokyo"]
    assert words_of("火 2026年の雨x", 10) == ["火", "2026", "年の", "の雨", "x"]


def test_no_more_words_are_read_than_asked_for():
    assert len(words_of(_LONG[1], 400)) == 400
    assert len(words_of("東" * 900, 400)) == 400


@pytest.mark.parametrize(
    ("word", "says"), [("17th", True), ("214", True), ("3", True), ("ab12", False), ("2nd", True), ("7.6", True)]
)
def test_a_number_begins_with_a_digit(word, says):
    assert is_number(word) is says


def test_a_term_is_the_same_number_everywhere_and_fits_an_integer_of_postgresql():
    assert (term("ferry"), term("geonames:5391959")) == (-1089659885, -14581165)
    assert all(-(2**31) <= term(f"word{n}") < 2**31 for n in range(1_000))
    assert isinstance(term("\ud800"), int)


def test_terms_are_forgotten_when_too_many_are_known_and_stay_the_same(monkeypatch):
    words = [f"word{n}" for n in range(9)]
    before = list(terms.terms(words))
    monkeypatch.setattr(terms, "_known", type(terms._known)())
    monkeypatch.setattr(terms, "_REMEMBERED", 2)
    assert list(terms.terms(words)) == [term(word) for word in words] == before
    assert len(terms._known) <= 2


def test_two_words_of_one_number_are_counted_together():
    assert term("plumless") == term("buckeroo")
    counts = material(article(("Reef", "plumless buckeroo buckeroo"))).counts
    assert (counts[term("plumless")], counts[term("reef")]) == (3, 2)


def test_an_article_has_unit_vectors_of_whole_numbers():
    for vector in (about(FERRY).words, about(FERRY).persons, about(FERRY).places, about(FERRY).numbers):
        assert all(isinstance(weight, int) for weight in vector.values())
        length = sqrt(sum(weight * weight for weight in vector.values()))
        assert length == pytest.approx(vectors.UNIT, rel=0.05)


def test_frequent_words_weigh_little_without_a_list_of_stop_words():
    words = about(FERRY).words
    assert words.get(term("the"), 0) < words[term("said")] < words[term("nordlys")]


def test_a_word_that_many_texts_had_weighs_less():
    counted = Frequencies("en", 500, {term("ferry"): 400})
    assert profile(material(article(FERRY)), counted).words[term("ferry")] < about(FERRY).words[term("ferry")]


def test_where_no_word_is_known_to_be_rare_none_is_believed():
    fresh, known = Frequencies("fi"), Frequencies("fi", 5_000)
    assert fresh.trust == 0
    assert not profile(material(article(FERRY)), fresh).words
    assert profile(material(article(FERRY)), known).words
    assert known.trust > 0.98


def test_the_background_is_of_english_alone():
    the, unheard = term("the"), term("nordlys")
    english = ENGLISH.rarities({the: 0, unheard: 0})
    assert english[the] < 0.5
    assert english[unheard] > 5
    assert len(set(Frequencies("de", 9).rarities({the: 0, unheard: 0}).values())) == 1


def test_a_word_that_all_texts_have_is_worthless():
    assert Frequencies("de", 3, {1: 3}).rarities({1: 0}) == {1: 0.0}


def test_numbers_are_words_too_and_a_vector_of_their_own():
    own = about(FERRY)
    assert set(own.numbers) == {term("214"), term("3")}
    assert term("214") in own.words


def test_a_name_is_near_a_part_of_it():
    own = about(FERRY)
    assert set(own.persons) == {term("ida"), term("holm")}
    assert set(own.places) == {term("skarvik")}


def test_a_linked_place_is_known_by_its_id_too():
    linked = entity("Skarvik", "GPE", FERRY[1], ids={"geonames": "12"})
    own = profile(material(article(FERRY, entities=(linked,))), ENGLISH)
    assert set(own.places) == {term("skarvik"), term("geonames:12")}


def test_an_article_without_entities_has_words_and_numbers_alone():
    own = profile(material(article(FERRY, entities=())), ENGLISH)
    assert own.words
    assert own.numbers
    assert not own.persons
    assert not own.places


def test_an_article_without_words_is_about_nothing():
    own = profile(material(article(("", ""))), ENGLISH)
    assert own == Profile()
    assert own.keys(16) == ()


def test_the_headline_counts_thrice_as_much():
    counts = material(article(("Reef", "reef harbour"))).counts
    assert (counts[term("reef")], counts[term("harbour")]) == (3, 1)


def test_vectors_are_cut_to_their_heaviest_terms():
    assert len(profile(material(article(_LONG)), ENGLISH).words) == MOST["words"].article
    assert vectors.heaviest({5: 1, 4: 2, 3: 1, 2: 1}, 2) == {4: 2, 2: 1}
    assert vectors.total(vectors.Vector({1: 5, 2: 3}), vectors.Vector({3: 4, 2: 2}), 2) == {1: 5, 2: 5}


def test_a_story_is_the_same_whichever_article_came_first():
    assert together([FERRY, FERRY_AGAIN, OTHER_FERRY]) == together([OTHER_FERRY, FERRY, FERRY_AGAIN])
    assert together([FERRY, FERRY_AGAIN]).size == 2


def test_keys_are_the_heaviest_words():
    own = about(FERRY)
    assert len(own.keys(4)) == 4
    assert set(own.keys(4)) == set(sorted(own.words, key=lambda one: (-own.words[one], one))[:4])


def test_a_figure_with_a_point_or_commas_is_one_word():
    assert words_of("Magnitude 7.6, 12,000 homeless. 2010. 14 saved", 20) == [
        *("magnitude", "7.6", "12,000", "homeless", "2010", "14", "saved"),
    ]
