"""What sums and shares mean: decimal numbers and ISO 4217; and when they have no value."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.unit.tagger.values.value_of import value_of
from wiredesk_tagger.values.normalisation import Value, normalise


@pytest.mark.parametrize(
    ("surface", "value", "currency"),
    [
        ("$1.5 billion", "1500000000", "USD"),
        ("US$ 20,000", "20000", "USD"),
        ("A$3bn", "3000000000", "AUD"),
        ("C$ 2.50", "2.5", "CAD"),
        ("\u20ac5m", "5000000", "EUR"),
        ("\u00a320", "20", "GBP"),
        ("\u20b9500 crore", "5000000000", "INR"),
        ("Rs 5 lakh", "500000", None),
        ("$5,00,000", "500000", "USD"),
        ("\u00a5300", "300", None),
        ("USD 5 million", "5000000", "USD"),
        ("$599 USD", "599", "USD"),
        ("$5 Canadian dollars", "5", "CAD"),
        ("more than 40 million euros", "40000000", "EUR"),
        ("twenty-five dollars", "25", "USD"),
        ("seven million Australian dollars", "7000000", "AUD"),
        ("20,000 Swiss francs", "20000", "CHF"),
        ("20,000 CFA francs", "20000", None),
        ("100 yuan", "100", "CNY"),
        ("2 trillion won", "2000000000000", "KRW"),
        ("30 cents", "0.3", None),
        ("6 pence", "0.06", "GBP"),
        ("5 million pounds", "5000000", "GBP"),
        ("5 pounds", "5", None),
        ("500 rupees", "500", None),
        ("500 Indian rupees", "500", "INR"),
        ("$55 a barrel", "55", "USD"),
        ("$2.7-million", "2700000", "USD"),
        ("at least $70 billion", "70000000000", "USD"),
    ],
)
def test_a_sum_is_a_decimal_number_and_a_currency_where_that_is_certain(surface: str, value: str, currency: str | None):
    assert normalise("MONEY", surface) == Value(value, currency)


@pytest.mark.parametrize(
    "surface", ["millions of dollars", "$10-15 million", "several dollars", "12,50 euros", "money"]
)
def test_a_sum_that_is_not_told_has_no_value(surface: str):
    assert normalise("MONEY", surface) is None


@pytest.mark.parametrize(
    ("surface", "value"),
    [
        ("12.5%", "12.5"),
        ("12.50 %", "12.5"),
        ("five percent", "5"),
        ("Ninety per cent", "90"),
        ("nearly 80-percent", "80"),
        ("10 percentage points", "10"),
        ("1,200 percent", "1200"),
        ("0%", "0"),
        ("3-4 percent", None),
    ],
)
def test_a_share_is_a_decimal_number(surface: str, value: str | None):
    assert value_of("PERCENT", surface) == value


@pytest.mark.parametrize(
    ("surface", "language", "value"),
    [
        ("1.500 euros", "en", "1.5"),
        ("1.500 euros", "de", "1500"),
        ("1.500 euros", "es", "1500"),
        ("1.500 euros", "zh", None),
        ("1,500 euros", "en", "1500"),
        ("1,500 euros", "de", None),
        ("12,50 euros", "de", "12.5"),
        ("12,50 euros", "es", "12.5"),
        ("1.234.567,89 euros", "de", "1234567.89"),
        ("1.234.567,89 euros", "en", "1234567.89"),
        ("1.234.567 euros", "es", "1234567"),
    ],
)
def test_figures_are_read_as_the_language_writes_them(surface: str, language: str, value: str | None):
    assert value_of("MONEY", surface, language=language) == value


@given(st.decimals(min_value=0, max_value=10**12, places=2))
def test_every_sum_in_english_figures_comes_back(amount: Decimal):
    found = normalise("MONEY", f"${amount:,}")
    assert found is not None
    assert Decimal(found.value) == amount
