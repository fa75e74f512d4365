"""Dates marked by hand: how a mark is found again on its page, and what is counted."""

import gzip
from collections.abc import Sequence
from pathlib import Path

import pytest

from bench.tagging import dates
from bench.tagging.dates import Judged, Mark
from tests.unit.bench.annotated_pages import BODY, PAGE, news
from wiredesk_cleaner.training.pages import NoPagesError
from wiredesk_tagger.core import Found, Place
from wiredesk_tagger.nlp import Article, MadeBy, Tagged

TEXT = "The lake froze on Tuesday, they say. It thawed on Tuesday, we say."
FIRST, SECOND = TEXT.index("Tuesday"), TEXT.rindex("Tuesday")


def mark(text: str, start: int, *right: str, part: str = "tuned on", page: str = "publishers/page0") -> Mark:
    return Mark(page, "text", start, "Tuesday", dates.around(text, start, start + 7), right, part)


class Tuesdays:
    """Finds the first Tuesday of each text."""

    def tag(self, articles: Sequence[Article]) -> list[Tagged]:
        ((field, start),) = [("text", article.text.index("Tuesday")) for article in articles]
        found = Found("Tuesday", "DATE", (Place(field, start, start + 7, None),))
        return [Tagged((found,), MadeBy("none", "1"))]


def test_a_mark_is_found_by_what_stands_around_it_though_the_text_before_it_changed():
    later = f"Advertisement\n\n{'-' * 40}\n{TEXT}"
    longer = f"{TEXT}\n{'-' * 40}"
    assert dates.place(mark(TEXT, SECOND), {"text": TEXT}) == SECOND
    assert dates.place(mark(longer, SECOND), {"text": longer}) == SECOND
    assert dates.place(mark(later, later.rindex("Tuesday")), {"text": f"News\n{later}"}) == later.rindex("Tuesday") + 5


def test_a_mark_whose_sentence_is_gone_is_nowhere():
    assert dates.place(mark(TEXT, FIRST), {"text": "It thawed on Tuesday."}) is None
    assert dates.place(mark(TEXT, FIRST), {"headline": TEXT}) is None


def test_of_two_places_alike_the_nearer_one_is_the_marks():
    text = "\n".join([f"{'-' * 30}Tuesday{'-' * 30}"] * 3)
    starts = [at for at in range(len(text)) if text.startswith("Tuesday", at)]
    assert dates.place(mark(text, starts[1]), {"text": text}) == starts[1]


def test_each_mark_is_right_wrong_left_out_or_rightly_without_a_value():
    one, other, none = mark(TEXT, FIRST, "2026-03-03"), mark(TEXT, FIRST, "2026-03", "2026-03-03"), mark(TEXT, FIRST)
    pairs = [(one, "2026-03-03"), (one, "2026-03-10"), (one, None), (other, "2026-03-03"), (none, None), (none, "2026")]
    assert dates.judged(pairs) == Judged(marks=6, resolved=4, right=2, left_out=1, rightly_none=1)


def test_the_pages_are_cleaned_and_tagged_and_each_part_has_its_row(tmp_path: Path):
    published = '<head><meta property="article:published_time" content="2026-03-05T10:00:00Z">'
    for page in (news(tmp_path / "news-pages") / "publishers" / "html").iterdir():
        page.write_bytes(gzip.compress(PAGE.replace("<head>", published).encode()))
    start = BODY.index("Tuesday")
    marked = [
        mark(BODY, start, "2026-03-03"),
        mark(BODY, start, "2026-03-10", page="publishers/page1", part="held out"),
    ]
    tuned, held_out, *_ = dates.report(None, tmp_path / "news-pages", Tuesdays(), marked).splitlines()[2:]
    assert tuned.split()[1:] == ["tuned", "on", "|", "1", "|", "1", "|", "1", "(100.0%)", "|", "0", "|", "0", "|"]
    assert held_out.split()[1:] == ["held", "out", "|", "1", "|", "1", "|", "0", "(0.0%)", "|", "0", "|", "0", "|"]


def test_marks_without_their_pages_are_told(tmp_path: Path):
    news(tmp_path / "news-pages")
    marked = [mark(BODY, BODY.index("Tuesday")), mark(TEXT, FIRST, page="publishers/gone")]
    assert dates.report(None, tmp_path / "news-pages", Tuesdays(), marked).endswith(
        "1 of 2 marks were not found on their pages, or the pages not at all."
    )
    with pytest.raises(NoPagesError):
        dates.report(None, tmp_path / "nowhere", Tuesdays(), marked)


def test_the_marks_are_in_parts_that_share_no_page():
    pages = [{one.page for one in dates.marks() if one.part == part} for part in dates.PARTS]
    assert all(pages)
    assert sum(map(len, pages)) == len(set().union(*pages))
