"""The numbers of one phase of training, and a name for all numbers of a run."""

import hashlib
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple


class Phase(NamedTuple):
    """How one phase is trained. `rate` is the highest learning rate of the encoder."""

    name: str
    epochs: int
    rate: float
    pieces_a_step: int = 3000
    seed: int = 1


def fingerprint(recipe: tuple[Any, ...], sizes: Mapping[str, int], base: Path) -> str:
    """Return a name for a run's intermediate files: another recipe, corpus (bytes by file) or base has another."""
    facts = json.dumps([recipe, sizes, base.stat().st_size])
    return hashlib.sha256(facts.encode()).hexdigest()[:12]
