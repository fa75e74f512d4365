"""Dead letters: what no service could work, and what is done about it."""

import asyncio
from collections.abc import AsyncIterator, Collection, Sequence
from contextlib import aclosing, asynccontextmanager
from typing import Annotated, Protocol, TypeVar

from fastapi import APIRouter, Query

from wiredesk.contracts.events import Settlement
from wiredesk_desk.dead_letters import commands, replay, store
from wiredesk_desk.dead_letters.core import OPEN, Letter, Selection, groups
from wiredesk_desk.dead_letters.rows import group_row, letter_row, listed, whole
from wiredesk_desk.distributions import advice
from wiredesk_desk.running import Problem
from wiredesk_desk.web.api import dead_letter_models as models
from wiredesk_desk.web.context import Desk, TheDesk
from wiredesk_desk.web.problems import Refused, documented, not_found

router = APIRouter(tags=["dead letters"])
_LIST = "/v1/deadletters"
_ONE = f"{_LIST}/{{topic}}/{{partition}}/{{offset}}"
# Of one letter; more of it is asked for.
VALUE_CHARACTERS = 64 * 1024
READ_SECONDS = 10.0
# A trial loads the tagger's model first.
CHANGE_SECONDS = 60.0


T_co = TypeVar("T_co", covariant=True)


class _Done(Protocol[T_co]):
    """What was done about letters, one by one."""

    @property
    def letters(self) -> Sequence[T_co]: ...


@router.get(_LIST, summary="The dead letters, by cause")
async def dead_letters(desk: TheDesk, asked: Annotated[models.Listing, Query()]) -> models.DeadLetters:
    """Return the dead letters that are meant: open ones by default, as they were two seconds ago at the latest."""
    which = asked.selection(asked.reason)
    known = await desk.letters.known()
    found = listed(known.letters, known.settled, which, asked.state)
    causes = [] if asked.flat else groups(found)
    each = found if asked.flat else []
    return models.DeadLetters(
        letters=len(found),
        causes=[models.Cause(**group_row(one, known.settled)) for one in causes[: asked.limit]],
        flat=[models.DeadLetter(**letter_row(one, known.settled)) for one in each[: asked.limit]],
        is_cut=max(len(causes), len(each)) > asked.limit,
    )


@router.post(f"{_LIST}/replay", summary="Put dead letters back", responses=documented(404, 413, 415))
async def replay_some(desk: TheDesk, wanted: models.ToReplay) -> models.Replayed:
    """Put dead letters back on the topic they came from, byte for byte.

    What was sent is written down: the same request goes on where one was broken off. What is sent twice changes
    nothing.
    """
    async with _at_work(desk):
        chosen, left = await _to_replay(desk, wanted)
        return await _replayed(desk, chosen, left)


@router.post(f"{_LIST}/try", summary="Would dead letters pass now?", responses=documented(404, 413, 415, 501))
async def try_some(desk: TheDesk, wanted: models.ToReplay) -> models.Trials:
    """Work dead letters here, with the stages' own code, and say of each whether it would pass now; sends nothing."""
    async with _at_work(desk):
        chosen, left = await _to_replay(desk, wanted)
        return await _tried(desk, chosen, left)


@router.post(f"{_LIST}/discard", summary="Leave dead letters dead", responses=documented(404, 413, 415))
async def discard_some(desk: TheDesk, wanted: models.ToDiscard) -> models.Discarded:
    """Leave dead letters dead: they are no longer listed as open. The reason is kept."""
    async with _at_work(desk):
        chosen, left = await _chosen(desk, wanted, wanted.selection(), {OPEN})
        return await _discarded(desk, chosen, left, wanted.reason)


@router.get(_ONE, summary="One dead letter", responses=documented(404))
async def dead_letter(
    desk: TheDesk,
    topic: models.Topic,
    partition: models.Number,
    offset: models.Offset,
    *,
    full: Annotated[bool, Query(description="all of its value, not the first 64 KB")] = False,
) -> models.WholeDeadLetter:
    """Return a dead letter: its headers, which say why it died, and its original bytes."""
    async with asyncio.timeout(READ_SECONDS), desk.turns:
        try:
            of, record = await store.one(desk.here, f"{topic}/{partition}/{offset}")
        except Problem as error:
            raise not_found(str(error), _LIST) from None
        known = await desk.letters.known()
    letter = Letter.of(record, of)
    row = whole(letter, record, known.settled)
    is_cut = not full and len(row["value"]) > VALUE_CHARACTERS
    value = row["value"][:VALUE_CHARACTERS] if is_cut else row["value"]
    return models.WholeDeadLetter(**{**row, "value": value}, size=letter.size, is_cut=is_cut)


@router.post(f"{_ONE}/try", summary="Would it pass now?", responses=documented(404, 415, 501))
async def try_one(desk: TheDesk, topic: models.Topic, partition: models.Number, offset: models.Offset) -> models.Tried:
    """Work a dead letter here, with its stage's own code, and say whether it would pass now; sends nothing."""
    async with _at_work(desk):
        return _only(await _tried(desk, await _at(desk, f"{topic}/{partition}/{offset}")))


@router.post(f"{_ONE}/replay", summary="Put a dead letter back", responses=documented(404, 409, 415))
async def replay_one(
    desk: TheDesk, topic: models.Topic, partition: models.Number, offset: models.Offset
) -> models.Sent:
    """Put a dead letter back on the topic it came from, whatever was done about it before; see the others."""
    async with _at_work(desk):
        sent = _only(await _replayed(desk, await _at(desk, f"{topic}/{partition}/{offset}")))
    if sent.sent_to is None:
        raise Refused(409, "not-sent", sent.detail)
    return sent


@router.post(f"{_ONE}/discard", summary="Leave a dead letter dead", responses=documented(404, 413, 415))
async def discard_one(
    desk: TheDesk, topic: models.Topic, partition: models.Number, offset: models.Offset, wanted: models.Discard
) -> models.Left:
    """Leave a dead letter dead: it is no longer listed as open. The reason is kept."""
    async with _at_work(desk):
        chosen = await _at(desk, f"{topic}/{partition}/{offset}")
        return _only(await _discarded(desk, chosen, 0, wanted.reason))


@asynccontextmanager
async def _at_work(desk: Desk) -> AsyncIterator[None]:
    """Do something about letters: it takes its turn and no longer than a minute; then they are read anew."""
    try:
        async with asyncio.timeout(CHANGE_SECONDS), desk.turns:
            yield
    except ModuleNotFoundError as error:
        what, todo = advice(error)
        raise Refused(501, "not-installed", what, todo=todo) from None
    finally:
        desk.letters.known.forget()


async def _at(desk: Desk, *positions: str) -> list[Letter]:
    try:
        return await store.chosen(desk.here, positions, Selection(), ())
    except Problem as error:
        raise not_found(str(error), _LIST) from None


def _only(done: _Done[T_co]) -> T_co:
    if not done.letters:
        # Retention was quicker.
        raise not_found("the dead letter is gone", _LIST)
    return done.letters[0]


async def _to_replay(desk: Desk, wanted: models.ToReplay) -> tuple[list[Letter], int]:
    states = {OPEN, Settlement.REPLAYED.value} if wanted.again else {OPEN}
    return await _chosen(desk, wanted, wanted.selection(wanted.reason), states)


async def _chosen(
    desk: Desk, wanted: models.Chosen, which: Selection, states: Collection[str]
) -> tuple[list[Letter], int]:
    """Return the letters that are meant, as many as are admitted, and how many are left."""
    store.check_choice(wanted.positions, which, every=wanted.all)
    if wanted.positions:
        return await _at(desk, *wanted.positions), 0
    found = await store.chosen(desk.here, (), which, states)
    return found[: wanted.limit], max(0, len(found) - wanted.limit)


async def _replayed(desk: Desk, chosen: Sequence[Letter], left: int = 0) -> models.Replayed:
    if not chosen:
        return models.Replayed(replayed=0, left=left, letters=())
    async with aclosing(replay.replayed(desk.here, chosen)) as rows:
        letters = [models.Sent(**row) async for row in rows]
    return models.Replayed(replayed=sum(one.sent_to is not None for one in letters), left=left, letters=letters)


async def _tried(desk: Desk, chosen: Sequence[Letter], left: int = 0) -> models.Trials:
    if not chosen:
        return models.Trials(left=left, letters=())
    async with aclosing(replay.tried(desk.here, chosen)) as rows:
        return models.Trials(left=left, letters=[models.Tried(**row) async for row in rows])


async def _discarded(desk: Desk, chosen: Sequence[Letter], left: int, reason: str) -> models.Discarded:
    reason = commands.reason_of(reason)
    if chosen:
        await commands.discard_all(desk.here, chosen, reason)
    letters = [models.Left(position=one.position, died_of=one.reason) for one in chosen]
    return models.Discarded(discarded=len(letters), left=left, letters=letters)
