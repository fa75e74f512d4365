"""docker-compose.yml holds no password: the first start makes one up, and a file hands it on."""

import os
import re
import stat
import subprocess
import textwrap
from pathlib import Path

import pytest

COMPOSE = (Path(__file__).parents[2] / "docker-compose.yml").read_text()


def test_secrets_are_handed_on_by_file_or_by_the_shell_only():
    settings = re.findall(r"^ +(\w*(?:PASSWORD|SECRET|DSN|TOKEN)\w*): *(.*)$", COMPOSE, flags=re.MULTILINE)
    assert {name for name, _ in settings} >= {"POSTGRES_PASSWORD_FILE", "WIREDESK_STORAGE__DSN_FILE"}
    # Without a value a variable is handed on from the shell or .env, when it is set there.
    assert [name for name, value in settings if value not in ("", '""') and not name.endswith("_FILE")] == []


def make(folder: Path, password: str = "") -> dict[str, str]:
    """Run the command of the `secrets` service in `folder`, and return what is there then."""
    block = r"^  secrets:\n.*?entrypoint: \[/bin/sh, -euc\]\n    command:\n      - \|\n(.*?)\n\n"
    found = re.search(block, COMPOSE, re.MULTILINE | re.DOTALL)
    assert found is not None
    programs = folder.parent / "programs"
    programs.mkdir(exist_ok=True)
    # Only root may give a file away; in the container it is root.
    (programs / "chown").write_text('#!/bin/sh\numask 022\necho "$@" >> ../given\n')
    (programs / "chown").chmod(0o755)
    subprocess.run(
        ["/bin/sh", "-euc", textwrap.dedent(found[1]).replace("$$", "$")],
        cwd=folder,
        env={"PATH": f"{programs}{os.pathsep}{os.environ['PATH']}", "POSTGRES_PASSWORD": password},
        check=True,
    )
    return {path.name: path.read_text() for path in folder.iterdir()}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "secrets").mkdir()
    return tmp_path / "secrets"


def test_the_password_is_made_up_once(folder: Path):
    made = make(folder)
    assert re.fullmatch(r"[A-Za-z0-9_-]{32}", made["postgres-password"])
    assert made["dsn"] == f"postgresql://wiredesk:{made['postgres-password']}@postgres:5432/wiredesk"
    assert set(made) == {"postgres-password", "dsn"}
    assert make(folder) == made


def test_two_systems_have_different_passwords(folder: Path):
    other = folder.parent / "other"
    other.mkdir()
    assert make(folder) != make(other)


def test_each_file_is_for_its_one_reader(folder: Path):
    make(folder)
    assert {stat.S_IMODE(path.stat().st_mode) for path in folder.iterdir()} == {0o400}
    assert (folder.parent / "given").read_text().splitlines() == ["999 postgres-password.part", "10001 dsn.part"]


def test_a_password_of_ones_own_is_taken_also_later(folder: Path):
    make(folder)
    assert make(folder, "of-my-own")["postgres-password"] == "of-my-own"
    assert make(folder)["dsn"] == "postgresql://wiredesk:of-my-own@postgres:5432/wiredesk"


def test_a_start_that_was_broken_off_is_made_good(folder: Path):
    (folder / "postgres-password.part").write_text("half")
    (folder / "postgres-password.part").chmod(0o400)
    assert set(make(folder)) == {"postgres-password", "dsn"}
