"""A small neural network as plain arrays, applied with numpy, and the files it is shipped in."""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from importlib.resources import as_file, files
from typing import Any

import numpy as np
from numpy.typing import NDArray

Rows = NDArray[np.float32]

# So few rows at once that the linear algebra library wakes no further threads: they would spin longer than they help.
_ROWS = 12


@dataclass(frozen=True, slots=True)
class Network:
    """One hidden layer under a logistic output. Inputs are scaled by `mean` and `spread`."""

    mean: Rows
    spread: Rows
    hidden: Rows
    hidden_bias: Rows
    output: Rows
    output_bias: Rows

    def chances(self, found: Rows) -> Rows:
        """Return a number from 0 to 1 for each row, of which there is at least one."""
        scaled = np.clip((found - self.mean) / self.spread, -5, 5)
        parts = [scaled[at : at + _ROWS] @ self.hidden for at in range(0, len(scaled), _ROWS)]
        hidden = np.maximum(np.concatenate(parts) + self.hidden_bias, 0)
        result: Rows = 1 / (1 + np.exp(-np.clip(hidden @ self.output + self.output_bias, -30, 30)))
        return result


def shipped(package: str, model: str, networks: Iterable[str]) -> tuple[dict[str, Network], dict[str, Any]]:
    """Return the `networks` of a model in the folder `model` of `package`, and what its JSON file says beside them.

    `{model}.npz` holds the arrays of each, named `network.field`; half precision is widened.
    """
    folder = files(package) / "model"
    words = json.loads((folder / f"{model}.json").read_text("utf-8"))
    with as_file(folder / f"{model}.npz") as path, np.load(path, allow_pickle=False) as arrays:
        found = {
            network: Network(**{name: arrays[f"{network}.{name}"].astype(np.float32) for name in Network.__slots__})
            for network in networks
        }
    return found, words
