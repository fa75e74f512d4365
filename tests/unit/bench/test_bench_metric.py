from datetime import UTC, datetime, timedelta, timezone

import pytest

from bench.metric import (
    Gap,
    PageScore,
    SnippetScore,
    page_score,
    paired_gap,
    same_authors,
    same_day,
    same_title,
    score,
    snippet_score,
)

SIX = "one two three four five six"


def test_the_same_words_score_one_whatever_the_punctuation():
    assert page_score(SIX, "One-two".lower() + "\n\nthree, four: five. six!") == (1, 1)


def test_shingles_of_four_words_are_shared_not_words():
    # "one two three four" of three shingles; the found text has two.
    assert page_score(SIX, "one two three four seven") == PageScore(1 / 2, 1 / 3)


def test_a_shingle_counts_as_often_as_it_is_there():
    assert page_score("a b c d", "a b c d a b c d") == PageScore(1 / 5, 1)


def test_a_text_of_less_than_four_words_is_one_shingle():
    assert page_score("one two", "one two") == (1, 1)
    assert page_score("one two", "one") == (0, 0)


def test_nothing_found_has_no_precision_and_nothing_to_find_no_recall():
    assert page_score(SIX, None) == (None, 0)
    assert page_score("", SIX) == (0, None)


def test_averages_leave_out_what_has_no_value_and_f1_is_of_the_averages():
    found = score([PageScore(1, 0.5), PageScore(None, 0), PageScore(0.5, None)])
    assert (found.precision, found.recall) == (0.75, 0.25)
    assert found.f1 == pytest.approx(2 * 0.75 * 0.25)
    assert score([]) == (0, 0, 0)


def test_the_f1_of_one_page_is_nothing_where_half_of_it_is_missing():
    assert PageScore(0.5, 1).f1 == pytest.approx(2 / 3)
    assert PageScore(None, 0).f1 == PageScore(0, 1).f1 == PageScore(0, None).f1 == 0


def test_snippets_are_looked_for_whatever_their_case_quotation_marks_and_line_breaks():
    text = "The \u201cquiet\u201d\nharbour opens"
    assert snippet_score(['the "Quiet" harbour', "closes"], ["harbour", "Subscribe"], text) == SnippetScore(1, 1, 1)
    assert snippet_score(["harbour"], ["Subscribe"], None) == SnippetScore(0, 1, 0)


def test_the_score_of_snippets_is_that_of_their_counts_over_all_pages():
    found = score([SnippetScore(3, 1, 0), SnippetScore(0, 2, 1)])
    assert (found.precision, found.recall) == (3 / 4, 3 / 6)
    assert found.f1 == pytest.approx(3 / 5)
    assert score([SnippetScore(0, 2, 0)]) == (0, 0, 0)


def test_bodies_and_snippets_are_not_scored_together():
    with pytest.raises(ValueError, match="no score in common"):
        score([PageScore(1, 1), SnippetScore(1, 0, 0)])


def test_a_paired_gap_is_certain_where_every_page_is_better():
    worse, better = [PageScore(0.5, 0.5)] * 5, [PageScore(0.75, 0.75)] * 5
    assert paired_gap(better, worse, rounds=20) == Gap(0.25, 0, 1)
    assert paired_gap(worse, worse, rounds=20).better == 0


def test_a_paired_gap_is_the_same_each_time_and_refuses_other_pages():
    ours = [PageScore(0.9, 0.8), PageScore(0.3, 0.9), PageScore(0.7, 0.7)]
    theirs = [PageScore(0.8, 0.8), PageScore(0.6, 0.9), PageScore(0.6, 0.7)]
    gap = paired_gap(ours, theirs, rounds=200)
    assert gap == paired_gap(ours, theirs, rounds=200)
    assert 0 < gap.better < 1
    with pytest.raises(ValueError, match="3 pages against 2"):
        paired_gap(ours, theirs[:2])


def test_titles_are_equal_but_for_case_space_and_quotation_marks():
    assert same_title("\u201cNever  Again\u201d: it\u2019s over", '"never again": IT\'S over')
    assert not same_title("Never Again", "Never Again | Quay News")
    assert not same_title("Never Again", None)


def test_authors_are_a_set_of_people():
    assert same_authors(["By Ann Lee", "Bo Ek"], ["bo ek", "Ann Lee"])
    assert same_authors(["Ann Lee", "Bo Ek"], "Ann Lee; Bo Ek")
    assert not same_authors(["Ann Lee"], ["Ann Lee", "Bo Ek"])
    assert not same_authors(["Ann Lee"], None)


def test_a_date_counts_on_its_own_day_and_on_that_of_utc():
    late = datetime(2026, 3, 3, 23, tzinfo=timezone(timedelta(hours=-5)))
    assert same_day("2026-03-03", late)
    assert same_day("2026-03-04", late)
    assert not same_day("2026-03-05", late)
    assert same_day("2026-03-03T23:00:00-05:00", datetime(2026, 3, 4, tzinfo=UTC))
    assert not same_day("2026-03-03", None)
