"""NDJSON and CSV hold whatever an article holds, and can be read back."""

import csv
import io
import json

import pytest

from tests.unit.desk.exporting.hostile import FORMULA, HOSTILE, NASTY, article, exported, nasty
from wiredesk.contracts.events import ArticleEnriched
from wiredesk_desk.exporting import ndjson, spreadsheet
from wiredesk_desk.exporting.values import stamp

every = pytest.mark.parametrize("name", HOSTILE)


def read(*lines: bytes) -> list[dict[str, str]]:
    csv.field_size_limit(10_000_000)
    return list(csv.DictReader(io.StringIO(b"".join(lines).decode(), newline="")))


@every
def test_a_line_of_ndjson_is_the_whole_event(name: str):
    event = HOSTILE[name]()
    document = json.dumps(event.model_dump(mode="python", exclude_none=True), default=str)
    line = ndjson.item(document)
    assert line.count(b"\n") == 1
    assert line.endswith(b"\n")
    said = json.loads(
        document.replace("\\ud83d", "\\ufffd").replace("\\udea2", "\\ufffd").replace("\\ud800", "\\ufffd")
    )
    if name != "nasty":
        assert json.loads(line) == said
    else:
        # Both halves of a whole character were written, not one.
        assert json.loads(line) == json.loads(document)


def test_ndjson_keeps_what_a_later_version_says_and_the_order_of_the_contract():
    event = article()
    said = {"zebra": {"later": 1}, **json.loads(exported(event).document)}
    line = ndjson.item(json.dumps(said))
    assert json.loads(line) == said
    assert list(json.loads(line)) == [*(name for name in ArticleEnriched.model_fields if name in said), "zebra"]
    assert ArticleEnriched.model_validate_json(line) == event


@every
def test_a_row_of_csv_has_every_column(name: str):
    event = HOSTILE[name]()
    (row,) = read(spreadsheet.head(), spreadsheet.item(event))
    assert tuple(row) == spreadsheet.COLUMNS
    assert None not in row.values()
    assert row["article_id"] == str(event.article_id)
    assert row["date_published"] == (stamp(event.date_published) if event.date_published else "")
    entities = json.loads(row["entities"])
    assert [(one["type"], one["mentions"]) for one in entities] == [
        (one.type, len(one.mentions)) for one in event.entities
    ]


def test_what_csv_says_is_what_the_article_says():
    (row,) = read(spreadsheet.head(), spreadsheet.item(nasty()))
    assert row["text"] == NASTY.replace("\0", "")
    assert json.loads(row["entities"])[0]["name"] == NASTY
    assert row["authors"].endswith("; '" + FORMULA)
    assert len(row["authors"].split("; ")) == 2


@pytest.mark.parametrize(
    "start", ["=", "+", "-", "@", "\t", "\r", "\n", " =", "\uff1d", "\uff0b", "\uff0d", "\uff20", "\0="]
)
def test_no_cell_is_a_formula(start: str):
    event = article(headline=f"{start}1+1", authors=(f"{start}cmd|' /C calc'!A0",), text="plain")
    (row,) = read(spreadsheet.head(), spreadsheet.item(event))
    assert row["headline"] == "'" + f"{start}1+1".replace("\0", "")
    assert row["authors"][0] in "'c"
    assert row["text"] == "plain"


@pytest.mark.parametrize("before", ["\n", "\r\n", "\t", "; ", ";"])
def test_nothing_inside_a_cell_is_one_for_a_program_that_breaks_cells_elsewhere(before: str):
    event = article(text=f"It began.{before}=cmd|' /C calc'!A0", keywords=("x;y", "@SUM(1)"))
    (row,) = read(spreadsheet.head(), spreadsheet.item(event))
    assert row["text"] == f"It began.{before}'=cmd|' /C calc'!A0"
    assert row["keywords"] == "x,y; '@SUM(1)"


def test_signs_within_a_line_stay_as_they_are():
    said = "A 5-4 win; the score = final, +49 30 and a@b.example."
    (row,) = read(spreadsheet.head(), spreadsheet.item(article(text=said)))
    assert row["text"] == said


def test_rows_end_as_rfc_4180_says_and_no_line_in_a_cell_ends_one():
    made = spreadsheet.head() + spreadsheet.item(article(text="one\rtwo\nthree\r\nfour"))
    assert made.endswith(b"\r\n")
    (row,) = read(made)
    assert row["text"] == "one\rtwo\nthree\r\nfour"
