"""What `wiredesk diff` says to people: in colour, and in marks where there is none."""

import sys
from typing import Any

import pytest

from tests.unit.storage.revisions.articles import HEADLINE, TEXT, article
from wiredesk.contracts.events import ArticleStored, ChangeKind
from wiredesk_desk.views.changes import sentence, show
from wiredesk_desk.views.receipt_words import copy, kinds
from wiredesk_storage.revisions.comparison import compare
from wiredesk_storage.revisions.kinds import Verdict


def printed(capsys: pytest.CaptureFixture[str], text: str = TEXT, headline: str = HEADLINE, **fields: Any) -> str:
    for change in compare(article(), article(text, headline, **fields)).changes:
        show(change)
    return capsys.readouterr().out


def test_without_colours_what_went_and_what_came_is_marked(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setenv("NO_COLOR", "1")
    monkeypatch.setenv("COLUMNS", "200")
    found = printed(capsys, TEXT.replace("120 passengers", "130"), "Ferry to Holm was late", keywords=("ferries",))
    assert found.splitlines() == [
        "headline",
        "  Ferry to Holm [-is-] {+was+} late",
        "text",
        "  … A rope had caught in its screw.",
        "  Some [-120 passengers-] {+130+} waited on the quay. Berta Quill, who runs …",
        "keywords",
        "  {+ferries+}",
    ]


def test_with_colours_no_marks_are_needed(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch):
    monkeypatch.delenv("NO_COLOR", raising=False)
    monkeypatch.setenv("TERM", "xterm-256color")
    monkeypatch.setattr(sys.stdout, "isatty", lambda: True)
    found = printed(capsys, headline="Ferry to Holm was late")
    assert "\x1b[9;31mis\x1b[0m \x1b[32mwas\x1b[0m late" in found
    assert "[-" not in found


def test_escape_sequences_of_an_article_do_not_reach_the_terminal(capsys: pytest.CaptureFixture[str]):
    found = printed(capsys, headline="Ferry \x1b[2J to Holm", authors=("Ann \x1b[31m Orme",))
    assert "\x1b" not in found


@pytest.mark.parametrize(
    ("verdict", "said"),
    [
        (Verdict((), stealth=False), "Nothing that is read in the article changed."),
        (Verdict((ChangeKind.HEADLINE, ChangeKind.CUT), stealth=False), "What changed: another headline, text cut."),
        (
            Verdict((ChangeKind.WORDING,), stealth=True),
            "What changed: wording. The article does not say so: no correction, no later date of modification.",
        ),
        (
            Verdict((ChangeKind.WORDING,), stealth=None),
            "What changed: wording. Whether the article says so is not known: two versions of the cleaner read it.",
        ),
    ],
)
def test_a_verdict_is_told_in_words(verdict: Verdict, said: str):
    assert sentence(verdict) == said


def test_every_kind_has_its_words():
    assert [kind for kind in ChangeKind if kinds([kind]) == kind.value] == [ChangeKind.WORDING]


def test_a_copy_is_told_with_what_differs():
    one, first = (f"{number:08}-0000-0000-0000-000000000000" for number in range(2))
    fields = {"event_id": one, "article_id": one, "enriched_event_id": one, "status": "inserted", "revision": 1}
    told = fields | {"group_id": first, "similarity": 0.9, "differences": ["cut", "dateline", "turned"]}
    assert copy(ArticleStored.model_validate(fields)) == ""
    said = f"copy of article {first}, cut, with a dateline, turned"
    assert copy(ArticleStored.model_validate(told)) == said
