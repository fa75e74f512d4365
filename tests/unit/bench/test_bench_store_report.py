"""The store's bench beside its generator: syndications, plans, tables, exit codes; one small run on a PostgreSQL."""

import random
import re
from pathlib import Path

import pytest

from bench.markdown import put
from bench.store import __main__ as store
from bench.store.asking import ENTITY_PAGE, Asked, note, questions
from bench.store.report import Found, report
from bench.store.sizes import Part
from bench.store.syndication import Judged, Text, judged, syndicated
from bench.store.writing import Written
from tests.made_up import story

ROOT = Path(__file__).resolve().parents[3]


def rows_of(text):
    lines = [[cell.strip() for cell in line.split("|")[1:-1]] for line in text.splitlines() if line.startswith("|")]
    return {line[0]: line[1:] for line in lines}


def found(rate=800.0, search=40.0, page=100.0, stored=100_000):
    empty = Written(1_000, rows=0.5, saved=0.5, bare=0.25)
    full = Written(1_000, rows=0.25, saved=1_000 / rate - 0.25, bare=0.5, own_cpu=0.6, server_cpu=0.7)
    asked = [
        Asked("words", [1.0, 2.0, search], 4.5, {"articles_search"}, scanned=False, blocks=1_234),
        Asked("facets", [900.0]),
        Asked("host", [5.0], scanned=True),
        Asked(ENTITY_PAGE, [page]),
    ]
    parts = [Part("articles", "rows", 200_000), Part("articles", "articles_search", 100_000), Part("small", "rows", 8)]
    return Found(empty, full, stored, {"copies": 7}, asked, parts, 100, {"made texts": Judged(200, 199, 19_900, 1)})


def test_the_store_stands_beside_the_bare_insert_of_the_same_run():
    rows = rows_of(report(found()))
    assert rows["store: articles a second"] == ["1000", "800"]
    assert rows["ms an article: `Store.save`"] == ["0.50", "1.00"]
    assert rows["bare insert of the same documents: articles a second"] == ["4000", "2000"]
    assert rows["processor, ms an article: Python"] == ["0.00", "0.60"]
    assert rows["processor, ms an article: PostgreSQL"] == ["0.00", "0.70"]
    assert rows["store / bare"] == ["0.25", "0.40"]


def test_indexes_scans_sizes_and_copies_are_told():
    text = report(found())
    assert re.search(r"\| words +\| +2\.0 \| +\d+\.\d \| +1\.5 \|", text)
    rows = rows_of(text)
    assert rows["words"] == ["articles_search", "no", "1,234"]
    assert rows["host"] == ["\u2013", "yes", "0"]
    assert rows["articles: rows"] == ["2,000", "3,000"]
    assert rows["articles: articles_search"] == ["1,000", ""]
    assert "small: rows" not in rows
    assert rows["made texts"] == ["200", "199 (99.5 %)", "19,900", "1"]
    assert "in the end 7 copies" in text


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({}, ["yes", "yes", "yes"]),
        ({"rate": 699.0, "search": 60.0, "page": 151.0}, ["no", "no", "no"]),
        ({"rate": 500.0, "search": 90.0, "page": 250.0, "stored": 1_000_000}, ["yes", "yes", "yes"]),
    ],
)
def test_what_it_is_held_to_depends_on_how_much_is_stored(given, said):
    rows = rows_of(report(found(**given)))
    held = [row for name, row in rows.items() if name.startswith(("articles a second", "ms of the", "ms of an"))]
    assert [row[-1] for row in held] == said


def test_a_plan_tells_by_what_articles_are_read_and_how_much():
    scan = {"Node Type": "Bitmap Index Scan", "Index Name": "articles_search"}
    heap = {"Node Type": "Bitmap Heap Scan", "Relation Name": "articles", "Plans": [scan]}
    copies = {"Node Type": "Seq Scan", "Relation Name": "copies"}
    plan = {"Node Type": "Limit", "Shared Hit Blocks": 30, "Shared Read Blocks": 4, "Plans": [heap, copies]}
    asked = Asked("words")
    note(plan, asked)
    assert (asked.indexes, asked.scanned, asked.blocks) == ({"articles_search"}, False, 34)
    note({**copies, "Relation Name": "articles", "Shared Hit Blocks": 1, "Shared Read Blocks": 0}, asked)
    assert (asked.scanned, asked.blocks) == (True, 34)


def test_each_kind_of_question_is_asked_once_a_round():
    kinds = [kind for kind, _ in questions(random.Random(1))]
    assert len(kinds) == len(set(kinds))
    assert [kind for kind, _ in questions(random.Random(2))] == kinds


def test_a_syndication_is_half_of_the_text_at_least_with_few_other_words():
    wire = story(1, 400)
    for seed in range(30):
        made = syndicated(wire, random.Random(seed))
        own = set(wire.split())
        kept = sum(word in own for word in made.split())
        assert 0.45 * 400 < kept <= 400
        assert made != wire
    assert syndicated(wire, random.Random(1)) == syndicated(wire, random.Random(1))


def test_syndications_are_found_and_only_other_stories_are_mistakes():
    texts = [Text(story(number), f"story {number}") for number in range(1, 21)]
    one = judged(texts)
    assert (one.syndications, one.pairs, one.false) == (20, 190, 0)
    assert one.found >= 19
    # The same text under another story would be a mistake, under its own it is none.
    assert judged([*texts, Text(story(1), "another")]).false == 1
    assert judged([*texts, Text(story(1), "story 1")]).false == 0


def test_the_document_has_the_marks_that_the_command_writes_between(tmp_path):
    document = tmp_path / "performance.md"
    document.write_text((ROOT / "docs" / "performance.md").read_text("utf-8"), "utf-8")
    put(document, store._BEGIN, store._END, "new")
    assert f"{store._BEGIN}\n\nnew\n\n{store._END}" in document.read_text("utf-8")


@pytest.mark.parametrize("wrong", [["--articles", "199"], ["--searches", "0"]])
def test_too_little_to_measure_is_refused(wrong, capsys):
    with pytest.raises(SystemExit, match="2"):
        store.main(wrong)
    assert "or more" in capsys.readouterr().err


def test_without_the_corpus_it_ends_with_two_and_says_what_to_type(tmp_path, capsys):
    assert store.main(["--corpus", str(tmp_path)]) == 2
    assert "make bench-store CORPUS=" in capsys.readouterr().err
