"""Names of cities beyond English: one table a language, made on its first text, and none of it in English."""

from wiredesk_tagger.linking import cities, native_names

BERLIN, PARIS, BALI_HEAD = 2950159, 2988507, "バリ"


def test_english_reads_the_table_that_has_no_other_names():
    for language in ("en", None, "xx"):
        assert native_names.of(language) is cities.read()
    assert cities.read().named("Варшава") == []


def test_a_city_is_found_by_its_name_in_the_language_and_by_its_english_one():
    russian = native_names.of("ru")
    assert russian.named("Варшава")[0].geonames == russian.named("Warsaw")[0].geonames == 756135
    assert native_names.of("ja").named("パリ")[0].geonames == PARIS


def test_voiced_kana_are_other_letters():
    assert all(city.geonames != PARIS for city in native_names.of("ja").named(BALI_HEAD))


def test_a_city_stands_once_under_each_of_its_names():
    for language in ("de", "fr", "ru", "ko"):
        found = native_names.of(language).named("Berlin")
        assert len({city.geonames for city in found}) == len(found)
        assert found[0].geonames == BERLIN


def test_a_name_is_plain_where_the_city_is_large_and_the_name_no_word():
    assert native_names.is_plain("Warschau", "de")
    assert native_names.is_plain("Bremerhaven", "de")
    assert not native_names.is_plain("Bremerhaven", "fr")
    assert not native_names.is_plain("Essen", "de")
    assert not native_names.is_plain("Victoria", "es")
    assert not native_names.is_plain("Paris", "en")


def test_a_town_of_the_languages_home_is_meant_where_nothing_else_is_named():
    assert native_names.of("de").home == {"DE", "AT", "CH"}
    assert cities.read().home == frozenset()
