"""Ports of local mode: the same at every start, another only when somebody has them, and then that is said."""

import socket
from pathlib import Path

import pytest

from wiredesk_local.ports import Ports
from wiredesk_local.processes.child import free_port
from wiredesk_local.state import StateDir


def chosen(folder: Path, usual: int, name: str = "Kafka", *, is_set: bool = False) -> tuple[int, list[str]]:
    said: list[str] = []
    return Ports(StateDir(folder), said.append).choose(name, usual, is_set=is_set), said


@pytest.fixture
def usual() -> int:
    return free_port()


def test_the_usual_port_is_taken_without_a_word_and_kept(tmp_path: Path, usual: int):
    assert [chosen(tmp_path, usual) for _ in range(2)] == [(usual, [])] * 2
    # Also when a later release has another one.
    assert chosen(tmp_path, free_port()) == (usual, [])


def test_another_port_than_the_usual_one_is_said_once_and_then_kept(tmp_path: Path, usual: int):
    with socket.create_server(("127.0.0.1", usual)):
        other, (said,) = chosen(tmp_path, usual)
    assert other != usual
    assert f"port {usual}, wanted by Kafka, is taken by" in said
    assert f"it takes {other} instead" in said
    # Clients know it by now.
    assert chosen(tmp_path, usual) == (other, [])


def test_when_the_port_of_last_time_is_taken_the_usual_one_comes_before_any_other(tmp_path: Path, usual: int):
    with socket.create_server(("127.0.0.1", usual)):
        other, _ = chosen(tmp_path, usual)
    with socket.create_server(("127.0.0.1", other)):
        assert chosen(tmp_path, usual) == (usual, [])


def test_a_port_that_is_set_is_taken_as_it_is_and_zero_is_any(tmp_path: Path, usual: int):
    with socket.create_server(("127.0.0.1", usual)):
        assert chosen(tmp_path, usual, is_set=True) == (usual, [])
    assert chosen(tmp_path, 0, is_set=True)[0] > 0
    assert not (tmp_path / "ports.json").exists()


def test_each_server_has_its_own(tmp_path: Path, usual: int):
    second = free_port()
    assert chosen(tmp_path, usual)[0] == usual
    assert chosen(tmp_path, second, "PostgreSQL")[0] == second
    assert chosen(tmp_path, usual)[0] == usual


@pytest.mark.parametrize("text", ["", "{", "[]", '{"Kafka": "x"}', '{"Kafka": 70000}'])
def test_a_file_that_says_nothing_sensible_is_passed_over(tmp_path: Path, usual: int, text: str):
    (tmp_path / "ports.json").write_text(text)
    assert chosen(tmp_path, usual) == (usual, [])
