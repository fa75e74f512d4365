"""What has been published of a list is known to the next run of the same command."""

from pathlib import Path

import pytest

from wiredesk_desk.publishing.journal import Journal
from wiredesk_desk.running import Problem


def test_a_journal_knows_the_lines_of_an_earlier_run_by_what_they_say(tmp_path: Path):
    path = tmp_path / "journal"
    with Journal(path) as journal:
        assert not journal.has("https://example.org/a")
        journal.note("https://example.org/a", {"what": "a", "status": "inserted"})
    with Journal(path) as journal:
        assert journal.has("https://example.org/a")
        assert not journal.has("https://example.org/b")
    with Journal(None) as none:
        none.note("x", {})
        assert not none.has("x")


def test_a_journal_whose_last_line_was_torn_keeps_what_is_whole_and_goes_on(tmp_path: Path):
    path = tmp_path / "journal"
    with Journal(path) as journal:
        journal.note("first", {"what": "https://example.org/\u2028"})
    path.write_text(path.read_text() + '{"line": "hal')
    with Journal(path) as journal:
        assert journal.has("first")
        journal.note("second", {"what": "b"})
    with Journal(path) as journal:
        assert journal.has("first")
        assert journal.has("second")


@pytest.mark.parametrize("text", ["https://example.org/a\n", "[]\n", '{"what": "x"}\n'])
def test_a_file_that_is_no_journal_is_left_alone(tmp_path: Path, text: str):
    path = tmp_path / "urls.txt"
    path.write_text(text)
    with pytest.raises(Problem, match="is no journal"), Journal(path):
        pass
    assert path.read_text() == text
