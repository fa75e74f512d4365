"""The loader of the annotated sets, and a page as lines."""

import gzip
import json

import pytest

from bench.pages import Page, each
from tests.unit.bench.annotated_pages import BODY, PAGE, SENTENCE, news, wcxb
from wiredesk_cleaner.training.flattened import flatten, visible_lines
from wiredesk_cleaner.training.pages import AnnotatedPage, NoPagesError, annotated


def page(tmp_path, html, **truth):
    file = tmp_path / "page.html.gz"
    file.write_bytes(gzip.compress(html.encode()))
    return Page(AnnotatedPage("publishers", "page", "https://quay.example/a", file, **truth))


def test_only_the_articles_of_wcxb_are_read(tmp_path):
    pages = annotated(wcxb(tmp_path))
    assert [(one.set, one.name) for one in pages] == [("wcxb", "0001"), ("wcxb", "0003")]
    assert (pages[0].title, pages[0].authors, pages[0].date) == ("Lake Pact Holds", (), None)
    assert pages[0].text == f"{SENTENCE} Part 1."
    assert pages[0].raw() == PAGE.encode()


def test_publishers_have_a_body_and_snippets_have_pieces_and_either_has_both_sides_of_the_split(tmp_path):
    pages = annotated(None, news(tmp_path))
    assert [(one.set, one.name, one.held_out) for one in pages] == [
        ("publishers", "page0", False),
        ("publishers", "page1", True),
        ("snippets", "page0", False),
        ("snippets", "page1", True),
    ]
    assert pages[0].text == BODY
    assert pages[0].wanted == ()
    assert pages[2].text == ""
    assert pages[2].unwanted == ("Terms",)
    assert [one.authors for one in pages] == [("Una Berg",)] * 4


def test_a_page_that_is_held_out_is_in_no_fold_and_every_other_in_one(tmp_path):
    pages = annotated(None, news(tmp_path))
    assert [one.fold is None for one in pages] == [False, True, False, True]
    assert {one.fold for one in pages} - {None} <= set(range(5))


def test_a_limit_takes_pages_from_all_over_each_set(tmp_path):
    folder = wcxb(tmp_path / "a")
    for number in range(4, 13):
        item = json.loads((folder / "dev/ground-truth/0001.json").read_text())
        (folder / f"dev/ground-truth/{number:04}.json").write_text(json.dumps(item))
        (folder / f"dev/html/{number:04}.html.gz").write_bytes(gzip.compress(b"<p>"))
    names = [one.name for one in annotated(folder, news(tmp_path / "b"), 3)]
    assert names == ["0001", "0005", "0009", "page0", "page1", "page0", "page1"]


def test_one_of_the_two_sets_of_news_pages_will_do(tmp_path):
    folder = news(tmp_path)
    (folder / "snippets" / "truth.json").unlink()
    assert {one.set for one in annotated(None, folder)} == {"publishers"}


def test_a_folder_without_pages_is_no_set(tmp_path):
    with pytest.raises(NoPagesError, match="dev/ground-truth"):
        annotated(tmp_path)
    with pytest.raises(NoPagesError, match=r"truth\.json"):
        annotated(None, tmp_path)


def test_a_page_is_flattened_to_the_lines_of_its_largest_article():
    found = flatten(PAGE).split("\n")
    assert found[:3] == ["Lake Pact Holds", "Share", f"{SENTENCE} Part 0."]
    assert len(found) == 22


def test_a_page_without_a_large_article_is_flattened_whole():
    assert flatten("<nav>Home</nav><article>Short</article><p>a <b>b</b><br>c") == "Home\nShort\na b\nc"


def test_the_lines_of_a_page_are_all_that_it_shows():
    found = visible_lines(PAGE)
    assert [found[0], found[1], found[-1]] == [("Home World", False), ("Lake Pact Holds", True), ("Terms", False)]


def test_the_language_is_that_of_the_true_text_and_of_a_short_one_what_the_page_declares(tmp_path):
    assert page(tmp_path, '<html lang="fr">', text=f"{SENTENCE} " * 20).language == "en"
    assert page(tmp_path, "<html class='a' LANG=nb-NO>", text="Ja").language == "no"
    assert page(tmp_path, "<html xml:lang='fr'>", wanted=("!",)).language == "?"


def test_pages_are_read_one_by_one(tmp_path):
    first, second = annotated(wcxb(tmp_path))
    pages = each([first, second])
    second.file.unlink()
    assert next(pages).plain.startswith("Lake Pact Holds")
    with pytest.raises(FileNotFoundError):
        assert next(pages).html
