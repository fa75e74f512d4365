"""The bench of lanes beside the lanes: its articles, its table, what it asks for."""

import json
from itertools import islice
from pathlib import Path

import pytest

from bench.lanes import __main__ as lanes
from bench.lanes.articles import lines, page
from bench.lanes.report import Found, Phase, report, rows
from wiredesk.contracts.events import ArticleCleaned
from wiredesk_cleaner.library import clean_html

ROOT = Path(__file__).resolve().parents[3]


def rows_of(text):
    table = [[cell.strip() for cell in line.split("|")[1:-1]] for line in text.splitlines() if line.startswith("|")]
    return {line[0]: line[1:] for line in table}


def found(calm=400.0, beside=500.0, ended=None):
    return Found(
        2_000,
        Phase("without a backfill", [calm] * 30, 30.0),
        Phase("beside a backfill", [beside] * 20, 30.0, 240),
        ended or {},
    )


def test_the_table_has_both_and_their_ratio():
    told = rows_of(report(found()))
    assert told["without a backfill"] == ["30", "400", "400", ""]
    assert told["beside a backfill"] == ["20", "500", "500", "8.0"]
    assert told["p95 beside a backfill, of that without"] == ["1.25", "below 1.5", "yes"]


def test_live_articles_that_are_too_late_are_not_called_met():
    assert rows_of(report(found(beside=601.0)))["p50 beside a backfill, of that without"] == ["1.50", "below 1.5", "no"]


def test_what_became_of_the_whole_backfill_is_told_where_it_was_waited_for():
    ended = {"fed": 2_000, "stored": 1_998, "rejected": 2, "dead_letters": 0}
    assert "1,998 stored, 2 rejected" in report(found(ended=ended))
    assert "stored" not in report(found())


def test_ndjson_says_the_same():
    *phases, ratio = rows(found())
    assert [one["p50_ms"] for one in phases] == [400, 500]
    assert (ratio["p50"], ratio["p95"]) == (1.25, 1.25)


def test_no_two_articles_are_one_and_each_is_an_article_to_the_cleaner():
    made = [page(number, "past") for number in range(30)]
    cleaned = [clean_html(html, url=url) for url, html in made]
    articles = [one for one in cleaned if isinstance(one, ArticleCleaned) and one.word_count > 200]
    assert len({url for url, _ in made}) == len({one.text for one in articles}) == 30


def test_articles_repeat_and_those_of_a_backfill_are_no_live_ones():
    assert page(3, "past") == page(3, "past")
    assert page(3, "past")[0] != page(3, "live")[0]
    first = json.loads(next(iter(lines(5, "past"))))
    assert list(first) == ["url", "html", "fetched_at"]
    assert len(list(islice(lines(5, "past"), 9))) == 5


@pytest.mark.parametrize("given", [["--articles", "10"], ["--seconds", "0"]])
def test_what_measures_nothing_is_refused(given, capsys):
    with pytest.raises(SystemExit):
        lanes.main(given)
    assert "must be" in capsys.readouterr().err


def test_the_table_has_a_place_in_the_document():
    text = (ROOT / "docs" / "performance.md").read_text("utf-8")
    assert text.index(lanes._BEGIN) < text.index(lanes._END)
