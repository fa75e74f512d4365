"""How a handler is called: a batch that breaks is taken apart, what failed for now is tried again, outages raise."""

from typing import Any

import pytest

from tests.factories import NOON, cleaned
from wiredesk.contracts.errors import InfrastructureError, PermanentError, TransientError
from wiredesk.engine.outcomes import Received
from wiredesk.engine.work import answers_of, one_by_one, persistent_answers_of


def _batch(*names):
    return [Received(name.encode(), NOON, "t", 0, offset) for offset, name in enumerate(names)]


async def _echo(batch) -> Any:
    if any(one.event == b"bug" for one in batch):
        raise KeyError("bug")
    if any(one.event == b"away" for one in batch):
        raise InfrastructureError("away")
    return [one.event for one in batch]


async def test_a_batch_that_breaks_its_handler_is_tried_one_by_one():
    answers: list[Any] = list(await answers_of(_echo, _batch("a", "bug", "c")))
    assert [answers[0], answers[2]] == [b"a", b"c"]
    assert isinstance(answers[1], PermanentError)


async def test_an_outage_is_raised_for_all():
    with pytest.raises(InfrastructureError):
        await answers_of(_echo, _batch("a", "away"))


async def test_nothing_to_do_calls_nobody():
    async def never(_batch):
        raise AssertionError

    assert await answers_of(never, []) == []


@pytest.mark.parametrize("answers", [[], ["one"], ["one", "two", "three"]])
async def test_a_handler_that_does_not_answer_each_record_once_is_at_fault_for_each(answers):
    async def wrong(batch):
        return answers if len(batch) == 2 else []

    found = await answers_of(wrong, _batch("a", "b"))
    assert [type(one) for one in found] == [PermanentError, PermanentError]


async def test_what_failed_for_now_is_tried_again_after_each_pause_and_nothing_else_is():
    calls, pauses = [], []

    async def handle(batch) -> Any:
        calls.append([one.event for one in batch])
        return [TransientError("x") if one.event == b"bad" or len(calls) == 1 else "ok" for one in batch]

    async def sleep(seconds):
        pauses.append(seconds)

    answers = await persistent_answers_of(handle, _batch("good", "bad"), sleep)
    assert calls == [[b"good", b"bad"], [b"good", b"bad"], [b"bad"]]
    assert [answers[0], type(answers[1])] == ["ok", TransientError]
    assert pauses == [0.2, 1.0]


async def test_a_handler_of_one_record_is_called_with_each():
    article = cleaned()

    async def handler(received):
        return received.event

    work = one_by_one(handler, concurrency=7)
    assert (work.batch, work.concurrency) == (1, 7)
    assert await work.handle([Received(article, NOON, "t", 0, 0)]) == [article]
