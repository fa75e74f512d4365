"""`wiredesk dlq` on a real broker: list, show, replay, try, discard."""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any

import orjson
import pytest

from tests.factories import cleaned, enriched, fetched
from tests.integration.desk.sending import dead, send_records
from wiredesk.client.settings import KafkaSettings
from wiredesk.contracts import wire
from wiredesk.contracts.errors import InvalidRecordError, PermanentError, WorkFailedError
from wiredesk.contracts.events import ArticleSubmitted
from wiredesk.contracts.topics import CLEANED, ENRICHED, FETCHED, SETTLED, SUBMITTED, Lane
from wiredesk_desk.dead_letters import commands, store
from wiredesk_desk.dead_letters.core import Selection
from wiredesk_desk.dead_letters.replay import replay
from wiredesk_desk.reading import read
from wiredesk_desk.running import Exit, Problem

pytestmark = [pytest.mark.broker, pytest.mark.usefixtures("surroundings")]

Rows = Callable[[], list[dict[str, Any]]]
ALL = Selection()


def garbage(offset: int, value: bytes = b"{broken", headers: Mapping[str, str] | None = None) -> wire.Record:
    return dead(CLEANED, "tagger", value, offset=offset, headers=headers)


def slow(offset: int, seconds: float) -> wire.Record:
    value = fetched(f"Text {offset}. " * 20).model_dump_json().encode()
    error = WorkFailedError(f"no result within {seconds} s", reason="cpu_timeout")
    return dead(FETCHED, "cleaner", value, offset=offset, error=error)


async def on(kafka: KafkaSettings, lane: Lane, topic: Any) -> list[Any]:
    found = [record async for record in read(kafka, [lane.topic(topic)])]
    return sorted(found, key=lambda record: (record.timestamp, record.partition, record.offset))


async def listed(rows: Rows, which: Selection = ALL, **options: bool) -> list[dict[str, Any]]:
    assert await commands.list_letters(which, **options, as_json=False) == Exit.OK
    return rows()


async def test_no_dead_letters_is_an_empty_list_and_nothing_to_put_back(rows: Rows):
    assert await listed(rows) == []
    assert await replay([], ALL, every=True, as_json=False) == Exit.OK
    assert await commands.discard([], ALL, every=True, reason="tidy", as_json=False) == Exit.OK
    assert rows() == []


async def test_letters_are_listed_by_cause_each_origin_once(kafka: KafkaSettings, lane: Lane, rows: Rows):
    letters = [garbage(0), garbage(0), slow(1, 2.5), slow(2, 10), slow(3, 7)]
    positions = await send_records(kafka, lane, letters)
    timeouts, broken = await listed(rows)
    assert (timeouts["count"], timeouts["stage"], timeouts["reason"]) == (3, "cleaner", "cpu_timeout")
    assert timeouts["error"] == "no result within <n> s"
    assert timeouts["position"] == positions[-1]
    assert timeouts["first"] <= timeouts["last"]
    assert (broken["count"], broken["reason"], broken["position"]) == (1, "invalid_json", positions[0])

    flat = await listed(rows, flat=True)
    assert [row["position"] for row in flat] == [positions[0], *positions[2:]]
    assert {row["fingerprint"] for row in flat} == {timeouts["fingerprint"], broken["fingerprint"]}


async def test_filters_choose_what_is_listed(kafka: KafkaSettings, lane: Lane, rows: Rows):
    before = datetime.now(UTC)
    await send_records(kafka, lane, [garbage(0), slow(1, 1)])
    (by_stage,) = await listed(rows, Selection(stage="tagger"))
    (by_reason,) = await listed(rows, Selection(reason="cpu_timeout"))
    (by_cause,) = await listed(rows, Selection(fingerprint=by_stage["fingerprint"][:5]))
    assert (by_stage["stage"], by_reason["stage"], by_cause) == ("tagger", "cleaner", by_stage)
    assert len(await listed(rows, Selection(since=before.replace(microsecond=0)))) == 2
    assert await listed(rows, Selection(since=before.replace(year=before.year + 1))) == []


async def test_a_letter_is_shown_whole_and_replayed_byte_for_byte(kafka: KafkaSettings, lane: Lane, rows: Rows):
    value = b'{"broken": "\xff\x00'
    letter = garbage(5, value, {"x-own": "1", wire.CORRELATION: "c-1", wire.REPLAY_OF: "t/0/0"})
    (position, _) = await send_records(kafka, lane, [letter, letter])
    await commands.show(position, as_json=False)
    (shown,) = rows()
    assert shown["value"] == '{"broken": "\\xff\x00'
    assert (shown["state"], shown["headers"]["x-own"]) == ("open", "1")
    assert shown["headers"][wire.ORIGIN] == f"{CLEANED.name}/0/5"

    assert await replay([], ALL, every=True, as_json=False) == Exit.OK
    (sent,) = rows()
    (back,) = await on(kafka, lane, CLEANED)
    assert (back.key, back.value) == (b"k", value)
    expected = {"x-own": b"1", "correlation_id": b"c-1", wire.REPLAY_OF: position.encode()}
    assert dict(back.headers) == expected
    assert sent["sent_to"] == f"{back.topic}/{back.partition}/{back.offset}"

    assert await listed(rows) == [], "what was replayed is no longer open"
    (group,) = await listed(rows, every=True)
    assert (group["open"], group["replayed"], group["discarded"]) == (0, 1, 0)
    (flat,) = await listed(rows, every=True, flat=True)
    assert (flat["state"], flat["note"]) == ("replayed", f"to {sent['sent_to']}")


async def test_a_tombstone_is_replayed_as_null_and_an_empty_record_as_empty(
    kafka: KafkaSettings, lane: Lane, rows: Rows
):
    null, empty = InvalidRecordError("null", reason="null_value"), InvalidRecordError("empty", reason="empty_value")
    letters = [
        dead(CLEANED, "tagger", b"", offset=1, error=null, headers={"content-type": ""}),
        dead(CLEANED, "tagger", b"", offset=2, error=empty, headers={"content-type": "text/x"}),
    ]
    await send_records(kafka, lane, letters)
    assert await replay([], ALL, every=True, as_json=False) == Exit.OK
    back = {dict(record.headers).get("content-type"): record.value for record in await on(kafka, lane, CLEANED)}
    assert back == {None: None, b"text/x": b""}


async def test_replaying_all_twice_sends_once_and_again_sends_anew(kafka: KafkaSettings, lane: Lane, rows: Rows):
    await send_records(kafka, lane, [garbage(n, b"x%d" % n) for n in range(250)])
    assert await replay([], ALL, every=True, as_json=False) == Exit.OK
    assert await replay([], ALL, every=True, as_json=False) == Exit.OK
    assert sorted(r.value for r in await on(kafka, lane, CLEANED)) == sorted(b"x%d" % n for n in range(250))
    assert len(rows()) == len(await on(kafka, lane, SETTLED)) == 250
    assert await replay([], ALL, every=True, again=True, as_json=False) == Exit.OK
    assert len(await on(kafka, lane, CLEANED)) == 500


async def test_a_replay_that_is_broken_off_goes_on_where_it_stopped(
    kafka: KafkaSettings, lane: Lane, rows: Rows, monkeypatch: pytest.MonkeyPatch
):
    await send_records(kafka, lane, [garbage(n, b"x%d" % n) for n in range(120)])
    real = store.records

    async def breaks(*arguments: Any) -> Any:
        count = 0
        async for pair in real(*arguments):
            if count == 110:
                raise ConnectionResetError
            count += 1
            yield pair

    with monkeypatch.context() as patched:
        patched.setattr(store, "records", breaks)
        with pytest.raises(ConnectionResetError):
            await replay([], ALL, every=True, as_json=False)
    assert len(rows()) == 100, "a hundred were sent, acknowledged and written down"
    assert await replay([], ALL, every=True, as_json=False) == Exit.OK
    assert len(rows()) == 20
    assert {r.value for r in await on(kafka, lane, CLEANED)} == {b"x%d" % n for n in range(120)}


async def test_only_what_the_filters_choose_is_replayed(kafka: KafkaSettings, lane: Lane, rows: Rows):
    first, second, third = await send_records(kafka, lane, [garbage(0, b"a"), slow(1, 1), garbage(2, b"b")])
    assert await replay([], Selection(reason="cpu_timeout"), as_json=False) == Exit.OK
    assert [row["position"] for row in rows()] == [second]
    assert await replay([third], ALL, as_json=False) == Exit.OK
    assert [r.value for r in await on(kafka, lane, CLEANED)] == [b"b"]
    rows()
    assert [row["position"] for row in await listed(rows, flat=True)] == [first]


async def test_a_rate_is_kept(kafka: KafkaSettings, lane: Lane, rows: Rows):
    await send_records(kafka, lane, [garbage(n, b"x%d" % n) for n in range(5)])
    assert await replay([], ALL, every=True, rate=4, as_json=False) == Exit.OK
    times = [r.timestamp for r in await on(kafka, lane, CLEANED)]
    assert len(times) == 5
    assert times[-1] - times[0] >= 900


async def test_a_letter_that_does_not_hold_its_record_is_not_sent_and_holds_up_no_other(
    kafka: KafkaSettings, lane: Lane, rows: Rows
):
    await send_records(kafka, lane, [garbage(0, b'{"too_large_to_copy": 9, "origin": "t/0/1"}'), garbage(1, b"other")])
    assert await replay([], ALL, every=True, as_json=False) == Exit.REJECTED
    assert sorted(row["sent_to"] is None for row in rows()) == [False, True]
    assert [r.value for r in await on(kafka, lane, CLEANED)] == [b"other"]
    assert len(await listed(rows, flat=True)) == 1


async def test_a_discard_keeps_its_reason_and_a_replay_takes_it_back(kafka: KafkaSettings, lane: Lane, rows: Rows):
    first, second = await send_records(kafka, lane, [garbage(0, b"a"), garbage(1, b"b")])
    assert await commands.discard([first], ALL, reason=" the site\n closed ", as_json=False) == Exit.OK
    rows()
    assert [row["position"] for row in await listed(rows, flat=True)] == [second]
    (kept,) = await listed(rows, discarded=True)
    assert (kept["position"], kept["state"], kept["note"]) == (first, "discarded", "the site closed")
    assert await replay([], ALL, every=True, again=True, as_json=False) == Exit.OK
    assert [row["position"] for row in rows()] == [second], "no filter brings back what was discarded"
    assert await replay([first], ALL, as_json=False) == Exit.OK
    rows()
    assert await listed(rows, discarded=True) == []


async def test_a_dry_run_says_of_each_stage_what_would_pass_now_and_sends_nothing(
    kafka: KafkaSettings, lane: Lane, rows: Rows
):
    bug = PermanentError("KeyError", reason="unexpected")

    def put(topic: Any, stage: str, event: Any, offset: int) -> wire.Record:
        value = event if isinstance(event, bytes) else event.model_dump_json().encode()
        return dead(topic, stage, value, offset=offset, error=bug)

    dense = fetched().model_dump() | {"content": "Read more\nShare\n"}
    beyond = enriched().model_dump(mode="json") | {"entities": [{"name": "x", "type": "ORG", "mentions": []}]}
    letters = {
        "text submitted": put(SUBMITTED, "fetcher", ArticleSubmitted(text="A story."), 0),
        "url submitted": put(SUBMITTED, "fetcher", ArticleSubmitted(url="https://example.org/a"), 1),
        "ftp submitted": put(SUBMITTED, "fetcher", ArticleSubmitted(url="ftp://example.org/a"), 2),
        "text fetched": put(FETCHED, "cleaner", fetched(), 0),
        "no story fetched": put(FETCHED, "cleaner", fetched().model_validate(dense), 1),
        "cleaned": put(CLEANED, "tagger", cleaned(), 0),
        "garbage cleaned": put(CLEANED, "tagger", b"{broken", 1),
        "enriched": put(ENRICHED, "storage", enriched(), 0),
        "bad enriched": put(ENRICHED, "storage", orjson.dumps(beyond), 1),
    }
    positions = dict(zip(letters, await send_records(kafka, lane, letters.values()), strict=True))
    assert await replay([], ALL, every=True, dry_run=True, as_json=False) == Exit.REJECTED
    by_position = {row["position"]: (row["passes"], row["outcome"], row["detail"]) for row in rows()}
    found = {name: by_position[position] for name, position in positions.items()}
    assert {name: result[:2] for name, result in found.items()} == {
        "text submitted": (True, "event"),
        "url submitted": (None, "unknown"),
        "ftp submitted": (True, "rejected"),
        "text fetched": (True, "event"),
        "no story fetched": (True, "rejected"),
        "cleaned": (True, "event"),
        "garbage cleaned": (False, "invalid_json"),
        "enriched": (True, "event"),
        "bad enriched": (False, "invalid_schema"),
    }
    assert found["ftp submitted"][2] == "invalid_url"
    assert "ArticleEnriched: entities.0.mentions" in found["bad enriched"][2]
    assert await on(kafka, lane, SETTLED) == await on(kafka, lane, CLEANED) == []


async def test_a_dry_run_finds_the_text_that_still_hangs_its_stage(
    kafka: KafkaSettings, lane: Lane, rows: Rows, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setenv("WIREDESK_CLEANER__TIME_LIMIT_SECONDS", "0.01")
    value = fetched("The ferry runs again, Ada Marsh said on Friday.\n" * 19_000).model_dump_json().encode()
    error = WorkFailedError("no result within 10 s", reason="cpu_timeout")
    (position,) = await send_records(kafka, lane, [dead(FETCHED, "cleaner", value, error=error)])
    assert await replay([position], ALL, dry_run=True, as_json=False) == Exit.REJECTED
    (row,) = rows()
    assert (row["died_of"], row["passes"], row["outcome"]) == ("cpu_timeout", False, "cpu_timeout")


@pytest.mark.parametrize("position", ["x", "x/0/0", "{}/0/99", "{}/9/0", "{}/a/b", "{}/0/²"])
async def test_a_position_that_holds_no_dead_letter_is_refused(lane: Lane, position: str):
    with pytest.raises(Problem, match="dead letter"):
        await commands.show(position.format(lane.topic(CLEANED.dead_letter("tagger"))), as_json=False)


async def test_a_word_that_is_no_event_on_the_topic_of_settlements_is_passed_over(
    kafka: KafkaSettings, lane: Lane, rows: Rows
):
    await send_records(kafka, lane, [wire.Record(SETTLED, None, b"{nonsense"), garbage(0)])
    assert len(await listed(rows)) == 1
