"""The stories in PostgreSQL. Every function works in the caller's transaction.

An article gets its story when it is first stored, and stays there: a record that is delivered again finds it as it was.
Whoever gives articles stories holds one lock to the end of the transaction: of two workers that store two reports of
one event at once, the second sees what the first decided.
"""

import asyncio
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from functools import reduce
from itertools import chain
from typing import Any
from uuid import UUID

from wiredesk.contracts import ids
from wiredesk.postgres.connections import Connection
from wiredesk_storage.columns import columns
from wiredesk_storage.stories import assigning
from wiredesk_storage.stories import statements as sql
from wiredesk_storage.stories.arriving import Arrival
from wiredesk_storage.stories.assigning import Story
from wiredesk_storage.stories.packing import packed, unpacked
from wiredesk_storage.stories.profiles import Profile, profile
from wiredesk_storage.stories.word_counts import WordCounts

# Of one key so many stories are looked at, those that began last.
_STORIES_OF_KEY = 64
# What a story of before was looked up by, which may still be there; of these it has now the heaviest (`Story.keys`).
_MOST_KEYS = 32
# What is closed at once, at most.
_CLOSED = 1_000


class _Open:
    """The stories that a batch looks at: as they were stored, and as they are now."""

    def __init__(self, stored: Mapping[int, Story]) -> None:
        self.stored = stored
        self.now = dict(stored)
        self.changed: set[int] = set()
        self.merged: dict[int, int] = {}
        self._by_key: defaultdict[int, set[int]] = defaultdict(set)

    def candidates(self, sought: Sequence[int], near: Mapping[int, int]) -> list[Story]:
        """Return the stories that share the most keys with the article that has these, those of the batch included.

        `near` are those stored that share the most, each with how many.
        """
        shared = {one: keys for one, keys in near.items() if one in self.now and one not in self.changed}
        made = Counter(one for key in sought for one in self._by_key.get(key, ()))
        return [self.now[one] for one in _nearest(shared | made)]

    def put(self, story: Story, merges: Iterable[int]) -> None:
        """Set what a story is now, and which are merged into it."""
        for younger in merges:
            self._forget(younger)
            del self.now[younger]
            self.merged.update({one: story.id for one, into in self.merged.items() if into == younger})
            self.merged[younger] = story.id
        self._forget(story.id)
        self.now[story.id] = story
        self.changed.add(story.id)
        for key in story.keys:
            self._by_key[key].add(story.id)

    def _forget(self, story: int) -> None:
        if story in self.changed:
            for key in self.now[story].keys:
                self._by_key[key].discard(story)
            self.changed.discard(story)


async def assign(
    connection: Connection,
    new: Sequence[Arrival],
    copies: Mapping[UUID, UUID],
    counts: WordCounts,
    window: timedelta = assigning.WINDOW,
) -> None:
    """Find and keep the story of each new article, in order; `copies` names what an article is a copy of.

    Waits for other workers that store new articles.
    """
    await connection.execute(sql.LOCK)
    known = {found["article_id"] for found in await connection.fetch(sql.KNOWN, [one.article_id for one in new])}
    # Of an article whose row somebody deleted by hand, and that comes again.
    new = [one for one in new if one.article_id not in known]
    frequencies = await counts.frequencies(connection, new)
    profiles = [profile(one.material, frequencies[one.language]) for one in new]
    sought = [assigning.sought(own) for own in profiles]
    wanted = sorted({key for keys in sought for key in keys})
    having: dict[int, list[int]] = {
        found["key"]: found["positions"]
        for found in await connection.fetch(sql.STORIES_OF_KEYS, wanted, _STORIES_OF_KEY)
    }
    # Counted here: PostgreSQL would take longer to group as many rows.
    near = [_nearest(Counter(chain.from_iterable(map(having.__getitem__, keys)))) for keys in sought]
    leaders = {
        found["article_id"]: found["position"]
        for found in await connection.fetch(sql.STORIES_OF, list(copies.values()))
    }
    stories = _Open(await _stored(connection, {*leaders.values(), *(one for some in near for one in some)}))
    positions = iter(await connection.fetch(sql.POSITIONS, len(new)))
    members: dict[UUID, int] = {}
    begun: dict[int, UUID] = {}
    for number, (one, own) in enumerate(zip(new, profiles, strict=True)):
        leader = copies.get(one.article_id)
        of_copy = _followed(members.get(leader, leaders.get(leader)) if leader else None, stories.merged)
        candidates = stories.candidates(sought[number], near[number])
        decision = assigning.decide(own, one.at, candidates, story_of_copy=of_copy, window=window)
        if decision.story is None:
            story = Story(next(positions)["position"], own, one.at, one.at)
            begun[story.id] = one.article_id
        else:
            story = reduce(Story.with_story, (stories.now[one] for one in decision.merges), stories.now[decision.story])
            story = story.with_article(own, _near(story, one.at, window))
        stories.put(story, decision.merges)
        members[one.article_id] = story.id
    await _write(connection, stories, begun)
    rows = [
        (one.article_id, _followed(members[one.article_id], stories.merged), one.at, packed(own), one.named)
        for one, own in zip(new, profiles, strict=True)
    ]
    await connection.execute(sql.ADD_ARTICLES, *columns(rows, 5))


def _nearest(shared: Mapping[int, int]) -> dict[int, int]:
    """Return of the stories that share so many keys with an article those that are compared with it."""
    least = assigning.MIN_SHARED_KEYS
    enough = [(-keys, one) for one, keys in shared.items() if keys >= least]
    return {one: -keys for keys, one in sorted(enough)[: assigning.MAX_CANDIDATES]}


async def rename(connection: Connection, named: Mapping[UUID, str]) -> None:
    """Set what articles name, as JSON: their newest revision says something else."""
    await connection.execute(sql.LOCK)
    await connection.execute(sql.RENAME, list(named), list(named.values()))


async def touch(connection: Connection, article_ids: Sequence[UUID]) -> None:
    """Have the stories of these articles told anew."""
    await connection.execute(sql.LOCK)
    await connection.execute(sql.TOUCH, list(article_ids))


async def forget(connection: Connection, article_ids: Sequence[UUID]) -> list[UUID]:
    """Take articles out of their stories, with all that came of their text; return the stories, which are told anew."""
    await connection.execute(sql.LOCK)
    touched = sorted({found["story_id"] for found in await connection.fetch(sql.LEAVE, list(article_ids))})
    if not touched:
        return []
    await _drop_keys(connection, await connection.fetch(sql.KEPT, touched))
    for story in await connection.fetch(sql.RECOUNT, touched):
        if story["is_open"]:
            await _rebuilt(connection, story)
    await connection.execute(sql.GONE, touched)
    return touched


async def _rebuilt(connection: Connection, story: Any) -> None:
    """Make the profile of an open story anew from the articles that it has, and its keys."""
    whole: Profile | None = None
    for found in await connection.fetch(sql.LEFT, story["story_id"]):
        own = unpacked(found["profile"])
        whole = own if whole is None else whole.with_(own)
        await asyncio.sleep(0)
    assert whole is not None, "an open story has articles"
    await connection.execute(sql.PROFILE, story["position"], packed(whole))
    kept = Story(story["position"], whole, story["first_seen"], story["last_seen"]).keys
    await connection.execute(sql.ADD_KEYS, *columns(((key, story["position"]) for key in kept), 2))


async def close(connection: Connection, window: timedelta) -> bool:
    """Close stories to which nothing can come any more, some at a time: they are kept, and not looked up.

    Returns whether there may be more of them.
    """
    await connection.execute(sql.LOCK)
    closed = await connection.fetch(sql.CLOSE, 2 * window, _CLOSED)
    await _drop_keys(connection, closed)
    return len(closed) == _CLOSED


async def _drop_keys(connection: Connection, stories: Iterable[Any]) -> None:
    """Delete the keys of stories, each given with its profile as it was stored with them."""
    dropped: list[tuple[int, int]] = []
    for position, data in stories:
        dropped += ((key, position) for key in unpacked(data).keys(_MOST_KEYS))
        await asyncio.sleep(0)
    await connection.execute(sql.DROP_KEYS, *columns(dropped, 2))


async def _stored(connection: Connection, positions: Iterable[int]) -> dict[int, Story]:
    return {
        found["position"]: Story(found["position"], unpacked(found["profile"]), found["first_seen"], found["last_seen"])
        for found in await connection.fetch(sql.PROFILES, list(positions))
    }


def _near(story: Story, at: datetime, window: timedelta) -> datetime:
    """Return the time of an article, but no further from the story than the window: a copy may say anything."""
    if story.first_seen - at > window:
        return story.first_seen - window
    return story.last_seen + window if at - story.last_seen > window else at


def _followed(story: int | None, merged: Mapping[int, int]) -> int | None:
    return story if story is None else merged.get(story, story)


async def _write(connection: Connection, stories: _Open, begun: Mapping[int, UUID]) -> None:
    """Write every story that is another than it was, with its keys, and who is merged into whom.

    One that was begun and merged in the same batch was never seen by anybody: it leaves no trace.
    """
    changed = [stories.now[one] for one in sorted(stories.changed)]
    taken = {found["story_id"] for found in await connection.fetch(sql.TAKEN, list(begun.values()))}
    rows = [
        (story.id, packed(story.profile), story.profile.size, story.first_seen, story.last_seen) for story in changed
    ]
    first = [(_story_id(begun[row[0]], row[0], taken), *row) for row in rows if row[0] in begun]
    await connection.execute(sql.BEGIN, *columns(first, 6))
    await connection.execute(sql.CHANGE, *columns((row for row in rows if row[0] not in begun), 5))
    merged = [(younger, into) for younger, into in sorted(stories.merged.items()) if younger not in begun]
    await connection.execute(sql.MERGE, *columns(merged, 2))
    before = [story for story in stories.stored.values() if _is_other(story.id, stories)]
    had = {(key, story.id) for story in before for key in story.keys}
    dropped = {(key, story.id) for story in before for key in story.profile.keys(_MOST_KEYS)}
    after = {(key, story.id) for story in changed for key in story.keys}
    await connection.execute(sql.DROP_KEYS, *columns(sorted(dropped - after), 2))
    await connection.execute(sql.ADD_KEYS, *columns(sorted(after - had), 2))


def _is_other(story: int, stories: _Open) -> bool:
    return story in stories.changed or story in stories.merged


def _story_id(article: UUID, position: int, taken: set[UUID]) -> UUID:
    """Return the id of the story that an article begins: its own, unless it began one before and was erased from it."""
    return article if article not in taken else ids.event_id(article, "story", str(position), "1")
