"""What a backfill is given, and how it is known again."""

import gzip
from pathlib import Path

import pytest

from wiredesk_desk.backfill.inputs import Input, Kind, before, inputs_of
from wiredesk_desk.running import Exit, Problem

URLS = "# from the old site\nhttps://news.example/1\n\nhttps://news.example/2\n"
STORY = "Harbour closes\n\nBy Ada Marsh\n\nThe harbour closed on Monday.\nhttps://news.example/more\n"


def kind_of(path: Path, content: str | bytes) -> Kind:
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    (one,) = inputs_of([str(path)])
    return one.kind


@pytest.mark.parametrize(
    ("name", "content", "kind"),
    [
        ("a.html", "<p>https://news.example/1", Kind.ARTICLE),
        ("a.txt", STORY, Kind.ARTICLE),
        ("a.txt", URLS, Kind.LIST),
        ("a.txt", '{"url": "https://news.example/1"}\n', Kind.LIST),
        ("a.txt", "https://news.example/1\n\nThe harbour closed on Monday.\n", Kind.ARTICLE),
        ("a.txt", "", Kind.ARTICLE),
        ("urls", URLS, Kind.LIST),
        ("a.ndjson", "{}", Kind.LIST),
        ("a.ndjson.gz", gzip.compress(b"{}", mtime=0), Kind.LIST),
        ("a.warc", b"WARC/1.1\r\n", Kind.WARC),
        ("A.WARC.GZ", gzip.compress(b"WARC/1.1\r\n", mtime=0), Kind.WARC),
        ("dump", b"WARC/1.0\r\n", Kind.WARC),
    ],
)
def test_a_file_is_read_by_its_name_and_a_text_by_what_it_begins_with(tmp_path, name, content, kind):
    assert kind_of(tmp_path / name, content) is kind


def test_an_address_is_one_article():
    assert inputs_of(["https://news.example/1"]) == [Input("https://news.example/1", Kind.URL, 1)]


def test_a_folder_is_its_files_in_the_order_of_their_names_whatever_else_lies_there(tmp_path):
    for name in ("b/2.html", "a/1.txt", "c.warc.gz", "a/picture.jpg", "list.ndjson"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(STORY)
    found = [one.name for one in inputs_of([str(tmp_path)])]
    assert found == [str(tmp_path / name) for name in ("a/1.txt", "b/2.html", "c.warc.gz", "list.ndjson")]


def test_what_is_named_twice_is_fed_once(tmp_path, monkeypatch):
    (tmp_path / "a.txt").write_text(STORY)
    monkeypatch.chdir(tmp_path)
    assert len(inputs_of(["a.txt", str(tmp_path), "./a.txt"])) == 1


@pytest.mark.parametrize("name", ["missing.warc", "-", "."])
def test_what_cannot_be_fed_is_a_mistake_of_use(tmp_path, monkeypatch, name):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(Problem) as problem:
        inputs_of([name])
    assert problem.value.code is Exit.USAGE
    assert problem.value.todo


def test_the_place_where_reading_stopped_is_known_again_by_what_lies_before_it(tmp_path):
    path = tmp_path / "urls"
    path.write_text(URLS)
    (one,) = inputs_of([str(path)])
    there = before(one, 40)
    path.write_text(URLS + "https://news.example/3\n")
    assert before(one, 40) == there
    path.write_text(URLS.replace("news", "nows") + "https://news.example/3\n")
    assert before(one, 40) != there


def test_a_page_that_was_changed_anywhere_is_another(tmp_path):
    path = tmp_path / "a.html"
    path.write_text("<h1>Old</h1>" + "<p>News</p>" * 1000)
    (one,) = inputs_of([str(path)])
    was = before(one, one.size)
    path.write_text("<h1>New</h1>" + "<p>News</p>" * 1000)
    assert before(one, one.size) != was


def test_nothing_lies_before_the_beginning():
    assert before(Input("/nowhere", Kind.LIST, 10), 0) == ""
