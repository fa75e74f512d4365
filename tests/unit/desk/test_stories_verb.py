"""`wiredesk stories`: what is asked of the store, and how a story is told."""

import json
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest

from wiredesk.contracts import ids
from wiredesk_desk import output
from wiredesk_desk.running import Exit, Problem
from wiredesk_desk.stories import commands
from wiredesk_storage.stories.arriving import Named
from wiredesk_storage.stories.reading import Article, Listed, StoryPage
from wiredesk_storage.stories.summary import StorySummary

NOW = datetime.now(UTC)
STORY, FIRST, COPY, OTHER = (UUID(int=number) for number in (1, 1, 2, 3))
SUMMARY = StorySummary(
    title="Ferry runs aground off Skarvik",
    title_article=FIRST,
    articles=3,
    first_seen=NOW,
    last_seen=NOW,
    entities=(Named("Ida Holm", "PERSON", 0.6), Named("Skarvik", "GPE", 0.4, (("geonames", "12"),), "NO")),
    countries=("NO",),
    languages=("en",),
    outlets=("daily.example", "evening.example"),
)
LISTED = Listed(STORY, 3, NOW - timedelta(hours=5), NOW - timedelta(hours=3), SUMMARY)


def _article(article_id, headline, host, *, publisher=None, copy_of=None, differences=()):
    url = f"https://{host}/a" if host else None
    return Article(article_id, NOW, headline, url, host, publisher, copy_of, differences)


PAGE = StoryPage(
    LISTED,
    [
        _article(FIRST, "Ferry runs aground off Skarvik", "daily.example", publisher="The Daily"),
        _article(OTHER, "All saved from grounded ferry", None),
        _article(COPY, "Ferry aground", "evening.example", copy_of=FIRST, differences=("cut", "dateline")),
    ],
)


class Store:
    """Answers with what it was made of."""

    def __init__(self, stories=(), page=None):
        self._stories, self._page = list(stories), page
        self.asked = None

    async def stories(self, **asked):
        self.asked = asked
        return self._stories

    async def story(self, wanted, *, limit):  # noqa: ARG002 - as it is called
        self.asked = wanted
        return self._page


@pytest.fixture
def told(monkeypatch):
    """Return what makes the store, and whether people read."""

    def with_store(store, *, people=True):
        @asynccontextmanager
        async def archive():
            yield store

        monkeypatch.setattr(commands, "archive", archive)
        monkeypatch.setattr(commands, "for_people", lambda *, as_json: people and not as_json)
        monkeypatch.setattr(output, "for_people", lambda *, as_json: people and not as_json)
        return store

    return with_store


async def test_stories_are_listed_with_how_many_tell_them_and_what_to_type_next(told, capsys):
    store = told(Store([LISTED]))
    assert await commands.several(days=2, sort="size", limit=5, as_json=False) is Exit.OK
    shown = capsys.readouterr()
    assert "Ferry runs aground off Skarvik" in shown.out
    assert f"3 articles, 2 outlets, 3 h ago, NO  story {STORY}" in shown.out
    assert f"stories {STORY}" in shown.err
    assert store.asked["order"] == "size"
    assert NOW - store.asked["since"] <= timedelta(days=2, minutes=1)


async def test_no_story_names_a_longer_window(told, capsys):
    told(Store())
    await commands.several(days=3, sort="date", limit=5, as_json=False)
    assert "stories --days 30" in capsys.readouterr().err


async def test_a_pipe_gets_a_story_a_line(told, capsys):
    told(Store([LISTED]), people=False)
    await commands.several(days=2, sort="size", limit=5, as_json=False)
    (line,) = capsys.readouterr().out.splitlines()
    row = json.loads(line)
    assert (row["kind"], row["story_id"], row["articles"]) == ("story", str(STORY), 3)
    assert row["entities"][1]["ids"] == {"geonames": "12"}


async def test_a_copy_is_shown_beside_its_original_and_not_by_itself(told, capsys):
    told(Store(page=PAGE))
    assert await commands.one(str(STORY), as_json=False) is Exit.OK
    shown = capsys.readouterr().out
    assert "also evening.example (cut, with a dateline)" in shown
    assert "Ferry aground" not in shown
    assert "told by: The Daily, a text without address, evening.example" in shown


async def test_an_article_is_asked_for_by_its_url(told):
    store = told(Store(page=PAGE))
    await commands.one("https://daily.example/a", as_json=True)
    assert store.asked == ids.article_id("https://daily.example/a")


@pytest.mark.parametrize(("wanted", "code"), [("no such thing", Exit.USAGE), (str(STORY), Exit.FAILED)])
async def test_what_is_no_story_says_how_to_find_one(told, wanted, code):
    told(Store())
    with pytest.raises(Problem) as refused:
        await commands.one(wanted, as_json=False)
    assert refused.value.code is code
    assert "wiredesk" in str(refused.value.todo)
