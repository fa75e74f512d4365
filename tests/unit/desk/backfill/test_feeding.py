"""One input into a lane: what is sent, what is refused, and how far it is when it is broken off."""

import asyncio
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wiredesk.client.records import RefusedError
from wiredesk.contracts.errors import InfrastructureError
from wiredesk_desk.backfill import room as rooms
from wiredesk_desk.backfill import sending as module
from wiredesk_desk.backfill.acknowledged import Acknowledged, End
from wiredesk_desk.backfill.feeding import planned
from wiredesk_desk.backfill.inputs import before, inputs_of
from wiredesk_desk.backfill.keeping import Kept
from wiredesk_desk.backfill.room import Room, room
from wiredesk_desk.backfill.sending import Sender, Sending

NOW = datetime(2026, 11, 30, tzinfo=UTC)


class Wire:
    """Takes submissions; `holds` are never acknowledged, `fails` cannot be sent."""

    def __init__(self, holds=(), fails=(), refuses=()):
        self.sent, self.known = [], []
        self.holds, self.fails, self.refuses = holds, fails, refuses

    async def submit(self, event, *, correlation_id):
        if event.url in self.fails:
            raise InfrastructureError("Kafka is away")
        if event.url in self.refuses:
            raise RefusedError("too_large", "as JSON it has too many bytes")
        self.sent.append(event.url)
        self.known.append(correlation_id)
        if event.url in self.holds:
            await asyncio.sleep(3600)


class Roomy(Room):
    """Always has some."""

    def __init__(self):
        """Without a Kafka to ask."""

    async def take(self, *_):
        return None


def kept(one, position=0, **more):
    fields = {"fed": 0, "refused": 0, "without_page": 0, "finished_at": None, **more}
    return Kept(one.name, one.size, position, before(one, position), began_at=NOW, noted_at=NOW, **fields)


def urls(*numbers):
    return [f"https://news.example/{number}" for number in numbers]


@pytest.fixture
def listed(tmp_path):
    path = tmp_path / "old.urls"
    path.write_text("\n".join(urls(*range(10))) + "\n")
    (one,) = inputs_of([str(path)])
    return one


def sender(wire, refused=None):
    async def may():
        return None

    return Sender(wire, Roomy(), may=may, refused=(refused if refused is not None else []).append)


async def test_all_of_an_input_is_sent_in_its_order_and_known_by_where_it_begins(listed):
    wire, sending = Wire(), Sending(listed, kept(listed))
    await sender(wire).send(sending)
    assert wire.sent == urls(*range(10))
    assert wire.known == [f"backfill-{sending.kept.key}-{at}" for at in range(0, listed.size, listed.size // 10)]
    assert (sending.done.counts[End.FED], sending.now().position) == (10, listed.size)


async def test_what_kafka_has_already_is_counted_and_not_sent_again(listed):
    wire, sending = Wire(), Sending(listed, kept(listed))
    line = listed.size // 10
    sending.have = frozenset({0, 3 * line})
    await sender(wire).send(sending)
    assert wire.sent == urls(1, 2, 4, 5, 6, 7, 8, 9)
    assert sending.now().fed == 10


async def test_sending_goes_on_behind_what_is_done(listed):
    wire, sending = Wire(), Sending(listed, kept(listed, 4 * listed.size // 10, fed=4))
    await sender(wire).send(sending)
    assert wire.sent == urls(4, 5, 6, 7, 8, 9)
    assert sending.now().fed == 10


async def test_what_would_be_rejected_is_not_sent_and_told_of(tmp_path):
    path = tmp_path / "odd.urls"
    path.write_text("ftp://news.example/1\n{}\nhttps://news.example/2\nhttps://news.example/3\n")
    (one,) = inputs_of([str(path)])
    wire, sending = Wire(refuses=urls(3)), Sending(one, kept(one))
    refused: list[Any] = []
    await sender(wire, refused).send(sending)
    assert wire.sent == urls(2)
    assert [row["reason"] for row in refused] == ["invalid_url", "invalid_record", "too_large"]
    assert (sending.now().fed, sending.now().refused, sending.now().position) == (1, 3, one.size)


async def test_broken_off_it_stands_before_the_first_that_was_not_acknowledged(listed, monkeypatch):
    monkeypatch.setattr(module, "_GOODBYE_SECONDS", 0.05)
    wire, sending = Wire(holds=urls(3)), Sending(listed, kept(listed))
    work = asyncio.create_task(sender(wire).send(sending))
    while len(wire.sent) < 10:
        await asyncio.sleep(0)
    work.cancel()
    with pytest.raises(asyncio.CancelledError):
        await work
    assert (sending.now().position, sending.now().fed) == (3 * listed.size // 10, 3)


async def test_an_outage_ends_it_with_what_was_acknowledged_before(listed):
    sending = Sending(listed, kept(listed))
    with pytest.raises(InfrastructureError, match="away"):
        await sender(Wire(fails=urls(6))).send(sending)
    assert sending.now().position == 6 * listed.size // 10


@given(st.permutations(range(20)), st.integers(0, 20))
def test_the_place_reached_is_the_end_of_all_that_is_done_without_a_gap(order, done):
    acknowledged = Acknowledged(0, {})
    begun = [acknowledged.begin(number + 1) for number in range(20)]
    finished = order[:done]
    for number in finished:
        acknowledged.done(begun[number], End.FED)
    assert acknowledged.position == next((n for n in range(20) if n not in finished), 20)
    assert acknowledged.counts[End.FED] == acknowledged.position


def test_an_input_that_is_done_is_left_out_until_something_was_added(tmp_path):
    path = tmp_path / "old.urls"
    path.write_text("\n".join(urls(1, 2)) + "\n")
    (one,) = inputs_of([str(path)])
    done = kept(one, one.size, finished_at=NOW)
    assert planned([one], [done]) == []
    with path.open("a") as file:
        file.write(urls(3)[0] + "\n")
    (longer,) = inputs_of([str(path)])
    assert planned([longer], [done]) == [(longer, done)]


def test_another_file_of_the_same_name_is_fed_from_its_beginning(listed, tmp_path, capsys):
    begun = kept(listed, 100)
    (tmp_path / "old.urls").write_text("\n".join(urls(*range(100, 120))) + "\n")
    (other,) = inputs_of([listed.name])
    assert planned([other], [begun]) == [(other, None)]
    assert "from its beginning" in capsys.readouterr().err


def test_fed_again_from_the_beginning_its_records_are_known_by_another_name(listed):
    later = NOW.replace(year=2027)
    assert kept(listed).key != Kept(listed.name, listed.size, 0, "", 0, 0, 0, later, later, None).key


@pytest.mark.parametrize(
    ("waiting", "most", "mean_bytes", "more"),
    [
        (0, 1000, 5_000, 1000),
        (1000, 1000, 5_000, 0),
        (1200, 1000, 5_000, -200),
        (0, 1000, rooms.MOST_BYTES / 8, 8),
        (0, 1000, 2 * rooms.MOST_BYTES, 1),
        (1, 1000, 2 * rooms.MOST_BYTES, 0),
    ],
)
def test_a_lane_takes_so_many_records_and_so_many_bytes_and_always_one(waiting, most, mean_bytes, more):
    assert room(waiting, most, mean_bytes) == more
