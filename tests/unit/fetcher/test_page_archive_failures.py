"""A record is whole or absent, whatever happens to the process or the disk."""

import errno
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tests.unit.fetcher.archives import URL, files, keep, records
from wiredesk_fetcher.page_archive import PageArchive, read_pages

BOUND = 30

WRITER = """
import os, random, resource, signal, sys
from datetime import UTC, datetime
from pathlib import Path
from wiredesk_fetcher.page_archive import PageArchive

folder, how = Path(sys.argv[1]), sys.argv[2]
real, bytes_of = os.write, random.Random(7).randbytes
if how == "full":
    resource.setrlimit(resource.RLIMIT_FSIZE, (200_000, 200_000))
archive = PageArchive(folder, name="desk")
for number in range(100_000):
    if how == "torn" and number == 5:
        def write(descriptor, data):
            real(descriptor, data[: len(data) // 2])
            os.kill(os.getpid(), signal.SIGKILL)
        os.write = write
    try:
        archive.keep(
            url=f"https://news.example/{number}", status=200, headers=[("Content-Type", "text/html")],
            body=bytes_of(30_000), fetched_at=datetime(2026, 3, 1, tzinfo=UTC),
        )
    except OSError as error:
        print("failed", number, type(error).__name__, flush=True)
        break
    print("kept", number, flush=True)
"""


def write_in_another_process(folder: Path, how: str) -> subprocess.Popen[str]:
    return subprocess.Popen([sys.executable, "-c", WRITER, str(folder), how], stdout=subprocess.PIPE, text=True)


def test_a_tail_is_cut_wherever_it_was_torn(tmp_path):
    with PageArchive(tmp_path, name="desk") as archive:
        keep(archive)
        whole = files(tmp_path)[0].stat().st_size
        keep(archive, f"{URL}/2")
    (path,) = files(tmp_path)
    data = path.read_bytes()
    for end in range(whole, len(data)):
        path.write_bytes(data[:end])
        assert [url for url, _, _ in read_pages(path)] == [URL]
        PageArchive(tmp_path, name="desk").close()
        assert path.read_bytes() == data[:whole]


@pytest.mark.parametrize("tail", [b"\0" * 70_000, b"garbage", b"\x1f\x8b\x08\x00" + b"\xff" * 99])
def test_what_is_no_record_is_cut_too(tmp_path, tail):
    with PageArchive(tmp_path, name="desk") as archive:
        keep(archive)
    (path,) = files(tmp_path)
    path.write_bytes(path.read_bytes() + tail)
    with PageArchive(tmp_path, name="desk") as archive:
        keep(archive, f"{URL}/2")
    assert [record.kind for record in records(path)] == ["warcinfo", "response", "response"]


@pytest.mark.parametrize("how", ["torn", "killed"])
def test_a_writer_that_is_killed_leaves_whole_records(tmp_path, how):
    with write_in_another_process(tmp_path, how) as writer:
        assert writer.stdout
        told = [writer.stdout.readline() for _ in range(5)]
        if how == "killed":
            writer.kill()
        told += writer.stdout.read().splitlines(keepends=True)
        assert writer.wait(BOUND) == -signal.SIGKILL
    kept = len([line for line in told if line.endswith("\n")])
    (path,) = files(tmp_path)
    torn = path.stat().st_size
    with PageArchive(tmp_path, name="desk") as archive:
        if how == "torn":
            assert path.stat().st_size < torn
        keep(archive)
    urls = [record.head.get_header("WARC-Target-URI") for record in records(path)[1:]]
    # Killed after a record was on the disk and before it was told.
    assert urls[:-1] == [f"https://news.example/{number}" for number in range(len(urls) - 1)]
    assert urls[-1] == URL
    assert len(urls) - 1 - kept in ({0} if how == "torn" else {0, 1})


def test_a_disk_that_is_full_leaves_whole_records(tmp_path):
    with write_in_another_process(tmp_path, "full") as writer:
        told, _ = writer.communicate(timeout=BOUND)
        assert writer.returncode == 0
    kept, failed = told.splitlines()[:-1], told.splitlines()[-1]
    assert failed == f"failed {len(kept)} OSError"
    (path,) = files(tmp_path)
    size = path.stat().st_size
    assert len(records(path)) == 1 + len(kept) > 3
    PageArchive(tmp_path, name="desk").close()
    assert path.stat().st_size == size


def short(descriptor, data):
    return REAL_WRITE(descriptor, data[: len(data) // 2])


def full(descriptor, data):
    short(descriptor, data)
    raise OSError(errno.ENOSPC, "No space left on device")


def refused(*_):
    raise OSError(errno.EIO, "Input/output error")


REAL_WRITE = os.write


@pytest.mark.parametrize("broken", [{"write": short}, {"write": full}, {"fsync": refused}])
def test_a_failed_write_is_taken_back_and_the_next_one_works(tmp_path, monkeypatch, broken):
    with PageArchive(tmp_path, name="desk") as archive:
        keep(archive)
        with monkeypatch.context() as patch:
            for name, function in broken.items():
                patch.setattr(os, name, function)
            with pytest.raises(OSError, match=r"room|space|Input"):
                keep(archive, f"{URL}/2")
        assert [url for url, _, _ in read_pages(files(tmp_path)[0])] == [URL]
        keep(archive, f"{URL}/2")
    assert [record.kind for record in records(files(tmp_path)[0])] == ["warcinfo", "response", "response"]


def test_what_cannot_be_taken_back_is_cut_before_the_next_page(tmp_path, monkeypatch):
    answers = iter([os.ftruncate, refused])

    def once(descriptor, length):
        next(answers)(descriptor, length)

    with PageArchive(tmp_path, name="desk") as archive:
        keep(archive)
        whole = files(tmp_path)[0].stat().st_size
        with monkeypatch.context() as patch:
            patch.setattr(os, "write", full)
            patch.setattr(os, "ftruncate", once)
            with pytest.raises(OSError, match="space"):
                keep(archive, f"{URL}/2")
        assert files(tmp_path)[0].stat().st_size > whole
        assert [url for url, _, _ in read_pages(files(tmp_path)[0])] == [URL]
        keep(archive, f"{URL}/2")
    assert [record.kind for record in records(files(tmp_path)[0])] == ["warcinfo", "response", "response"]


def test_a_file_whose_first_write_failed_is_used_for_the_next_page(tmp_path, monkeypatch):
    with PageArchive(tmp_path, name="desk") as archive:
        with monkeypatch.context() as patch:
            patch.setattr(os, "write", full)
            with pytest.raises(OSError, match="space"):
                keep(archive)
        keep(archive)
    (path,) = files(tmp_path)
    assert [record.kind for record in records(path)] == ["warcinfo", "response"]


def test_a_damaged_record_ends_the_reading(tmp_path):
    with PageArchive(tmp_path, name="desk") as archive:
        keep(archive)
        first = files(tmp_path)[0].stat().st_size
        keep(archive, f"{URL}/2")
        keep(archive, f"{URL}/3")
    (path,) = files(tmp_path)
    data = bytearray(path.read_bytes())
    data[first + 60] ^= 0xFF
    path.write_bytes(data)
    assert [url for url, _, _ in read_pages(path)] == [URL]
