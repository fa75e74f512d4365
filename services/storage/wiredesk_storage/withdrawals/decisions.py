"""Withdrawing, erasing and reinstating articles in the store. For the desk, which tells of it afterwards.

A decision is one transaction, under the locks of the article and of its other addresses: no worker has them in hand
meanwhile. What is decided twice stays as it was.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any
from uuid import UUID

from wiredesk.contracts import ids
from wiredesk.contracts.events import ArticleEnriched
from wiredesk.contracts.topics import ENRICHED
from wiredesk.contracts.withdrawals import Withdrawal
from wiredesk.postgres.connections import ACQUIRE_SECONDS, Connection, Connections, outages
from wiredesk_storage.deleting import delete
from wiredesk_storage.locks import lock
from wiredesk_storage.search.folding import KEY_CHARACTERS
from wiredesk_storage.search.indexing import host_of
from wiredesk_storage.stories import keeping
from wiredesk_storage.withdrawals import statements as sql

# A partition of a topic, and the offset of a record on it.
Records = Mapping[tuple[str, int], int]


@dataclass(frozen=True, slots=True)
class Decision:
    """What was decided about an article last. `lanes` have to be told; `announced_at` is None until they were."""

    article_id: UUID
    kind: Withdrawal
    reason: str
    url: str | None
    at: datetime
    lanes: tuple[str, ...]
    announced_at: datetime | None


@dataclass(frozen=True, slots=True)
class Stored:
    """An article as it is stored: its address, headline, and the event that holds now."""

    url: str | None
    event_id: UUID
    headline: str = field(repr=False)
    event: ArticleEnriched = field(repr=False)


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a decision came to.

    `is_new`: False where it had been decided before, and `decision` is that one. `was_stored`: whether there was an
    article. `aliases`: the ids of its other addresses, which go with it. `records`: those that made what is, or was,
    stored of it. `erased`: how many rows of which table. `stories`: those that it left; storage tells them anew.
    """

    decision: Decision
    is_new: bool
    was_stored: bool
    aliases: tuple[UUID, ...] = ()
    records: Records = field(default_factory=dict)
    erased: Mapping[str, int] = field(default_factory=dict)
    stories: tuple[UUID, ...] = ()


class Withdrawals:
    """The decisions, over a pool of connections. Every method raises `InfrastructureError`: PostgreSQL is away."""

    def __init__(self, pool: Connections) -> None:
        self._pool = pool

    async def find(self, article_id: UUID, url: str | None = None) -> list[UUID]:
        """Return the articles that an id, or a `url` whose id it is, can mean: six at most, one where it is certain.

        By a URL also those on its host that are stored with it as where they were found, or as canonical.
        """
        with outages():
            async with self._pool.acquire(timeout=ACQUIRE_SECONDS) as connection, connection.transaction():
                found = await connection.fetch(sql.FIND, article_id)
                if not found and url is not None:
                    await connection.execute(sql.BY_INDEX)
                    forms = [url, ids.canonical_url(url)]
                    hosts = [f"host:{host[:KEY_CHARACTERS]}" for one in forms if (host := host_of(one))]
                    found = await connection.fetch(sql.FIND_BY_ADDRESS, hosts, forms)
        return [one["article_id"] for one in found]

    async def stored(self, article_id: UUID) -> Stored | None:
        """Return the article, hidden or not, or None where there is none."""
        with outages():
            found = await self._pool.fetchrow(sql.STORED, article_id)
        if found is None:
            return None
        event = ArticleEnriched.model_validate_json(found["event"])
        return Stored(found["url"], found["event_id"], found["headline"], event)

    async def decision(self, article_id: UUID) -> Decision | None:
        """Return what was decided last."""
        with outages():
            return _decision(await self._pool.fetchrow(sql.DECISION, article_id))

    async def unannounced(self) -> list[Decision]:
        """Return the decisions that the topics do not tell yet, the oldest first."""
        with outages():
            found = await self._pool.fetch(sql.UNANNOUNCED)
        return [one for one in map(_decision, found) if one is not None]

    async def decide(
        self,
        article_id: UUID,
        kind: Withdrawal,
        *,
        reason: str,
        at: datetime,
        lane: str,
        urls: Collection[str] = (),
    ) -> Outcome | None:
        """Withdraw, erase or reinstate an article; durable when it returns. None: nothing is there to be taken back.

        Erased stays erased when it is withdrawn afterwards. `lane` is told in any case, `urls` are further addresses
        of the article: what is submitted from them is refused with it.
        """
        stored = await self.stored(article_id)
        known = [*urls, *([stored.url] if stored and stored.url else [])]
        aliases = {ids.article_id(url): url for url in known}
        aliases.pop(article_id, None)
        with outages():
            async with self._pool.acquire(timeout=ACQUIRE_SECONDS) as connection, connection.transaction():
                await lock(connection, {article_id, *aliases})
                before = _decision(await connection.fetchrow(sql.DECISION, article_id))
                if before is None and kind is Withdrawal.REINSTATED:
                    return None
                records = {
                    (one["topic"], one["partition"]): one["record_offset"]
                    for one in await connection.fetch(sql.RECORDS, article_id)
                }
                is_new = _is_other(before, kind)
                if is_new:
                    lanes = sorted({lane, *(_lane(topic) for topic, _ in records)})
                    url = stored.url if stored else next(iter(urls), None)
                    await connection.execute(sql.DECIDE, article_id, kind.value, reason, url, at, lanes)
                decision = _decision(await connection.fetchrow(sql.DECISION, article_id))
                assert decision is not None, "decided now or before"
                return await _apply(
                    connection, Outcome(decision, is_new=is_new, was_stored=bool(records), records=records), aliases
                )

    async def announced(self, decision: Decision, told: UUID | None) -> bool:
        """Note that the topics tell of `decision`; `told` is the event of a reinstated article that they have now.

        False: something else was decided or stored meanwhile, and that is to be told.
        """
        with outages():
            row = (decision.article_id, decision.kind.value, decision.at, told)
            return str(await self._pool.execute(sql.ANNOUNCED, *row)).endswith(" 1")


def _is_other(before: Decision | None, kind: Withdrawal) -> bool:
    was = before.kind if before else Withdrawal.REINSTATED
    return was is not kind and not (was is Withdrawal.ERASED and kind is Withdrawal.WITHDRAWN)


async def _apply(connection: Connection, outcome: Outcome, aliases: Mapping[UUID, str]) -> Outcome:
    """Do what was decided, now or before: what is done already stays so."""
    article_id, kind = outcome.decision.article_id, outcome.decision.kind
    row = (article_id, kind.value, outcome.decision.reason, outcome.decision.at)
    if kind is not Withdrawal.REINSTATED:
        await connection.execute(sql.ADD_ALIASES, *row, list(aliases), list(aliases.values()))
    await connection.execute(sql.DECIDE_ALIASES, *row)
    others = await connection.fetch(sql.ALIASES, article_id, kind.value)
    outcome = replace(outcome, aliases=tuple(found["article_id"] for found in others))
    if kind is not Withdrawal.ERASED:
        await connection.execute(sql.HIDE, article_id, kind is Withdrawal.WITHDRAWN)
        await keeping.touch(connection, [article_id])
        return outcome
    gone = await delete(connection, [article_id])
    return replace(outcome, erased=gone.rows, stories=gone.stories)


def _decision(found: Any) -> Decision | None:
    if found is None:
        return None
    fields = dict(found)
    return Decision(**{**fields, "kind": Withdrawal(fields["kind"]), "lanes": tuple(fields["lanes"])})


def _lane(topic: str) -> str:
    """Return the lane of a topic of enriched articles."""
    return topic.removesuffix(ENRICHED.name).removesuffix(".")
