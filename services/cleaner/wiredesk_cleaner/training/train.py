"""Train the block model and write it with its card; needs no more than the cleaner itself."""

import argparse
import json
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from functools import partial
from pathlib import Path

import numpy as np

from wiredesk_cleaner import training
from wiredesk_cleaner.html.boilerplate import Model
from wiredesk_cleaner.html.features import Features
from wiredesk_cleaner.pool_worker import start
from wiredesk_cleaner.training.examples import Annotated, annotated_blocks
from wiredesk_cleaner.training.learning import (
    Networks,
    best_threshold,
    learned,
    odds_of,
    say,
    score_texts,
    scores_of,
)
from wiredesk_cleaner.training.pages import AnnotatedPage, NoPagesError, annotated
from wiredesk_cleaner.training.split import FOLDS

_MODEL = Path(training.__file__).parent.parent / "html" / "model"
_TELL_EVERY = 50


def main() -> int:
    """Train, say how good it is, and write the weights. Returns 2 when the data is not there."""
    parser = argparse.ArgumentParser(prog="python -m wiredesk_cleaner.training", description=__doc__)
    parser.add_argument("data", type=Path, help="folder with dev/ground-truth/*.json and dev/html/*.html.gz (WCXB)")
    parser.add_argument("news", type=Path, nargs="?", help="folder with publishers and snippets (truth.json, html)")
    parser.add_argument("--out", type=Path, default=_MODEL, help="where weights and card go (default: %(default)s)")
    parser.add_argument("--seed", type=int, default=1, help="of every random choice (default: %(default)s)")
    parser.add_argument("--limit", type=int, help="so many pages of each set only, for a quick look")
    options = parser.parse_args()
    try:
        listed = annotated(options.data, options.news, options.limit)
    except NoPagesError as error:
        say(str(error))
        return 2
    start()
    pages = list(_read(listed))
    train = [page for page in pages if not page.page.held_out]
    held_out = [page for page in pages if page.page.held_out]
    if not held_out or len({page.page.fold for page in train}) < FOLDS:
        say(f"{len(pages)} pages are too few: every fold and the held-out part need some")
        return 2
    networks, chances = learned(train, options.seed)
    odds, threshold = odds_of(train), best_threshold(train, chances)
    model = Model(**networks, odds=odds, threshold=threshold)
    unseen = [model.chances(Features(page.blocks, page.stated, odds), partial(str, page.kept)) for page in held_out]
    card = {
        "what": "choice of the blocks of an HTML page that are the article's body",
        "made_by": f"python -m wiredesk_cleaner.training DATA NEWS --seed {options.seed}",
        "trained_on": dict(Counter(page.page.set for page in train)),
        "held_out": dict(Counter(page.page.set for page in held_out)),
        "threshold": threshold,
        "f1": {
            "cross_validated": scores_of(train, chances, threshold),
            "held_out": scores_of(held_out, unseen, threshold),
            "held_out_advice_alone": score_texts(held_out, [page.kept for page in held_out]),
        },
    }
    _write(options.out, networks, {"threshold": threshold, "odds": odds}, card)
    say(json.dumps(card["f1"]))
    return 0


def _read(listed: Sequence[AnnotatedPage]) -> Iterator[Annotated]:
    for number, page in enumerate(listed, 1):
        if number % _TELL_EVERY == 0:
            say(f"read {number} of {len(listed)} pages")
        if (found := annotated_blocks(page, _decoded(page.raw()))) is not None:
            yield found


def _decoded(raw: bytes) -> str:
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        named = re.search(rb"charset=[\"']?([\w-]+)", raw[:4096])
    try:
        return raw.decode(named.group(1).decode() if named else "cp1252", "replace")
    except LookupError:
        return raw.decode("cp1252", "replace")


def _write(folder: Path, networks: Networks, words: dict[str, object], card: dict[str, object]) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    arrays = {
        f"{network}.{name}": getattr(weights, name).astype(np.float16 if name == "hidden" else np.float32)
        for network, weights in networks.items()
        for name in weights.__slots__
    }
    with (folder / "blocks.npz").open("wb") as out:
        np.savez_compressed(out, **arrays)
    (folder / "blocks.json").write_text(json.dumps(words, indent=0, ensure_ascii=False) + "\n", "utf-8")
    (folder / "card.json").write_text(json.dumps(card, indent=2) + "\n", "utf-8")
