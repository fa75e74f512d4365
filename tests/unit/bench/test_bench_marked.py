"""Names marked by hand are found again where their passages stand, and never where another text stands now."""

import gzip
import hashlib
import json
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from bench.tagging import marked
from bench.tagging.marked import MARKS

TEXT = "Ada Marsh arrive à Oslo. Elle y rencontre le maire."


def mark(source, text, start=0, end=None, names=()):
    passage = text[start:end]
    return {
        "source": source,
        "id": "one",
        "start": start,
        "end": len(text) if end is None else end,
        "sha256": hashlib.sha256(passage.encode()).hexdigest(),
        "ents": list(names),
        "unknown": [[0, 3]],
    }


@pytest.fixture
def places(tmp_path):
    """Return a corpus and pages with TEXT in each place where a passage may stand, and where marks may be put."""
    world, pages, marks = tmp_path / "world", tmp_path / "pages", tmp_path / "marks"
    for folder in (world / "unlabelled", world / "dev", pages / "publishers", pages / "snippets" / "html", marks):
        folder.mkdir(parents=True)
    line = json.dumps({"id": "one", "text": TEXT}).encode()
    for path in (world / "unlabelled" / "fr-x.jsonl.gz", world / "dev" / "it-europarl.jsonl.gz"):
        path.write_bytes(gzip.compress(line, mtime=0))
    (pages / "publishers" / "truth.json").write_text(json.dumps({"one": {"text": TEXT}}))
    head = "<head><meta charset='utf-8'><title>Menu</title></head>"
    page = f"<html>{head}<body><p>{TEXT.replace(' ', '  ')}</p></body></html>"
    (pages / "snippets" / "html" / "one.html.gz").write_bytes(gzip.compress(page.encode(), mtime=0))
    return world, pages, marks


def put(folder: Path, *lines: dict[str, Any]) -> None:
    (folder / "fr.jsonl").write_text("".join(f"{json.dumps(line)}\n" for line in lines), encoding="utf-8")


@pytest.mark.parametrize("source", ["unlabelled", "europarl", "publishers", "snippets"])
def test_a_passage_is_found_in_its_source_with_its_names(places, source: str):
    world, pages, marks = places
    put(marks, mark(source, TEXT, 0, 24, [[0, 9, "PERSON"], [19, 23, "PLACE"]]))
    (text,) = marked.passages(world, pages, marks).texts["fr-marked"]
    assert [(text.text[start:end], label) for start, end, label in text.names] == [
        ("Ada Marsh", "PERSON"),
        ("Oslo", "PLACE"),
    ]
    assert text.unknown == ((0, 3),)


def test_a_passage_of_another_text_is_left_out_and_counted(places):
    world, pages, marks = places
    put(marks, mark("publishers", TEXT.replace("Oslo", "Rome")), mark("unlabelled", TEXT))
    found = marked.passages(world, pages, marks)
    assert (len(found.texts["fr-marked"]), found.missing) == (1, 1)
    (said,) = marked.told(found)
    assert said.startswith("1 marked passages were left out")


def test_without_pages_those_of_the_corpus_are_found(places):
    world, _, marks = places
    put(marks, mark("publishers", TEXT), mark("snippets", TEXT), mark("unlabelled", TEXT))
    found = marked.passages(world, None, marks)
    assert (len(found.texts["fr-marked"]), found.missing) == (1, 2)
    assert not list(marked.told(marked.Marked({}, 0)))


@pytest.mark.parametrize("path", sorted(MARKS.glob("*.jsonl")), ids=lambda path: path.stem)
def test_the_marks_of_a_language_lie_in_their_passages_and_apart(path: Path):
    for line in path.read_text(encoding="utf-8").splitlines():
        one = json.loads(line)
        spans = sorted([*((start, end) for start, end, _ in one["ents"]), *map(tuple, one["unknown"])])
        assert all(0 <= start < end <= one["end"] - one["start"] for start, end in spans)
        assert all(before[1] <= after[0] for before, after in pairwise(spans))
        assert {label for _, _, label in one["ents"]} <= {"PERSON", "ORG", "PLACE"}
        assert "text" not in one
