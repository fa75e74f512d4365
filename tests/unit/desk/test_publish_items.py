"""What an argument of `publish` names, and what its end is called."""

import asyncio
import io
import os
import sys
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace
from uuid import uuid4

import pytest

from wiredesk.client.records import Entry
from wiredesk.contracts import wire
from wiredesk.contracts.events import ArticleRejected, ArticleStored, Rejection, ServiceName, StoreStatus
from wiredesk.contracts.topics import CLEANED, ENRICHED, FETCHED, REJECTED, RETRY_TOPICS, STORED, Topic
from wiredesk_desk.commands.publish import time_of, verdict
from wiredesk_desk.publishing.items import Item, as_they_come, how_many, in_lines, item_of, of_page, opened, refusal
from wiredesk_desk.publishing.telling import progress_of, receipt
from wiredesk_desk.running import Exit, Problem

NOW = datetime(2026, 11, 20, tzinfo=UTC)


def test_a_url_is_taken_as_it_is():
    assert item_of("https://example.org/a?b=1").url == "https://example.org/a?b=1"


@pytest.mark.parametrize("name", ["story.html", "STORY.HTM", "story.xhtml"])
def test_a_page_is_told_by_the_name_of_its_file(tmp_path: Path, name: str):
    path = tmp_path / name
    path.write_text("<p>Žluťoučký</p>", encoding="utf-8")
    assert item_of(str(path)) == Item(str(path), html="<p>Žluťoučký</p>")


def test_any_other_file_is_text_even_if_it_looks_like_a_page(tmp_path: Path):
    path = tmp_path / "notes.txt"
    path.write_bytes(b"\xef\xbb\xbf<html> is a tag")
    assert item_of(str(path)) == Item(str(path), text="<html> is a tag")


@pytest.mark.parametrize(
    ("data", "kind"),
    [
        ("<!DOCTYPE html><p>x", "html"),
        ("\n  <html lang=en>", "html"),
        ('<?xml version="1.0"?>\n<html>', "html"),
        ("World\n\nA headline", "text"),
        ("<3 is a heart", "text"),
    ],
)
def test_standard_input_is_told_by_its_beginning(monkeypatch: pytest.MonkeyPatch, data: str, kind: str):
    monkeypatch.setattr(sys, "stdin", SimpleNamespace(buffer=io.BytesIO(data.encode())))
    assert getattr(item_of("-"), kind) == data


def test_a_directory_is_refused_with_the_command_that_works(tmp_path: Path):
    with pytest.raises(Problem, match="is a directory") as caught:
        item_of(f"{tmp_path}/")
    assert caught.value.todo == f"wiredesk publish {tmp_path}/*.txt"
    assert caught.value.code == Exit.USAGE


def test_an_address_without_its_scheme_gets_the_hint():
    with pytest.raises(Problem, match="there is no file") as caught:
        item_of("example.org/story")
    assert "wiredesk publish https://example.org/story" in caught.value.todo


def test_a_file_that_is_not_utf8_names_the_byte_and_not_the_content(tmp_path: Path):
    path = tmp_path / "old.txt"
    path.write_bytes(b"caf\xe9 secret")
    with pytest.raises(Problem, match=r"not UTF-8 text \(byte 3\)") as caught:
        item_of(str(path))
    assert "secret" not in str(caught.value)
    assert "iconv" in caught.value.todo


@pytest.mark.parametrize(
    ("item", "reason"),
    [
        (Item("x", url="ftp://example.org/a"), "invalid_url"),
        (Item("x", url="https://u:p@example.org/a"), "credentials_in_url"),
        (Item("x", url="https://example.org/" + "a" * 9000), "invalid_url"),
        (Item("x", text=" \n "), "empty"),
        (Item("x", html=""), "empty"),
        (Item("x", text="ab " * 400_000), "too_large"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_what_would_be_rejected_is_refused_before_it_is_sent(item: Item, reason: str):
    found = refusal(item)
    assert found is not None
    assert found.reason.value == reason
    assert "u:p" not in found.message


def test_what_can_be_worked_is_not_refused():
    assert refusal(Item("x", url="https://example.org/a")) is None
    assert refusal(Item("x", text="A story.")) is None


def ended(topic: Topic, event: ArticleStored | ArticleRejected | None, **headers: str) -> Entry:
    return Entry(topic=topic, position="t/0/1", at=NOW, headers=headers, event=event)


def test_a_receipt_tells_status_revision_and_headline():
    event = ArticleStored(
        event_id=uuid4(),
        article_id=uuid4(),
        enriched_event_id=uuid4(),
        status=StoreStatus.INSERTED,
        revision=1,
        headline="Ferry",
    )
    assert receipt(ended(STORED, event)) == {"status": "inserted", "revision": 1, "headline": "Ferry"}


def test_a_rejection_tells_stage_and_reason():
    event = ArticleRejected(event_id=uuid4(), article_id=uuid4(), stage=ServiceName.CLEANER, reason=Rejection.EMPTY)
    row = receipt(ended(REJECTED, event))
    assert (row["status"], row["stage"], row["reason"]) == ("rejected", "cleaner", "empty")


def test_a_dead_letter_tells_where_it_lies():
    row = receipt(ended(CLEANED.dead_letter("tagger"), None, **{wire.REASON: "worker_died", wire.STAGE: "tagger"}))
    assert (row["status"], row["reason"], row["position"]) == ("dead letter", "worker_died", "t/0/1")


@pytest.mark.parametrize(
    ("statuses", "code"),
    [
        (["inserted", "unchanged"], Exit.OK),
        (["submitted"], Exit.OK),
        (["inserted", "no answer in time"], Exit.TIMEOUT),
        (["inserted", "rejected"], Exit.REJECTED),
        (["no answer in time", "refused"], Exit.REJECTED),
        (["dead letter"], Exit.REJECTED),
    ],
)
def test_the_exit_code_tells_the_worst_that_happened(statuses: list[str], code: Exit):
    assert verdict([{"status": status} for status in statuses]) == code


def listed(text: str) -> list[Item]:
    return [item for _, item in in_lines(io.StringIO(text))]


def test_a_list_has_a_url_or_a_submission_on_each_line():
    hint = datetime(2026, 11, 20, 12, tzinfo=UTC)
    found = listed(
        "# my sites\n\nhttps://example.org/a \n"
        '{"url": "https://example.org/b", "html": "<p>x", "published_hint": "2026-11-20T12:00:00Z", "source": "s"}\n'
        '{"schema_version": "1.0", "text": "A story."}\n'
    )
    assert found == [
        Item("https://example.org/a", url="https://example.org/a"),
        Item("https://example.org/b", url="https://example.org/b", html="<p>x", source="s", published_hint=hint),
        Item("line 5", text="A story."),
    ]


@pytest.mark.parametrize(
    ("line", "why"),
    [
        ("{broken", "not JSON"),
        ("{}", "give a url, html or text"),
        ('{"link": "https://example.org"}', "unknown field link; there is feed_item, fetched_at, html, "),
        ('{"url": "https://example.org", "html": "x", "text": "y"}', "give html or text, not both"),
        ('{"text": 5}', "text: Input should be a valid string"),
    ],
)
def test_a_line_that_is_no_submission_says_why_and_stops_no_other(line: str, why: str):
    wrong, right = listed(f"{line}\nhttps://example.org/a\n")
    assert wrong.name == "line 1"
    assert wrong.wrong.startswith(f"no submission: {why}") or why in wrong.wrong
    assert right.url == "https://example.org/a"


def test_credentials_in_a_list_are_not_repeated_as_a_name():
    (item,) = listed("https://me:s3cret@example.org/a\n")
    assert "s3cret" not in item.name


def test_a_saved_page_has_the_url_it_came_from_and_its_time():
    hint = datetime(2026, 11, 20, tzinfo=UTC)
    page = of_page(Item("a.html", html="<p>x"), "https://example.org/a", hint)
    assert (page.url, page.html, page.published_hint) == ("https://example.org/a", "<p>x", hint)
    with pytest.raises(Problem, match="--url"):
        of_page(Item("https://example.org/a", url="https://example.org/a"), "https://example.org/b", None)


def test_a_closed_standard_input_is_told(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(sys, "stdin", None)
    with pytest.raises(Problem, match="standard input is closed"):
        item_of("-")
    with pytest.raises(Problem, match="standard input is closed"), opened("-"):
        pass


async def test_a_list_out_of_a_pipe_is_taken_line_by_line_as_it_is_written():
    read, write = os.pipe()
    with os.fdopen(read, encoding="utf-8") as file, os.fdopen(write, "w", encoding="utf-8") as writer:
        found = as_they_come(file)
        for number in range(3):
            writer.write(f"https://example.org/{number}\n" if number < 2 else "{broken\n")
            writer.flush()
            line, item = await asyncio.wait_for(anext(found), 20)
            assert (item.url or item.name) == (line if number < 2 else "line 3")
        writer.close()
        assert [item async for item in found] == []


async def test_what_can_be_read_once_only_is_not_counted_before(tmp_path: Path):
    fifo = tmp_path / "fifo"
    os.mkfifo(fifo)
    assert how_many(str(fifo)) is None
    assert how_many("-") is None
    (tmp_path / "list").write_text("# two\nhttps://a.example\n\nhttps://b.example\n")
    assert how_many(str(tmp_path / "list")) == 2


def test_a_list_that_cannot_be_read_is_told(tmp_path: Path):
    with pytest.raises(Problem, match="cannot be read: No such file"), opened(str(tmp_path / "none")):
        pass
    (tmp_path / "latin").write_bytes(b"https://example.org/\xe9\n")
    with pytest.raises(Problem, match="is not UTF-8"), opened(str(tmp_path / "latin")) as file:
        list(in_lines(file))


@pytest.mark.parametrize(
    ("typed", "suggested"), [("http:/example.org/a", "example.org/a"), ("example.org", "example.org")]
)
def test_an_address_without_its_beginning_is_suggested_whole(typed: str, suggested: str):
    with pytest.raises(Problem) as caught:
        item_of(typed)
    assert caught.value.todo.endswith(f"wiredesk publish https://{suggested}")


@pytest.mark.parametrize(
    ("text", "time"),
    [
        ("2026-11-20T12:00Z", datetime(2026, 11, 20, 12, tzinfo=UTC)),
        ("2026-11-20", datetime(2026, 11, 20, tzinfo=UTC)),
        (None, None),
    ],
)
def test_a_time_is_typed_as_iso_8601(text: str | None, time: datetime | None):
    assert time_of(text) == time


def test_what_is_no_time_is_told():
    with pytest.raises(Problem, match="'yesterday' is no time"):
        time_of("yesterday")


def test_stops_are_told_in_the_order_of_the_way_whichever_topic_is_read_first():
    retry = RETRY_TOPICS[0]
    way = [
        ended(retry, None, **{wire.ATTEMPT: "1"}),
        ended(retry, None, **{wire.ATTEMPT: "2"}),
        ended(FETCHED, None),
        ended(CLEANED, None),
        ended(ENRICHED, None),
    ]
    far = [progress_of(entry) for entry in way]
    assert far == sorted(set(far))
    # The same wait, written back: no news.
    assert progress_of(way[1]) == progress_of(ended(retry, None, **{wire.ATTEMPT: "2"}))
