"""What stories say, kept by their versions."""

import asyncio
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

from wiredesk_storage.stories import reading
from wiredesk_storage.stories.reading import Summaries, Told

NOW = datetime(2026, 11, 20, tzinfo=UTC)


def story(version: int, story_id: Any) -> dict[str, Any]:
    return {"story_id": story_id, "version": version, "articles": 2, "first_seen": NOW, "last_seen": NOW}


def told(title: str) -> Told:
    summary: Any = title
    return Told(2, summary)


async def test_a_story_that_changes_while_it_is_listed_is_listed_all_the_same():
    summaries, changed, other = Summaries(), uuid4(), uuid4()
    summaries.keep(changed, 1, told("as it was"))

    async def fetch(statement: str, *_: Any) -> list[dict[str, Any]]:
        if "story_articles" not in statement:
            return [story(1, changed), story(1, other)]
        # Meanwhile somebody else lists what the story says now.
        summaries.keep(changed, 2, told("as it is"))
        await asyncio.sleep(0)
        return []

    found = await reading.listed(fetch, summaries, since=NOW, order="date", limit=10)
    assert [(one.story_id, str(one.summary)) for one in found] == [(changed, "as it was")]


def test_of_too_many_the_one_that_was_kept_first_is_forgotten(monkeypatch: Any):
    monkeypatch.setattr(reading, "_KEPT", 2)
    summaries = Summaries()
    ids = [uuid4() for _ in range(3)]
    for one in ids:
        summaries.keep(one, 1, told("said"))
    assert [summaries.of(one, 1) is None for one in ids] == [True, False, False]
    assert summaries.of(ids[2], 2) is None
