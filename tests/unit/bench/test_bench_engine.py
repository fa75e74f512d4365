"""The engine's bench: its articles, its tables, its exit codes; the runs themselves need a Kafka and minutes."""

import gc
import subprocess
import sys
import tracemalloc
from pathlib import Path

import pytest

from bench.engine import __main__ as engine
from bench.engine import articles, costs, report
from bench.engine.__main__ import BenchError, checked
from bench.engine.meter import Meter, Task
from bench.engine.report import Made, Row
from bench.markdown import put
from wiredesk.contracts.events import ArticleCleaned, ArticleFetched
from wiredesk_tagger.core import Found, Place, enrich

ROOT = Path(__file__).resolve().parents[3]
CPU = Row("CPU", "batch.cpu")


@pytest.fixture
def checkout(tmp_path):
    """A folder that looks like a checkout, without an environment."""
    version = tmp_path / "shared" / "wiredesk" / "version.py"
    version.parent.mkdir(parents=True)
    version.touch()
    return tmp_path


def test_a_figure_is_the_median_of_the_rounds_with_the_least_and_the_most_beside_it():
    assert report.cell(CPU, {"batch.cpu": [120.0, 100.04, 500.0]}) == "120.0 (100.0 to 500.0)"
    assert report.cell(CPU, {"batch.cpu": [120.0]}) == "120.0"
    assert report.cell(CPU, {}) == "\u2013"


def test_one_slow_round_does_not_move_the_ratio():
    assert report.ratio(CPU, {"batch.cpu": [50.0, 900.0, 50.0]}, {"batch.cpu": [100.0, 100.0, 101.0]}) == "0.50"


def test_without_a_figure_to_divide_by_there_is_no_ratio():
    assert report.ratio(CPU, {"batch.cpu": [50.0]}, {"batch.cpu": [0.0]}) == "\u2013"
    assert report.ratio(CPU, {"batch.cpu": [50.0]}, {}) == "\u2013"


def test_the_engines_own_share_is_taken_round_by_round_and_of_the_least_of_both():
    own = Row("own", "cpu", less="floor")
    this, before = {"cpu": [100.0, 180.0, 130.0], "floor": [60.0, 100.0, 40.0]}, {"cpu": [140.0], "floor": [20.0]}
    assert report.cell(own, this) == "80.0 (40.0 to 90.0)"
    assert report.ratio(own, this, before, report.least) == "0.50"


def test_the_95th_percentile_leaves_one_in_twenty_above():
    values = [float(value) for value in range(1, 101)]
    assert sum(value > report.p95(values) for value in values) == 5
    assert report.p95([7.0]) == 7.0


def rows_of(text):
    return {line.split("|")[1].strip(): line.split("|")[2:-1] for line in text.splitlines() if line.startswith("|")}


def test_the_other_tree_and_the_ratio_stand_beside_this_one_only_when_it_was_measured():
    made = Made(20_000, 5058.0, 3, "before")
    this = {"batch.cpu": [60.0], "batch.floor_cpu": [20.0]}
    alone = rows_of(report.report(made, {"batch": 100}, this, None))
    assert [cell.strip() for cell in alone["batch handler of 100: CPU"]] == ["60.0"]
    before = {"batch.cpu": [120.0], "batch.floor_cpu": [20.0]}
    both = rows_of(report.report(made, {"batch": 100}, this, before))
    assert [cell.strip() for cell in both["batch handler of 100: CPU"]] == ["60.0", "120.0", "0.50", "0.50"]
    assert [cell.strip() for cell in both["engine's own, CPU less the floor"]] == ["40.0", "100.0", "0.40", "0.40"]


def test_every_cost_that_is_measured_has_a_line(monkeypatch):
    monkeypatch.setattr(costs, "_SAMPLES", 1)
    monkeypatch.setattr(costs, "_SAMPLE_SECONDS", 0)
    found = costs.costs()
    shown = {row.name for _, rows in report.sections(engine.BATCHES) for row in rows}
    assert {f"costs.{name}" for name in found} == {name for name in shown if name.startswith("costs.")}
    assert min(found.values()) > 0


class Committed:
    """A consumer of two partitions whose group has committed so many records in each."""

    def __init__(self, *offsets):
        self.offsets = offsets

    def assignment(self):
        return range(len(self.offsets))

    async def committed(self, partition):
        return self.offsets[partition]


def metered(measure):
    return Meter(Task("batch", measure, "127.0.0.1:9092", "lane", "group", batch=10, records=30, warm=10))


async def test_a_run_is_read_from_the_commit_after_the_warm_up_to_that_of_the_last_record():
    meter = metered("time")
    for handled, offsets in ((8, (8, None)), (8, (8, 8)), (8, (12, 12))):
        meter.handling(handled)
        await meter._committed(Committed(*offsets))
    assert meter.first is not None
    assert meter.first.committed == 16
    assert not meter.done.is_set()
    meter.handling(8)
    await meter._committed(Committed(12, 12))
    assert not meter.done.is_set(), "handled, and not committed"
    await meter._committed(Committed(16, 16))
    assert meter.done.is_set()
    assert meter.last is not None
    assert meter.last.committed == 32
    assert meter.per_record()["wall"] * 16 == pytest.approx(1e6 * (meter.last.wall - meter.first.wall))


async def test_what_a_batch_holds_in_the_handler_is_counted_by_its_records():
    meter = metered("memory")
    gc.freeze()
    try:
        for _ in range(4):
            meter._rebase()
            held = [object() for _ in range(1000)]
            meter.handling(10)
            await meter._committed(Committed(meter._handled, 0))
            del held
        found = meter.per_record()
    finally:
        gc.enable()
        gc.unfreeze()
        tracemalloc.stop()
    assert found["blocks_in_hand"] == pytest.approx(100, abs=2)
    assert found["bytes_in_hand"] >= 100 * object.__sizeof__(object())


async def test_cycles_are_what_is_left_to_the_collector():
    left = {}
    for cycles in (0, 50):
        meter = metered("memory")
        try:
            for turn in range(3):
                meter._rebase()
                meter.handling(10)
                for _ in range(cycles if turn else 0):
                    one: list[object] = []
                    one.append(one)
                await meter._committed(Committed(meter._handled, 0))
            left[cycles] = meter.per_record()["left_to_collector"]
        finally:
            gc.enable()
            tracemalloc.stop()
    # 50 lists that hold themselves, for every ten records.
    assert left[50] - left[0] == pytest.approx(5, abs=0.5)


def test_a_story_has_as_many_names_in_as_many_places_as_it_says_and_they_are_there():
    text, names = articles.story()
    assert len(names) == articles.ENTITIES
    assert sum(len(one.starts) for one in names) == articles.MENTIONS
    assert 4000 < len(text) < 5500
    found = [Found(n.name, n.label, tuple(Place("text", at, at + len(n.name)) for at in n.starts)) for n in names]
    event = enrich(articles.cleaned(text), found, pipeline="bench", version="1")
    assert sum(entity.value is not None for entity in event.entities) == 4


def test_articles_repeat_by_seed_and_differ_by_it():
    assert articles.story(3) == articles.story(3)
    assert articles.story(3) != articles.story(4)
    one, other = articles.fetched(1, "text"), articles.fetched(2, "text")
    assert one.article_id != other.article_id
    assert ArticleFetched.model_validate_json(one.model_dump_json()) == one
    clean = articles.cleaned(articles.prose(2000))
    assert ArticleCleaned.model_validate_json(clean.model_dump_json()) == clean
    assert all(clean.text[zone.start : zone.end].strip() for zone in clean.zones)


def test_a_long_text_is_as_long_as_asked():
    assert 70_000 <= len(articles.prose(70_000)) < 75_000


def test_a_folder_that_is_no_checkout_is_refused_with_the_command_that_makes_one(tmp_path):
    with pytest.raises(BenchError, match="git worktree add --detach"):
        checked(tmp_path / "nowhere")
    with pytest.raises(BenchError, match="git worktree add --detach"):
        checked(tmp_path)


def test_a_checkout_without_an_environment_is_refused_with_the_command_that_makes_one(checkout):
    with pytest.raises(BenchError, match=f"type `make -C {checkout} setup`"):
        checked(checkout)
    python = checkout / ".venv" / "bin" / "python"
    python.parent.mkdir(parents=True)
    python.touch()
    assert checked(checkout) == checkout


def test_the_command_ends_with_two_and_says_what_to_type_before_it_starts_a_kafka(tmp_path, capsys):
    assert engine.main(["--before", str(tmp_path)]) == 2
    assert "git worktree add --detach" in capsys.readouterr().err


@pytest.mark.parametrize("wrong", [["--limit", "1000"], ["--rounds", "0"]])
def test_too_little_to_measure_is_refused(wrong, capsys):
    with pytest.raises(SystemExit, match="2"):
        engine.main(wrong)
    assert "or more" in capsys.readouterr().err


def test_a_run_in_a_folder_whose_environment_is_another_trees_ends_and_says_so(tmp_path):
    done = subprocess.run(
        [sys.executable, "-P", "-m", "bench.engine.costs"],
        cwd=tmp_path,
        env={"PYTHONPATH": str(ROOT), "PATH": ""},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1
    assert f"make -C {tmp_path} setup" in done.stderr


def test_the_document_has_the_marks_that_the_command_writes_between(tmp_path):
    document = tmp_path / "performance.md"
    document.write_text((ROOT / "docs" / "performance.md").read_text("utf-8"), "utf-8")
    put(document, engine._BEGIN, engine._END, "new")
    assert f"{engine._BEGIN}\n\nnew\n\n{engine._END}" in document.read_text("utf-8")
