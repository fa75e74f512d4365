"""The stream's parts without servers: positions, interests, a reader who is too slow, turns and what is kept."""

import asyncio
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wiredesk.contracts.errors import InfrastructureError
from wiredesk_desk.web.admission import Bucket
from wiredesk_desk.web.kept.recent import Recent
from wiredesk_desk.web.live import reader as reading
from wiredesk_desk.web.live.interest import Interest, wanted
from wiredesk_desk.web.live.positions import Positions, WrongPositionError
from wiredesk_desk.web.live.reader import Reader
from wiredesk_desk.web.live.receipts import Told
from wiredesk_storage.search.asking import Filters

EVERYTHING = Interest()


@given(st.dictionaries(st.integers(0, 99_999), st.integers(0, 2**62), min_size=1))
def test_positions_are_read_as_they_were_written(offsets: dict[int, int]):
    positions = Positions(offsets)
    assert dict(Positions.read(str(positions))) == offsets


@pytest.mark.parametrize("text", ["", "x", "1", "1-", "-1", "1-2.", "1--2", "1-2,3-4", "1-2 ", "²-1", "1-" + "9" * 20])
def test_what_is_no_position_is_refused(text: str):
    with pytest.raises(WrongPositionError):
        Positions.read(text)


def test_a_position_never_goes_back_and_a_copy_goes_its_own_way():
    positions = Positions({0: 5})
    copy = positions.copy()
    positions.passed(0, 3)
    positions.passed(1, 0)
    copy.passed(0, 9)
    assert (str(positions), str(copy), positions.of(7)) == ("0-5.1-1", "0-10", None)


def arrival(**fields: Any) -> Any:
    """What the store says of an article that came, as far as a reader looks at it."""

    class Came:
        article_id = uuid4()
        hidden = False
        keys = frozenset(fields.get("keys", ()))

    return Came()


async def test_who_takes_too_little_is_cut_off_and_gets_what_was_his_until_then(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(reading, "QUEUED", 3)
    slow = Reader(EVERYTHING, Positions({0: 0}))
    for offset in range(10):
        slow.offer(Told(0, offset), arrival())
    assert slow.is_cut
    found = []
    while (news := await slow.next()) is not None:
        found.append(news.position)
    assert found == ["0-1", "0-2", "0-3", "0-4"]


async def test_what_he_does_not_want_moves_his_position_and_cuts_nobody_off(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(reading, "QUEUED", 3)
    one = Reader(EVERYTHING, Positions({0: 0}))
    for offset in range(10):
        one.offer(Told(0, offset), None)
    one.offer(Told(0, 10), arrival())
    news = await one.next()
    assert news is not None
    assert (news.position, one.is_cut) == ("0-11", False)


class NoArchive:
    """A store that is asked nothing."""

    async def among(self, *_: object) -> set[Any]:
        raise AssertionError("it was asked")


async def test_filters_that_an_articles_keys_answer_ask_the_store_nothing():
    store: Any = NoArchive()
    norwegian, english = arrival(keys=["language:nb"]), arrival(keys=["language:en"])
    only_norwegian = Interest(filters=Filters(language="nb"))
    found = await wanted(store, [EVERYTHING, only_norwegian], [norwegian, english])
    assert found[EVERYTHING] == {norwegian.article_id, english.article_id}
    assert only_norwegian.is_simple
    assert found[only_norwegian] == {norwegian.article_id}


@pytest.mark.parametrize(
    "interest",
    [
        Interest("ferry"),
        Interest(filters=Filters(since=datetime(2026, 1, 1, tzinfo=UTC))),
        Interest(filters=Filters(without_copies=True)),
        Interest(filters=Filters(entity="Ada", entity_type="PERSON")),
    ],
)
def test_what_keys_do_not_answer_is_not_simple(interest: Interest):
    assert not interest.is_simple


def test_a_bucket_admits_a_burst_and_then_so_many_a_second():
    bucket = Bucket(2)
    assert [bucket.take(0.0) for _ in range(10)] == [0.0] * 10
    assert bucket.take(0.0) == pytest.approx(0.5)
    assert bucket.take(0.5) == 0.0
    assert bucket.take(0.5) == pytest.approx(0.5)
    assert [bucket.take(1000.0) for _ in range(11)][-1] > 0, "no more than a burst is saved up"


class Asked:
    """Something that is asked, and answers when it is told to."""

    def __init__(self) -> None:
        self.times = 0
        self.may = asyncio.Event()
        self.failing = False

    async def __call__(self) -> int:
        self.times += 1
        await self.may.wait()
        if self.failing:
            raise InfrastructureError("away")
        return self.times


def recent(asked: Asked, *, keeps: float = 60, patience: float = 30, lends: float = 0) -> Recent[int]:
    return Recent(asked, name="it", keeps=keeps, patience=patience, lends=lends)


async def test_many_who_ask_at_once_and_soon_after_are_one_question():
    asked = Asked()
    kept = recent(asked)
    waiting = [asyncio.create_task(kept()) for _ in range(5)]
    await asyncio.sleep(0)
    asked.may.set()
    assert await asyncio.gather(*waiting) == [1] * 5
    assert await kept() == 1
    await kept.close()


async def test_who_goes_takes_the_answer_away_from_nobody():
    asked = Asked()
    kept = recent(asked)
    gone, stays = asyncio.create_task(kept()), asyncio.create_task(kept())
    await asyncio.sleep(0)
    gone.cancel()
    asked.may.set()
    assert await stays == 1


async def test_an_answer_that_is_too_old_is_asked_for_anew():
    asked = Asked()
    asked.may.set()
    kept = recent(asked, keeps=0)
    assert [await kept(), await kept()] == [1, 2]


async def test_a_failure_is_told_and_not_kept():
    asked = Asked()
    asked.may.set()
    asked.failing = True
    kept = recent(asked)
    with pytest.raises(InfrastructureError, match="away"):
        await kept()
    asked.failing = False
    assert await kept() == 2


async def test_what_is_forgotten_is_asked_anew_even_while_it_is_being_asked():
    asked = Asked()
    kept = recent(asked)
    before = asyncio.create_task(kept())
    await asyncio.sleep(0)
    kept.forget()
    after = asyncio.create_task(kept())
    await asyncio.sleep(0)
    assert asked.times == 1, "one question at a time"
    asked.may.set()
    assert [await before, await after] == [1, 2]
    kept.forget()
    assert await kept() == 3


async def test_an_older_answer_is_lent_while_the_next_is_being_found():
    asked = Asked()
    asked.may.set()
    kept = recent(asked, keeps=0, lends=60)
    assert await kept() == 1
    asked.may.clear()
    assert [await kept(), await kept()] == [1, 1]
    asked.may.set()
    await asyncio.sleep(0.01)
    assert asked.times == 2, "one question at a time"
    assert await kept() == 2, "lent, and asked for a third time"
    await kept.close()


async def test_nothing_is_lent_that_is_too_old_or_was_forgotten():
    asked = Asked()
    asked.may.set()
    kept = recent(asked, keeps=0, lends=0.01)
    assert await kept() == 1
    await asyncio.sleep(0.02)
    assert await kept() == 2
    kept = recent(asked, keeps=0, lends=60)
    assert await kept() == 3
    asked.may.clear()
    assert await kept() == 3
    kept.forget()
    waiting = asyncio.create_task(kept())
    asked.may.set()
    assert await waiting == 5, "the fourth was asked before it was forgotten"
    await kept.close()


async def test_a_failure_behind_a_lent_answer_is_told_to_nobody_and_asked_again():
    asked = Asked()
    asked.may.set()
    kept = recent(asked, keeps=0, lends=60)
    assert await kept() == 1
    asked.failing = True
    assert await kept() == 1
    await asyncio.sleep(0.01)
    asked.failing = False
    assert await kept() == 1
    await asyncio.sleep(0.01)
    assert await kept() == 3
    await kept.close()


async def test_who_does_not_answer_in_time_is_an_outage():
    kept = recent(Asked(), patience=0.01)
    with pytest.raises(InfrastructureError, match="it: no answer within"):
        await kept()
