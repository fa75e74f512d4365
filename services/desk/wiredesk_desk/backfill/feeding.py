"""All inputs into a lane: what is left of each, who may feed it, and until when."""

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator, Callable, Iterable, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import timedelta

from wiredesk.client.client import CLOCK_SKEW, Wiredesk
from wiredesk.client.settings import KafkaSettings
from wiredesk.contracts import wire
from wiredesk.contracts.errors import InfrastructureError
from wiredesk.contracts.topics import SUBMITTED, Lane
from wiredesk_desk import reading
from wiredesk_desk.backfill.inputs import Input, before
from wiredesk_desk.backfill.keeping import LEASE, Backfills, Kept
from wiredesk_desk.backfill.reading import BrokenInputError
from wiredesk_desk.backfill.room import Room
from wiredesk_desk.backfill.sending import PREFIX, Sender, Sending
from wiredesk_desk.output import Row, say
from wiredesk_desk.running import Problem

_BEAT_SECONDS = 1.0


class Feeder:
    """Feeds a lane: the only process that does."""

    def __init__(
        self, rows: Backfills, room: Room, wire: Wiredesk, refused: Callable[[Row], None], *, paused: bool
    ) -> None:
        self.sent: list[Sending] = []
        """the inputs that it has begun; it is at the last of them"""
        self.broken = 0
        """how many inputs could not be read to their end"""
        self.is_paused = paused
        self._rows = rows
        self._sender = Sender(wire, room, may=self._may, refused=refused)
        self._goes_on = asyncio.Event()
        if not paused:
            self._goes_on.set()
        self._noting = asyncio.Lock()

    async def feed(self, plan: Sequence[tuple[Input, Kept | None]], have: dict[str, frozenset[int]]) -> None:
        """Feed all of `plan`: what of each is done already, None of one that begins at its beginning.

        Raises:
            InfrastructureError: Kafka or PostgreSQL is away; the same again goes on.
            Problem: another process feeds the lane meanwhile.
        """
        async with self._beating():
            for one, kept in plan:
                sending = Sending(one, kept or await self._rows.begin(one), frozenset())
                sending.have = have.get(sending.kept.key, frozenset())
                self.sent.append(sending)
                is_done = False
                try:
                    await self._sender.send(sending)
                    is_done = True
                except BrokenInputError as error:
                    self.broken += 1
                    say(f"{one.name}: nothing can be read from byte {error.at:,} on: {error}")
                finally:
                    await self._note(is_done=is_done)

    async def _note(self, *, is_done: bool = False) -> None:
        async with self._noting:
            sending = self.sent[-1]
            kept = sending.now()
            # To know the file again.
            digest = await asyncio.to_thread(before, sending.one, kept.position)
            await self._rows.note(replace(kept, before=digest), is_done=is_done)

    async def _may(self) -> None:
        await self._goes_on.wait()

    @asynccontextmanager
    async def _beating(self) -> AsyncIterator[None]:
        """Say every second that the lane is fed and how far it is, and hear whether it is paused."""
        try:
            async with asyncio.TaskGroup() as group:
                beat = group.create_task(self._beat())
                yield
                beat.cancel()
        except BaseExceptionGroup as several:
            raise _first(several) from None

    async def _beat(self) -> None:
        while True:
            await asyncio.sleep(_BEAT_SECONDS)
            paused = await self._rows.lease()
            if paused is None:
                raise Problem(f"another process feeds lane {self._rows.lane}", _status(self._rows.lane))
            if paused is not self.is_paused:
                self.is_paused = paused
                say("paused: what is in the lane goes on" if paused else "going on")
            if paused:
                self._goes_on.clear()
            else:
                self._goes_on.set()
            if self.sent:
                await self._note()


async def leased(rows: Backfills) -> bool:
    """Return whether the lane is paused, once this process is the one that feeds it.

    Raises:
        Problem: another does.
    """
    deadline = time.monotonic() + LEASE.total_seconds() + 1
    waits = False
    while (paused := await rows.lease()) is None:
        found = await rows.one()
        if time.monotonic() > deadline:
            who = found.feeder if found is not None else ""
            raise Problem(f"lane {rows.lane} is being fed by {who or 'another process'}", _status(rows.lane))
        if not waits:
            waits = True
            say("another process fed this lane a moment ago: waiting whether it still does")
        await asyncio.sleep(0.5)
    return paused


def planned(inputs: Iterable[Input], kept: Iterable[Kept]) -> list[tuple[Input, Kept | None]]:
    """Return what is left to feed: inputs that are done are left out, one that was begun has what is known of it.

    What has another beginning, or other bytes before the place where it stopped, is another file, and begins anew.
    """
    known = {one.name: one for one in kept}
    plan: list[tuple[Input, Kept | None]] = []
    for one in inputs:
        found = known.get(one.name)
        if found is not None and not _is_same(one, found):
            say(f"{one.name} is not what it was when it was fed before: it is fed from its beginning")
            found = None
        if found is None or found.finished_at is None or found.size < one.size:
            plan.append((one, found))
    return plan


def _is_same(one: Input, kept: Kept) -> bool:
    with contextlib.suppress(OSError, EOFError):
        return kept.before == before(one, kept.position)
    return False


async def sent_since(
    kafka: KafkaSettings, lane: Lane, plan: Iterable[tuple[Input, Kept | None]]
) -> dict[str, frozenset[int]]:
    """Return which records of inputs that were begun Kafka has behind what is noted, by the keys of the inputs.

    Whoever was killed between Kafka's answer and its own note has sent more than it knew.
    """
    begun = [kept for _, kept in plan if kept is not None]
    if not begun:
        return {}
    since = min(kept.noted_at for kept in begun) - CLOCK_SKEW - timedelta(seconds=_BEAT_SECONDS)
    found: dict[str, set[int]] = {kept.key: set() for kept in begun}
    async with contextlib.aclosing(reading.read(kafka, [lane.topic(SUBMITTED)], since=since)) as records:
        async for record in records:
            correlation: bytes = dict(record.headers).get(wire.CORRELATION, b"")
            prefix, _, rest = correlation.decode("utf-8", "replace").partition("-")
            key, _, at = rest.partition("-")
            if prefix == PREFIX and key in found and at.isdecimal():
                found[key].add(int(at))
    return {key: frozenset(at) for key, at in found.items()}


def _status(lane: str) -> str:
    return f"wiredesk backfill status --lane {lane}"


def _first(error: BaseException) -> BaseException:
    return _first(error.exceptions[0]) if isinstance(error, BaseExceptionGroup) else error


async def left(rows: Backfills) -> None:
    """Say that nobody feeds the lane any more, where that can be said."""
    with contextlib.suppress(InfrastructureError):
        await rows.leave()
