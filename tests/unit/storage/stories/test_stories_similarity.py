"""How surely two profiles tell one event."""

import pytest

from tests.unit.storage.stories.articles import ELECTION, ENGLISH, FERRY, FERRY_AGAIN, OTHER_FERRY, about, together
from wiredesk_storage.stories.profiles import Profile
from wiredesk_storage.stories.similarity import ARTICLE, STORIES, evidence, score


def test_an_article_has_all_in_common_with_itself():
    found = evidence(about(FERRY), about(FERRY))
    assert (found.words, found.persons, found.places, found.numbers) == pytest.approx((1, 1, 1, 1))
    assert found.size == 0
    assert found.words_mean == pytest.approx(ENGLISH.trust**2, abs=0.02)


def test_what_is_in_common_does_not_depend_on_who_is_asked():
    one, other = about(FERRY), together([FERRY_AGAIN, OTHER_FERRY])
    assert evidence(one, other) == evidence(other, one)


def test_a_lack_is_no_contradiction():
    nobody = Profile(about(FERRY).words)
    found = evidence(about(FERRY), nobody)
    assert (found.persons, found.no_persons, found.places, found.no_places) == (0, 1, 0, 1)
    strangers = evidence(about(FERRY), about(OTHER_FERRY))
    assert (strangers.persons, strangers.no_persons) == (0, 0)


def test_profiles_of_nothing_have_nothing_in_common():
    assert evidence(Profile(), Profile()) == (0, 0, 0, 1, 0, 1, 0, 1, 0)


def test_the_mean_over_articles_is_less_than_the_cosine_of_a_story_that_drifts():
    found = evidence(about(FERRY), together([FERRY, OTHER_FERRY, ELECTION]))
    assert found.words_mean < found.words


def test_the_same_event_is_likelier_than_another_of_its_kind_and_that_than_another():
    scores = [score(evidence(about(FERRY), about(other)), ARTICLE) for other in (FERRY_AGAIN, OTHER_FERRY, ELECTION)]
    assert scores == sorted(scores, reverse=True)
    assert scores[0] > 0 > scores[1]


def test_time_between_stands_against_it():
    found = evidence(about(FERRY), about(FERRY_AGAIN))
    assert score(found, ARTICLE) > score(found, ARTICLE, 1) > score(found, ARTICLE, 7)


@pytest.mark.parametrize("model", [ARTICLE, STORIES])
def test_a_score_has_six_digits(model):
    given = score(evidence(about(FERRY), about(FERRY_AGAIN)), model, 0.123456789)
    assert given == round(given, 6)
