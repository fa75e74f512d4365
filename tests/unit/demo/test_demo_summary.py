"""What people see at the end of the demo."""

import io
import re
import uuid

import pytest
from rich.console import Console

from tests.factories import NOON
from wiredesk.contracts.events import ArticleEnriched, Entity, Mention, StoreStatus
from wiredesk_local.demo.ledger import Fallout, Summary
from wiredesk_local.demo.summary import progress, show, showcase

TEXT = "Ada Marsh spoke in Oslo [sic] on Monday. " + "The harbour stays open for all who come by sea. " * 12


def article(*, url=None, headline="Harbour opens", section="World", credited=("Photo by Bo Lind/Harbour Press",)):
    where = TEXT.index("Oslo")
    return ArticleEnriched(
        event_id=uuid.uuid4(),
        article_id=uuid.uuid4(),
        url=url,
        headline=headline,
        article_section=section,
        credits=credited,
        authors=("Cleo Hart",),
        text=TEXT,
        content_hash="x",
        cleaner_version="1",
        fetched_at=NOON,
        entities=(
            Entity(
                name="Ada Marsh",
                type="PERSON",
                mentions=(Mention(field="text", start=0, end=9, surface="Ada Marsh"),),
            ),
            Entity(
                name="Oslo",
                type="GPE",
                mentions=(Mention(field="text", start=where, end=where + 4, surface="Oslo"),),
            ),
        ),
        tagger_pipeline="t",
        tagger_version="1",
    )


def summary(**changes):
    values = {
        "submitted": 106,
        "fetched": 94,
        "cleaned": 90,
        "enriched": 90,
        "stored": 89,
        "fallout": {
            Fallout("rejected", "fetcher", "not_found"): 2,
            Fallout("dead letter", "cleaner", "cpu_timeout"): 1,
        },
        "statuses": {StoreStatus.INSERTED: 88, StoreStatus.REVISED: 1},
        "entities": {"GPE": [("Oslo", 7), ("Riga", 3)], "PERSON": [("Ada [bold] Marsh", 2)], "LAW": [("Act", 1)]},
        "duplicates": tuple((f"Story {number}", 2) for number in range(5)),
        "articles": (article(), article(url="http://127.0.0.1:8790/world/a.html", headline="Page")),
        "lost": (),
        "contradictions": (),
        "seconds": 12.34,
    }
    return Summary(**{**values, **changes})


def shown(what, *, terminal=False, width=80):
    out = io.StringIO()
    console = Console(file=out, force_terminal=terminal, width=width, color_system="truecolor" if terminal else None)
    show(what, console, example="http://127.0.0.1:8790/world/geneva-river-treaty.html")
    return out.getvalue()


def rows(text):
    """The lines, white space folded."""
    return [" ".join(line.split()) for line in text.splitlines()]


def test_the_ledger_stands_first_and_names_every_reason():
    lines = rows(shown(summary()))
    start = lines.index("What became of the submissions")
    assert lines[start + 1 : start + 9] == [
        "submitted 106 in 12.3 s",
        "fetched 94",
        "cleaned 90",
        "enriched 90",
        "stored 89 88 inserted, 1 revised",
        "rejected 2 not_found (by the fetcher)",
        "dead letter 1 cpu_timeout (by the cleaner)",
        "lost 0",
    ]


def test_what_is_lost_is_named_and_nothing_is_when_nothing_is():
    text = shown(summary(lost=("http://127.0.0.1/a", "text: B"), contradictions=("text: C",)))
    assert "lost         2" in text
    assert "no end within 12 s: http://127.0.0.1/a\n" in text
    assert "no end within 12 s: text: B\n" in text
    assert "ended in more than one way: text: C\n" in text
    assert "no end" not in shown(summary())


def test_entities_are_shown_by_type_in_words_and_brackets_survive():
    lines = rows(shown(summary()))
    assert "countries and cities Oslo (7), Riga (3)" in lines
    assert "people Ada [bold] Marsh (2)" in lines
    assert not any("Act (1)" in line for line in lines)


def test_only_the_first_duplicates_are_listed_and_the_rest_counted():
    lines = rows(shown(summary()))
    assert "2 times Story 2" in lines
    assert "2 times Story 3" not in lines
    assert "and 2 more stories" in lines


def test_an_article_is_shown_with_its_credit_as_credit_and_its_entities():
    what = summary()
    lines = rows(shown(what))
    start = lines.index("headline Harbour opens")
    assert lines[start + 1 : start + 4] == [
        "section World",
        "authors Cleo Hart",
        "credit Photo by Bo Lind/Harbour Press",
    ]
    assert lines[start + 4].startswith("text Ada Marsh spoke in Oslo [sic] on Monday.")
    assert {"PERSON Ada Marsh", "GPE Oslo", "from a text without address"} < set(lines)
    assert "…" in "".join(lines)


def test_entities_are_coloured_on_a_terminal_and_plain_in_a_pipe():
    assert re.search(r"\x1b\[[0-9;]*mAda Marsh\x1b\[0m", shown(summary(), terminal=True))
    assert "\x1b" not in shown(summary())


@pytest.mark.parametrize("width", [40, 80, 200])
def test_every_command_stands_on_one_line_whatever_the_width(width):
    what = summary()
    lines = [line.strip() for line in shown(what, width=width).splitlines()]
    commands = [line.removeprefix(".venv/bin/wiredesk ") for line in lines if line.startswith(".venv/bin/wiredesk")]
    assert commands == [
        "publish http://127.0.0.1:8790/world/geneva-river-treaty.html",
        "tail enriched --from-start --limit 5",
        'search "river treaty"',
        f"explain {showcase(what.articles)[0].article_id}",
        "subscriptions listen",
        "subscribe rivers river --topic --webhook http://127.0.0.1:9000/hook",
        "status",
        "scale tagger 3",
    ]


def test_a_run_without_any_article_still_has_a_summary():
    text = shown(summary(articles=(), duplicates=(), entities={}, statuses={}, fallout={}))
    assert "As readers of" not in text
    assert "explain http://127.0.0.1:8790/world/geneva-river-treaty.html" in text


def test_the_showcase_prefers_a_text_and_a_page_with_everything_to_show():
    poor = article(credited=())
    rich = article()
    same, page = article(url="http://127.0.0.1/a"), article(url="http://127.0.0.1/b", headline="Bridge closes")
    assert showcase([poor, same, rich, page]) == [rich, page]
    assert showcase([poor]) == [poor]
    assert showcase([]) == []


def test_the_progress_line_reads_from_left_to_right():
    counts = {
        "submitted": 9,
        "fetched": 8,
        "cleaned": 7,
        "enriched": 6,
        "stored": 5,
        "rejected": 1,
        "dead letters": 0,
    }
    line = progress(counts, 2.5)
    assert line == "  2.5 s  submitted 9 → fetched 8 → cleaned 7 → enriched 6 → stored 5, rejected 1"
