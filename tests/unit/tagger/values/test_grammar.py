"""Where dates, times, sums and shares stand in a text."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wiredesk_tagger.spans import resolve
from wiredesk_tagger.values import continental, grammar


def found(text: str) -> set[tuple[str, str]]:
    return {
        (text[span.start : span.end], span.label) for span in resolve([*grammar.find(text), *continental.find(text)])
    }


@pytest.mark.parametrize(
    ("text", "surface", "label"),
    [
        ("They met on 7 January 2025 there.", "7 January 2025", "DATE"),
        ("They met on the 7th of January there.", "7th of January", "DATE"),
        ("They met January 7-9, 2025, there.", "January 7-9, 2025", "DATE"),
        ("They met on Tuesday, Jan. 7, there.", "Tuesday, Jan. 7", "DATE"),
        ("They met last Tuesday there.", "last Tuesday", "DATE"),
        ("Signed 2025-01-07 there.", "2025-01-07", "DATE"),
        ("In late January they met.", "late January", "DATE"),
        ("They met in May there.", "May", "DATE"),
        ("It grew since March there.", "March", "DATE"),
        ("It fell in 1848 there.", "1848", "DATE"),
        ("It fell in 1503 there.", "1503", "DATE"),
        ("It fell in 480 BC there.", "480 BC", "DATE"),
        ("It grew in 2024-25 there.", "2024-25", "DATE"),
        ("It grew in the late 1990s there.", "late 1990s", "DATE"),
        ("A 19th century house.", "19th century", "DATE"),
        ("The summer of 2024 was dry.", "summer of 2024", "DATE"),
        ("In the third quarter of 2023 it fell.", "third quarter of 2023", "DATE"),
        ("By the end of next year it is done.", "end of next year", "DATE"),
        ("Over the past two years it fell.", "past two years", "DATE"),
        ("He left more than two years ago.", "more than two years ago", "DATE"),
        ("A 24-year-old nurse.", "24-year-old", "DATE"),
        ("A three-day trip.", "three-day", "DATE"),
        ("LAST WEEK IT RAINED", "LAST WEEK", "DATE"),
        ("Two Years Ago It Rained", "Two Years Ago", "DATE"),
        ("It rained on JANUARY 7, 2025", "JANUARY 7, 2025", "DATE"),
        ("Polls close at 8:30 p.m. local time.", "8:30 p.m. local time", "TIME"),
        ("It struck at 0730 GMT.", "0730 GMT", "TIME"),
        ("It opened on Friday night.", "Friday night", "TIME"),
        ("It took about 90 minutes.", "about 90 minutes", "TIME"),
        ("It opened at noon.", "noon", "TIME"),
        ("It cost US$ 20,000 then.", "US$ 20,000", "MONEY"),
        ("It cost nearly $1.5 billion.", "nearly $1.5 billion", "MONEY"),
        ("Oil is at $55 a barrel.", "$55 a barrel", "MONEY"),
        ("It cost seven million Swiss francs.", "seven million Swiss francs", "MONEY"),
        ("They lost hundreds of millions of dollars.", "hundreds of millions of dollars", "MONEY"),
        ("It cost Rs 500 crore.", "Rs 500 crore", "MONEY"),
        ("Das kostet 1.234,50 Euro.", "1.234,50 Euro", "MONEY"),
        ("Am 7. Januar 2025 kam er.", "7. Januar 2025", "DATE"),
        ("Le 1er mars il est venu.", "1er mars", "DATE"),
        ("El 7 de enero de 2025 vino.", "7 de enero de 2025", "DATE"),
        ("Das kostet 1,5 Milliarden Euro.", "1,5 Milliarden Euro", "MONEY"),
        ("Il co\u00fbte 20 millions d'euros.", "20 millions d'euros", "MONEY"),
        ("Es stieg um 12,5 Prozent.", "12,5 Prozent", "PERCENT"),
        ("It rose 3.2% then.", "3.2%", "PERCENT"),
        ("It rose by at least five per cent.", "at least five per cent", "PERCENT"),
        ("It fell 10 percentage points.", "10 percentage points", "PERCENT"),
        ("It came 31st there.", "31st", "ORDINAL"),
    ],
)
def test_each_form_is_found_whole(text: str, surface: str, label: str):
    assert (surface, label) in found(text)


@pytest.mark.parametrize(
    "text",
    [
        "You may march on.",
        "May Ling will sing.",
        "A force of 2000 troops.",
        "At least 1500 people came.",
        "U.N. Resolution 1559 was passed.",
        "Call 1700-555.",
        "The score was 1850.5 points.",
        "It weighs 2000 kg.",
        "Lot 1650 was sold.",
        "164 won the race.",
        "50 Cent sang.",
        "Two men came now.",
        "He sat down.",
        "It is the 1,990 model.",
        "They went to mars and back in mai.",
    ],
)
def test_what_only_looks_like_one_is_left_alone(text: str):
    assert found(text) == set()


def test_nothing_crosses_a_line():
    assert found("It came in January\n2025 people came") == {("January", "DATE")}
    assert found("It rose by 5\npercent") == set()


PIECES = ("1", "00", ",", ".", " ", "\n", "$", "million", "May", "7", "2025", "-", "last", "week", "%", "two", "\ud800")


@given(st.text(max_size=300) | st.lists(st.sampled_from(PIECES), max_size=60).map("".join))
def test_every_span_lies_in_its_text_and_on_one_line(text: str):
    for span in (*grammar.find(text), *continental.find(text)):
        assert 0 <= span.start < span.end <= len(text)
        assert not set(text[span.start : span.end]) & set("\r\n")


@pytest.mark.parametrize(
    "piece",
    ["1", "1,", "1,000", "1.", "$", "$1", "twenty-", "last ", "more than ", "May ", "7-", "1990-", "5 ", " ", "a"],
)
def test_a_text_of_one_piece_repeated_is_read_to_its_end(piece: str):
    text = piece * (300_000 // len(piece)) + " on 7 January 2025"
    assert ("7 January 2025", "DATE") in found(text)
