"""The words around a date decide its direction, its week and its year; where they do not, it has no value."""

from datetime import UTC, datetime

import pytest

from wiredesk_tagger.values.date_context import looks
from wiredesk_tagger.values.grammar import find
from wiredesk_tagger.values.normalisation import day_of_writing, of_mentions

THURSDAY = datetime(2025, 1, 9, 17, 0, tzinfo=UTC)


def value(text: str, date: str, published: datetime | None = THURSDAY) -> str | None:
    """Return the value of the entity whose mentions are all places of `date` in `text`."""
    places = [(text, at, at + len(date)) for at in range(len(text)) if text.startswith(date, at)]
    found = of_mentions("DATE", places, published)
    return found.value if found else None


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("On Tuesday, it will vote.", "2025-01-14"),
        ("On Tuesday the harbour board is to vote.", "2025-01-14"),
        ("It lost. On Tuesday, the board will meet again.", "2025-01-14"),
        ("It lost, and on Tuesday it plans to appeal.", "2025-01-14"),
        ("It must pay on Tuesday.", "2025-01-14"),
        ("On Tuesday, it voted.", "2025-01-07"),
        ("On Tuesday, the board said it will vote.", "2025-01-07"),
        ("It met on Tuesday. It will meet again.", "2025-01-07"),
    ],
)
def test_a_weekday_before_its_verb_takes_the_direction_of_the_tense(text: str, meant: str):
    assert value(text, "Tuesday") == meant


@pytest.mark.parametrize(
    "text",
    [
        "The owners want an answer by Tuesday.",
        "It runs until Tuesday.",
        "The fair opens on Tuesday.",
        "Tuesday: the harbour board reports.",
        "On Tuesday it was due to vote.",
        "In 2016 the ferry sank; on Tuesday the board fell.",
    ],
)
def test_a_weekday_that_may_lie_on_either_side_has_no_value(text: str):
    assert value(text, "Tuesday") is None


@pytest.mark.parametrize(
    ("text", "date", "meant"),
    [
        ("It runs until Wednesday next week.", "Wednesday", "2025-01-15"),
        ("It sank on Friday last week.", "Friday", "2025-01-03"),
        ("It opened in April last year.", "April", "2024-04"),
        ("It opened on May 3 last year.", "May 3", "2024-05-03"),
        ("It will close in April next year.", "April", "2026-04"),
    ],
)
def test_a_week_or_year_behind_the_date_is_its_own(text: str, date: str, meant: str):
    assert value(text, date) == meant


@pytest.mark.parametrize(
    ("text", "date"),
    [
        ("In 2016 the ferry sank. It was raised on December 20.", "December 20"),
        ("It sank in May 2016 and was raised in December.", "December"),
    ],
)
def test_a_day_or_month_after_another_year_has_no_value(text: str, date: str):
    assert value(text, date) is None


@pytest.mark.parametrize(
    ("text", "date", "meant"),
    [
        ("In 2016 the ferry sank.\nIt was raised on December 20.", "December 20", "2024-12-20"),
        ("It sank in 2016. It was dark. It was raised on December 20.", "December 20", "2024-12-20"),
        ("In 2025 it sank. It was raised on January 7.", "January 7", "2025-01-07"),
        ("In 2016 the ferry sank. The owners spoke on Tuesday.", "Tuesday", "2025-01-07"),
        ("In 2016 the ferry sank. It was raised last December.", "last December", "2024-12"),
    ],
)
def test_a_year_further_off_or_of_publication_changes_nothing(text: str, date: str, meant: str):
    assert value(text, date) == meant


def test_a_date_that_lies_ahead_needs_a_sentence_that_says_so():
    assert value("It sank on March 5.", "March 5") is None
    assert value("It will sail on March 5.", "March 5") == "2025-03-05"


@pytest.mark.parametrize(
    ("text", "date"),
    [
        ("A better tomorrow awaits.", "tomorrow"),
        ("Fewer than today came.", "today"),
        ("It meets every Tuesday.", "Tuesday"),
        ("It is kept each January 7.", "January 7"),
        ("The Tuesday-Saturday shift is hard.", "Tuesday"),
        ("The Tuesday-Saturday shift is hard.", "Saturday"),
        ("It failed. The next week it sailed.", "next week"),
        ("A man in his 40s sank.", "40s"),
    ],
)
def test_what_names_no_day_of_its_own_has_no_value(text: str, date: str):
    assert value(text, date) is None


@pytest.mark.parametrize(
    ("text", "date", "meant"),
    [
        ("It was built in the 40s.", "40s", "1940/1949"),
        ("It was built in the mid-to-late \u201990s.", "90s", "1990/1999"),
        ("It will sail by the end of next year.", "next year", "2026"),
    ],
)
def test_a_decade_behind_its_article_and_a_year_without_one_keep_their_values(text: str, date: str, meant: str):
    assert value(text, date) == meant


@pytest.mark.parametrize(
    ("text", "later"),
    [
        ("Orsk joined the league in April 2027.", True),
        ("Since March 2026, the yard has closed and 300 have lost their jobs.", True),
        ("Orsk will join in April 2027.", False),
        ("The yard is expected to be sold in April 2027, which was long planned.", False),
        ("Orsk joined in February 2025.", False),
        ("Orsk joined in April 2021.", False),
    ],
)
def test_a_text_that_tells_of_later_days_as_past_was_not_written_on_the_day_of_publication(text: str, later: bool):  # noqa: FBT001
    assert day_of_writing([text], THURSDAY) == (None if later else THURSDAY)
    assert day_of_writing([text], None) is None


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("The sale is forecast for Tuesday.", "2025-01-14"),
        ("A vote is set for Tuesday.", "2025-01-14"),
        ("A vote planned for Tuesday worries Orsk.", "2025-01-14"),
        ("It rained on Monday, Tuesday is expected to be dry.", "2025-01-14"),
        ("They sold on Tuesday.", "2025-01-07"),
        ("The fire broke out at 10 a.m. Tuesday.", "2025-01-07"),
        ("Three were held after Tuesday's fire.", "2025-01-07"),
    ],
)
def test_a_weekday_is_ahead_where_something_is_planned_and_behind_where_it_is_told(text: str, meant: str):
    assert value(text, "Tuesday") == meant


@pytest.mark.parametrize(
    "text",
    [
        "Orsk United host Norby on Tuesday.",
        "The board said it would resign on Tuesday.",
        "Prices could peak Tuesday.",
        "The match with Norby on Tuesday is the last one.",
        "It had been scheduled for Tuesday.",
        "The crews train before Tuesday.",
    ],
)
def test_a_weekday_without_a_word_on_its_tense_has_no_value(text: str):
    assert value(text, "Tuesday") is None


def test_what_one_sentence_leaves_open_another_one_says():
    assert value("Match on Tuesday.\nThey lost on Tuesday.", "Tuesday") == "2025-01-07"
    assert value("They lost on Tuesday.\nThey will play on Tuesday.", "Tuesday") is None


def test_a_month_long_past_needs_a_word_on_its_tense():
    november = datetime(2025, 11, 3, tzinfo=UTC)
    assert value("The April 15 form costs nothing.", "April 15", november) is None
    assert value("It sank on April 15.", "April 15", november) == "2025-04-15"
    assert value("The October 15 form costs nothing.", "October 15", november) == "2025-10-15"


def test_a_month_that_is_around_the_corner_is_ahead():
    assert value("With February around the corner, Orsk waits.", "February") == "2025-02"


@pytest.mark.parametrize(("date", "meant"), [("January", "2018-01"), ("November", "2017-11")])
def test_a_month_shares_the_year_of_the_month_behind_it(date: str, meant: str):
    assert value(f"They sailed between {date} and April 2018.", date) == meant


def test_this_year_in_a_sentence_about_a_later_one_may_be_that_one():
    assert value("In 2026 fares will be lower than this year.", "this year") is None
    assert value("Fares will be lower than this year.", "this year") == "2025"
    assert value("In 2026 fares will rise. This year they fell.", "This year") == "2025"


def test_this_monday_and_this_weekend_take_the_direction_of_the_tense():
    saturday, monday = datetime(2025, 1, 11, tzinfo=UTC), datetime(2025, 1, 13, tzinfo=UTC)
    assert value("It will sail this Monday.", "this Monday", saturday) == "2025-01-13"
    assert value("It sailed this Monday.", "this Monday", saturday) == "2025-01-06"
    assert value("It will sail this weekend.", "this weekend", monday) == "2025-01-18/2025-01-19"
    assert value("It sailed this weekend.", "this weekend", monday) is None


@pytest.mark.parametrize(
    ("text", "later"),
    [
        ("Best Ferries of 2027", True),
        ("BEST FERRY IN 2027: TIPS FROM CAPTAINS", True),
        ("How the board hopes to live in 2027 without ferries", False),
        ("10 Ferries to Watch in 2026", False),
        ("Last updated: 3 March 2026", True),
        ("Updated January 9, 2025", False),
        ("Orsk wants to be free of coal by 2040", False),
    ],
)
def test_a_guide_that_is_made_anew_was_not_written_on_the_day_of_publication(text: str, later: bool):  # noqa: FBT001
    assert day_of_writing([text], THURSDAY) == (None if later else THURSDAY)


def test_this_year_in_a_text_that_is_for_the_next_one_may_be_either():
    guide = "Which ferries to take in 2026. {} In 2026 there are more."
    assert value(guide.format("This year has new quays."), "This year") is None
    assert value(guide.format("What is there next year?"), "next year") is None
    assert value(guide.format("They were repaired last week."), "last week") == "2025-W01"
    news = "The ferry sails in 2026. It was sold in 2025, and three more were sold this year, in 2025."
    assert value(news, "this year") == "2025"


@pytest.mark.parametrize("date", ["this week", "last year", "yesterday", "two years ago"])
def test_advice_to_a_reader_was_written_at_any_time(date: str):
    advice = "You pack your bag. " * 5
    assert value(f"{advice}The board sold a ferry {date}.", date) is None
    assert value(f"{advice}The board sold a ferry {date}.{' It rained.' * 300}", date) is not None


def test_a_weekday_in_advice_keeps_its_value():
    assert value("You pack your bag. " * 5 + "The board sold a ferry on Tuesday.", "Tuesday") == "2025-01-07"


def test_what_is_told_in_full_needs_no_sentence():
    assert value("In 2016 it sank. It was raised on 20 December 2017.", "20 December 2017", None) == "2017-12-20"


def test_the_house_number_of_a_street_is_no_year():
    assert [span.label for span in find("The winery (1775 Larkspur Hill Road) opened in 1775.")] == ["DATE"]


def test_a_long_text_before_the_date_costs_no_more_than_a_short_one():
    assert looks("word " * 20_000 + "The board will meet on ", " at noon" * 20_000) == (True,)
