"""Server-sent events out of bytes."""

from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from wiredesk.client.api import events
from wiredesk.client.api.events import Block, EventParser

STREAM = (
    "\ufeffretry: 2000\n\n: welcome\nid: 0-5\n\n"
    'event: article\nid: 0-6\ndata: {"headline": "Ærøskøbing"}\n\n'
    "event: gap\r\nid: 0-9\r\ndata: {}\r\n\r\ndata: one\rdata:two\rother: field\r\rid: 0-10\n\n"
)
BLOCKS = [
    Block("message", None, ""),
    Block("message", None, "0-5"),
    Block("article", '{"headline": "Ærøskøbing"}', "0-6"),
    Block("gap", "{}", "0-9"),
    Block("message", "one\ntwo", "0-9"),
    Block("message", None, "0-10"),
]


def parsed(*chunks: bytes, parser: EventParser | None = None) -> list[Block]:
    parser = parser or EventParser()
    return [block for chunk in chunks for block in parser.feed(chunk)]


@settings(max_examples=200, deadline=None)
@given(st.lists(st.integers(0, len(STREAM.encode())), max_size=12))
def test_a_stream_says_the_same_wherever_the_network_cuts_it(cuts: list[int]):
    whole = STREAM.encode()
    edges = [0, *sorted(cuts), len(whole)]
    assert parsed(*(whole[begin:end] for begin, end in pairwise(edges))) == BLOCKS


def test_how_long_to_wait_is_told_by_the_stream_and_nonsense_is_passed_over():
    parser = EventParser()
    parsed(b"retry: 2000\n\nretry: soon\n\nretry: -1\n\n", parser=parser)
    assert parser.retry_seconds == 2.0


def test_a_stream_that_goes_on_stands_where_the_one_before_stood_until_it_says_more():
    assert [one.position for one in parsed(b": hello\n\nid: 0-8\n\n", parser=EventParser("0-7"))] == ["0-7", "0-8"]


def test_an_event_that_has_not_ended_is_none():
    parser = EventParser()
    assert parsed(b"event: article\ndata: {}\n", parser=parser) == []
    assert parsed(b"\n", parser=parser) == [Block("article", "{}", "")]


def test_an_id_with_a_nul_and_bytes_that_are_no_text_break_nothing():
    assert parsed(b"id: a\0b\ndata: \xff\n\n") == [Block("message", "\ufffd", "")]


@pytest.mark.parametrize("piece", [b"x" * 1000, b"data: y\n" * 100], ids=["a line", "many lines"])
def test_an_event_without_end_is_refused_before_it_fills_the_memory(monkeypatch: pytest.MonkeyPatch, piece: bytes):
    monkeypatch.setattr(events, "MAX_BLOCK_BYTES", 10_000)
    parser = EventParser()
    with pytest.raises(ValueError, match="more than 10,000 bytes"):
        parsed(*[piece] * 50, parser=parser)


def test_events_that_end_are_never_too_many(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(events, "MAX_BLOCK_BYTES", 10_000)
    assert len(parsed(*[b"data: " + b"y" * 1000 + b"\n\n"] * 50)) == 50
