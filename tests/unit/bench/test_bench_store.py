"""Made articles are the same for a seed, and as uneven as news."""

import random
from collections import Counter
from itertools import islice

from bench.store.generator import LANGUAGES, NEWEST, articles, query


def test_the_same_seed_gives_the_same_articles_and_fewer_are_the_first_of_more():
    few = list(articles(20))
    assert list(islice(articles(1_000), 20)) == few
    assert next(articles(1, seed=2)) != few[0]
    assert list(articles(200, start=190)) == list(islice(articles(200), 190, None))
    assert list(articles(20, start=5)) == few[5:]


def test_names_hosts_and_languages_are_uneven_and_dates_are_in_the_past():
    made = list(articles(200))
    named = Counter(entity.name for one in made for entity in one.entities).most_common()
    assert named[0][1] > 5 * named[len(named) // 2][1]
    assert {one.in_language for one in made} == set(LANGUAGES)
    assert all(one.date_published is None or one.date_published <= NEWEST for one in made)
    assert len({one.article_id for one in made}) == 200
    assert len({one.content_hash for one in articles(400)}) < 400


def test_a_query_is_words_of_its_language():
    assert query(random.Random(1)) == query(random.Random(1))
    assert query(random.Random(1), "ru").strip('"').replace(" ", "").isalpha()
