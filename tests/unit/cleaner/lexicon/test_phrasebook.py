import pytest

from wiredesk_cleaner.lexicon.phrasebook import merged, phrasebook

YEAR = [[f"month{number}"] for number in range(1, 13)]


def test_every_month_is_named_in_every_language_of_the_readers():
    months = phrasebook().months
    for names in [
        "march",
        "märz",
        "mars",
        "marzo",
        "março",
        "maart",
        "marca",
        "března",
        "március",
        "martie",
        "marts",
        "maaliskuuta",
        "mart",
        "μαρτίου",
    ]:
        assert months[names] == 3
    assert {months[name] for name in ("марта", "березня", "ožujka", "kovo", "maret", "במרץ", "مارس", "मार्च")} == {3}
    assert set(months.values()) == set(range(1, 13))


def test_a_word_of_one_kind_is_none_of_another_that_would_contradict_it():
    words = phrasebook()
    assert words.by.isdisjoint(words.by_label)
    assert words.date_first.isdisjoint(words.date_later)
    assert words.subjects <= words.agency
    said = words.by | words.role | words.credit | words.agency | words.organisation | words.date_words
    assert said == {word.casefold() for word in said}


def test_books_are_read_as_one():
    found = merged([{"months": YEAR, "by": ["by"], "and": ["and"]}, {"by": ["von"], "and": ["und"]}])
    assert (found.by, found.and_, found.months["month12"]) == (frozenset({"by", "von"}), frozenset({"and", "und"}), 12)


@pytest.mark.parametrize(
    ("book", "message"),
    [
        ({"bye": ["by"]}, "bye"),
        ({"months": YEAR[:11]}, "11 months"),
        ({"months": [["month2"], *YEAR[1:]]}, "month2"),
    ],
)
def test_a_broken_book_is_refused(book, message):
    with pytest.raises(ValueError, match=message):
        merged([book])
