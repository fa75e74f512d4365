"""`knowledge check` through the command line: what it tells, and its exit codes."""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from wiredesk_desk.cli import app

GOOD = '{"id": "wikidata:Q1", "label": "Acme", "aliases": ["ACME"], "type": "ORG"}\n'
RIVAL = '{"id": "wikidata:Q2", "label": "Acme Rail", "aliases": ["Acme"], "type": "ORG"}\n'


@pytest.fixture
def check(tmp_path: Path):
    def run(text: str) -> Result:
        file = tmp_path / "names.jsonl"
        file.write_text(text, encoding="utf-8")
        return CliRunner().invoke(app, ["knowledge", "check", str(file)])

    return run


def test_a_good_file_has_counts_and_exit_code_0(check):
    result = check(GOOD)
    assert (result.exit_code, result.stdout) == (0, "")
    assert "1 entries (1 wikidata), 2 aliases that link, 0 conflicts, 0 bad lines" in result.stderr


def test_a_conflict_is_told_with_both_ids_and_lines(check):
    result = check(GOOD + RIVAL)
    assert result.exit_code == 6
    row = json.loads(result.stdout)
    assert row == {"line": 1, "problem": "conflict", "what": '"Acme" (ORG) is wikidata:Q1 and wikidata:Q2 (lines 1, 2)'}
    assert "2 aliases that link, 1 conflicts" in result.stderr


def test_bad_lines_come_in_order_and_are_a_bad_configuration(check):
    result = check(GOOD + "{\n" + RIVAL + "[]\n")
    assert result.exit_code == 4
    assert [json.loads(row)["line"] for row in result.stdout.splitlines()] == [1, 2, 4]


def test_a_file_that_is_not_there_is_a_usage_error(tmp_path: Path):
    result = CliRunner().invoke(app, ["knowledge", "check", str(tmp_path / "none")])
    assert result.exit_code == 2
    assert "cannot be read" in result.stderr
