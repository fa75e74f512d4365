"""Whether every processor finds the same: the whole tagger natively and under emulated processors."""

import shutil
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

from bench.markdown import table

_OUTPUTS = Path(__file__).with_name("outputs.py")
_EMULATOR = "qemu-x86_64"
# AVX2 without VNNI, SSE4.2 without AVX.
_MODELS = ("Haswell", "Nehalem")


def processors(file: Path) -> dict[str, str]:
    """Return the digest of `outputs.py` by processor; only the native one where no emulator is installed.

    Raises:
        OSError: a run fails; the message has its last line.
    """
    command = [sys.executable, str(_OUTPUTS), str(file)]
    runs = {"this one": command}
    if emulator := shutil.which(_EMULATOR):
        runs |= {f"{name} ({_EMULATOR})": [emulator, "-cpu", name, *command] for name in _MODELS}
    found = {}
    for name, one in runs.items():
        done = subprocess.run(one, capture_output=True, text=True, check=False)  # noqa: S603 - our own
        if done.returncode:
            raise OSError(f"{name}: {(done.stderr.strip().splitlines() or ['no reason given'])[-1]}")
        found[name] = done.stdout.strip()
    return found


def report(articles: int, found: Mapping[str, str]) -> str:
    """Return the table of digests, and whether they are one."""
    rows = [[f"{articles} articles, processor", "SHA-256 of their entities"]]
    rows += [[name, digest[:16]] for name, digest in found.items()]
    told = "All find the same." if len(set(found.values())) == 1 else "They do NOT find the same."
    if len(found) == 1:
        told = f"No other processor was tried: {_EMULATOR} is not installed (Debian: qemu-user)."
    return f"{table(rows)}\n\n{told}"
