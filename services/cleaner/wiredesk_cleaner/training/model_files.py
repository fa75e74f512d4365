"""The files a model is shipped in, as `wiredesk_cleaner.network.shipped` reads them."""

import json
from collections.abc import Mapping
from pathlib import Path

import numpy as np

from wiredesk_cleaner.network import Network


def write(folder: Path, model: str, networks: Mapping[str, Network], words: object, card: object) -> None:
    """Write the `networks` (the hidden weights in half precision), what goes with them, and the card of a model."""
    folder.mkdir(parents=True, exist_ok=True)
    arrays = {
        f"{network}.{name}": getattr(weights, name).astype(np.float16 if name == "hidden" else np.float32)
        for network, weights in networks.items()
        for name in Network.__slots__
    }
    with (folder / f"{model}.npz").open("wb") as out:
        np.savez_compressed(out, **arrays)
    (folder / f"{model}.json").write_text(json.dumps(words, indent=0, ensure_ascii=False) + "\n", "utf-8")
    (folder / f"{model}.card.json").write_text(json.dumps(card, indent=2) + "\n", "utf-8")
