# ruff: noqa: RUF001 - letters of three scripts
"""Endings come off names only where the name is known: by its apostrophe, the article or the lists of places."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wiredesk_tagger.entities.base_names import base_names
from wiredesk_tagger.entities.case_endings import base_of, bases, inflects, marked
from wiredesk_tagger.spans import Span


@pytest.mark.parametrize(
    ("word", "base"),
    [
        ("Ankara'da", "Ankara"),
        ("Brenok'un", "Brenok"),
        ("Brenok’un", "Brenok"),
        ("İzmir'den", "İzmir"),
        ("ABD'nin", "ABD"),
        ("Türkiye'ye", "Türkiye"),
        ("Quill'le", "Quill"),
        ("Londra'daki", "Londra"),
        ("Orsklular'ın", "Orsklular"),
        ("O'Brien", None),
        ("D'Alema", None),
        ("Brenok", None),
        ("Brenok'", None),
        ("Kur'an-ı", None),
    ],
)
def test_an_apostrophe_of_turkish_says_where_the_name_ends(word, base):
    assert marked(word, "tr") == base
    assert marked(word, "de") is None


@pytest.mark.parametrize(
    ("word", "base", "language"),
    [
        ("Helsingissä", "Helsinki", "fi"),
        ("Turussa", "Turku", "fi"),
        ("Lapissa", "Lappi", "fi"),
        ("Tampereella", "Tampere", "fi"),
        ("Lontoosta", "Lontoo", "fi"),
        ("Quillin", "Quill", "fi"),
        ("Budapesten", "Budapest", "hu"),
        ("Budapesttel", "Budapest", "hu"),
        ("Amerikában", "Amerika", "hu"),
        ("Москве", "Москва", "ru"),
        ("Киева", "Киев", "ru"),
        ("Казани", "Казань", "ru"),
        ("Китаем", "Китай", "ru"),
        ("Дубровского", "Дубровский", "ru"),
        ("Києва", "Київ", "uk"),
        ("Львові", "Львів", "uk"),
        ("Warszawie", "Warszawa", "pl"),
        ("Krakowa", "Kraków", "pl"),
        ("Francji", "Francja", "pl"),
        ("Dubrowskiego", "Dubrowski", "pl"),
        ("Deutschlands", "Deutschland", "de"),
        ("Norges", "Norge", "no"),
    ],
)
def test_a_form_can_be_of_its_base_form(word, base, language):
    assert base in bases(word, language)
    assert base_of(word, language, {base}.__contains__) == base


def test_nothing_comes_off_where_the_base_form_is_not_known_or_not_one():
    assert base_of("Orskissa", "fi", lambda _: False) is None
    assert base_of("Orska", "ru", {"Orsk", "Orska"}.__contains__) is None
    assert base_of("Orske", "ru", {"Orsk", "Orska"}.__contains__) is None


def test_english_and_languages_without_endings_here_are_left_alone():
    assert not any(map(inflects, ("en", None, "ja", "fr", "xx")))
    assert bases("Oakes", "en") == ()


def named(language, *names):
    """Return the base forms of the names (type, surface) of an article that holds them one after the other."""
    text, spans = "", []
    for label, surface in names:
        spans.append(Span(len(text), len(text) + len(surface), label, "model", 0.9))
        text += surface + " "
    return base_names({"text": text}, {"text": spans}, language)


def test_a_surname_is_that_of_a_person_of_the_article():
    names = (("PERSON", "Олег Квилов"), ("PERSON", "Квилова"), ("PERSON", "Квиловым"), ("PERSON", "Орскова"))
    assert named("ru", *names) == {("PERSON", "Квилова"): "Квилов", ("PERSON", "Квиловым"): "Квилов"}


def test_a_full_name_may_be_inflected_in_each_of_its_words():
    assert named("ru", ("PERSON", "Олег Квилов"), ("PERSON", "Олега Квилова")) == {
        ("PERSON", "Олега Квилова"): "Олег Квилов"
    }


def test_a_woman_of_the_article_is_no_form_of_a_man_of_it():
    found = named("ru", ("PERSON", "Олег Квилов"), ("PERSON", "Анна Квилова"), ("PERSON", "Квилова"))
    assert found == {}


def test_a_finnish_surname_is_no_form_of_somebodys_given_name():
    assert named("fi", ("PERSON", "Mari"), ("PERSON", "Marin")) == {}
    assert named("fi", ("PERSON", "Liisa Marin"), ("PERSON", "Marinin")) == {("PERSON", "Marinin"): "Marin"}


def test_a_body_is_a_body_of_the_article():
    assert named("de", ("ORG", "Larkspur"), ("ORG", "Larkspurs"), ("ORG", "Orsks")) == {
        ("ORG", "Larkspurs"): "Larkspur"
    }


def test_a_place_that_is_known_by_itself_keeps_its_name():
    assert named("pl", ("GPE", "Polska"), ("GPE", "Polski")) == {("GPE", "Polski"): "Polska"}
    assert named("ru", ("GPE", "Иран"), ("GPE", "Ирана")) == {("GPE", "Ирана"): "Иран"}


@given(st.text(max_size=20), st.sampled_from(["tr", "fi", "hu", "ru", "uk", "pl", "de", "sv", "xx", None]))
def test_no_word_raises_and_no_base_form_is_the_word(word, language):
    assert word not in bases(word, language)
    assert base_of(word, language, lambda _: True) != word
