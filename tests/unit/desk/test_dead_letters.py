"""Dead letters: each origin once, one cause one fingerprint, and back on the wire as the record was."""

import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.factories import record
from wiredesk.contracts import wire
from wiredesk.contracts.events import DeadLetterSettled, Settlement
from wiredesk.contracts.topics import FETCHED, PUBLIC, SUBMITTED, Topic, dead_letters
from wiredesk_desk.dead_letters import commands
from wiredesk_desk.dead_letters.commands import next_steps
from wiredesk_desk.dead_letters.core import (
    Letter,
    Selection,
    groups,
    is_pointer,
    last_words,
    normalised,
    once,
    original_headers,
    since,
    source_of,
    state,
    visible,
)

LETTERS = FETCHED.dead_letter("cleaner")
AT = datetime(2026, 11, 20, tzinfo=UTC)


def letter(
    offset: int,
    origin: str | None = None,
    *,
    topic: Topic = LETTERS,
    reason: str = "work_raised",
    kind: str = "WorkFailedError",
    error: str = "ValueError: bad",
    pointer: bool = False,
) -> Letter:
    headers = {wire.REASON: reason, wire.ERROR_TYPE: kind, wire.ERROR: error}
    if origin is not None:
        headers[wire.ORIGIN] = origin
    at = AT + timedelta(seconds=offset)
    return Letter(topic, f"{topic.name}/0/{offset}", at, headers, pointer=pointer)


def settled(of: Letter, what: Settlement, *, after: timedelta = timedelta(minutes=1)) -> DeadLetterSettled:
    return DeadLetterSettled(letter=of.position, origin=of.origin, settlement=what, settled_at=of.at + after)


def test_a_repeated_dead_letter_counts_once_and_the_oldest_stands_for_it():
    found = once([letter(3, "t/0/1"), letter(1, "t/0/1"), letter(2, "t/0/2"), letter(4), letter(5)])
    assert [entry.position.rpartition("/")[2] for entry in found] == ["1", "2", "4", "5"]


def test_the_same_origin_on_two_dead_letter_topics_is_two_letters():
    other = SUBMITTED.dead_letter("fetcher")
    assert len(once([letter(1, "t/0/1"), letter(2, "t/0/1", topic=other)])) == 2


def test_our_headers_are_taken_off_and_those_of_the_record_stay():
    ours = {
        wire.ATTEMPT: "1",
        wire.NOT_BEFORE: "5",
        wire.REASON: "r",
        wire.ERROR: "e",
        wire.ERROR_TYPE: "t",
        wire.STAGE: "s",
        wire.ORIGIN: "o",
        wire.ORIGIN_END: "9",
        wire.ORIGIN_TIME: "7",
        wire.FAILED_AT: "f",
        wire.REPLAY_OF: "p",
    }
    theirs = {wire.CORRELATION: "c", "ce_id": "1", "traceparent": "00-1", "x-own": "2"}
    assert original_headers(ours | theirs) == theirs
    # The framework's, on a record that had none.
    assert original_headers(theirs | {"content-type": ""}) == theirs
    assert original_headers(theirs | {"content-type": "application/json"}) != theirs


def test_every_dead_letter_topic_knows_where_its_records_came_from():
    assert {source_of(topic).name for topic in dead_letters()} == {topic.name for topic in PUBLIC if topic.consumers}
    assert source_of(SUBMITTED.dead_letter("fetcher")) is SUBMITTED


@pytest.mark.parametrize(
    ("headers", "pointer"),
    [
        ({wire.REASON: "unreadable", wire.ORIGIN_END: "9"}, True),
        ({wire.REASON: "too_large", wire.ORIGIN_END: "9"}, True),
        # As it was written before the end of the span was told.
        ({wire.REASON: "unreadable"}, True),
        ({wire.REASON: "too_large"}, False),
    ],
)
def test_a_letter_for_what_could_not_be_read_holds_no_record(headers: dict[str, str], pointer: object):
    sent = tuple((name, text.encode()) for name, text in headers.items())
    assert Letter.of(record(b"", headers=sent), FETCHED.dead_letter("cleaner")).pointer is pointer


@pytest.mark.parametrize(
    ("value", "pointer"),
    [
        (b'{"too_large_to_copy": 9000000, "origin": "t/0/1"}', True),
        (b'{"too_large_to_copy": 9000000}', False),
        (b'{"url": "https://example.org"}', False),
        (b"not json", False),
        (b"[1]", False),
        (b"[" * 999, False),
        (b"\xff\xfe", False),
        (b"", False),
    ],
)
def test_a_pointer_to_a_record_too_large_to_copy_is_not_taken_for_the_record(value: bytes, pointer: object):
    assert is_pointer(value) is pointer


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("no result within 10 s", "no result within 2.5 s"),
        ("admits 8388608 bytes, the event has 9000000", "admits 8388608 bytes, the event has 12,345,678"),
        ("see https://a.example/x?y=1", "see http://b.example"),
        ("no zone 'Sport'", "no zone 'Life'"),
        ('no key "a b"', 'no key "c"'),
        (f"article {UUID(int=1)} is gone", f"article {UUID(int=2**100)} is gone"),
        ("hash 0af3d9c1b2 differs", "hash 99beefcafe77 differs"),
        ("at 2026-11-20T12:00:01Z", "at 2026-11-21T03:04:05Z"),
        ("zones.3.kind: Input should be a string", "zones.118.kind: Input should be a string"),
        ("two  spaces", "two spaces"),
    ],
)
def test_what_differs_from_record_to_record_does_not_make_another_cause(one: str, other: str):
    assert letter(1, error=one).fingerprint == letter(2, error=other).fingerprint


@pytest.mark.parametrize(
    "changed",
    [
        {"error": "ValueError: worse"},
        {"reason": "cpu_timeout"},
        {"kind": "PermanentError"},
        {"topic": SUBMITTED.dead_letter("fetcher")},
        {"error": "zones.3.rule: Field required"},
        {"error": "the site's answer doesn't end"},
    ],
)
def test_another_stage_type_reason_or_message_is_another_cause(changed):
    assert letter(1, **changed).fingerprint != letter(1).fingerprint


def test_a_character_that_is_named_by_its_code_stays():
    assert normalised(r"control character (\u0000-\u001F) at column 12") == (
        r"control character (\u0000-\u001F) at column <n>"
    )


def test_an_apostrophe_is_no_quotation_mark():
    assert normalised("the site's answer doesn't end") == "the site's answer doesn't end"


@given(st.text())
def test_any_message_has_a_cause_and_the_cause_of_a_cause_is_itself(message: str):
    # Quotes can only meet anew when what stood between them went; the placeholders hold none.
    assert normalised(normalised(message)) == normalised(message)
    assert len(letter(1, error=message).fingerprint) == 8


def test_letters_come_in_groups_the_largest_first_with_first_last_and_youngest_sample():
    slow = [letter(n, error=f"no result within {n} s") for n in (9, 2, 5)]
    found = groups([letter(7), *slow, letter(30, error="other")])
    assert [[one.position.rpartition("/")[2] for one in group.letters] for group in found] == [
        ["2", "5", "9"],
        ["30"],
        ["7"],
    ]
    assert found[0].sample is slow[0]


def test_filters_hold_together_and_nothing_chosen_admits_all():
    one = letter(10, reason="too_large")
    assert Selection().admits(one)
    assert Selection("cleaner", "too_large", AT, one.fingerprint[:4].upper()).admits(one)
    for wrong in (
        Selection(stage="tagger"),
        Selection(reason="too"),
        Selection(since=one.at + timedelta(seconds=1)),
        Selection(fingerprint="zz"),
    ):
        assert not wrong.admits(one)


@pytest.mark.parametrize(
    ("text", "back"),
    [("90s", 90), ("30min", 1800), ("30m", 1800), ("2h", 7200), ("7d", 604_800), (" 1 h ", 3600)],
)
def test_since_takes_an_age(text: str, back: int):
    assert since(text, AT) == AT - timedelta(seconds=back)


@pytest.mark.parametrize("text", ["2026-11-20", "2026-11-20T00:00", "2026-11-20T00:00Z", "2026-11-20T01:00+01:00"])
def test_since_takes_a_time_and_without_a_zone_it_is_utc(text: str):
    assert since(text, AT) == AT


@pytest.mark.parametrize("text", ["", "2 fortnights", "-2h", "h", "1 hour"])
def test_since_refuses_what_is_no_time(text: str):
    with pytest.raises(ValueError, match=r".*"):
        since(text, AT)


def test_the_last_word_on_a_letter_holds_for_its_repetitions():
    one, repetition, other = letter(1, "t/0/1"), letter(600, "t/0/1"), letter(2, "t/0/2")
    words = [settled(one, Settlement.DISCARDED), settled(one, Settlement.REPLAYED)]
    assert [state(x, last_words(words)) for x in (one, repetition, other)] == ["replayed", "replayed", "open"]
    assert state(one, last_words(reversed(words))) == "discarded"


def test_a_letter_of_a_topic_made_anew_is_not_taken_for_one_that_was_settled():
    old, new = letter(1, "t/0/1"), letter(200_000, "t/0/1")
    assert state(new, last_words([settled(old, Settlement.REPLAYED)])) == "open"


def test_a_payload_shows_its_control_characters_and_keeps_its_lines():
    shown = visible("a\nb\tc\x00\x1b[31m\u202e é".encode() + b"\xff")
    assert shown == "a\nb\tc\\x00\\x1b[31m\\u202e é\\xff"


def test_a_letter_that_only_points_is_not_offered_for_replay():
    assert any("replay" in step for step in next_steps(letter(1)))
    assert not any("replay" in step for step in next_steps(letter(1, pointer=True)))


def test_the_next_command_is_written_as_it_is_typed_in_the_readers_folder(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "argv", [str(tmp_path / ".venv" / "bin" / "wiredesk")])
    monkeypatch.setenv("PATH", "")
    commands._show_groups(groups([letter(1, "t/0/1")]), {})
    assert ".venv/bin/wiredesk dlq show " in capsys.readouterr().out
