"""How the pipeline is: what waits, who works, what lies where, what the store has."""

import asyncio
from collections.abc import Awaitable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, TypeVar

from fastapi import APIRouter
from pydantic import BaseModel, Field

from wiredesk.contracts.errors import WiredeskError
from wiredesk_desk.commands import collection, drift
from wiredesk_desk.commands.status import member_rows, stage_rows
from wiredesk_desk.output import Row
from wiredesk_desk.web.context import Desk, TheDesk
from wiredesk_desk.web.kept.pace import Pace
from wiredesk_desk.web.kept.state import Flow, Freshness, Running, Stock
from wiredesk_desk.web.problems import described

T = TypeVar("T")
router = APIRouter(tags=["status"])


class Part(BaseModel):
    """What one server says; it does not answer when it is not `ok`, and all else of it is empty."""

    ok: bool
    problem: str | None = Field(None, description="why it does not answer")


class Stage(BaseModel):
    """One service and one topic it reads."""

    stage: str = Field(examples=["tagger"])
    reads: str = Field(examples=["articles.cleaned.v1"])
    waiting: int = Field(description="records that it has not worked yet")
    members: int = Field(description="processes of its group")
    group: str = Field(description="Kafka's word: Stable, Empty, Dead, or rebalancing", examples=["Stable"])
    wait_seconds: float = Field(description="for how long the record waits that has waited longest, to some seconds")
    waits_at_least: bool = Field(description="it waits since before this desk looked: it may be longer")
    per_second: float | None = Field(description="records worked, over the last half minute; none: not known yet")


class Member(BaseModel):
    """One process of a service, and the partitions of a topic that it owns."""

    worker: str
    host: str
    reads: str
    partitions: str = Field(examples=["0-3 5"])


class Topic(BaseModel):
    """How many records lie on a topic."""

    topic: str
    records: int


class Kafka(Part):
    """What Kafka says."""

    stages: Sequence[Stage] = ()
    members: Sequence[Member] = ()
    topics: Sequence[Topic] = ()
    dead_letters: int | None = Field(None, description="open ones; none: they could not be read in time")


class Store(Part):
    """What the store says."""

    articles: int | None = None
    revisions: int | None = None
    duplicates: int | None = Field(None, description="articles with the headline and text of an earlier one")
    freshness: Freshness | None = None


class Process(BaseModel):
    """A process of the system that runs in the desk's folder."""

    process: str
    pid: int | None
    state: str
    restarts: int
    metrics: str


class Processes(Part):
    """The processes of the system that runs in the desk's folder; empty where none does."""

    processes: Sequence[Process] = ()


class IllSource(BaseModel):
    """A source that is dead, failing or blocked, and what is typed to mend it."""

    source_id: str
    title: str
    url: str
    state: str
    reason: str
    next_poll: datetime | None
    todo: str


class Sources(Part):
    """How the sources are; `total` none: none are collected here."""

    total: int | None = None
    by_state: Mapping[str, int] = Field({}, examples=[{"healthy": 12, "failing": 1}])
    next_poll: datetime | None = None
    ill: Sequence[IllSource] = Field((), description="the worst first")


class Drift(BaseModel):
    """A host whose pages clean differently of late, with the figures that say so."""

    host: str
    since: datetime | None
    figures: Mapping[str, Mapping[str, float]]


class Status(BaseModel):
    """Each part for itself: where Kafka is away, the store's part is there all the same."""

    at: datetime
    kafka: Kafka
    store: Store
    here: Processes
    sources: Sources
    drifts: Sequence[Drift]
    stream_readers: int = Field(description="who reads /v1/stream of this desk now")


@router.get("/v1/status", summary="How the pipeline is")
async def status(desk: TheDesk) -> Status:
    """Return what waits, who works on it, how much lies where, and how the sources are, as of a few seconds ago.

    A server that is away is told in its part (`ok: false`), and is no error of the answer.
    """
    return await now(desk)


async def now(desk: Desk) -> Status:
    """Return how everything is; never raises for a server that is away."""
    state = desk.state
    flow, stock, running, sources = await asyncio.gather(
        _said(state.flow()), _said(state.stock()), _said(state.processes()), _said(state.sources())
    )
    return Status(
        at=datetime.now(UTC),
        kafka=_kafka(flow),
        store=_store(stock),
        here=_here(running),
        sources=_sources(sources),
        drifts=[] if isinstance(running, str) or running.drifts is None else _drifts(running.drifts),
        stream_readers=desk.hub.readers,
    )


async def _said(asked: Awaitable[T]) -> T | str:
    """Return what was answered, or why nothing was."""
    try:
        return await asked
    except (WiredeskError, OSError) as error:
        return described(error)[0].detail


def _kafka(flow: Flow | str) -> Kafka:
    if isinstance(flow, str):
        return Kafka(ok=False, problem=flow)
    return Kafka(
        ok=True,
        stages=[
            _stage(row, flow.paces[one.service, one.topic])
            for row, one in zip(stage_rows(flow.stages), flow.stages, strict=True)
        ],
        members=[Member(**row) for row in member_rows(flow.stages)],
        topics=[Topic(topic=name, records=count) for name, count in flow.records.items()],
        dead_letters=flow.letters,
    )


def _stage(row: Row, pace: Pace) -> Stage:
    return Stage(**row, wait_seconds=pace.wait_seconds, waits_at_least=pace.at_least, per_second=pace.per_second)


def _store(stock: Stock | str) -> Store:
    if isinstance(stock, str):
        return Store(ok=False, problem=stock)
    counts = stock.counts
    return Store(
        ok=True,
        articles=counts.articles,
        revisions=counts.revisions,
        duplicates=counts.duplicates,
        freshness=stock.freshness,
    )


def _here(running: Running | str) -> Processes:
    if isinstance(running, str):
        return Processes(ok=False, problem=running)
    return Processes(ok=True, processes=[Process(**row) for row in running.processes])


def _sources(found: Any) -> Sources:
    if found is None:
        return Sources(ok=True)
    if isinstance(found, str):
        return Sources(ok=False, problem=found)
    counted = dict(collection.counted(found))
    total, next_poll = counted.pop("total"), counted.pop("next_poll")
    ill = [IllSource(**row) for row in collection.ill_rows(found)]
    return Sources(ok=True, total=total, next_poll=next_poll, by_state=counted, ill=ill)


def _drifts(found: drift.Found) -> list[Drift]:
    return [Drift(**row) for row in drift.rows(found)]
