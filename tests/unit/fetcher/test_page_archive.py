"""Raw pages, kept as WARC files."""

import gzip
import random
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta, timezone

import pytest
from warcio.archiveiterator import ArchiveIterator  # type: ignore[import-untyped]

from tests.unit.fetcher.archives import AT, HTML, URL, files, keep, records
from wiredesk_fetcher import page_archive
from wiredesk_fetcher.page_archive import PageArchive, read_pages


def test_a_page_is_a_response_after_the_warcinfo(tmp_path):
    with PageArchive(tmp_path / "pages", name="desk-1") as archive:
        keep(archive)
    (path,) = files(tmp_path / "pages")
    assert path.name == "desk-1-20260301123005-00001.warc.gz"
    info, page = records(path)
    assert (info.kind, info.head.get_header("WARC-Filename")) == ("warcinfo", path.name)
    assert (page.kind, page.body) == ("response", b"<p>Mayor resigns</p>")
    assert page.head.get_header("WARC-Target-URI") == URL
    assert page.head.get_header("WARC-Date") == info.head.get_header("WARC-Date") == "2026-03-01T12:30:05.123456Z"
    assert page.http.statusline == "200 OK"
    assert list(read_pages(path)) == [(URL, b"<p>Mayor resigns</p>", "text/html; charset=utf-8")]


def test_each_record_is_a_gzip_member_of_its_own(tmp_path):
    with PageArchive(tmp_path, name="desk") as archive:
        for number in range(3):
            keep(archive, f"{URL}/{number}")
    with files(tmp_path)[0].open("rb") as file:
        iterator = ArchiveIterator(file)
        places = [(iterator.get_record_offset(), iterator.get_record_length()) for _ in iterator]
    data = files(tmp_path)[0].read_bytes()
    assert [gzip.decompress(data[at : at + size])[:8] for at, size in places] == [b"WARC/1.1"] * 4


def test_the_headers_describe_the_body_as_it_is_stored(tmp_path):
    sent = [
        ("content-encoding", "gzip"),
        ("Transfer-Encoding", "chunked"),
        ("Content-Length", "7"),
        ("Set-Cookie", "a=1"),
        ("Set-Cookie", "b=2"),
    ]
    with PageArchive(tmp_path, name="desk") as archive:
        keep(archive, headers=sent)
    assert records(files(tmp_path)[0])[1].http.headers == [
        ("Set-Cookie", "a=1"),
        ("Set-Cookie", "b=2"),
        ("Content-Length", "20"),
    ]


def test_hostile_headers_and_urls_add_no_lines(tmp_path):
    sent = [
        *(
            ("X-A", "1\r\nX-Injected: 1\r\n\r\nbody"),
            ("X B", "1"),
            ("X-\u00e9", "1"),
            ("", "1"),
            ("X-C", "caf\u00e9; a=b"),
        ),
        *(("X-D", "\udce9\x00\t"), ("X-E", "a%20b"), ("X-F", "")),
    ]
    with PageArchive(tmp_path, name="desk") as archive:
        keep(archive, "https://news.example/\u00e9 \r\nWARC-Injected: 1", headers=sent, status=299)
    page = records(files(tmp_path)[0])[1]
    assert page.http.headers == [
        ("X-A", "1%0D%0AX-Injected: 1%0D%0A%0D%0Abody"),
        ("X-C", "caf%C3%A9; a=b"),
        ("X-D", "%EF%BF%BD%EF%BF%BD%09"),
        ("X-E", "a%20b"),
        ("X-F", ""),
        ("Content-Length", "20"),
    ]
    assert page.http.statusline == "299"
    assert page.head.get_header("WARC-Injected") is None
    assert page.head.get_header("WARC-Target-URI") == "https://news.example/%C3%A9%20%0D%0AWARC-Injected:%201"


def test_the_same_body_of_the_same_url_is_only_referred_to(tmp_path):
    later = AT + timedelta(hours=1)
    with PageArchive(tmp_path, name="desk") as archive:
        keep(archive)
        keep(archive, "https://news.example/b")
        keep(archive, at=later, headers=[("ETag", '"1"')])
        keep(archive, body=b"other", at=later)
        keep(archive, at=later.astimezone(timezone(timedelta(hours=5))))
    _, first, other_url, again, other_body, third = records(files(tmp_path)[0])
    kinds = [record.kind for record in (first, other_url, again, other_body, third)]
    assert kinds == ["response", "response", "revisit", "response", "revisit"]
    for revisit in (again, third):
        told = {name: revisit.head.get_header(name) for name, _ in revisit.head.headers}
        assert told["WARC-Profile"].endswith("/1.1/revisit/identical-payload-digest")
        assert told["WARC-Refers-To-Target-URI"] == URL
        assert told["WARC-Refers-To-Date"] == first.head.get_header("WARC-Date")
        assert told["WARC-Payload-Digest"] == first.head.get_header("WARC-Payload-Digest")
        assert told["WARC-Date"] == "2026-03-01T13:30:05.123456Z"
    assert again.http.get_header("ETag") == '"1"'
    assert [url for url, _, _ in read_pages(files(tmp_path)[0])] == [URL, "https://news.example/b", URL]


def test_only_the_newest_bodies_are_remembered(tmp_path, monkeypatch):
    monkeypatch.setattr(page_archive, "MAX_REMEMBERED", 2)
    with PageArchive(tmp_path, name="desk") as archive:
        for number in (1, 2, 1, 3, 1, 2):
            keep(archive, f"{URL}/{number}")
    kinds = [record.kind for record in records(files(tmp_path)[0])]
    assert kinds == ["warcinfo", "response", "response", "revisit", "response", "revisit", "response"]


def test_an_empty_body_and_a_large_one_come_back(tmp_path):
    large = random.Random(1).randbytes(3_000_000)
    with PageArchive(tmp_path, name="desk") as archive:
        keep(archive, body=b"", headers=[])
        keep(archive, f"{URL}/large", large)
    assert len(records(files(tmp_path)[0])) == 3
    assert list(read_pages(files(tmp_path)[0])) == [(URL, b"", ""), (f"{URL}/large", large, HTML[0][1])]


def test_a_file_is_left_before_it_grows_too_large(tmp_path):
    bytes_of = random.Random(1).randbytes
    with PageArchive(tmp_path, name="desk", rotate_bytes=50_000) as archive:
        for number in range(6):
            keep(archive, f"{URL}/{number}", bytes_of(20_000))
        keep(archive, f"{URL}/large", bytes_of(90_000))
        keep(archive, f"{URL}/last")
    sizes = [path.stat().st_size for path in files(tmp_path)]
    assert [size > 50_000 for size in sizes] == [False, False, False, True, False]
    assert [[record.kind for record in records(path)] for path in files(tmp_path)] == (
        [["warcinfo", "response", "response"]] * 3 + [["warcinfo", "response"]] * 2
    )


def test_the_newest_file_is_continued(tmp_path):
    for number in range(3):
        with PageArchive(tmp_path, name="desk") as archive:
            keep(archive, f"{URL}/{number}", at=AT + timedelta(days=number))
    (path,) = files(tmp_path)
    assert [record.kind for record in records(path)] == ["warcinfo", "response", "response", "response"]


def test_names_that_begin_alike_share_nothing(tmp_path):
    with PageArchive(tmp_path, name="desk") as one, PageArchive(tmp_path, name="desk-2") as other:
        keep(one)
        keep(other)
    assert [path.name for path in files(tmp_path)] == [
        "desk-2-20260301123005-00001.warc.gz",
        "desk-20260301123005-00001.warc.gz",
    ]


def test_two_processes_of_one_name_share_no_file(tmp_path):
    with PageArchive(tmp_path, name="desk") as one:
        keep(one)
        with PageArchive(tmp_path, name="desk") as other:
            keep(other)
            keep(one, f"{URL}/2")
    assert [len(records(path)) for path in files(tmp_path)] == [3, 2]


@pytest.mark.parametrize("name", ["", "a/b", "../a", "a b", ".a", "a" * 101, "a\n"])
def test_a_name_that_is_no_part_of_a_file_name_is_refused(tmp_path, name):
    with pytest.raises(ValueError, match="archive's name"):
        PageArchive(tmp_path, name=name)


def test_nothing_is_written_before_the_first_page_or_after_closing(tmp_path):
    archive = PageArchive(tmp_path, name="desk")
    archive.close()
    archive.close()
    with pytest.raises(ValueError, match="closed"):
        keep(archive)
    assert list(tmp_path.iterdir()) == []


def test_many_threads_keep_whole_records(tmp_path):
    with PageArchive(tmp_path, name="desk", rotate_bytes=20_000) as archive, ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda number: keep(archive, f"{URL}/{number}", b"%d" % number * 900), range(200)))
    urls = [url for path in files(tmp_path) for url, _, _ in read_pages(path)]
    assert sorted(urls) == sorted(f"{URL}/{number}" for number in range(200))
    assert sum(len(records(path)) for path in files(tmp_path)) == 200 + len(files(tmp_path))


def test_a_file_that_is_not_there_says_so(tmp_path):
    with pytest.raises(FileNotFoundError):
        list(read_pages(tmp_path / "none.warc.gz"))
