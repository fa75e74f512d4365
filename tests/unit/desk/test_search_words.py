"""What the search verbs are made of: hits in bold, a line of bars, help, the window of a day."""

from datetime import UTC, datetime, timedelta

import pytest
from typer.testing import CliRunner

from wiredesk_desk.cli import app
from wiredesk_desk.commands.search import Asked
from wiredesk_desk.views import hits as view
from wiredesk_desk.views.sparkline import sparkline

NOW = datetime(2026, 11, 30, 12, tzinfo=UTC)


def test_what_was_found_is_bold_and_steers_no_terminal():
    text = view.marked("a\x1b[2J **ferry** to\n**Málaga**")
    assert "\x1b" not in text.plain
    assert [text.plain[span.start : span.end] for span in text.spans if span.style == "bold"] == ["ferry", "Málaga"]


@pytest.mark.parametrize(
    ("counts", "line"),
    [([], ""), ([0, 0], "▁▁"), ([1, 7], "▂█"), ([1] * 80, "█" * 26 + "▆")],
)
def test_a_sparkline_is_never_wider_than_a_line(counts: list[int], line: str):
    assert sparkline(counts) == line


@pytest.mark.parametrize("verb", ["search", "entities"])
def test_help_teaches_by_example(verb: str):
    done = CliRunner().invoke(app, [verb, "--help"])
    assert done.exit_code == 0
    assert f"\n  wiredesk {verb} " in done.stdout


def test_the_window_of_a_day_is_the_whole_day():
    filters = Asked("ferry", {}, since="2026-11-20", until="2026-11-20").filters(NOW)
    assert (filters.until, filters.since) == (datetime(2026, 11, 21, tzinfo=UTC), datetime(2026, 11, 20, tzinfo=UTC))
    assert Asked("ferry", {}, until="2d").filters(NOW).until == NOW - timedelta(days=2)
