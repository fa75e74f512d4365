"""Finding the journey of one article: its records on the topics, and where it is now."""

import asyncio
from collections.abc import Awaitable, Callable, Collection, Sequence
from collections.abc import Set as AbstractSet
from contextlib import aclosing
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import TypeAlias
from uuid import UUID

from wiredesk.client import offsets
from wiredesk.client.records import Entry
from wiredesk.contracts import ids
from wiredesk.contracts.errors import InfrastructureError
from wiredesk.contracts.events import ArticleEnriched, ArticleSubmitted
from wiredesk.contracts.submission import without_credentials
from wiredesk.contracts.topics import PUBLIC, RETRY_TOPICS, WITHDRAWN, Topic, dead_letters
from wiredesk.contracts.wire import subject
from wiredesk.contracts.withdrawals import ArticleWithdrawn, Withdrawal
from wiredesk_desk.commands.stored import archive
from wiredesk_desk.config import System
from wiredesk_desk.dead_letters import store
from wiredesk_desk.output import plain
from wiredesk_desk.reading import read
from wiredesk_desk.running import Exit, Problem
from wiredesk_desk.views.journey import Round, Whereabouts, rounds, whereabouts
from wiredesk_storage.archive import StoredArticle

# What is keyed by something else, or may have no key: all of it must be read.
_UNKEYED = tuple(topic for topic in PUBLIC if topic.key != "article_id") + RETRY_TOPICS + dead_letters()
_KEYED = tuple(topic for topic in PUBLIC if topic.key == "article_id")


@dataclass(frozen=True, slots=True)
class Journey:
    """What is known of the way of one article.

    `rounds` are its submissions, the oldest first, each with where it is; of a correlation id only that one, and
    `others` counts those that are not shown. `articles` are several where a correlation id stands for several: then
    nothing else is found. `stored` is what the store has of an article that no topic holds (any more). `withdrawn`: it
    is withdrawn or erased now. `article` is what was last enriched of it on the topics.
    """

    name: str
    article_id: str
    articles: Sequence[str] = ()
    rounds: Sequence[tuple[Round, Whereabouts]] = ()
    others: int = 0
    withdrawn: ArticleWithdrawn | None = None
    article: ArticleEnriched | None = None
    stored: StoredArticle | None = None

    @property
    def is_of_several(self) -> bool:
        """Whether it was asked for by a name that several articles have."""
        return len(self.articles) > 1 and self.name not in self.articles


LookUp: TypeAlias = Callable[[UUID], Awaitable[StoredArticle | None]]


async def find(here: System, wanted: str, look_up: LookUp | None = None, *, by_key: bool = True) -> Journey:
    """Return the way of an article, by its id, its URL or the correlation id of a submission.

    Reads whole topics, but `by_key` of those that have it only the partition of its key, as long as that tells enough.
    `look_up` asks the store for what is on none of them; by default over a connection of its own.

    Raises:
        Problem: it can be no article, or nothing is known of it.
        InfrastructureError: Kafka is away.
    """
    name = identify(wanted)
    # In this order: what was committed before the records were read has its outcome among them.
    lag = await offsets.lag(here.kafka, here.lane)
    entries = await _collect(here, name, by_key=by_key)
    articles = sorted({article for entry in entries if (article := article_of(entry))})
    if len(articles) > 1 and name not in articles:
        return Journey(name, "", articles)
    found = rounds(entries)
    shown = [one for one in found if one.correlation_id == name] or found
    article_id = name if name in articles else "".join(articles)
    withdrawn = await _withdrawn(here, article_id or name)
    if not shown:
        stored = None if withdrawn is not None else await _not_on_the_topics(name, wanted, look_up or _look_up)
        return Journey(name, article_id or name, articles, withdrawn=withdrawn, stored=stored)
    settled = await store.settlements(here)
    now = datetime.now(UTC)
    places = [(one, whereabouts(one, lag, settled, now)) for one in shown]
    if by_key and any(place.code == "missing" for _, place in places):
        # Its key was on another partition before some were added.
        return await find(here, wanted, look_up, by_key=False)
    enriched = [entry.event for one in shown for entry in one.entries if isinstance(entry.event, ArticleEnriched)]
    return Journey(
        name,
        article_id,
        articles,
        rounds=places,
        others=len(found) - len(shown),
        withdrawn=withdrawn,
        article=enriched[-1] if enriched else None,
    )


def identify(wanted: str) -> str:
    """Return what is looked for: an article id (of a URL: its article's), or a correlation id.

    Raises:
        Problem: it can be neither.
    """
    if "://" in wanted:
        return str(ids.article_id(wanted))
    try:
        return str(UUID(wanted))
    except ValueError:
        pass
    if not wanted or "/" in wanted or any(c.isspace() for c in wanted):
        what = f"{wanted!r} is neither an id nor a URL"
        raise Problem(what, "Give a URL with its https://, or find it: wiredesk search 'words of it'", code=Exit.USAGE)
    return wanted


def article_of(entry: Entry) -> str:
    """Return the article a record is about; for a submission without our headers its content says."""
    if isinstance(entry.event, ArticleSubmitted):
        return str(subject(entry.event))
    return entry.article_id


async def _collect(here: System, name: str, *, by_key: bool) -> list[Entry]:
    """Return the records that `name` stands for, without their values; of several articles only the first found."""
    entries = await _everywhere(here, _UNKEYED, {name})
    articles = {article for entry in entries if (article := article_of(entry))}
    article = name
    if articles and name not in articles:
        if len(articles) > 1:
            return entries
        # It is a correlation id: other submissions of its article may be on the same topics.
        (article,) = articles
        entries = await _everywhere(here, _UNKEYED, {name, article})
    entries += await _everywhere(here, _KEYED, {article}, key=article if by_key else None)
    if not entries:
        # The submission is gone and with it the article's id: only reading everything finds a correlation id.
        entries = await _everywhere(here, _KEYED, {name})
    return list({entry.position: entry for entry in entries}.values())


async def _everywhere(
    here: System, topics: Collection[Topic], names: AbstractSet[str], *, key: str | None = None
) -> list[Entry]:
    found = await asyncio.gather(*(_of(here, topic, names, key=key) for topic in topics))
    return [entry for entries in found for entry in entries]


async def _of(here: System, topic: Topic, names: AbstractSet[str], *, key: str | None) -> list[Entry]:
    """The records of `topic` that are about an article, or come of a submission, in `names`; with `key` only of it."""
    wanted = None if key is None else key.encode()
    keys = {name.encode() for name in names}
    found = []
    async with aclosing(read(here.kafka, [here.lane.topic(topic)], key=wanted)) as records:
        async for record in records:
            if wanted is not None and record.key != wanted:
                continue
            entry = Entry.of(record, topic)
            if record.key in keys or not names.isdisjoint({article_of(entry), entry.correlation_id}):
                found.append(replace(entry, value=b""))
    return found


async def _withdrawn(here: System, article_id: str) -> ArticleWithdrawn | None:
    """Return that an article is withdrawn or erased now; None when it is neither."""
    entries = await _of(here, WITHDRAWN, {article_id}, key=article_id)
    events = [entry.event for entry in entries if isinstance(entry.event, ArticleWithdrawn)]
    return events[-1] if events and events[-1].kind is not Withdrawal.REINSTATED else None


async def _not_on_the_topics(name: str, wanted: str, look_up: LookUp) -> StoredArticle:
    """Return what the store has of an article that no topic holds (any more); it was asked for as `wanted`.

    Raises:
        Problem: nothing, or it does not answer.
    """
    asked = plain(without_credentials(wanted) if "://" in wanted else wanted)
    todo = "Retention may have removed it: try `wiredesk search`. Publish it with `wiredesk publish URL`."
    try:
        article = await _stored(name, look_up)
    except InfrastructureError as error:
        raise Problem(f"no record of {asked} is on the topics, and the store does not answer ({error})", todo) from None
    if article is None:
        raise Problem(f"no record of {asked} is on the topics or in the store: it was never seen, or not lately", todo)
    return article


async def _stored(name: str, look_up: LookUp) -> StoredArticle | None:
    try:
        article_id = UUID(name)
    except ValueError:
        return None
    return await look_up(article_id)


async def _look_up(article_id: UUID) -> StoredArticle | None:
    async with archive() as stored:
        return await stored.article(article_id)
