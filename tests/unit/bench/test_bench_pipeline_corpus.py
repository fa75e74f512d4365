"""The made articles of `make bench`: the same for a seed, in the shape of news, and articles to our own cleaner."""

import json
import re
from itertools import combinations
from statistics import mean, median

import pytest

from bench.pipeline.corpus import page, stories
from bench.pipeline.corpus.made import articles, read, write
from bench.pipeline.corpus.stories import LANGUAGES, words_of
from wiredesk.contracts.events import ArticleCleaned
from wiredesk_cleaner.library import clean_html

COUNT = 150


@pytest.fixture(scope="module")
def made():
    return list(articles(COUNT))


def test_the_same_seed_gives_the_same_articles_however_the_run_is_cut(made):
    assert [*articles(3, start=40), *articles(2, start=43)] == made[40:45]
    assert next(articles(1, seed=2)).html != made[0].html


def test_stories_are_as_long_as_news_with_a_long_tail(made):
    lengths = [one.words for one in made]
    assert 500 < median(lengths) < 800
    assert mean(lengths) > 1.1 * median(lengths)
    assert max(lengths) > 2 * median(lengths)


def test_pages_weigh_what_pages_of_news_weigh(made):
    sizes = [len(one.html.encode()) for one in made]
    assert min(sizes) > 0.9 * page.LEAST_BYTES
    assert max(sizes) < 1.1 * page.MOST_BYTES
    assert 150_000 < median(sizes) < 260_000
    assert median(len(re.findall("<[a-z]", one.html)) for one in made) > 700
    code = [sum(map(len, re.findall("(?s)<(?:script|style).*?</", one.html))) / len(one.html) for one in made]
    assert 0.35 < median(code) < 0.65


def test_most_are_english_some_are_not_and_some_are_copies_of_earlier_ones(made):
    languages = [one.language for one in made]
    assert 0.7 < languages.count("en") / COUNT < 0.9
    assert set(languages) == set(LANGUAGES)
    assert 0.05 < sum(one.is_copy for one in made) / COUNT < 0.2
    assert len({one.url for one in made}) == COUNT


def test_a_copy_has_the_words_of_an_earlier_article_and_others_have_not(made):
    told = {}
    for one in made[:60]:
        words = " ".join(re.findall(r'<p class="story__text">(.*?)</p>', one.html)).split()
        told[one.number] = one, {tuple(words[at : at + 5]) for at in range(len(words) - 5)}
    nearest = dict.fromkeys(told, 0.0)
    for (first, (_, before)), (second, (_, after)) in combinations(told.items(), 2):
        shared = len(before & after) / min(len(before), len(after))
        nearest[second] = max(nearest[second], shared)
        assert first < second
    copies = [nearest[number] for number, (one, _) in told.items() if one.is_copy]
    others = [nearest[number] for number, (one, _) in told.items() if not one.is_copy]
    assert copies
    assert min(copies) > 0.3
    assert max(others) < 0.1


def test_the_cleaner_takes_the_story_off_the_page_and_leaves_the_furniture(made):
    for one in made[:8]:
        article = clean_html(one.html, one.url)
        assert isinstance(article, ArticleCleaned)
        assert article.word_count == pytest.approx(one.words, rel=0.1)
        assert article.in_language == one.language
        assert not any(said in article.text for said in words_of(one.language)["share"])


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_slot_of_a_template_has_a_list(language):
    words = words_of(language)
    cast = {"person", "surname", "org", "place"}
    asked = {slot for lines in words.values() for line in lines for slot in re.findall(r"\{(\w+)\}", line)}
    assert {slot.lower() for slot in asked} <= {*words, *cast}


def test_no_slot_is_left_open(made):
    assert not any(re.search(r"\{\w+\}", re.sub("(?s)<(script|style).*?</", "", one.html)) for one in made)


def test_what_is_written_for_another_process_is_read_as_it_was(made, tmp_path):
    write(made[:3], tmp_path / "articles")
    assert read(tmp_path / "articles") == made[:3]
    given = json.loads(made[0].submission)
    assert given == {"url": made[0].url, "html": made[0].html}


def test_a_story_has_a_bound(monkeypatch):
    monkeypatch.setattr(stories, "MOST_WORDS", 200)
    assert all(one.words < 400 for one in articles(20))
