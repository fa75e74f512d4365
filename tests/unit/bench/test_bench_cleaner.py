import gzip
import json
import subprocess
import sys
from pathlib import Path

import pytest

from bench import cleaner, report
from bench.metric import PageScore
from bench.pages import NoDataError, flatten, load

SENTENCE = "The lake states agreed on Tuesday to share their water for another ten years."
STORY = "\n".join(f"<p>{SENTENCE} Part {number}.</p>" for number in range(20))
PAGE = f"""<html><head><title>Lake Pact Holds</title><script>var x = "</p>";</script></head><body>
<nav>Home <a>World</a></nav>
<article><h1>Lake Pact Holds</h1><button>Share</button>{STORY}<svg>drawn</svg></article>
<footer>Terms</footer></body></html>"""
ROOT = Path(__file__).parents[3]


@pytest.fixture
def dataset(tmp_path):
    for folder in ("ground-truth", "html"):
        (tmp_path / "dev" / folder).mkdir(parents=True)
    for number, kind in enumerate(("article", "forum", "article"), 1):
        truth = {"main_content": f"{SENTENCE} Part {number}.", "title": "Lake Pact Holds", "author": None}
        item = {"url": f"https://site{number}.example/a", "ground_truth": truth}
        item |= {"_internal": {"page_type": {"primary": kind}}}
        (tmp_path / f"dev/ground-truth/{number:04}.json").write_text(json.dumps(item))
        (tmp_path / f"dev/html/{number:04}.html.gz").write_bytes(gzip.compress(PAGE.encode()))
    return tmp_path


def test_a_page_is_flattened_to_the_lines_of_its_largest_article():
    lines = flatten(PAGE).split("\n")
    assert lines[:3] == ["Lake Pact Holds", "Share", f"{SENTENCE} Part 0."]
    assert len(lines) == 22


def test_a_page_without_a_large_article_is_flattened_whole():
    assert flatten("<nav>Home</nav><article>Short</article><p>a <b>b</b><br>c") == "Home\nShort\na b\nc"


def test_only_the_articles_of_a_set_are_loaded(dataset):
    pages = load(dataset)
    assert [page.name for page in pages] == ["0001", "0003"]
    assert pages[0].truth.title == "Lake Pact Holds"
    assert len(load(dataset, limit=1)) == 1


def test_a_folder_without_pages_is_no_set(tmp_path):
    with pytest.raises(NoDataError, match="holds no pages"):
        load(tmp_path)


@pytest.mark.parametrize("page", [PAGE, PAGE.encode()])
def test_html_gives_text_title_authors_and_date(page):
    answer = cleaner.html(page, "https://quay.example/a")
    assert set(answer) == {"text", "title", "authors", "date"}
    assert answer["title"] == "Lake Pact Holds"
    assert answer["text"].startswith(SENTENCE)


def test_plain_text_gives_the_same_keys():
    answer = cleaner.plain(flatten(PAGE))
    assert answer["title"] == "Lake Pact Holds"
    assert answer["text"].startswith(SENTENCE)
    assert answer["date"] is None


def test_a_refused_page_has_no_text_but_what_it_states():
    head = '<title>Page not found</title><meta property="article:published_time" content="2026-03-03T10:00:00Z">'
    answer = cleaner.html(f"<html><head>{head}</head><body><h1>Page not found</h1><p>Sorry.</p></body></html>")
    assert answer["text"] is None
    assert answer["title"] == "Page not found"
    assert cleaner.html("", None)["text"] is None
    assert cleaner.plain("", None)["text"] is None


def test_a_crash_is_an_empty_answer_and_counted(dataset):
    def crash(source, url):
        raise LookupError(url)

    run = cleaner.measure("crash", crash, load(dataset), lambda page: page.html)
    assert [result.crashed for result in run.results] == [True, True]
    assert run.results[0].body == PageScore(None, 0)


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
    return subprocess.run(command, check=False, cwd=ROOT, capture_output=True, text=True, timeout=100)


def test_the_command_prints_the_tables(dataset):
    done = bench(str(dataset), "--peers", "trafilatura default", "--rounds", "10")
    assert done.returncode == 0, done.stderr
    assert "**HTML, all 2 pages**" in done.stdout
    assert "trafilatura default" in done.stdout
    assert "text as it is" in done.stdout


def test_the_command_says_that_there_is_no_set_and_ends_with_two(tmp_path):
    done = bench(str(tmp_path))
    assert done.returncode == 2
    assert "make bench-cleaner DATA=" in done.stderr
