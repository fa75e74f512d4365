"""`make` in odd places: a folder with a space, a folder that is moved. It touches nothing outside its checkout."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.packaging.environments import ROOT, UV, clean_environment

pytestmark = pytest.mark.timeout(400)


def make(folder: Path, *targets: str, check: bool = True) -> subprocess.CompletedProcess[str]:
    path = os.pathsep.join([str(Path(UV).parent), os.environ["PATH"]])
    environment = {name: value for name, value in clean_environment(PATH=path).items() if not name.startswith("MAKE")}
    done = subprocess.run(
        ["make", *targets], cwd=folder, env=environment, capture_output=True, text=True, timeout=300, check=False
    )
    assert not check or done.returncode == 0, f"{done.stdout[-2000:]}\n{done.stderr[-2000:]}"
    return done


def checkout(folder: Path) -> Path:
    """The files that git knows, as a clone would have them."""
    listed = subprocess.run(
        ["git", "ls-files", "-co", "--exclude-standard", "-z"], cwd=ROOT, capture_output=True, text=True, check=True
    )
    for name in filter(None, listed.stdout.split("\0")):
        if (source := ROOT / name).is_file():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(source, folder / name)
    return folder


def version(folder: Path) -> str:
    """What the command says, started as the README does: by its relative path."""
    command = [".venv/bin/wiredesk", "--version"]
    return subprocess.run(
        command, cwd=folder, env=clean_environment(), capture_output=True, text=True, check=True
    ).stdout


def test_a_checkout_in_a_folder_with_a_space_sets_itself_up_moves_and_cleans_only_itself(tmp_path: Path):
    home = tmp_path / "my desk"
    # What a path cut at its space would hit.
    neighbours = [tmp_path / "my" / ".venv", home / "wire" / ".venv", tmp_path / ".venv", home / ".venv"]
    for folder in neighbours:
        folder.mkdir(parents=True)
        (folder / "mine").touch()
    here = checkout(home / "wire desk")

    make(here, "setup")
    assert version(here).startswith("wiredesk ")
    assert make(here, "setup").stdout == "make: Nothing to be done for 'setup'.\n"

    moved = here.rename(home / "wire desk two")
    assert "this checkout was moved" in make(moved, "setup").stdout
    assert version(moved).startswith("wiredesk ")

    make(moved, "clean")
    assert not (moved / ".venv").exists()
    assert [path for path in neighbours if not (path / "mine").exists()] == []
    assert sorted(path.name for path in home.iterdir()) == [".venv", "wire", "wire desk two"]


def test_clean_takes_no_other_folder_from_whoever_calls_it(tmp_path: Path):
    here = checkout(tmp_path / "checkout")
    other = tmp_path / "other"
    other.mkdir()
    make(here, "clean", f"VENV={other}", f"TRAIN={other}", f"BIN={other}")
    assert other.exists()
    done = make(other, "-f", str(here / "Makefile"), "clean", check=False)
    assert done.returncode != 0
    assert "this is no checkout of Wiredesk" in done.stderr
