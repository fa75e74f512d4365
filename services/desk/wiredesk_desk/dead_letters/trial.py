"""Would a dead letter pass now? Works it with the stage's own code, here, and sends nothing.

What may hang or take all memory (parsing, tagging) runs in a worker process under the stage's limits, as in the stage.
What only the outside can say is not guessed: what a site answers, and whether PostgreSQL takes a row.
"""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import partial
from typing import Any, TypeAlias

from wiredesk.contracts import wire
from wiredesk.contracts.errors import PermanentError
from wiredesk.contracts.events import ArticleSubmitted, ServiceName, StoreStatus
from wiredesk.engine.outcomes import Answer, Received
from wiredesk.engine.verdicts.verdict import Judge, answer_to
from wiredesk.runtime.pool import Pool
from wiredesk_cleaner import pool_worker
from wiredesk_cleaner.handlers import clean
from wiredesk_cleaner.settings import CleanerSettings
from wiredesk_desk.dead_letters.core import Letter, original_headers, original_value, source_of
from wiredesk_desk.reading import RawRecord
from wiredesk_fetcher import core as fetcher
from wiredesk_storage.core import Receipt
from wiredesk_storage.handlers import row_of
from wiredesk_storage.receipts import stored_event
from wiredesk_tagger import nlp
from wiredesk_tagger.handlers import pipeline_of, tag
from wiredesk_tagger.settings import TaggerSettings

Work: TypeAlias = Callable[[Received[Any]], Awaitable[Answer]]

_MIB = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Result:
    """What a replay would come to. `passes` is None where only the replay can tell."""

    passes: bool | None
    outcome: str
    detail: str = ""


class _OnlyAReplayTells(Exception):  # noqa: N818 - an answer, not an error
    pass


class Trial:
    """Works letters one by one; a stage's worker process starts with its first letter. Made by `trial`."""

    def __init__(self, stack: AsyncExitStack) -> None:
        self._stack = stack
        self._work: dict[str, Work] = {}
        self._openers: dict[str, Callable[[], Awaitable[Work]]] = {
            "fetcher": _fetcher,
            "cleaner": self._cleaner,
            "tagger": self._tagger,
            "storage": _storage,
        }

    async def result(self, letter: Letter, record: RawRecord) -> Result:
        """Return what would become of the letter's record if it were replayed now.

        Raises:
            InfrastructureError: something the stage needs is away.
        """
        if letter.pointer:
            return Result(
                passes=False,
                outcome="pointer",
                detail=f"the letter does not hold the record: that is at {letter.origin}",
            )
        judge: Judge[Any] = Judge(letter.stage, source_of(letter.topic), encoded=letter.stage != ServiceName.FETCHER)
        headers = tuple((name, value.encode()) for name, value in original_headers(letter.headers).items())
        again = replace(record, headers=headers, value=original_value(letter, record))
        answer: Answer
        try:
            received = judge.receive(again, from_retry=False)
            answer = await (await self._worker(letter.stage))(received)
        except PermanentError as error:
            answer = error
        except _OnlyAReplayTells as error:
            return Result(passes=None, outcome="unknown", detail=str(error))
        verdict = judge.decide(again, answer, datetime.now(UTC))
        if verdict.outcome == "dead_letter":
            found = verdict.outputs[0].headers
            return Result(passes=False, outcome=found[wire.REASON], detail=found[wire.ERROR])
        return Result(passes=True, outcome=verdict.outcome, detail=", ".join(verdict.reasons))

    async def _worker(self, stage: str) -> Work:
        if stage not in self._work:
            self._work[stage] = await self._openers[stage]()
        return self._work[stage]

    async def _cleaner(self) -> Work:
        options = CleanerSettings.load().cleaner
        pool = await self._stack.enter_async_context(
            Pool(1, initializer=pool_worker.start, memory_bytes=options.memory_limit_mib * _MIB)
        )
        return _careful(partial(clean, pool=pool, options=options))

    async def _tagger(self) -> Work:
        options = TaggerSettings.load().tagger
        pool = await self._stack.enter_async_context(
            Pool(1, initializer=nlp.start, args=(options.pipelines, options.knowledge))
        )
        await pipeline_of(pool, options)

        async def work(received: Received[bytes]) -> Answer:
            (answer,) = await tag([received], pool=pool, options=options)
            return answer

        return _careful(work)


@asynccontextmanager
async def trial() -> AsyncIterator[Trial]:
    """Yield a trial; its worker processes end with it."""
    async with AsyncExitStack() as stack:
        yield Trial(stack)


def _careful(work: Work) -> Work:
    async def guarded(received: Received[Any]) -> Answer:
        try:
            return await work(received)
        except _OnlyAReplayTells:
            raise
        except Exception as error:  # noqa: BLE001 - sorted by answer_to, which raises outages again
            return answer_to(error)

    return guarded


async def _fetcher() -> Work:
    async def work(received: Received[ArticleSubmitted]) -> Answer:
        event = fetcher.given(received.event, received.at)
        if event is None:
            raise _OnlyAReplayTells("nothing speaks against fetching it; what the site says, only a replay can tell")
        return event

    return _careful(work)


async def _storage() -> Work:
    async def work(received: Received[bytes]) -> Answer:
        row = row_of(received)
        return stored_event(row, Receipt(StoreStatus.INSERTED, 1))

    return _careful(work)
