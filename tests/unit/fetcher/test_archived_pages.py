"""Pages read back from WARC files: which are pages, from any place on, and what is broken."""

import gzip
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path

import pytest
from warcio.statusandheaders import StatusAndHeaders  # type: ignore[import-untyped]
from warcio.warcwriter import WARCWriter  # type: ignore[import-untyped]

from tests.unit.fetcher.archives import AT, URL, files, keep
from wiredesk.contracts.events import MAX_PAGE_BYTES, Rejection
from wiredesk_fetcher.archived_pages import BrokenArchiveError, pages
from wiredesk_fetcher.page_archive import PageArchive

# What a fetcher keeps in front of its pages.
INFO = 1


@pytest.fixture
def archive(tmp_path: Path):
    with PageArchive(tmp_path, name="test") as archive:
        yield archive


def only(tmp_path: Path) -> Path:
    (path,) = files(tmp_path)
    return path


def written(path: Path, *records, packed: bool = False) -> Path:
    """A file as another program writes one: (kind of record, WARC headers, HTTP headers, body)."""
    out = BytesIO()
    writer = WARCWriter(out, gzip=packed)
    for kind, stated, headers, body in records:
        http = StatusAndHeaders("200 OK", headers, protocol="HTTP/1.0") if headers is not None else None
        made = writer.create_warc_record(
            stated.pop("uri", URL),
            kind,
            payload=BytesIO(body),
            length=len(body),
            warc_headers_dict=stated,
            http_headers=http,
        )
        writer.write_record(made)
    path.write_bytes(out.getvalue())
    return path


def test_a_page_comes_back_with_its_address_and_the_time_at_which_it_was_got(archive, tmp_path):
    keep(archive, body="<p>Bürgermeister</p>".encode())
    page = list(pages(only(tmp_path)))[INFO]
    assert (page.url, page.html, page.text, page.fetched_at) == (URL, "<p>Bürgermeister</p>", None, AT)


def test_what_is_no_page_is_there_and_holds_none(archive, tmp_path):
    keep(archive, status=301, headers=[("Location", "/b")])
    keep(archive, url=f"{URL}.jpg", headers=[("Content-Type", "image/jpeg")], body=b"\xff\xd8")
    keep(archive, url=f"{URL}2", status=503)
    keep(archive, body=b"<p>Once</p>")
    keep(archive, body=b"<p>Once</p>")
    found = list(pages(only(tmp_path)))[INFO:]
    assert [page.html for page in found] == [None, None, None, "<p>Once</p>", None]
    assert [page.refusal for page in found] == [None] * 5


def test_a_page_that_asks_not_to_be_indexed_is_refused_as_when_it_is_fetched(archive, tmp_path):
    keep(archive, headers=[("Content-Type", "text/html"), ("X-Robots-Tag", "noindex")])
    page = list(pages(only(tmp_path)))[INFO]
    assert page.html is None
    assert page.refusal is not None
    assert page.refusal.reason is Rejection.ROBOTS


def test_a_page_that_is_too_large_is_refused_and_the_next_one_is_read(archive, tmp_path):
    keep(archive, body=b"<p>" + b"x" * MAX_PAGE_BYTES)
    keep(archive, url=f"{URL}2", body=b"<p>Small</p>")
    large, small = list(pages(only(tmp_path)))[INFO:]
    assert large.refusal is not None
    assert (large.html, large.refusal.reason, small.html) == (None, Rejection.TOO_LARGE, "<p>Small</p>")


def test_text_comes_back_as_text(archive, tmp_path):
    keep(archive, headers=[("Content-Type", "text/plain")], body=b"News\n\nThe mayor resigned.")
    page = list(pages(only(tmp_path)))[INFO]
    assert (page.html, page.text) == (None, "News\n\nThe mayor resigned.")


def test_a_body_that_another_program_left_packed_is_unpacked(tmp_path):
    headers = [("Content-Type", "text/html"), ("Content-Encoding", "gzip")]
    path = written(tmp_path / "other.warc", ("response", {}, headers, gzip.compress(b"<p>News</p>")))
    assert [page.html for page in pages(path)] == ["<p>News</p>"]


def test_an_address_in_angle_brackets_is_that_address_and_a_record_without_a_date_has_none(tmp_path):
    stated = {"uri": f"<{URL}>", "WARC-Date": "once upon a time"}
    path = written(tmp_path / "wget.warc", ("response", stated, [("Content-Type", "text/html")], b"<p>News</p>"))
    assert [(page.url, page.fetched_at) for page in pages(path)] == [(URL, None)]


def test_an_address_that_cannot_be_submitted_is_refused(tmp_path):
    stated = {"uri": "https://ada:secret@news.example/a"}
    path = written(tmp_path / "odd.warc", ("response", stated, [("Content-Type", "text/html")], b"<p>News</p>"))
    (page,) = pages(path)
    assert page.refusal is not None
    assert page.refusal.reason is Rejection.CREDENTIALS_IN_URL


def test_requests_and_metadata_hold_no_page(tmp_path):
    path = written(tmp_path / "crawl.warc", ("metadata", {}, None, b"fetchTimeMs: 3"), ("request", {}, [], b""))
    assert [page.html for page in pages(path)] == [None, None]


@pytest.mark.parametrize("packed", [True, False])
def test_reading_goes_on_from_any_record_as_if_it_had_never_stopped(archive, tmp_path, packed):
    for number in range(5):
        keep(archive, url=f"{URL}{number}", body=f"<p>{number}</p>".encode() * (number + 1))
    path = only(tmp_path)
    if not packed:
        path = tmp_path / "plain.warc"
        path.write_bytes(gzip.decompress(only(tmp_path).read_bytes()))
    whole = list(pages(path))
    assert [page.after for page in whole] == [*(page.at for page in whole[1:]), path.stat().st_size]
    for number, page in enumerate(whole):
        assert list(pages(path, page.at)) == whole[number:]
    assert list(pages(path, path.stat().st_size)) == []


@pytest.mark.parametrize("packed", [True, False])
@pytest.mark.parametrize("part", [0.2, 0.5, 0.9])
def test_a_file_that_is_cut_off_gives_its_whole_records_and_says_where_it_ends(archive, tmp_path, packed, part):
    keep(archive, url=f"{URL}1", body=b"<p>First</p>")
    keep(archive, url=f"{URL}2", body=bytes(range(97, 123)) * 400)
    path = only(tmp_path)
    data = path.read_bytes() if packed else gzip.decompress(path.read_bytes())
    path = tmp_path / "cut.warc"
    path.write_bytes(data)
    *others, last = list(pages(path))
    path.write_bytes(data[: last.at + int((last.after - last.at) * part)])
    reading = pages(path)
    assert [next(reading) for _ in others] == others
    with pytest.raises(BrokenArchiveError) as broken:
        next(reading)
    assert broken.value.at == last.at


def test_a_file_packed_as_a_whole_is_refused_before_anything_of_it_is_taken(tmp_path):
    headers = [("Content-Type", "text/html")]
    plain = written(tmp_path / "plain.warc", *(("response", {}, headers, b"<p>News</p>") for _ in range(2)))
    whole = tmp_path / "whole.warc.gz"
    whole.write_bytes(gzip.compress(plain.read_bytes()))
    with pytest.raises(BrokenArchiveError, match="packed as a whole"):
        next(pages(whole))


def test_what_is_no_warc_file_is_broken_from_its_first_byte(tmp_path):
    path = tmp_path / "no.warc"
    path.write_text("A letter to the editor.\n")
    with pytest.raises(BrokenArchiveError) as broken:
        list(pages(path))
    assert broken.value.at == 0


def test_a_time_has_a_zone(archive, tmp_path):
    keep(archive, at=datetime(2019, 4, 2, 9, 15, tzinfo=UTC))
    assert list(pages(only(tmp_path)))[INFO].fetched_at == datetime(2019, 4, 2, 9, 15, tzinfo=UTC)
