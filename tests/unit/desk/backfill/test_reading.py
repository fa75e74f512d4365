"""What is in an input, from any place on."""

import gzip
import json
from datetime import UTC, datetime
from itertools import islice

import pytest

from tests.unit.fetcher.archives import AT, URL, files, keep
from wiredesk_desk.backfill.inputs import inputs_of
from wiredesk_desk.backfill.reading import BrokenInputError, records
from wiredesk_desk.publishing import items
from wiredesk_fetcher.page_archive import PageArchive

LINES = (
    "https://news.example/1\n"
    "\n"
    "# a remark\n"
    '{"url": "https://news.example/2", "html": "<p>Näwes</p>", "fetched_at": "2019-04-02T09:15:00Z"}\n'
    "{}\n"
    "https://news.example/3"
)


def read(path, start=0):
    (one,) = inputs_of([str(path)])
    return list(records(one, start))


def written(path, content=LINES):
    path.write_bytes(gzip.compress(content.encode()) if path.suffix == ".gz" else content.encode())
    return path


@pytest.mark.parametrize("name", ["a.ndjson", "a.ndjson.gz"])
def test_each_line_is_a_record_and_those_that_say_nothing_hold_none(tmp_path, name):
    found = read(written(tmp_path / name))
    assert [one.item and (one.item.url, bool(one.item.wrong)) for one in found] == [
        ("https://news.example/1", False),
        None,
        None,
        ("https://news.example/2", False),
        (None, True),
        ("https://news.example/3", False),
    ]
    assert found[3].item.submission("test").fetched_at == datetime(2019, 4, 2, 9, 15, tzinfo=UTC)


@pytest.mark.parametrize("name", ["a.ndjson", "a.ndjson.gz"])
def test_reading_a_list_goes_on_from_any_line_as_if_it_had_never_stopped(tmp_path, name):
    path = written(tmp_path / name)
    whole = read(path)
    assert [one.after for one in whole] == [*(one.at for one in whole[1:]), len(LINES.encode())]
    for number, one in enumerate(whole):
        assert read(path, one.at) == whole[number:]
    assert read(path, whole[-1].after) == []


def test_a_line_that_is_no_text_or_has_no_end_is_refused_and_the_next_is_read(tmp_path, monkeypatch):
    monkeypatch.setattr("wiredesk_desk.backfill.reading.LONGEST_LINE_BYTES", 64)
    path = tmp_path / "a.ndjson"
    path.write_bytes(b"https://news.example/\xff\n" + b"x" * 64 + b"\nhttps://news.example/3\n")
    found = [one.item for one in read(path) if one.item is not None]
    assert ["UTF-8" in found[0].wrong, "64 bytes" in found[1].wrong, found[-1].url] == [
        True,
        True,
        "https://news.example/3",
    ]


def test_a_list_of_millions_is_not_read_before_its_first_line_is_given(tmp_path):
    path = tmp_path / "a.urls"
    with path.open("w") as file:
        file.truncate(10 * 1024**3)
        file.seek(0)
        file.write("https://news.example/1\nhttps://news.example/2\n")
    (one,) = inputs_of([str(path)])
    assert [found.item.url for found in islice(records(one, 0), 2) if found.item] == [
        "https://news.example/1",
        "https://news.example/2",
    ]


def test_a_packed_list_that_is_cut_off_gives_what_there_is_and_says_so(tmp_path):
    path = tmp_path / "a.ndjson.gz"
    path.write_bytes(gzip.compress("".join(f"https://news.example/{n * n}\n" for n in range(9999)).encode())[:-2000])
    (one,) = inputs_of([str(path)])
    reading = records(one, 0)
    with pytest.raises(BrokenInputError) as broken:
        list(reading)
    assert broken.value.at > 1000


def test_a_page_of_a_warc_file_is_submitted_as_of_the_day_on_which_it_was_got(tmp_path):
    with PageArchive(tmp_path, name="test") as archive:
        keep(archive)
        keep(archive, url="https://ada:secret@news.example/b")
    *_, page, refused = read(files(tmp_path)[0])
    submission = page.item.submission("test")
    assert (submission.url, submission.html, submission.fetched_at) == (URL, "<p>Mayor resigns</p>", AT)
    assert "credentials" in refused.item.wrong
    assert "secret" not in refused.item.name


def test_a_page_and_a_text_are_one_record_each(tmp_path):
    (tmp_path / "a.html").write_text("<p>News</p>")
    (tmp_path / "b.txt").write_text("Harbour closes\n\nThe harbour closed on Monday.\n")
    page, text = (read(tmp_path / name) for name in ("a.html", "b.txt"))
    assert [one.item.html for one in page] == ["<p>News</p>"]
    assert [one.item.text for one in text] == ["Harbour closes\n\nThe harbour closed on Monday.\n"]
    assert read(tmp_path / "a.html", page[0].after) == []


def test_a_page_that_is_no_utf_8_is_refused_like_any_other(tmp_path):
    (tmp_path / "a.html").write_bytes("<p>Bürgermeister</p>".encode("latin-1"))
    (found,) = read(tmp_path / "a.html")
    assert "not UTF-8" in found.item.wrong


def test_the_longest_line_holds_the_largest_page():
    page = json.dumps({"html": '"' * (5 * 1024 * 1024)})
    assert len(page) < items.LONGEST_LINE_BYTES
