from datetime import UTC, date, datetime, timedelta, timezone

import pytest

from wiredesk_cleaner.reading.dates import (
    date_in_url,
    has_clock,
    has_reading_time,
    moment_of,
    read_date,
    without_dates,
)


@pytest.mark.parametrize(
    ("line", "month_first", "day"),
    [
        ("Published March 3rd, 2026", False, date(2026, 3, 3)),
        ("3. März 2026, 10:15 Uhr", False, date(2026, 3, 3)),
        ("le 3 mars 2026 à 10h15", False, date(2026, 3, 3)),
        ("3 de marzo de 2026", False, date(2026, 3, 3)),
        ("3 marca 2026", False, date(2026, 3, 3)),
        ("3 марта 2026", False, date(2026, 3, 3)),
        ("3 березня 2026", False, date(2026, 3, 3)),
        ("2026. március 3.", False, date(2026, 3, 3)),
        ("2026. márc. 3.", False, date(2026, 3, 3)),
        ("2026 m. kovo 3 d.", False, date(2026, 3, 3)),
        ("2026. gada 3. martā", False, date(2026, 3, 3)),
        ("ngày 3 tháng 3 năm 2026", False, date(2026, 3, 3)),
        ("٣ مارس ٢٠٢٦", False, date(2026, 3, 3)),
        ("3 كانون الثاني 2026", False, date(2026, 1, 3)),
        ("3 मार्च 2026", False, date(2026, 3, 3)),
        ("3 במרץ 2026", False, date(2026, 3, 3)),
        ("2026年3月3日", False, date(2026, 3, 3)),
        ("2026. 3. 3", False, date(2026, 3, 3)),
        ("Tue Mar 03 10:15:00 CET 2026", False, date(2026, 3, 3)),
        ("03.04.2026", True, date(2026, 4, 3)),
        ("3/4/2026", True, date(2026, 3, 4)),
        ("3/4/2026", False, date(2026, 4, 3)),
        ("2/24/2026", False, date(2026, 2, 24)),
        ("03/04/26", True, date(2026, 3, 4)),
        ("Mar. 3, 2026 • 5 min read", False, date(2026, 3, 3)),
        ("31 February 2026", False, None),
        ("Call 1-800-2026", False, None),
        ("version 1.2.2026.7", False, None),
        ("May we 12 of them", False, None),
    ],
)
def test_a_date_is_read_in_many_languages_and_orders(line, month_first, day):
    found = read_date(line, month_first=month_first)
    assert (found.day if found else None) == day


@pytest.mark.parametrize(
    ("line", "certain"), [("3/4/2026", False), ("13/4/2026", True), ("3.4.2026", True), ("4/4/2026", True)]
)
def test_a_date_that_may_be_either_way_round_is_uncertain(line, certain):
    found = read_date(line)
    assert found is not None
    assert found.certain is certain


@pytest.mark.parametrize(
    ("line", "hour", "minute"),
    [
        ("Stand: 28.04.2026 17:45 Uhr", 17, 45),
        ("28.04.2026, 17.45 Uhr", 17, 45),
        ("28.04.2026 kl. 9.05", 9, 5),
        ("28 avril 2026 à 17h45", 17, 45),
        ("April 28, 2026 5:45 p.m. UTC", 17, 45),
        ("28 April 2026 12:05 am", 0, 5),
        ("2026年4月28日 午後5時45分", 17, 45),
        ("28 April 2026 17:45 GMT+2", 15, 45),
        ("28 April 2026 17:45 EDT", 0, 0),
        ("28 April 2026 17:45+05:30", 0, 0),
        ("28 April 2026 25:45", 0, 0),
    ],
)
def test_a_time_counts_with_utc_beside_it_or_no_zone(line, hour, minute):
    found = read_date(line)
    assert found is not None
    assert found.moment == datetime(2026, 4, 28, hour, minute, tzinfo=UTC)


@pytest.mark.parametrize(
    ("url", "day"),
    [
        ("https://q.example/2026/03/03/pact", date(2026, 3, 3)),
        ("https://q.example/world/20260303-pact.html", date(2026, 3, 3)),
        ("https://q.example/world/2026-03-03/pact", date(2026, 3, 3)),
        ("https://q.example/world/2026/mar/03/pact", date(2026, 3, 3)),
        ("https://q.example/2026/03/pact", None),
        ("https://q.example/item/120260303999", None),
        ("https://q.example/?on=2026/03/03", None),
        ("", None),
    ],
)
def test_a_date_in_an_address_counts_when_it_is_whole(url, day):
    assert date_in_url(url) == day


EVENING = datetime(2026, 3, 3, 20, 15, tzinfo=timezone(timedelta(hours=2)))


@pytest.mark.parametrize(
    "stated",
    [
        "2026-03-03T20:15:00+02:00",
        "2026-03-03T20:15:00.000+0200",
        "2026-03-03 20:15:00 +0200",
        "2026-03-03T20:15:00+02:00[Europe/Kyiv]",
        "20260303T201500+0200",
        "Tue, 03 Mar 2026 20:15:00 +0200",
        "Tue Mar 03 2026 20:15:00 GMT+0200 (EET)",
        "1772561700",
        "1772561700000",
        " 2026-03-03T18:15Z ",
    ],
)
def test_a_stated_moment_is_read_in_every_form_that_machines_write(stated):
    assert moment_of(stated) == EVENING


@pytest.mark.parametrize("stated", [None, 1772561700, "", "today", "0001-01-01T00:00:00", "9" * 10, "x" * 100])
def test_what_states_no_moment_gives_none(stated):
    assert moment_of(stated) is None


def test_an_evening_hour_without_a_known_zone_stays_on_its_day():
    assert moment_of("March 3, 2026, 9:47 PM EDT") == datetime(2026, 3, 3, tzinfo=UTC)
    assert moment_of("3/4/2026", month_first=True) == datetime(2026, 3, 4, tzinfo=UTC)


@pytest.mark.parametrize(
    ("line", "rest"),
    [
        ("Ann Lee 4 marzo 2026 - 14:41", ["Ann Lee "]),
        ("Published 3 March 2026", []),
        ("Ann LeePublished: Jan 29, 2026", ["Ann Lee "]),
        ("山田太郎2026年3月3日", ["山田太郎"]),
        ("by Ann D | 5 November 2026", ["by Ann D | "]),
        ("freeman1984", ["freeman1984"]),
        ("April Lee", ["April Lee"]),
        ("2026-02-14T16:15:30Z", []),
    ],
)
def test_the_words_of_a_date_are_taken_out_of_a_line(line, rest):
    assert without_dates(line)[0] == rest


def test_a_time_of_day_and_a_reading_time_are_told():
    assert has_clock("at 10:15")
    assert not has_clock("3-1 in 2026")
    assert has_reading_time("Lesezeit: 5 Minuten")
    assert not has_reading_time("Lesezeit")
