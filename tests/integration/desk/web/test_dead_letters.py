"""`/v1/deadletters` over HTTP: listed, shown, tried, put back, left dead."""

from urllib.parse import quote

import pytest

from tests.integration.desk.sending import dead, send_records
from tests.integration.desk.web.server import Server
from tests.wires import read_all
from wiredesk.client.settings import KafkaSettings
from wiredesk.contracts import wire
from wiredesk.contracts.errors import WorkFailedError
from wiredesk.contracts.topics import CLEANED, FETCHED, Lane
from wiredesk_desk.web.api import dead_letters

pytestmark = pytest.mark.broker
PATH = "/v1/deadletters"


def broken(offset: int, value: bytes = b"{broken") -> wire.Record:
    return dead(CLEANED, "tagger", value, offset=offset)


def slow(offset: int) -> wire.Record:
    error = WorkFailedError(f"no result within {offset} s", reason="cpu_timeout")
    return dead(FETCHED, "cleaner", b"{}", offset=offset, error=error)


@pytest.fixture
async def positions(kafka: KafkaSettings, lane: Lane) -> list[str]:
    """Where three dead letters lie, of which the last two are of one cause."""
    return await send_records(kafka, lane, [broken(0), slow(1), slow(2)])


async def test_they_are_listed_by_cause_and_each(desk_server: Server, positions: list[str]):
    found = await desk_server.get(PATH)
    timeouts, garbage = found["causes"]
    assert (found["letters"], found["flat"], found["is_cut"]) == (3, [], False)
    assert (timeouts["count"], timeouts["open"], timeouts["stage"]) == (2, 2, "cleaner")
    assert (garbage["reason"], garbage["position"]) == ("invalid_json", positions[0])
    flat = await desk_server.get(f"{PATH}?flat=true")
    assert [one["position"] for one in flat["flat"]] == positions
    assert {one["state"] for one in flat["flat"]} == {"open"}
    cut = await desk_server.get(f"{PATH}?flat=true&limit=2")
    assert ([one["position"] for one in cut["flat"]], cut["is_cut"], cut["letters"]) == (positions[:2], True, 3)


async def test_filters_choose_which(desk_server: Server, positions: list[str]):
    for asked in ("stage=tagger", "reason=invalid_json", "stage=tagger&from=1h"):
        found = await desk_server.get(f"{PATH}?{asked}&flat=true")
        assert [one["position"] for one in found["flat"]] == positions[:1], asked
    (cause,) = (await desk_server.get(f"{PATH}?stage=tagger"))["causes"]
    found = await desk_server.get(f"{PATH}?fingerprint={cause['fingerprint'][:5]}&flat=true")
    assert [one["position"] for one in found["flat"]] == positions[:1]
    assert (await desk_server.get(f"{PATH}?from=2999-01-01"))["letters"] == 0
    for wrong in ("from=soon", "stage=printer", "fingerprint=xyz", "colour=red", "state=closed"):
        assert (await desk_server.ask("GET", f"{PATH}?{wrong}")).status == 422, wrong


async def test_one_is_shown_with_its_bytes_and_of_a_long_one_the_beginning(
    desk_server: Server, kafka: KafkaSettings, lane: Lane
):
    long = b"\xff" + b"x" * 100_000
    (position,) = await send_records(kafka, lane, [broken(5, long)])
    shown = await desk_server.get(f"{PATH}/{position}")
    assert (shown["position"], shown["state"], shown["size"], shown["is_cut"]) == (position, "open", 100_001, True)
    assert (shown["value"][:5], len(shown["value"])) == ("\\xffx", dead_letters.VALUE_CHARACTERS)
    assert shown["headers"][wire.REASON] == "invalid_json"
    whole = await desk_server.get(f"{PATH}/{position}?full=true")
    assert (len(whole["value"]), whole["is_cut"]) == (100_004, False)


async def test_one_is_put_back_byte_for_byte_and_no_longer_open(
    desk_server: Server, kafka: KafkaSettings, lane: Lane, positions: list[str]
):
    assert (await desk_server.get(PATH))["letters"] == 3
    sent = await desk_server.post(f"{PATH}/{positions[0]}/replay")
    (back,) = await read_all(kafka, lane.topic(CLEANED))
    assert back.value == b"{broken"
    assert sent["sent_to"] == f"{back.topic}/{back.partition}/{back.offset}"
    assert (await desk_server.get(PATH))["letters"] == 2, "what was read before is forgotten"
    (shown,) = [one for one in (await desk_server.get(f"{PATH}?state=all"))["causes"] if one["replayed"]]
    assert shown["position"] == positions[0]


async def test_one_that_does_not_hold_its_record_is_not_put_back(desk_server: Server, kafka: KafkaSettings, lane: Lane):
    pointer = b'{"too_large_to_copy": 9, "origin": "t/0/1"}'
    (position,) = await send_records(kafka, lane, [broken(0, pointer)])
    answer = await desk_server.ask("POST", f"{PATH}/{position}/replay")
    assert (answer.status, answer.json["type"]) == (409, "urn:wiredesk:not-sent")


async def test_one_is_left_dead_with_its_reason(desk_server: Server, positions: list[str]):
    body = {"reason": " the site\n closed "}
    assert await desk_server.post(f"{PATH}/{positions[0]}/discard", body) == {
        "position": positions[0],
        "died_of": "invalid_json",
    }
    (discarded,) = (await desk_server.get(f"{PATH}?state=discarded&flat=true"))["flat"]
    assert (discarded["position"], discarded["note"]) == (positions[0], "the site closed")
    assert (await desk_server.ask("POST", f"{PATH}/{positions[1]}/discard", body={"reason": " "})).status == 422


async def test_one_is_tried_and_nothing_is_sent(
    desk_server: Server, kafka: KafkaSettings, lane: Lane, positions: list[str]
):
    tried = await desk_server.post(f"{PATH}/{positions[0]}/try")
    assert (tried["passes"], tried["outcome"]) == (False, "invalid_json")
    assert await read_all(kafka, lane.topic(CLEANED)) == []


async def test_a_cause_is_put_back_a_few_at_a_time(
    desk_server: Server, kafka: KafkaSettings, lane: Lane, positions: list[str]
):
    first = await desk_server.post(f"{PATH}/replay", {"reason": "cpu_timeout", "limit": 1})
    assert (first["replayed"], first["left"]) == (1, 1)
    assert [one["position"] for one in first["letters"]] == [positions[1]]
    second = await desk_server.post(f"{PATH}/replay", {"stage": "cleaner"})
    assert [one["position"] for one in second["letters"]] == [positions[2]]
    assert await desk_server.post(f"{PATH}/replay", {"stage": "cleaner"}) == {"replayed": 0, "left": 0, "letters": []}
    again = await desk_server.post(f"{PATH}/replay", {"stage": "cleaner", "again": True})
    assert again["replayed"] == 2
    assert len(await read_all(kafka, lane.topic(FETCHED))) == 4


async def test_several_are_tried_and_left_dead_by_position_or_all(desk_server: Server, positions: list[str]):
    tried = await desk_server.post(f"{PATH}/try", {"positions": positions[:1]})
    assert [(one["position"], one["passes"]) for one in tried["letters"]] == [(positions[0], False)]
    some = await desk_server.post(f"{PATH}/discard", {"positions": positions[:2], "reason": "tidy"})
    assert some["discarded"] == 2
    rest = await desk_server.post(f"{PATH}/discard", {"all": True, "reason": "tidy"})
    assert [one["position"] for one in rest["letters"]] == [positions[2]]
    assert (await desk_server.get(PATH))["letters"] == 0


@pytest.mark.parametrize(
    "body", [{}, {"all": True, "stage": "tagger", "positions": ["t/0/1"]}, {"positions": ["x"]}, {"limit": 0}]
)
async def test_who_does_not_say_which_changes_nothing(desk_server: Server, body: dict[str, object]):
    assert (await desk_server.ask("POST", f"{PATH}/replay", body=body)).status == 422


async def test_where_no_letter_is_none_is_found(desk_server: Server, lane: Lane):
    topic = lane.topic(CLEANED.dead_letter("tagger"))
    for position in (f"{topic}/0/99", f"{topic}/9/0", f"{lane.topic(CLEANED)}/0/0", "x/0/0"):
        for answer in (
            await desk_server.ask("GET", f"{PATH}/{quote(position)}"),
            await desk_server.ask("POST", f"{PATH}/{quote(position)}/replay"),
            await desk_server.ask("POST", f"{PATH}/replay", body={"positions": [position]}),
        ):
            assert (answer.status, answer.json["type"]) == (404, "urn:wiredesk:not-found"), position


async def test_without_kafka_they_are_an_outage(archive_server: Server):
    answer = await archive_server.ask("GET", PATH)
    assert (answer.status, answer.json["type"]) == (503, "urn:wiredesk:unavailable")
    assert int(answer.headers["retry-after"]) > 0
