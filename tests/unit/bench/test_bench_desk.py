"""The desk's bench beside the desk: its tables, what it asks for, the growth of memory, what it refuses."""

import random
from itertools import islice
from pathlib import Path

import pytest

from bench.desk import __main__ as desk
from bench.desk import pages
from bench.desk.pages import EMPTY, PAGES, Answers
from bench.desk.report import Found, report
from bench.desk.stream import Streamed
from bench.markdown import put
from bench.store.generator import NEWEST, articles

ROOT = Path(__file__).resolve().parents[3]


def rows_of(text):
    lines = [[cell.strip() for cell in line.split("|")[1:-1]] for line in text.splitlines() if line.startswith("|")]
    return {line[0]: line[1:] for line in lines}


def found(ms=50.0, painted=80.0, told=100.0, missed=0, memory=(100.0, 130.0, 130.0, 130.0)):
    answers = [Answers(kind, [ms / 2] * 3, [ms] * 3, [2_048] * 3) for kind in (*PAGES, "pipeline")]
    streamed = Streamed(2, 60.0, 3, [told] * 6, missed, [(900.0 * at, mb) for at, mb in enumerate(memory)])
    return Found(100_000, answers, {kind: [painted] for kind in (*PAGES, EMPTY)} if painted else {}, streamed)


def test_a_page_s_times_stand_beside_what_a_browser_paints():
    rows = rows_of(report(found()))
    assert rows["front"] == ["50", "50", "25", "2.0", "80", "80"]
    assert rows["pipeline"] == ["50", "50", "25", "2.0", "", ""]
    assert rows["an empty page"][-2:] == ["80", "80"]


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({}, "yes"),
        ({"ms": 101.0, "painted": 101.0, "told": 201.0, "missed": 1, "memory": (100.0, 100.0, 110.0, 120.0)}, "no"),
    ],
)
def test_what_it_is_held_to_says_whether_it_is_met(given, said):
    lines = report(found(**given)).rpartition("held to")[2].splitlines()[2:]
    assert len(lines) == len(PAGES) + 4
    assert {line.split("|")[-2].strip() for line in lines} == {said}


def test_without_a_browser_nothing_is_said_of_painting():
    rows = rows_of(report(found(painted=None)))
    assert rows["front"][-2:] == ["", ""]
    assert not [name for name in rows if "a browser paints" in name]


def test_memory_that_fills_caches_first_and_stays_then_does_not_grow():
    assert found().streamed.growth == pytest.approx(0.0)
    assert found(memory=(100.0, 110.0, 120.0, 130.0)).streamed.growth == pytest.approx(40.0)


def test_each_kind_of_page_is_asked_for_once_a_round_and_anew():
    kinds, paths = zip(*pages._questions(random.Random(1), ["s1", "s2"], ["a1", "a2"]), strict=True)
    assert len(kinds) == len(set(kinds))
    assert set(PAGES) < set(kinds)
    assert [path for _, path in pages._questions(random.Random(2), ["s1", "s2"], ["a1", "a2"])] != list(paths)


def test_made_articles_may_be_as_new_as_one_likes_and_are_the_same_otherwise():
    later = NEWEST.replace(year=NEWEST.year + 1)
    for one, other in zip(islice(articles(20), 20), articles(20, newest=later), strict=True):
        assert other.fetched_at - one.fetched_at == later - NEWEST
        assert one.text == other.text


def test_the_document_has_the_marks_that_the_command_writes_between(tmp_path):
    document = tmp_path / "performance.md"
    document.write_text((ROOT / "docs" / "performance.md").read_text("utf-8"), "utf-8")
    put(document, desk._BEGIN, desk._END, "new")
    assert f"{desk._BEGIN}\n\nnew\n\n{desk._END}" in document.read_text("utf-8")


@pytest.mark.parametrize("wrong", [["--articles", "999"], ["--rounds", "0"], ["--readers", "0"], ["--minutes", "0"]])
def test_too_little_to_measure_is_refused(wrong, capsys):
    with pytest.raises(SystemExit, match="2"):
        desk.main(wrong)
    assert "or more" in capsys.readouterr().err
