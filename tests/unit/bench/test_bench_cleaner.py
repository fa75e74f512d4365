"""The cleaner's bench as a command, the cleaner as an extractor, and the extractors' runs and tables."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

from bench import cleaner
from bench.cleaning import report, report_sets
from bench.cleaning.runs import Result, Run, Runs, measure
from bench.metric import PageScore, SnippetScore
from bench.pages import each
from bench.peers import BASELINE
from tests.unit.bench.annotated_pages import BODY, PAGE, SENTENCE, news, wcxb
from wiredesk_cleaner.training.flattened import flatten
from wiredesk_cleaner.training.pages import annotated

ROOT = Path(__file__).parents[3]


@pytest.mark.parametrize("page", [PAGE, PAGE.encode()])
def test_html_gives_text_title_authors_date_and_grade(page):
    answer = cleaner.html(page, "https://quay.example/a")
    assert set(answer) == {"text", "title", "authors", "date", "quality"}
    assert answer["title"] == "Lake Pact Holds"
    assert answer["text"].startswith(SENTENCE)
    assert answer["quality"] == "good"


def test_plain_text_gives_the_same_keys():
    answer = cleaner.plain(flatten(PAGE))
    assert answer["title"] == "Lake Pact Holds"
    assert answer["text"].startswith(SENTENCE)
    assert answer["date"] is None


def test_a_refused_page_has_no_text_but_what_it_states():
    head = '<title>Page not found</title><meta property="article:published_time" content="2026-03-03T10:00:00Z">'
    answer = cleaner.html(f"<html><head>{head}</head><body><h1>Page not found</h1><p>Sorry.</p></body></html>")
    assert answer["text"] is None
    assert answer["quality"] is None
    assert answer["title"] == "Page not found"
    assert cleaner.html("", None)["text"] is None
    assert cleaner.plain("", None)["text"] is None


def answering(text, **more):
    def run(source, url):
        return {"text": text, **more}

    return run


def test_a_crash_is_an_empty_answer_and_counted(tmp_path):
    def crash(source, url):
        raise LookupError(url)

    runs = measure(each(annotated(wcxb(tmp_path))), {"crash": crash}, {"said": answering("x")})
    assert [result.crashed for result in runs.html[0].results] == [True, True]
    assert runs.html[0].results[0].body == PageScore(None, 0)
    assert not runs.plain[0].results[0].crashed


def test_a_page_with_snippets_is_scored_by_them_and_the_others_by_their_body(tmp_path):
    stated = {"title": "Lake pact holds", "authors": "Una Berg", "date": "2026-03-03"}
    runs = measure(each(annotated(None, news(tmp_path))), {"said": answering(BODY, **stated)}, {"none": answering("")})
    (said,) = runs.html
    assert [one.body for one in said.of("publishers").results] == [PageScore(1, 1)] * 2
    assert [one.body for one in said.of("snippets", held_out=True).results] == [SnippetScore(1, 1, 0)]
    assert all(one.title and one.authors and one.date for one in said.results)


def test_the_extractors_take_turns_and_each_is_the_first_on_some_page(tmp_path):
    asked = []

    def noting(name):
        def run(source, url):
            if url:
                asked.append(name)
            return {}

        return run

    measure(each(annotated(wcxb(tmp_path))), {"a": noting("a"), "b": noting("b")}, {"c": noting("c")})
    assert asked == ["b", "a", "c", "a", "b", "c"]


def result(body, *, held_out=False, of_set="publishers", language="en", quality=None, milliseconds=1.0):
    return Result(
        set=of_set,
        held_out=held_out,
        language=language,
        body=body,
        title=True,
        authors=None,
        date=False,
        milliseconds=milliseconds,
        empty=False,
        crashed=False,
        states_metadata=True,
        quality=quality,
    )


RIGHT, WRONG = PageScore(1, 1), PageScore(0.5, 0.5)


def row(tables, first):
    (line,) = [line for line in tables.split("\n") if line.startswith(f"| {first} ")]
    return [cell.strip() for cell in line.split("|")[2:-1]]


def test_train_and_held_out_pages_of_each_set_stand_apart():
    ours = Run("Wiredesk", [result(RIGHT, held_out=True), result(WRONG), result(WRONG)])
    tables = "\n\n".join(report_sets.sets(Runs([ours], []), rounds=10))
    held_out, train = tables.split("**publishers, HTML: the 2 train pages**")
    assert "the 1 held-out pages" in held_out
    assert row(held_out, "Wiredesk") == ["1.0000", "1.0000", "1.0000", "0", "1.000", report_sets.NONE, "0.000"]
    assert row(train, "Wiredesk")[0] == "0.5000"


def test_a_peer_that_knows_english_alone_is_asked_about_no_other_language():
    runs = [Run(name, [result(RIGHT), result(RIGHT, of_set="wcxb")]) for name in ("Wiredesk", "jusText, English")]
    found = {part.split(",")[0]: table for part, table, _ in batches(report_sets.sets(Runs(runs, []), rounds=1))}
    assert "jusText" in found["**WCXB"]
    assert "jusText" not in found["**publishers"]


def batches(parts):
    parts = list(parts)
    return zip(parts[::3], parts[1::3], parts[2::3], strict=True)


def test_a_language_of_few_pages_on_either_side_is_one_of_the_others():
    pages = [result(RIGHT, language=name, held_out=side) for name in ("de", "en") for side in (True, False) * 5]
    pages += [result(WRONG, language="fi") for _ in range(9)]
    (table,) = report_sets.languages(Runs([Run("Wiredesk", pages)], []))
    assert row(table, "de") == ["5", "1.0000", "5", "1.0000"]
    assert row(table, "1 others") == ["0", report_sets.NONE, "9", "0.5000"]


def test_what_a_grade_is_worth_is_the_share_of_its_pages_that_are_as_good():
    pages = [result(RIGHT, quality="good")] * 3 + [result(WRONG, quality="good"), result(PageScore(None, 0))]
    table = report_sets.grades(Runs([Run("Wiredesk", pages)], []))
    assert row(table, "good") == ["publishers, train", "4", "100.0%", "75.0%", "75.0%", "75.0%", "0.875"]
    assert row(table, "refused")[:3] == ["publishers, train", "1", "0.0%"]


def test_the_cost_is_stated_beside_the_baseline_on_the_same_pages():
    runs = [
        Run("Wiredesk", [result(RIGHT, milliseconds=3.0), result(RIGHT, milliseconds=9.0)]),
        Run(BASELINE, [result(RIGHT, milliseconds=10.0), result(RIGHT, milliseconds=6.0)]),
    ]
    table = next(iter(report_sets.cost(Runs(runs, []))))
    assert row(table, "Wiredesk")[:2] == ["6.0", "6.0"]
    assert row(table, "Wiredesk")[3:] == ["0.75", "0"]


def test_the_tables_go_between_the_marks_of_the_document(tmp_path):
    document = tmp_path / "quality.md"
    document.write_text(f"# Quality\n\n{report.BEGIN}\nold\n{report.END}\n\n## Tagger\n")
    report.write(document, "new")
    report.write(document, "newer")
    assert document.read_text() == f"# Quality\n\n{report.BEGIN}\n\nnewer\n\n{report.END}\n\n## Tagger\n"
    document.write_text("# Quality\n")
    with pytest.raises(ValueError, match="has no line"):
        report.write(document, "new")


def bench(*arguments):
    command = [sys.executable, "-m", "bench.cleaner", *arguments]
    return subprocess.run(command, check=False, cwd=ROOT, capture_output=True, text=True, timeout=200)


def test_the_command_prints_the_tables_of_all_sets(tmp_path):
    folders = [str(wcxb(tmp_path / "a")), "--pages", str(news(tmp_path / "b"))]
    done = bench(*folders, "--peers", "trafilatura default,trafilatura with metadata", "--rounds", "10")
    assert done.returncode == 0, done.stderr
    for title in ("WCXB, HTML: the 2 train pages", "publishers, HTML: the 1 held-out pages", "By language", "Cost"):
        assert f"**{title}**" in done.stdout
    assert "text as it is" in done.stdout
    assert re.search(r"\*\*Entities from furniture, tagged by wire_news \S+\*\*", done.stdout)
    assert "HTML: trafilatura with metadata" in done.stdout
    assert "6 pages, 2 of them held out, 0 marked by hand" in done.stderr


def test_what_is_missing_is_named_and_the_rest_is_measured(tmp_path):
    done = bench(str(wcxb(tmp_path)), "--peers", "none", "--rounds", "10")
    assert done.returncode == 0, done.stderr
    assert "make bench-cleaner PAGES=FOLDER" in done.stderr
    assert "publishers and snippets not measured" in done.stdout
    assert "Entities from furniture" not in done.stdout


def test_without_any_pages_the_command_says_so_and_ends_with_two():
    done = bench()
    assert done.returncode == 2
    assert "make bench-cleaner DATA=FOLDER" in done.stderr
    assert "make bench-cleaner PAGES=FOLDER" in done.stderr


def test_tables_that_are_not_whole_are_not_kept(tmp_path):
    done = bench("--pages", str(news(tmp_path)), "--write", "--peers", "none")
    assert done.returncode == 2
    assert "only when all of them are made" in done.stderr
    assert done.stdout == ""


def test_a_folder_without_pages_ends_with_two(tmp_path):
    done = bench(str(tmp_path))
    assert done.returncode == 2
    assert "holds no pages" in done.stderr
