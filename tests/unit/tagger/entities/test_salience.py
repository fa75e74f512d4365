"""Salience: what a story is about stands above, early and often."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wiredesk_tagger.entities.grouping import Place
from wiredesk_tagger.entities.salience import score


def places(*fields_and_starts):
    return [Place(field, start, start + 1) for field, start in fields_and_starts]


def test_the_formula_is_the_documented_one():
    # headline 0.4 + first mention at a tenth 0.3 * 0.9 + three mentions 0.3 * 3 / 6
    assert score(places(("headline", 0), ("text", 100), ("text", 900)), 1000) == pytest.approx(0.4 + 0.27 + 0.15)


def test_a_headline_counts_more_than_an_alternative_one_and_that_more_than_none():
    top, other, none = (
        score(places(*field, ("text", 5)), 100)
        for field in ([("headline", 0)], [("alternative_headline", 0)], [("captions[0]", 0)])
    )
    assert top > other > none


_PLACES = st.lists(
    st.tuples(st.sampled_from(["headline", "alternative_headline", "text", "captions[0]"]), st.integers(0, 999)),
    min_size=1,
    max_size=30,
)


@given(_PLACES, _PLACES)
def test_more_mentions_never_lower_it_and_it_stays_between_nought_and_one(some, more):
    assert 0 <= score(places(*some), 1000) <= score(places(*some, *more), 1000) <= 1


@given(st.integers(0, 998), st.integers(1, 999))
def test_an_earlier_first_mention_never_lowers_it(early, by):
    later = min(999, early + by)
    assert score(places(("text", early)), 1000) >= score(places(("text", later)), 1000)


def test_an_article_without_a_body_is_scored_by_its_headline():
    assert score(places(("headline", 0)), 0) == pytest.approx(0.4 + 0.3 / 4)
