"""An environment for each peer, made of its lock: its library and what our cleaner and tagger need as libraries."""

import hashlib
import shutil
import subprocess
import sys
from pathlib import Path

from bench.pipeline.peers.catalogue import Peer

ROOT = Path(__file__).resolve().parents[3]
FOLDER = ROOT / ".venv-bench"
_LOCKS = Path(__file__).parent
_SECONDS = 600
# Our own packages come from this tree; what of theirs a peer does not use need not be installed.
PATHS = tuple(str(ROOT / folder) for folder in (".", "shared", "services/cleaner", "services/tagger"))


class NotInstalledError(Exception):
    """A peer cannot be installed here; the message says why, in a line."""


def python_of(peer: Peer) -> Path:
    """Return the interpreter of the peer's environment, which is made when there is none of its lock yet.

    Raises:
        NotInstalledError: it has no wheels for this Python, or there is no index.
    """
    lock = _LOCKS / peer.lock
    folder = FOLDER / peer.name
    python, mark = folder / "bin" / "python", folder / ".lock"
    wanted = hashlib.sha256(lock.read_bytes()).hexdigest()
    if mark.exists() and mark.read_text() == wanted:
        return python
    shutil.rmtree(folder, ignore_errors=True)
    uv = shutil.which("uv", path=f"{Path(sys.executable).parent}") or shutil.which("uv") or "uv"
    _run(uv, "venv", "--quiet", "--python", sys.executable, str(folder))
    _run(uv, "pip", "sync", "--quiet", "--python", str(python), "--require-hashes", str(lock))
    mark.write_text(wanted)
    return python


def _run(*command: str) -> None:
    try:
        done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=_SECONDS)  # noqa: S603
    except (OSError, subprocess.TimeoutExpired) as error:
        raise NotInstalledError(str(error)) from None
    if done.returncode:
        lines = [line.strip() for line in done.stderr.splitlines() if line.strip()]
        raise NotInstalledError(lines[-1][:200] if lines else f"{command[1]} ended with {done.returncode}")
