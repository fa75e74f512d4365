"""Two images are told apart by what is in them, and not by when it was put there (deploy/images/contents.py)."""

import io
import tarfile

import pytest

from deploy.images.__main__ import Commit
from deploy.images.contents import Entry, differences, other_times, read
from wiredesk.version import __version__


def exported(content: bytes = b"wire", **more: object) -> dict[str, Entry]:
    """What a tar stream with a folder, a file and a link holds; `more` is of the file."""
    stream = io.BytesIO()
    with tarfile.open(fileobj=stream, mode="w") as tar:
        folder, file, link = tarfile.TarInfo("opt"), tarfile.TarInfo("opt/file"), tarfile.TarInfo("opt/link")
        folder.type, link.type, link.linkname = tarfile.DIRTYPE, tarfile.SYMTYPE, "file"
        file.size = len(content)
        for name, value in more.items():
            setattr(file, name, value)
        tar.addfile(folder)
        tar.addfile(file, io.BytesIO(content))
        tar.addfile(link)
    stream.seek(0)
    return read(stream)


def test_the_same_files_do_not_differ():
    assert differences(exported(), exported()) == []


@pytest.mark.parametrize(
    "more",
    [{"content": b"fire"}, {"content": b"wires"}, {"mode": 0o4755}, {"uid": 1}, {"gid": 1}],
    ids=["content", "size", "mode", "user", "group"],
)
def test_a_file_that_differs_is_named(more: dict[str, object]):
    assert differences(exported(), exported(**more)) == ["opt/file"]  # type: ignore[arg-type]


def test_a_path_that_only_one_has_is_named():
    without = {path: entry for path, entry in exported().items() if path != "opt/link"}
    assert differences(exported(), without) == ["opt/link"]
    assert differences(without, exported()) == ["opt/link"]


def test_another_time_alone_is_no_difference_and_is_counted():
    assert differences(exported(mtime=1), exported(mtime=2)) == []
    assert other_times(exported(mtime=1), exported(mtime=2)) == ["opt/file"]


def test_an_image_of_changed_files_does_not_claim_to_be_the_commit():
    clean = Commit("abc", made_at=7, is_clean=True).variables("news")
    assert clean == {
        "IMAGE_PREFIX": "news",
        "IMAGE_VERSION": __version__,
        "IMAGE_REVISION": "abc",
        "SOURCE_DATE_EPOCH": "7",
    }
    assert Commit("abc", made_at=7, is_clean=False).variables("news")["IMAGE_REVISION"] == "abc-dirty"
