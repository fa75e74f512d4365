"""Subscriptions as people read them: what one is of, how it is, what it may be called."""

from datetime import UTC, datetime
from typing import Any

import pytest

from wiredesk_desk.running import Problem
from wiredesk_desk.web.live.positions import Positions
from wiredesk_desk.web.pages.subscriptions import name_of, state_of
from wiredesk_desk.web.subscriptions import asking, making
from wiredesk_desk.web.subscriptions.keeping import Subscription


def subscription(**fields: Any) -> Subscription:
    given: dict[str, Any] = {
        "name": "ferries",
        "lane": "",
        "question": {},
        "topic": None,
        "webhook": "https://example.org/hook",
        "secret": None,
        "position": "0-1",
        "paused": False,
        "posts": True,
        "note": "",
        "created_at": datetime(2026, 11, 20, tzinfo=UTC),
        "last_delivery": None,
        "waiting": 0,
        "dead": 0,
        "error": "",
    }
    return Subscription(**{**given, **fields})


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ({}, "everything"),
        ({"q": "river treaty"}, "“river treaty”"),
        ({"entity": "Oslo", "type": "GPE"}, "naming Oslo (GPE)"),
        ({"type": "PERSON"}, "naming one of the type PERSON"),
        (
            {"copies": "false", "country": "NO", "q": "ferry", "host": "example.org", "language": "nb"},
            "“ferry”, about NO, on example.org and the hosts below it, in the language nb, without copies",
        ),
    ],
)
def test_a_question_is_said_in_words(asked: dict[str, str], said: str):
    assert asking.in_words(asked) == said


def test_every_filter_that_a_subscription_may_have_is_said():
    typed = {
        **dict.fromkeys(("q", "entity", "source", "host", "section", "language"), "x"),
        "type": "ORG",
        "country": "NO",
        "quality": "good",
        "copies": "false",
        "story": "54c198a2-9062-587d-9dce-1a4983ffb621",
    }
    kept = asking.question(typed).said()
    assert set(kept) == set(typed)
    for name in typed:
        assert asking.in_words({name: kept[name]}) != "everything", name


@pytest.mark.parametrize(
    ("asked", "name"),
    [
        ({"q": '"Central Bank" -football'}, "central-bank-football"),
        ({"entity": "Torunn Vasbø"}, "torunn-vasb"),
        ({"q": "Málaga", "country": "ES"}, "malaga-es"),
        ({"q": "日本"}, ""),
        ({"language": "en"}, ""),
        ({"q": "word " * 400}, "word-word-word-word-word-word"),
    ],
)
def test_a_search_proposes_a_name_that_a_subscription_may_have_or_none(asked: dict[str, str], name: str):
    assert name_of(asked) == name
    assert not name or making._NAME.fullmatch(name)


@pytest.mark.parametrize(
    ("fields", "state"),
    [
        ({}, ("active", "good")),
        ({"paused": True, "dead": 3}, ("paused", "")),
        ({"posts": False}, ("its webhook is gone", "bad")),
        ({"note": "stands still: Kafka is away"}, ("needs a look", "bad")),
        ({"dead": 1, "error": "it answered 500"}, ("some of it is dead", "bad")),
        ({"waiting": 1, "error": "it answered 500"}, ("its webhook fails", "bad")),
    ],
)
def test_how_a_subscription_is_is_said_in_a_word_or_two(fields: dict[str, Any], state: tuple[str, str]):
    assert state_of(subscription(**fields)) == state


def test_where_it_stands_is_counted_from_the_newest_and_never_below_none():
    newest = Positions({0: 10, 1: 5, 2: 3})
    assert Positions({0: 8, 1: 9}).behind(newest) == 2 + 0 + 3


@pytest.mark.parametrize("secret", ["whsec_", "whsec_c2hvcnQ=", "no base64!", "whsec_" + "A" * 100, "whsec_ümlaut"])
def test_a_secret_that_could_be_guessed_or_is_none_is_refused(secret: str):
    with pytest.raises(Problem, match="a secret"):
        making._check_secret(secret)


def test_a_question_that_postgresql_cannot_keep_is_refused():
    with pytest.raises(Problem, match="entity: it holds a NUL"):
        asking.question({"entity": "Os\0lo"})
