"""A small run of `make bench-store`, on a PostgreSQL of its own: every table has its figures, and nothing is left."""

import asyncio
import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parents[3]
RUN = [sys.executable, "-m", "bench.store", "--articles", "200", "--searches", "1"]

pytestmark = [pytest.mark.broker, pytest.mark.timeout(300)]


def rows_of(text):
    lines = [[cell.strip() for cell in line.split("|")[1:-1]] for line in text.splitlines() if line.startswith("|")]
    return {line[0]: line[1:] for line in lines}


def how(tmp_path: Path) -> Any:
    return {"cwd": ROOT, "env": {**os.environ, "TMPDIR": str(tmp_path)}, "text": True}


async def test_a_small_run_fills_every_table_and_leaves_nothing_behind(tmp_path):
    done = await asyncio.to_thread(_run, tmp_path)
    assert done.returncode == 0, done.stderr
    rows = rows_of(done.stdout)
    assert all(float(cell) > 0 for cell in rows["store: articles a second"])
    assert float(rows["all"][-1].replace(",", "")) > 1_000
    assert rows["words"][1] == "no"
    assert int(rows["made texts"][0]) == 200
    assert "200 of 200 stored" in done.stderr
    assert list(tmp_path.iterdir()) == []


async def test_broken_off_it_ends_the_server_and_leaves_nothing_behind(tmp_path):
    code, said = await asyncio.to_thread(_broken_off, tmp_path)
    assert code == 130
    assert "broken off" in said
    assert list(tmp_path.iterdir()) == []


def _run(tmp_path: Path) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(RUN, check=False, capture_output=True, timeout=280, **how(tmp_path))


def _broken_off(tmp_path):
    with subprocess.Popen(RUN, stdout=subprocess.PIPE, stderr=subprocess.PIPE, **how(tmp_path)) as running:
        try:
            assert running.stderr is not None
            assert running.stderr.readline() == "storing the first 100\n"
            running.send_signal(signal.SIGINT)
            _, said = running.communicate(timeout=120)
        finally:
            running.kill()
    return running.returncode, said
