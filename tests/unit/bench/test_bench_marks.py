"""Pages marked line by line: how marks are kept, which are refused, and what is scored against them."""

import gzip
import json
from hashlib import sha256

import pytest

from bench.cleaning import marks, ours, report, zones
from bench.cleaning.marks import FOLDER, Line, Marked, MarksError
from bench.cleaning.zones import FURNITURE_LINES, STORY_LINES, Tally
from bench.pages import Page
from tests.unit.bench.annotated_pages import news
from wiredesk.contracts.events import Content, ZoneKind
from wiredesk_cleaner.training.flattened import visible_lines
from wiredesk_cleaner.training.pages import AnnotatedPage, annotated

FERRY = "The ferry to the outer isles sails twice a day from now on, the harbour office says."
CREW = "Its crew of nine was hired in spring, and the first trip sold out within an hour."
PAGE = (
    f"<article><p>News</p><h1>Two ferries a day</h1><p>{FERRY}</p><p>Read also: Storm over the isles</p><p>{CREW}</p>"
    "</article><footer>Imprint</footer>"
)
KINDS = ["section", "headline", "body", "related", "body", "navigation"]


@pytest.fixture
def file(tmp_path):
    texts = [text for text, _ in visible_lines(PAGE)]
    path = tmp_path / "quay.json"
    marked = {"page": "quay", "sha256": sha256(PAGE.encode()).hexdigest(), "spans": marks.spans_of(texts, KINDS)}
    path.write_text(json.dumps(marked))
    return path


@pytest.fixture
def empty(tmp_path):
    path = tmp_path / "empty.html.gz"
    path.write_bytes(gzip.compress(b""))
    return path


def marked(*kinds_and_texts, file=FOLDER):
    truth = AnnotatedPage("publishers", "quay", "https://quay.example/a", file)
    return Marked(Page(truth), [Line(text, ZoneKind(kind), flattened=True) for kind, text in kinds_and_texts])


def test_marks_are_offsets_and_kinds_and_runs_of_one_kind_are_one():
    assert marks.spans_of(["News", "One", "Two!", "End"], ["section", "body", "body", "tag"]) == [
        (0, 4, "section"),
        (5, 13, "body"),
        (14, 17, "tag"),
    ]
    with pytest.raises(ValueError, match="shorter"):
        marks.spans_of(["One", "Two"], ["body"])


def test_each_line_of_a_page_gets_its_mark(file):
    found = marks.read(PAGE.encode(), PAGE, file)
    assert [line.kind for line in found] == KINDS
    assert found[2].text == FERRY


def test_marks_of_other_bytes_are_refused(file):
    with pytest.raises(MarksError, match="SHA-256"):
        marks.read(PAGE.encode() + b" ", PAGE, file)


def test_marks_of_lines_that_are_cut_otherwise_are_refused(file):
    with pytest.raises(MarksError, match="no longer cut"):
        marks.read(PAGE.encode(), PAGE.replace("<p>News</p>", "<p>Ne<br>ws</p>"), file)


@pytest.mark.parametrize("change", ["<p>One more</p>", ""])
def test_marks_of_more_or_fewer_lines_are_refused(file, change):
    other = PAGE + change if change else PAGE.replace("<footer>Imprint</footer>", "")
    with pytest.raises(MarksError, match="lines"):
        marks.read(PAGE.encode(), other, file)


def test_the_pages_that_are_marked_are_found_among_all(tmp_path):
    pages = annotated(None, news(tmp_path))
    raw, html = pages[0].raw(), Page(pages[0]).html
    texts = [text for text, _ in visible_lines(html)]
    spans = marks.spans_of(texts, ["body"] * len(texts))
    content = {"page": "page0", "sha256": sha256(raw).hexdigest(), "spans": spans}
    (tmp_path / "page0.json").write_text(json.dumps(content))
    (found,) = marks.marked(pages, tmp_path)
    assert (found.page.truth.set, found.page.truth.name, len(found.lines)) == ("publishers", "page0", len(texts))


def test_the_marks_in_the_repository_cover_their_pages_without_a_gap_and_hold_no_text():
    files = sorted(FOLDER.glob("*.json"))
    assert len(files) >= 40
    for path in files:
        content = json.loads(path.read_text())
        assert set(content) == {"page", "sha256", "spans"}
        assert content["page"] == path.stem
        assert len(content["sha256"]) == 64
        at = -1
        for start, end, kind in content["spans"]:
            assert start == at + 1
            assert end > start
            assert kind in ZoneKind.__members__.values()
            at = end


def test_a_line_of_the_page_is_in_a_text_that_holds_it_whole_or_half_of_it():
    page = marked(("body", FERRY), ("related", "Storm over the isles"), ("body", CREW), ("navigation", "*"))
    assert zones.covered(f"{FERRY}\n{CREW}", page.lines) == [1, 0, 1, None]
    assert zones.covered(" ".join(CREW.split()[:9]), page.lines)[2] == 9 / 17
    assert zones.covered(f"{FERRY} Storm over the isles", page.lines)[:2] == [1, 1]


def test_a_short_line_is_no_part_of_a_sentence_that_has_its_words():
    page = marked(("navigation", "Harbour office"), ("body", FERRY))
    assert zones.covered(FERRY, page.lines) == [0, 1]
    assert zones.covered("Harbour office", page.lines) == [1, 0]
    assert zones.covered("Nobody answered at the harbour office", page.lines) == [0, 0]


def test_what_the_text_repeats_is_furniture_once_the_story_has_had_its_own():
    page = marked(("body", CREW), ("related", f"Read also: {CREW}"))
    assert zones.covered(CREW, page.lines) == [1, 0]
    assert zones.covered(f"{CREW}\n{CREW}", page.lines) == [1, 17 / 19]


def test_what_stands_on_the_page_twice_is_the_storys_while_the_text_has_it_once():
    page = marked(("related", CREW), ("body", CREW))
    assert zones.covered(CREW, page.lines) == [0, 1]
    assert zones.covered(f"{CREW}\n\n{CREW}", page.lines) == [1, 1]
    page = marked(("related", "Two ferries a day"), ("headline", "Two ferries a day"))
    assert zones.covered("Two ferries a day", page.lines) == [0, 1]


def test_a_body_is_scored_by_the_furniture_in_it_and_the_story_that_is_not(empty):
    page = marked(
        ("headline", "Two ferries a day"), ("body", FERRY), ("caption", "The ferry at its pier"), ("body", CREW),
        ("related", "Storm over the isles"), ("byline", "Una Berg"), file=empty,
    )  # fmt: skip

    def extract(html, url):
        return {"text": f"Two ferries a day\n{FERRY}\nThe ferry at its pier\nStorm over the isles\nUna Berg"}

    found = zones.body(extract, page)
    assert (found.furniture, found.captions, found.lost, found.story, found.empty) == (2, 1, 1, 2, False)


def test_a_page_of_which_nothing_is_found_is_not_one_without_furniture(empty):
    page = marked(("body", FERRY), ("byline", "Una Berg"), file=empty)
    found = zones.body(lambda html, url: {"text": None}, page)  # noqa: ARG005 - as an extractor is called
    assert (found.empty, found.lost) == (True, 1)
    table = report.bodies({"said": [found]})
    assert [cell.strip() for cell in table.split("\n")[-1].split("|")[2:4]] == ["0.0", "0.00"]


def cleaned(text, url):
    return ours.event(text, Content.TEXT, url)


def test_each_line_of_a_flattened_text_is_what_the_event_says_of_it():
    texts = ["Two ferries a day", "Una Berg", "Photo: Una Berg", f"OSLO \u2014 {FERRY}", CREW, "Share", "Tweet this"]
    found = zones.kinds(cleaned("\n".join(texts), None), texts)
    assert None not in found
    # The line with the dateline is what most of it is.
    assert found[2:5] == [ZoneKind.CREDIT, ZoneKind.BODY, ZoneKind.BODY]


def test_of_a_text_that_is_refused_every_line_is_missed():
    page = marked(("body", "Log in"), ("navigation", "Register"))
    found = zones.zones(cleaned, [page])
    assert found == {
        "body": Tally(1, 0, 0), "navigation": Tally(1, 0, 0), STORY_LINES: Tally(1, 0, 0),
        FURNITURE_LINES: Tally(1, 0, 0),
    }  # fmt: skip


def test_zones_are_counted_by_kind_and_by_story_and_furniture():
    page = marked(("headline", "Two ferries a day"), ("body", FERRY), ("quote", CREW), ("share", "Share"))
    found = zones.zones(cleaned, [page])
    assert found["headline"].f1 == 1
    assert (found["body"].precision, found["body"].recall) == (0.5, 1)
    assert found["quote"] == Tally(1, 0, 0)
    assert (found[STORY_LINES].f1, found[FURNITURE_LINES].f1) == (1, 1)
    table = report.zones({False: found})
    assert "train: precision" in table
    assert "held-out" not in table
    assert report.zones({True: {}, False: {}}) == ""
