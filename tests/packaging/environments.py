"""Clean environments with nothing but one distribution, what it needs of ours, and its own lock."""

import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
UV = shutil.which("uv") or str(Path(sys.executable).with_name("uv"))
LOCKS = ROOT / "requirements"


@dataclass(frozen=True)
class Distribution:
    """One of ours: its name, where it lies, what of ours it needs, and the program it brings."""

    name: str
    folder: str
    needs: tuple[str, ...] = ()
    program: str = ""

    @property
    def package(self) -> str:
        return self.name.replace("-", "_")

    @property
    def lock(self) -> Path:
        return LOCKS / f"{self.name.removeprefix('wiredesk-')}.txt"


DISTRIBUTIONS = (
    Distribution("wiredesk", "shared"),
    Distribution("wiredesk-fetcher", "services/fetcher", ("wiredesk",), "wiredesk-fetcher"),
    Distribution("wiredesk-cleaner", "services/cleaner", ("wiredesk",), "wiredesk-cleaner"),
    Distribution("wiredesk-tagger", "services/tagger", ("wiredesk",), "wiredesk-tagger"),
    Distribution("wiredesk-storage", "services/storage", ("wiredesk",), "wiredesk-storage"),
    Distribution("wiredesk-desk", "services/desk", ("wiredesk", "wiredesk-storage"), "wiredesk"),
    Distribution("wiredesk-local", "deploy/local", ("wiredesk",)),
)
NAMED = {distribution.name: distribution for distribution in DISTRIBUTIONS}


def clean_environment(**more: str) -> dict[str, str]:
    """The environment without what would let this checkout's code or settings in."""
    ours = ("WIREDESK_", "PYTHON", "VIRTUAL_ENV")
    return {name: value for name, value in os.environ.items() if not name.startswith(ours)} | more


def run(*command: str | Path, cwd: Path, check: bool = True, **more: str) -> subprocess.CompletedProcess[str]:
    """Run a program apart from this checkout; with `check` it must succeed, and its words are the test's."""
    done = subprocess.run(
        list(map(str, command)),
        cwd=cwd, env=clean_environment(**more), capture_output=True, text=True, timeout=240, check=False,
    )  # fmt: skip
    assert not check or done.returncode == 0, f"{command}\n{done.stdout[-2000:]}\n{done.stderr[-4000:]}"
    return done


def build(distribution: Distribution, into: Path) -> None:
    """Build wheel and source distribution, as `make dist` does."""
    pins = LOCKS / "dev.txt"
    options = ("--quiet", "--require-hashes", "--build-constraints", pins, "--out-dir", into)
    run(UV, "build", *options, ROOT / distribution.folder, cwd=into, UV_PYTHON_DOWNLOADS="never")


def wheel(distribution: Distribution, built: Path) -> Path:
    """Return the one wheel of it."""
    (found,) = built.glob(f"{distribution.package}-*.whl")
    return found


def install(distribution: Distribution, built: Path, into: Path) -> Path:
    """Make an environment with the distribution's lock and its wheel; return its folder of programs."""
    run(UV, "venv", "--quiet", "--python", sys.executable, into, cwd=built)
    python = ("--python", into / "bin" / "python")
    run(UV, "pip", "sync", "--quiet", *python, "--require-hashes", distribution.lock, cwd=built)
    wheels = [wheel(NAMED[name], built) for name in (*distribution.needs, distribution.name)]
    run(UV, "pip", "install", "--quiet", *python, "--no-deps", *wheels, cwd=built)
    return into / "bin"
