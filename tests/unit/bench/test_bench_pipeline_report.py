"""The figures, tables and chart of `make bench`, from results that are made up here; no server runs."""

import json
import shutil
import socket
import subprocess
import sys
from collections import defaultdict
from dataclasses import asdict
from xml.etree import ElementTree as ET

import psutil
import pytest

from bench.pipeline import __main__ as bench
from bench.pipeline import processes, sockets
from bench.pipeline.peers import environments
from bench.pipeline.peers.catalogue import PEERS, named
from bench.pipeline.peers.environments import NotInstalledError
from bench.pipeline.peers.task import Task
from bench.pipeline.processes import Cpu
from bench.pipeline.scaling import longest_stand, pause, rate_of
from bench.pipeline.tables.chart import bars, chart
from bench.pipeline.tables.figures import Figures, Held, ratio
from bench.pipeline.tables.report import report, spread
from bench.pipeline.working import Result

TEN = {"articles": 10.0, "words": 6_000.0, "wall": 2.0}
PIPELINE = {"fetcher": 0.02, "cleaner": 0.22, "tagger": 0.22, "storage": 0.04, "Kafka": 0.1, "PostgreSQL": 0.1}


def pipeline(number=1, **cpu):
    spent = {**PIPELINE, **cpu}
    values = {f"cpu.{name}": seconds for name, seconds in spent.items()}
    values |= {f"memory.{name}": 100.0 for name in spent} | {"children.tagger": 0.2, "disk.articles.enriched.v1": 900.0}
    return Result("pipeline", "Wiredesk", number, {**TEN, **values})


def limit(number=1, cpu=0.4, processes=2):
    return Result("limit", str(processes), number, {**TEN, "cpu": cpu, "wall": 2.0 / processes})


def peer(name="bytewax", number=1, cpu=0.5):
    values = {"cpu.its processes": cpu, "cpu.Kafka": 0.05, "memory.its processes": 500.0, "memory.Kafka": 100.0}
    return Result("peer", name, number, {**TEN, **values})


def latency(name, values, rate=0.0):
    told = {f"{what}.{at}": ms for what in ("enriched", "stored") for at, ms in enumerate(values)}
    return Result("latency", name, values={"rate": rate, **told})


IDLE = Result(
    "idle", values={"wall": 60.0, "cpu.Kafka": 1.2, "cpu.tagger": 0.6, "memory.Kafka": 1.0, "memory.tagger": 2.0}
)
TAGGERS = [Result("taggers", str(count), values={"rate": rate}) for count, rate in ((1, 40.0), (2, 76.0))]


def held(results):
    return {one.says: one for one in Figures(results).held()}


def test_cpu_is_told_per_article_and_a_ratio_is_that_of_each_round_by_itself():
    figures = Figures([pipeline(2, tagger=0.5), limit(2, cpu=0.8), pipeline(1), limit(1)])
    assert figures.limit() == pytest.approx([40.0, 80.0])
    assert figures.cpu("fetcher", "tagger") == pytest.approx([24.0, 52.0])
    assert ratio([40.0, 90.0, 10.0], [80.0, 90.0, 10.0]) == 1.0
    assert ratio([], [1.0]) is None


def test_the_pipeline_is_held_to_the_limit_and_to_each_peer_that_was_measured():
    found = held([pipeline(), limit(), peer("bytewax", cpu=0.5), peer("aiokafka", cpu=0.4)])
    of_limit = found["the limit's CPU / the four services'"]
    assert (of_limit.found, of_limit.is_met) == (pytest.approx(0.4 / 0.5), False)
    assert found["bytewax's CPU / ours, page to enriched event"].is_met
    assert not found["aiokafka's CPU / ours, page to enriched event"].is_met
    assert not any(name.startswith("quixstreams") for name in found)


def test_idleness_latency_and_a_second_tagger_are_held_to_their_targets():
    found = held([IDLE, *TAGGERS, latency("alone", [100.0] * 90 + [400.0] * 10)])
    assert found["% of a core when idle, all of it"].found == pytest.approx(3.0)
    assert found["% of a core when idle, all of it"].is_met
    assert found["a second tagger: times the articles of one"].found == pytest.approx(1.9)
    assert not found["ms to enriched, alone, p95"].is_met


def test_what_was_not_measured_is_neither_met_nor_missed():
    assert {one.is_met for one in Figures([]).held() if one.target} == {None}
    assert Held("idle", 8.0, 8.0, at_least=False).is_met


def test_the_tables_hold_what_was_measured_and_name_a_peer_that_could_not_be():
    results = [pipeline(), limit(), limit(processes=1), peer(), IDLE, *TAGGERS, latency("busy", [50.0, 70.0], 12.0)]
    results.append(Result("peer", "faust-streaming", says="no wheel"))
    said = report(results)
    for line in (
        "| the limit: two plain processes ",
        "| bytewax, no release since 2024 ",
        "| faust-streaming: not measured, no wheel ",
        "| 12.0 articles a second: enriched ",
        "| on disk: articles.enriched.v1 ",
        "| the tagger alone ",
    ):
        assert line in said
    assert "quixstreams" not in said
    assert report([limit()])


def test_a_figure_has_its_spread_beside_it():
    assert spread([3.0, 1.0, 2.0]) == "2.0 (1.0 to 3.0)"
    assert spread([1234.0], 0) == "1,234"
    assert spread([]) == "\u2013"


def test_the_chart_is_an_svg_whose_coloured_parts_are_what_is_beyond_the_limit():
    rows = bars([pipeline(), limit(), peer()])
    assert [(one.name, round(one.milliseconds)) for one in rows] == [
        ("the limit", 40),
        ("Wiredesk", 46),
        ("bytewax", 50),
    ]
    drawn = ET.fromstring(chart(rows))
    widths = defaultdict(list)
    for rect in drawn.iter("{http://www.w3.org/2000/svg}rect"):
        widths[rect.attrib["class"]].append(float(rect.attrib["width"]))
    assert widths["theirs"][0] / widths["work"][0] == pytest.approx(0.25, abs=0.01)
    assert len(set(widths["work"])) == 1
    assert bars([limit()]) == []


def test_a_rate_is_told_from_the_middle_of_a_backlog():
    stairs = [(at / 10, 16 * (at // 4)) for at in range(400)]
    late = [(60.0 + at, stairs[-1][1]) for at in range(5)]
    assert rate_of([*stairs, *late]) == pytest.approx(40.0, rel=0.02)


def test_how_long_nothing_came_is_told_from_the_start_of_a_step_to_its_end_or_that_of_the_backlog():
    points = [(0.0, 0), (1.0, 1), (2.0, 1), (4.5, 2), (5.0, 3), (6.0, 3), (9.0, 3)]
    assert longest_stand(points, 0.0, last=9) == pytest.approx(4.0)
    assert longest_stand(points, 0.0, last=3) == pytest.approx(3.5)
    assert longest_stand(points, 2.0, last=3) == pytest.approx(2.5)
    assert longest_stand(points, 5.0, last=3) is None
    assert longest_stand(points, 10.0, last=9) is None


def test_a_pause_is_the_mean_of_those_that_were_there_before_and_after():
    before = {1: (1.0, 2.0), 2: (0.0, 0.0)}
    after = {1: (1.6, 4.0), 2: (0.3, 1.0), 3: (9.0, 9.0)}
    seconds, times = pause(before, after)
    assert (round(seconds, 6), times) == (0.3, 1.5)
    assert pause({}, after) == (0.0, 0.0)


def test_taggers_that_come_and_go_are_told_step_by_step_with_what_was_lost():
    steps = [
        Result("rebalance", "1 to 2", values={"took": 4.0, "pause": 0.31, "pauses": 1.5, "stood": 2.2}),
        Result("rebalance", "2 to 1", values={"took": 1.0, "pause": 0.0, "pauses": 1.0}),
        Result("scaled", values={"articles": 900.0, "out": 899.0, "again": 3.0}),
    ]
    said = report(steps)
    assert "| 1 to 2 " in said
    (to_one,) = [row for row in said.splitlines() if row.startswith("| 2 to 1 ")]
    assert "\u2013" in to_one
    assert "Of 900 articles 1 were lost, and 3 events came a second time" in said


def test_a_process_is_told_with_those_that_it_started():
    burn = "import time\nwhile time.process_time() < 0.3: pass"
    parent = f"import subprocess, sys; subprocess.run([sys.executable, '-c', {burn!r}]); print(1, flush=True); input()"
    with subprocess.Popen([sys.executable, "-c", parent], stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        process.stdout.readline()
        spent = processes.cpu({"one": [process.pid]})["one"]
        assert processes.memory({"one": [process.pid]})["one"] > 1
        process.communicate(b"\n")
    assert spent.children >= 0.25
    assert spent.all == spent.own + spent.children
    assert processes.cpu({"gone": [process.pid]})["gone"] == Cpu()


def test_bytes_over_a_connection_are_those_of_the_kernel(monkeypatch):
    monkeypatch.setattr(psutil.Process, "net_connections", lambda *_: [])
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        with socket.create_connection(("127.0.0.1", port)) as client:
            other, _ = server.accept()
            with other:
                before = sockets.connections(port)
                client.sendall(b"x" * 5_000)
                assert other.recv(5_000, socket.MSG_WAITALL)
                other.sendall(b"y" * 700)
                assert client.recv(700, socket.MSG_WAITALL)
                passed = sockets.passed(before, sockets.connections(port))
    assert passed.received == 5_000
    assert passed.sent in (0, 700)


def test_peers_are_named_in_a_list_and_an_unknown_one_is_refused():
    assert [one.name for one in named("bytewax, aiokafka")] == ["bytewax", "aiokafka"]
    assert named("none") == []
    with pytest.raises(ValueError, match="there are aiokafka"):
        named("storm")


@pytest.mark.parametrize("peer_", PEERS, ids=lambda one: one.name)
def test_every_peer_has_a_locked_environment_and_a_program(peer_):
    folder = environments.ROOT / "bench" / "pipeline" / "peers"
    locked = (folder / peer_.lock).read_text()
    assert f"\n{peer_.name}==" in f"\n{locked}"
    assert all("--hash=sha256:" in block for block in locked.split("\n\n") if "==" in block)
    assert (folder / f"{peer_.module}.py").is_file()


def test_a_peer_that_cannot_be_installed_is_told_with_the_reason(monkeypatch, tmp_path):
    monkeypatch.setattr(environments, "FOLDER", tmp_path)
    monkeypatch.setattr(shutil, "which", lambda *_, **__: str(tmp_path / "uv"))
    with pytest.raises(NotInstalledError, match="uv"):
        environments.python_of(PEERS[0])
    (tmp_path / "uv").write_text("#!/bin/sh\necho no wheel for this Python >&2\nexit 2\n")
    (tmp_path / "uv").chmod(0o755)
    with pytest.raises(NotInstalledError, match=r"^no wheel for this Python$"):
        environments.python_of(PEERS[0])


def test_a_task_is_handed_on_in_the_environment(monkeypatch):
    task = Task("a:1", "group", "in", "out", "0", "a:2,a:3", "/nowhere")
    for name, value in task.environment.items():
        monkeypatch.setenv(name, value)
    assert Task.given() == task


def test_the_tables_of_an_earlier_run_are_made_again(tmp_path, capsys):
    kept = tmp_path / "runs.ndjson"
    kept.write_text("".join(json.dumps(asdict(one)) + "\n" for one in (pipeline(), limit(), peer())))
    assert bench.main(["--again", str(kept)]) == 0
    assert "| bytewax" in capsys.readouterr().out
    assert bench.main(["--again", str(tmp_path / "none")]) == 1


@pytest.mark.parametrize(
    ("wrong", "says"), [(["--limit", "1"], "LIMIT="), (["--rounds", "0"], "LIMIT="), (["--peers", "storm"], "PEERS=")]
)
def test_wrong_arguments_are_told(wrong, says, capsys):
    with pytest.raises(SystemExit) as ended:
        bench.main(wrong)
    assert ended.value.code == 2
    assert says in capsys.readouterr().err
