"""What is printed: nothing that steers a terminal, NDJSON in a pipe, times as people say them."""

import json
import sys
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest

from tests.factories import enriched
from wiredesk.contracts.events import Entity, Mention
from wiredesk_desk import output
from wiredesk_desk.commands.status import ranges, shortened
from wiredesk_desk.views import article


def test_escape_sequences_of_an_article_do_not_reach_the_terminal():
    assert output.plain("a\x1b[2Jb\x07c\u202ed\r") == "a�[2Jb�c�d�"
    assert output.plain("Zürich 🚢\n\t東京") == "Zürich 🚢\n\t東京"


@pytest.mark.parametrize("char", ["\x1b", "\x7f", "\x85", "\x9b", "\u2028", "\u202e", "\u2066", "\ud800"])
def test_what_acts_on_a_terminal_is_escaped_in_ndjson_and_means_the_same(char: str, capsys: pytest.CaptureFixture[str]):
    output.emit({f"a{char}": f"Zürich 🚢 {char}[31m"})
    out = capsys.readouterr().out
    assert char not in out
    assert len(out.splitlines()) == 1
    assert "Zürich 🚢" in out
    assert json.loads(out) == {f"a{char}": f"Zürich 🚢 {char}[31m"}


def test_a_type_of_entity_that_somebody_made_up_steers_no_terminal(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
):
    monkeypatch.setenv("NO_COLOR", "1")
    mention = Mention(field="text", start=0, end=9, surface="Ada Marsh")
    entity = Entity(name="Ada Marsh", type="\x1b]0;owned\x07", mentions=(mention,))
    article.article(enriched("Ada Marsh spoke.").model_copy(update={"entities": (entity,)}))
    assert not {"\x1b", "\x07"} & set(capsys.readouterr().out)


def test_rows_are_ndjson_in_a_pipe(capsys: pytest.CaptureFixture[str]):
    output.table(
        [{"a": 1, "at": datetime(2026, 1, 2, tzinfo=UTC)}, {"a": None, "at": "東京"}], as_json=False, empty="none"
    )
    lines = capsys.readouterr().out.splitlines()
    assert [json.loads(line) for line in lines] == [
        {"a": 1, "at": "2026-01-02T00:00:00+00:00"},
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


def test_rows_go_where_stdout_goes_while_a_terminal_shows_progress(monkeypatch, capsys):
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True)
    before = sys.stdout
    with output.progress("published", None) as advance:
        assert sys.stdout is before
        output.emit({"a": 1})
        advance()
    assert '{"a": 1}' in capsys.readouterr().out


ROWS = [
    {"worker": "fetcher-a-host-10429", "reads": "submitted", "partitions": "0-11"},
    {"worker": "fetcher-a-host-10430", "reads": "submitted.fetcher.retry", "partitions": ""},
]


@pytest.fixture
def terminal(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Callable[..., list[str]]:
    """What a terminal of some columns shows of rows."""

    def shown(rows: list[dict[str, str]], columns: int) -> list[str]:
        monkeypatch.setattr(output, "for_people", lambda **_: True)
        monkeypatch.setenv("COLUMNS", str(columns))
        output.table(rows, as_json=False, empty="")
        return capsys.readouterr().out.splitlines()

    return shown


def test_a_table_that_fits_is_a_table(terminal: Callable[..., list[str]]):
    head, first, _ = terminal(ROWS, 80)
    assert head.split() == ["worker", "reads", "partitions"]
    assert first.split() == ["fetcher-a-host-10429", "submitted", "0-11"]


def test_where_a_table_would_cut_what_is_copied_each_row_is_a_paragraph(terminal: Callable[..., list[str]]):
    shown = terminal(ROWS, 40)
    assert shown == [
        "fetcher-a-host-10429",
        "  reads: submitted",
        "  partitions: 0-11",
        "fetcher-a-host-10430",
        "  reads: submitted.fetcher.retry",
    ]


def test_long_words_are_folded_and_nothing_is_lost(terminal: Callable[..., list[str]]):
    detail = "why this was refused at such length that no terminal has room for it in one line"
    shown = terminal([{"position": "articles.fetched.v1/3/77", "detail": detail}], 60)
    assert "articles.fetched.v1/3/77" in shown[1]
    assert " ".join(" ".join(shown[1:]).replace("articles.fetched.v1/3/77", "").split()) == detail
    assert max(map(len, shown)) <= 60


def test_names_are_shortened_for_people_and_one_host_is_left_out():
    rows = [{"worker": "wiredesk-fetcher-vm-1", "host": "127.0.0.1", "reads": "articles.submitted.v1.fetcher.retry"}]
    assert shortened(rows) == [{"worker": "fetcher-vm-1", "reads": "submitted.fetcher.retry"}]
    other = [*rows, {"worker": "mine", "host": "10.0.0.2", "reads": "backfill.articles.stored.v1"}]
    assert shortened(other)[1] == {"worker": "mine", "host": "10.0.0.2", "reads": "backfill.stored"}


def test_a_command_in_a_folder_with_a_space_in_its_name_can_be_typed_as_it_is_told(monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PATH", "")
    monkeypatch.setattr(sys, "argv", [str(tmp_path / "a clone" / "bin" / "wiredesk")])
    assert output.typed("Type: wiredesk up") == "Type: 'a clone/bin/wiredesk' up"
