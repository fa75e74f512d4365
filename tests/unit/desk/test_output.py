"""What is printed: nothing that steers a terminal, NDJSON in a pipe, times as people say them."""

import json
import sys
from datetime import UTC, datetime, timedelta

import pytest

from wiredesk.contracts.events import Entity, Mention
from wiredesk_desk import output
from wiredesk_desk.commands.status import ranges
from wiredesk_desk.views import article


def test_escape_sequences_of_an_article_do_not_reach_the_terminal():
    assert output.plain("a\x1b[2Jb\x07c\u202ed\r") == "a�[2Jb�c�d�"
    assert output.plain("Zürich 🚢\n\t東京") == "Zürich 🚢\n\t東京"


def test_rows_are_ndjson_in_a_pipe(capsys: pytest.CaptureFixture[str]):
    output.table(
        [{"a": 1, "at": datetime(2026, 1, 2, tzinfo=UTC)}, {"a": None, "at": "東京"}], as_json=False, empty="none"
    )
    lines = capsys.readouterr().out.splitlines()
    assert [json.loads(line) for line in lines] == [
        {"a": 1, "at": "2026-01-02 00:00:00+00:00"},
        {"a": None, "at": "東京"},
    ]


def test_rows_are_a_table_on_a_terminal_unless_json_is_asked_for(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(sys.stdout, "isatty", lambda: True)
    rows = [{"topic": "[bold]x[/bold]", "records": 3}]
    output.table(rows, as_json=False, empty="none")
    assert "[bold]x[/bold]" in capsys.readouterr().out, "what looks like mark-up is data"
    output.table(rows, as_json=True, empty="none")
    assert json.loads(capsys.readouterr().out) == rows[0]


def test_an_empty_table_says_so_to_people_and_nothing_to_a_pipe(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
):
    output.table([], as_json=False, empty="no dead letters")
    assert capsys.readouterr() == ("", "")
    monkeypatch.setattr(sys.stdout, "isatty", lambda: True)
    output.table([], as_json=False, empty="no dead letters")
    assert capsys.readouterr() == ("", "no dead letters\n")


@pytest.mark.parametrize(
    ("seconds", "said"),
    [
        (-1, "0 ms"),
        (0.34, "340 ms"),
        (2.14, "2.1 s"),
        (119, "119.0 s"),
        (180, "3 min"),
        (7200, "2 h"),
        (200_000, "2 d"),
    ],
)
def test_a_length_of_time_is_said_in_one_unit(seconds: float, said: str):
    assert output.duration(timedelta(seconds=seconds)) == said


@pytest.mark.parametrize(
    ("numbers", "short"), [((), ""), ((4,), "4"), ((0, 1, 2, 5), "0-2 5"), ((0, 2, 4), "0 2 4"), ((6, 7), "6-7")]
)
def test_partitions_are_written_as_ranges(numbers: tuple[int, ...], short: str):
    assert ranges(numbers) == short


def test_entities_are_grouped_by_type_with_the_most_mentioned_first():
    def named(name: str, kind: str, times: int, **ids: str) -> Entity:
        mention = Mention(field="text", start=0, end=1, surface="x")
        return Entity(name=name, type=kind, mentions=(mention,) * times, ids=ids)

    grouped = article.entities_by_type(
        [named("Oslo", "GPE", 1), named("Norway", "GPE", 3, iso3166="NO"), named("Ada Marsh", "PERSON", 2)]
    )
    assert grouped == {
        "GPE": "Norway \N{MULTIPLICATION SIGN}3 (NO), Oslo \N{MULTIPLICATION SIGN}1",
        "PERSON": "Ada Marsh \N{MULTIPLICATION SIGN}2",
    }
