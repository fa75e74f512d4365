"""Words for a date that name no day: habits, feasts, names, and the "today" that means nowadays."""

from datetime import UTC, datetime

import pytest

from wiredesk_tagger.values.normalisation import of_mentions

THURSDAY = datetime(2025, 1, 9, 17, 0, tzinfo=UTC)


def value(text: str, date: str) -> str | None:
    """Return the value of the first `date` in `text`."""
    start = text.index(date)
    found = of_mentions("DATE", [(text, start, start + len(date))], THURSDAY)
    return found.value if found else None


@pytest.mark.parametrize(
    "text",
    [
        "Book your berth today!",
        "Most ferries today run on diesel.",
        "Today, Orsk is a quiet town.",
        "The ships that we sail today were built here.",
        "Get started today.",
        "What you learn today you earn tomorrow.",
        "Today's harbour is a museum.",
    ],
)
def test_a_today_of_which_nothing_is_told_is_nowadays_or_the_readers_day(text: str):
    assert value(text, "today" if "today" in text else "Today") is None


@pytest.mark.parametrize(
    "text",
    [
        "The harbour board announced today that the ferry is sold.",
        "Marsh, the mayor of Orsk, today said it is sold.",
        "Today, the harbour board voted to sell it.",
        "It rained today.",
        "The court will rule today.",
        "The owners spoke earlier today.",
    ],
)
def test_a_today_of_which_something_is_told_is_the_day_of_publication(text: str):
    assert value(text, "today" if "today" in text else "Today") == "2025-01-09"


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("The owners will meet tomorrow.", "2025-01-10"),
        ("A ferry ready for tomorrow.", None),
    ],
)
def test_a_tomorrow_needs_something_that_comes(text: str, meant: str | None):
    assert value(text, "tomorrow") == meant


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("The owners met yesterday.", "2025-01-08"),
        ("The board rejected yesterday's offer.", "2025-01-08"),
        ("New ferries repeat yesterday's mistakes.", None),
        ("Crews share what they did yesterday and what they do today.", None),
        ("Eat the fish that you caught yesterday.", None),
        ("It is not what they did yesterday that bothers you.", None),
    ],
)
def test_a_yesterday_of_any_day_has_no_value(text: str, meant: str | None):
    assert value(text, "yesterday") == meant


@pytest.mark.parametrize(
    ("text", "date"),
    [
        ("She sailed on a Sunday.", "Sunday"),
        ("They met on the Monday.", "Monday"),
        ("The quay was open Tuesday through Saturday.", "Tuesday"),
        ("The quay was open Tuesday to Saturday.", "Saturday"),
        ("It was kept on January 7 every year.", "January 7"),
        ("It was kept annually on January 7.", "January 7"),
        ("Storms often peaked in December.", "December"),
        ("It was the darkest December.", "December"),
        ("Typically, storms will peak at the end of December.", "end of December"),
        ("She cooked Sunday dinner.", "Sunday"),
        ("He watched ships on Sunday mornings.", "Sunday"),
        ("They sailed from November to February.", "November"),
        ("They sailed from December to January.", "January"),
        ("Plan of the crew\nMonday\nRest", "Monday"),
        ("Monday | Tuesday | Friday", "Tuesday"),
    ],
)
def test_a_habit_has_no_value(text: str, date: str):
    assert value(text, date) is None


@pytest.mark.parametrize(
    ("text", "date"),
    [
        ("The shops opened on Black Friday.", "Friday"),
        ("They marched on Palm Sunday.", "Sunday"),
        ("They showed NFL Sunday Ticket.", "Sunday"),
        ("She wrote for the Sunday Times.", "Sunday"),
        ("They met at the old August Wilson Theatre and The December Wall.", "December"),
        ("They met at Bench 1775 Winery.", "1775"),
        ("She hosted This Week in Shipping.", "This Week"),
        ("He was tried for the January 6 attack on the Capitol.", "January 6"),
    ],
)
def test_a_part_of_a_name_has_no_value(text: str, date: str):
    assert value(text, date) is None


@pytest.mark.parametrize(
    ("text", "date", "meant"),
    [
        ("On Tuesday Ada Marsh resigned.", "Tuesday", "2025-01-07"),
        ("In December Ada Marsh resigned.", "December", "2024-12"),
        ("The ferry sank in 1775.", "1775", "1775"),
        ("It rained on Saturday.", "Saturday", "2025-01-04"),
        ("The board met on January 6.", "January 6", "2025-01-06"),
    ],
)
def test_a_preposition_in_capitals_makes_no_name(text: str, date: str, meant: str):
    assert value(text, date) == meant


def test_what_you_did_some_time_ago_was_done_at_any_time():
    assert value("The knots that you tied six months ago hold.", "six months ago") is None
    assert value("The yard closed six months ago.", "six months ago") == "2024-07"


@pytest.mark.parametrize(
    ("text", "date"),
    [
        ("You cannot know which ferry is fastest this week.", "this week"),
        ("It shows what a crew did last month, or even last year.", "last month"),
        ("It shows what a crew did last month, or even last year.", "last year"),
        ("Set goals such as \u201ccut the cost of rope this quarter\u201d.", "this quarter"),
        ('Ask it to research "ferries sold this week".', "this week"),
        ('A good example: "They sailed on Monday".', "Monday"),
    ],
)
def test_what_is_told_to_any_reader_or_as_an_example_has_no_value(text: str, date: str):
    assert value(text, date) is None


@pytest.mark.parametrize(
    ("text", "date", "meant"),
    [
        ("The board sold three ferries last month.", "last month", "2024-12"),
        ("\u201cWe sold three ferries last month,\u201d Marsh said.", "last month", "2024-12"),
        ("Oake, whom you know, sank. She was raised last year.", "last year", "2024"),
        ('A good example: "They sailed on 7 January 2025".', "7 January 2025", "2025-01-07"),
    ],
)
def test_what_somebody_tells_of_a_time_keeps_its_value(text: str, date: str, meant: str):
    assert value(text, date) == meant


@pytest.mark.parametrize(
    ("text", "date"),
    [
        ("They walked all night in the December cold of Orsk.", "December"),
        ("It was said that January is a month of diets.", "January"),
        ("They picked the months of January and were paid.", "January"),
        ("Capital fell from 16 to 14 per cent at end-June.", "June"),
        ("Marsh sold tyres Monday, Wednesday and Friday, as he said.", "Wednesday"),
        ("Marsh sold tyres Monday, Wednesday and Friday, as he said.", "Friday"),
        ("Mend It Friday: how the harbour was dredged", "Friday"),
        ("For example, a shop may learn that sales rose last month.", "last month"),
        ("Charts from six months ago often do not open.", "six months ago"),
    ],
)
def test_a_date_that_may_be_of_any_year_or_week_has_no_value(text: str, date: str):
    assert value(text, date) is None


@pytest.mark.parametrize(
    ("text", "date", "meant"),
    [
        ("The harbour was sold in December.", "December", "2024-12"),
        ("The harbour was dredged between October and December, Marsh said.", "December", "2024-12"),
        ("In a December vote, the board sold it.", "December", "2024-12"),
        ("The board met on Monday and Wednesday.", "Monday", "2025-01-06"),
        ("Classes began on Monday, January, 6 2025, Marsh said.", "Monday", "2025-01-06"),
        ("Classes began on Monday - 6 January 2025.", "Monday", "2025-01-06"),
    ],
)
def test_a_date_behind_a_word_that_dates_keeps_its_value(text: str, date: str, meant: str):
    assert value(text, date) == meant


def test_a_month_that_only_the_headline_leaves_open_is_told_by_the_body():
    headline, body = "The December sale", "The harbour was sold in December."
    places = [(text, text.index("December"), text.index("December") + 8) for text in (headline, body)]
    found = of_mentions("DATE", places, THURSDAY)
    assert found is not None
    assert found.value == "2024-12"
