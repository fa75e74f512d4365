"""Which story an article belongs to."""

from dataclasses import replace
from datetime import timedelta
from itertools import permutations

import pytest

from tests.factories import NOON
from tests.unit.storage.stories.articles import ELECTION, FERRY, FERRY_AGAIN, OTHER_FERRY, about, article, together
from wiredesk_storage.stories.assigning import MIN_SHARED_KEYS, THRESHOLD, Decision, Story, decide, event_time, sought
from wiredesk_storage.stories.profiles import Profile

DAY = timedelta(days=1)


def story(number, *texts, at=NOON):
    return Story(number, together(texts), at, at)


STRANDED, OTHER, VOTE = story(1, FERRY), story(2, OTHER_FERRY), story(3, ELECTION)


def test_an_article_joins_the_story_that_tells_its_event():
    decision = decide(about(FERRY_AGAIN), NOON, [OTHER, STRANDED, VOTE])
    assert decision.story == 1
    assert decision.score is not None
    assert decision.score > 0
    assert decision.evidence is not None
    assert decision.evidence.persons == pytest.approx(1)
    assert [one.story for one in decision.runners_up] == [2, 3]
    assert decision.merges == ()


def test_an_article_of_another_event_of_the_same_kind_begins_a_story():
    decision = decide(about(OTHER_FERRY), NOON, [STRANDED])
    assert decision.story is None
    assert decision.score is not None
    assert decision.score < THRESHOLD
    assert decision.evidence is not None


def test_without_candidates_an_article_begins_a_story():
    assert decide(about(FERRY), NOON, []) == Decision(None)


def test_the_order_of_the_candidates_makes_no_difference():
    orders = permutations([STRANDED, OTHER, VOTE])
    assert len({decide(about(FERRY_AGAIN), NOON, order) for order in orders}) == 1


def test_of_equal_stories_the_older_one_wins():
    twin = replace(STRANDED, id=9)
    assert decide(about(FERRY_AGAIN), NOON, [twin, STRANDED], merge_threshold=99).story == 1


def test_an_article_stays_in_its_story():
    assert decide(about(FERRY), NOON, [OTHER], story=7, story_of_copy=8) == Decision(7)


def test_a_copy_goes_where_the_text_is():
    assert decide(Profile(), NOON, [], story_of_copy=8).story == 8


@pytest.mark.parametrize("shift", [8 * DAY, -8 * DAY])
def test_a_story_out_of_the_window_is_passed_over(shift):
    assert decide(about(FERRY_AGAIN), NOON + shift, [STRANDED]).story is None
    assert decide(about(FERRY_AGAIN), NOON + shift, [STRANDED], window=9 * DAY).story == 1


def test_a_late_article_finds_its_story():
    assert decide(about(FERRY_AGAIN), NOON - 3 * DAY, [STRANDED]).story == 1


def test_within_the_span_of_a_story_no_time_lies_between():
    long = replace(STRANDED, first_seen=NOON - 5 * DAY, last_seen=NOON + 5 * DAY)
    assert decide(about(FERRY_AGAIN), NOON + 4 * DAY, [long]).score == decide(about(FERRY_AGAIN), NOON, [long]).score


def test_an_article_that_belongs_to_two_stories_of_one_event_merges_them_into_the_older():
    decision = decide(about(FERRY_AGAIN), NOON, [story(6, FERRY_AGAIN), STRANDED, story(4, FERRY), OTHER])
    assert decision.story == 1
    assert decision.merges == (4, 6)


def test_stories_that_are_not_one_are_not_merged():
    decision = decide(about(FERRY_AGAIN), NOON, [STRANDED, story(4, FERRY)], merge_threshold=99)
    assert decision.merges == ()


def test_a_story_grows_by_an_article_and_spans_its_time():
    grown = STRANDED.with_article(about(FERRY_AGAIN), NOON - DAY)
    assert (grown.id, grown.profile.size) == (1, 2)
    assert (grown.first_seen, grown.last_seen) == (NOON - DAY, NOON)


def test_two_stories_become_one_whichever_is_asked():
    late = story(5, FERRY_AGAIN, at=NOON + DAY)
    assert late.with_story(STRANDED) == STRANDED.with_story(late)
    assert STRANDED.with_story(late) == Story(1, together([FERRY, FERRY_AGAIN]), NOON, NOON + DAY)


def test_an_article_shares_keys_with_its_story_and_hardly_with_another():
    keys = set(sought(about(FERRY_AGAIN)))
    assert len(keys & set(STRANDED.keys)) >= MIN_SHARED_KEYS
    assert len(keys & set(VOTE.keys)) < MIN_SHARED_KEYS


@pytest.mark.parametrize(
    ("published", "counts"),
    [(None, False), (NOON - DAY, True), (NOON + timedelta(minutes=30), True), (NOON + 2 * DAY, False)],
)
def test_an_article_is_of_the_time_it_gives_unless_that_is_to_come(published, counts):
    assert event_time(article(FERRY, date_published=published)) == (published if counts else NOON)


def test_a_time_without_a_zone_is_not_believed():
    assert event_time(article(FERRY, date_published=NOON.replace(tzinfo=None) - DAY)) == NOON
