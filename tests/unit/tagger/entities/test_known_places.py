# ruff: noqa: SIM905 - word lists read best as text
"""Countries and cities by their names in the language of the text, linked as in English; what is a word is none."""

import re
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from wiredesk_tagger.core import as_read, find_entities, in_language
from wiredesk_tagger.entities import known_places
from wiredesk_tagger.lexicon import gazetteers
from wiredesk_tagger.linking import native_names
from wiredesk_tagger.spans import Span

_MARK = re.compile(r"\[([^\]=]+) = (\S+) ([^\]]+)\]")


def sentences():
    language = ""
    for line in (Path(__file__).parent / "place_sentences.txt").read_text(encoding="utf-8").splitlines():
        if line and not line.startswith("#"):
            if re.fullmatch(r"\[[a-z]{2}\]", line):
                language = line[1:-1]
            else:
                yield language, line


def entities(text, language, *spans):
    """Return what is found in a text by its language alone, and the given spans, as a built-in pipeline does."""
    fields, lexicon = {"text": text}, gazetteers.of(language)
    read = as_read(fields, lexicon, language)
    found = in_language({"text": list(spans)}, read, language)
    return find_entities(fields, found, lexicon, read=read, cities=native_names.of(language), language=language)


def places(text, language):
    """Return (surface, id, name) of each place, in reading order."""
    found = [
        (mention.start, (text[mention.start : mention.end], dict(one.ids).popitem()[1] if one.ids else "-", one.name))
        for one in entities(text, language)
        if one.label == "GPE"
        for mention in one.mentions
    ]
    return [place for _, place in sorted(found)]


@pytest.mark.parametrize(("language", "marked"), list(sentences()))
def test_a_sentence_names_its_places_and_no_others(language, marked):
    assert places(_MARK.sub(r"\1", marked), language) == _MARK.findall(marked)


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("Es liegt in Deutschland.", "de"),
        ("C'est en Allemagne.", "fr"),
        ("Он в Германии.", "ru"),
        ("ドイツにある。", "ja"),
        ("Está en Alemania.", "es"),
        ("독일은 크다.", "ko"),
    ],
)
def test_a_country_has_one_id_in_every_language(text, language):
    ((_, code, _),) = places(text, language)
    assert code == "DE"


def test_a_city_has_one_id_in_every_language():
    found = [
        places("Sie fuhr nach Warschau.", "de"),
        places("Elle va à Varsovie.", "fr"),
        places("Она в Варшаве.", "ru"),
        places("바르샤바에서 만났다.", "ko"),
    ]
    assert {code for ((_, code, _),) in found} == {"756135"}


def test_in_english_and_where_the_language_is_not_known_nothing_is_added():
    for language in ("en", None, "xx"):
        assert list(known_places.find("Deutschland, France, 日本", language)) == []
        assert gazetteers.of(language) is gazetteers.read()


def test_all_forms_of_a_name_are_one_entity_called_by_its_base_form():
    text = "Helsinki on kaupunki. Helsingissä sataa. Lähdin Helsingistä."
    (one,) = [entity for entity in entities(text, "fi") if entity.label == "GPE"]
    assert one.name == "Helsinki"
    assert [text[mention.start : mention.end] for mention in one.mentions] == ["Helsinki", "Helsingissä", "Helsingistä"]


def test_a_listed_english_name_that_is_a_word_in_the_language_is_no_place():
    span = Span(4, 9, "GPE", "gazetteer")
    assert list(known_places.without_common("Das Essen war gut.", [span], "de")) == []
    assert list(known_places.without_common("Das Essen war gut.", [span], "en")) == [span]


def test_a_longer_name_that_a_model_found_holds_the_place_in_it():
    text = "Der Verein Borussia Dortmund verlor."
    (one,) = entities(text, "de", Span(11, 28, "ORG", "model", 0.9))
    assert (one.name, one.label) == ("Borussia Dortmund", "ORG")


LANGUAGES = ("ar", "de", "es", "fi", "fr", "hu", "ja", "ko", "pl", "ru", "tr", "uk", "zh")
PIECES = st.sampled_from(
    "Ankara|'da|Helsingissä|Deutschland|s| |-|.|Москве|日本|の|中国|家|서울|에서|القاهرة|و|Air|France|パリ|ー|Nova"
    "|Львові|\n|Budapesten|İ|ß".split("|")
)


@settings(max_examples=200, deadline=None)
@given(st.lists(PIECES | st.text(max_size=4), max_size=12).map("".join), st.sampled_from(LANGUAGES))
def test_no_text_raises_and_what_is_found_lies_in_it(text, language):
    for span in known_places.find(text, language):
        assert 0 <= span.start < span.end <= len(text)
        assert text[span.start : span.end].strip()
    for one in entities(text, language):
        assert one.name
        assert all(text[mention.start : mention.end].strip() for mention in one.mentions)
