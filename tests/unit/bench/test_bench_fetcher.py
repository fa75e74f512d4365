"""The fetcher's bench: its page and its tables; the runs themselves take seconds and processes."""

from pathlib import Path

import pytest

from bench import fetcher
from bench.markdown import put

ROOT = Path(__file__).resolve().parents[3]
OURS = {"pages": [700.0, 10.0, 750.0], "cpu": [150.0, 140.0, 900.0]}
BARE = {"pages": [1000.0, 1000.0, 5000.0], "cpu": [100.0, 100.0, 100.0]}


def rows_of(text):
    lines = [[cell.strip() for cell in line.split("|")[1:-1]] for line in text.splitlines() if line.startswith("|")]
    return {line[0]: line[1:] for line in lines}


def test_both_sides_stand_beside_each_other_and_what_is_held_to_says_whether_it_is_met():
    rows = rows_of(fetcher.report(600, OURS, BARE, 7.44, 0.0021))
    assert rows["pages a second"] == ["700 (10 to 750)", "1000 (1000 to 5000)", "0.70"]
    assert rows["µs of CPU per page"] == ["150 (140 to 900)", "100 (100 to 100)", "1.50"]
    assert rows["pages a second, fetcher / bare"] == ["0.70", "at least 0.70", "yes"]
    assert rows["MB more at the peak for 20 bombs"] == ["7.4", "less than 20", "yes"]
    assert rows["s until 20 slots are free"] == ["0.002", "at most 1", "yes"]


@pytest.mark.parametrize(("grown", "said"), [(20.0, ["20.0", "no"]), (None, ["\u2013", "not known"])])
def test_what_misses_its_target_or_is_not_known_says_so(grown, said):
    rows = rows_of(fetcher.report(600, {**OURS, "pages": [690.0]}, {**BARE, "pages": [1000.0]}, grown, 1.01))
    assert rows["pages a second, fetcher / bare"] == ["0.69", "at least 0.70", "no"]
    assert [rows["MB more at the peak for 20 bombs"][at] for at in (0, 2)] == said
    assert rows["s until 20 slots are free"][2] == "no"


def test_every_page_is_another_of_sixty_thousand_bytes_with_about_the_words_of_a_median_page():
    one, other = fetcher.page(1), fetcher.page(2)
    assert one != other
    assert len(one) == pytest.approx(60_000, rel=0.01)
    assert 1000 * len(one.split()) / len(one) == pytest.approx(56, abs=1)
    assert not one.isascii()


def test_the_document_has_the_marks_that_the_command_writes_between(tmp_path):
    document = tmp_path / "performance.md"
    document.write_text((ROOT / "docs" / "performance.md").read_text("utf-8"), "utf-8")
    put(document, fetcher._BEGIN, fetcher._END, "new")
    assert f"{fetcher._BEGIN}\n\nnew\n\n{fetcher._END}" in document.read_text("utf-8")


@pytest.mark.parametrize("wrong", [["--limit", "99"], ["--rounds", "0"]])
def test_too_little_to_measure_is_refused(wrong, capsys):
    with pytest.raises(SystemExit, match="2"):
        fetcher.main(wrong)
    assert "or more" in capsys.readouterr().err
