"""The topics are told what was decided: a tombstone, or the event that holds again, and why.

What is told is what the store says at that time, not what the verb was: of two people at once the last decision is
told last. It counts as told only when that still holds afterwards, and with what storage has stored meanwhile.
"""

import asyncio
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from uuid import UUID

from wiredesk.client import admin, offsets
from wiredesk.client.client import Wiredesk
from wiredesk.client.offsets import StageLag
from wiredesk.contracts import identity, wire
from wiredesk.contracts.errors import ConfigurationError, InfrastructureError
from wiredesk.contracts.topics import CURRENT, WITHDRAWN, Lane
from wiredesk.contracts.withdrawals import ArticleWithdrawn, Withdrawal
from wiredesk_desk.config import System
from wiredesk_desk.output import say
from wiredesk_storage.withdrawals.decisions import Decision, Records, Stored, Withdrawals

# Part of every event id.
DESK_VERSION = "1"
# A worker that was writing when it was decided has sent what it wrote long before.
IN_HAND_SECONDS = 10.0
_LOOK_SECONDS = 0.2


async def announce(here: System, store: Withdrawals, article_id: UUID, records: Records) -> None:
    """Tell what was decided about an article; `records` are those that made what was stored of it.

    Raises:
        InfrastructureError: Kafka, or PostgreSQL, is away.
        ConfigurationError: topics are missing.
    """
    while True:
        decision, stored = await store.decision(article_id), await store.stored(article_id)
        assert decision is not None, "decided before"
        with _by_kafka():
            for lane in await _lanes(here, decision):
                if decision.kind is not Withdrawal.REINSTATED:
                    await _through(here, lane, records)
                await _tell(here, lane, decision, stored)
        if await store.announced(decision, stored.event_id if stored else None):
            return


def event_of(decision: Decision, headline: str | None) -> ArticleWithdrawn:
    """Return the event that tells a decision: the same whenever it is told. Of an erased article nothing is said."""
    event = ArticleWithdrawn(
        event_id=identity.UNIDENTIFIED,
        article_id=decision.article_id,
        kind=decision.kind,
        reason=decision.reason,
        at=decision.at.astimezone(UTC),
        url=decision.url,
        headline=None if decision.kind is Withdrawal.ERASED else headline or None,
    )
    return identity.identified(event, "withdrawn", DESK_VERSION)


def in_hand(stages: Sequence[StageLag], records: Records) -> bool:
    """Whether a worker of storage may not have sent yet what came of one of `records`.

    Where nobody works, nobody sends: what is given again finds the decision.
    """
    return any(
        records.get((stage.topic, partition.partition), -1) >= (partition.committed or 0)
        for stage in stages
        for partition in stage.partitions
        if stage.service == "storage" and any(partition.partition in one.partitions for one in stage.members)
    )


async def _tell(here: System, lane: Lane, decision: Decision, stored: Stored | None) -> None:
    async with Wiredesk(here.kafka, lane=lane.name) as kafka:
        if decision.kind is not Withdrawal.REINSTATED:
            await kafka.remove(CURRENT, decision.article_id)
        elif stored is not None:
            value = stored.event.model_dump_json(exclude_none=True).encode()
            now = datetime.now(UTC)
            await kafka.send(
                wire.of_table(CURRENT, decision.article_id, stored.event_id, value, source="desk", time=now)
            )
        event = event_of(decision, stored.headline if stored else None)
        await kafka.send(wire.of_withdrawal(event, source="desk"))


async def _lanes(here: System, decision: Decision) -> list[Lane]:
    """Return the lanes that have to be told. One whose topics somebody has deleted is passed over.

    Raises:
        ConfigurationError: a lane has no topic for it.
    """
    lanes = [here.lane, *(Lane(name) for name in decision.lanes if name != here.lane.name)]
    names = {lane.topic(topic) for lane in lanes for topic in (CURRENT, WITHDRAWN)}
    missing = set(await admin.missing_topics(here.kafka, names))
    told = [lane for lane in lanes if lane == here.lane or lane.topic(CURRENT) not in missing]
    for lane in told:
        if lane.topic(WITHDRAWN) in missing:
            of_lane = f"WIREDESK_LANE={lane.name} " if lane != here.lane else ""
            raise ConfigurationError(f"there is no topic {lane.topic(WITHDRAWN)}. Type: {of_lane}wiredesk topics apply")
    return told


async def _through(here: System, lane: Lane, records: Records) -> None:
    """Wait until storage has sent what it had written before it was decided: it would come behind the tombstone."""
    deadline = time.monotonic() + IN_HAND_SECONDS
    while records and in_hand(await offsets.lag(here.kafka, lane), records):
        if time.monotonic() > deadline:
            say(
                f"storage is not through with the article after {IN_HAND_SECONDS:g} s. Should it be on "
                f"{lane.topic(CURRENT)} again, type the same command once more."
            )
            return
        await asyncio.sleep(_LOOK_SECONDS)


@contextmanager
def _by_kafka() -> Iterator[None]:
    try:
        yield
    except InfrastructureError as error:
        raise InfrastructureError(str(error), reason="kafka") from error
