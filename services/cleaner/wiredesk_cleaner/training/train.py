"""Train the block model and write it with its card; needs no more than the cleaner itself."""

import argparse
import gzip
import json
import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import numpy as np

from wiredesk_cleaner import training
from wiredesk_cleaner.html.blocks import Block
from wiredesk_cleaner.html.boilerplate import Model, Weights, body_chances, is_unsure, laid_out, mean
from wiredesk_cleaner.html.containers import Rows
from wiredesk_cleaner.html.features import Features, Stated
from wiredesk_cleaner.html.page import advice, compared_with, page_blocks, parse_page
from wiredesk_cleaner.metadata.extraction import read_metadata
from wiredesk_cleaner.pool_worker import start
from wiredesk_cleaner.training.fit import Examples, fit, joined
from wiredesk_cleaner.training.labels import class_odds, f1, precision_recall, shares, shingles, words_of
from wiredesk_cleaner.training.split import FOLDS, fold_of, is_held_out

_MODEL = Path(training.__file__).parent.parent / "html" / "model"
_MAX_WORDS = 400
_THRESHOLDS = np.arange(0.3, 0.601, 0.025)
Networks = dict[str, Weights]


@dataclass(frozen=True, slots=True)
class Annotated:
    """One page of the training set: its blocks, what is compared with them, and how much of each is body."""

    fold: int | None
    blocks: list[Block]
    kept: str
    stated: Stated
    targets: Rows
    body: str

    def examples(self, found: Rows) -> Examples:
        """A block weighs what its words are of the body, so that every page weighs the same."""
        size = max(shingles(words_of(self.body)).total(), 50)
        weights = [min(len(words_of(block.text)), _MAX_WORDS) / size for block in self.blocks]
        return Examples(found, self.targets, np.array(weights, dtype=np.float32))


def main() -> int:
    """Train, say how good it is, and write the weights. Returns 2 when the data is not there."""
    parser = argparse.ArgumentParser(prog="python -m wiredesk_cleaner.training", description=__doc__)
    parser.add_argument("data", type=Path, help="folder with dev/ground-truth/*.json and dev/html/*.html.gz (WCXB)")
    parser.add_argument("--out", type=Path, default=_MODEL, help="where weights and card go (default: %(default)s)")
    parser.add_argument("--seed", type=int, default=1, help="of every random choice (default: %(default)s)")
    parser.add_argument("--limit", type=int, help="first pages only, for a quick look")
    options = parser.parse_args()
    if not (options.data / "dev" / "ground-truth").is_dir():
        _say(f"{options.data}: no dev/ground-truth in it; give the folder of the annotated pages")
        return 2
    start()
    pages = list(_pages(options.data, options.limit))
    train = [page for page in pages if page.fold is not None]
    held_out = [page for page in pages if page.fold is None]
    if not held_out or len({page.fold for page in train}) < FOLDS:
        _say(f"{len(pages)} pages are too few: every fold and the held-out part need some")
        return 2
    odds = class_odds((page.blocks, page.targets) for page in train)
    networks, chances = _learned(train, options.seed)
    threshold, cross_validated = _best_threshold(train, chances)
    model = Model(**networks, odds=odds, threshold=threshold)
    unseen = [model.chances(Features(page.blocks, page.stated, odds), partial(str, page.kept)) for page in held_out]
    card = {
        "what": "choice of the blocks of an HTML page that are the article's body",
        "made_by": f"python -m wiredesk_cleaner.training DATA_DIR --seed {options.seed}",
        "trained_on": f"{len(train)} article pages of WCXB, development split; no page text is stored",
        "held_out_pages": len(held_out),
        "f1": {
            "cross_validated": cross_validated,
            "held_out": _score(held_out, unseen, threshold),
            "held_out_advice_alone": round(f1(precision_recall(page.body, page.kept) for page in held_out), 4),
        },
    }
    _write(options.out, networks, {"threshold": threshold, "odds": odds}, card)
    _say(json.dumps(card["f1"]))
    return 0


def _pages(data: Path, limit: int | None) -> Iterator[Annotated]:
    paths = sorted((data / "dev" / "ground-truth").glob("*.json"))[:limit]
    for number, path in enumerate(paths, 1):
        if number % 50 == 0:
            _say(f"read {number} of {len(paths)} pages")
        truth = json.loads(path.read_text("utf-8"))
        url, body = truth.get("url"), truth["ground_truth"].get("main_content") or ""
        tree = parse_page(_decoded(gzip.decompress((data / "dev" / "html" / f"{path.stem}.html.gz").read_bytes())))
        if tree is None or not body:
            continue
        stated = compared_with(read_metadata(tree, url))
        blocks = page_blocks(tree)
        if blocks:
            fold = None if is_held_out(url) else fold_of(url)
            yield Annotated(fold, blocks, advice(tree, url), stated, shares(blocks, body), body)


def _decoded(raw: bytes) -> str:
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        named = re.search(rb"charset=[\"']?([\w-]+)", raw[:4096])
    try:
        return raw.decode(named.group(1).decode() if named else "cp1252", "replace")
    except LookupError:
        return raw.decode("cp1252", "replace")


def _learned(train: list[Annotated], seed: int) -> tuple[Networks, list[Rows]]:
    """Return the networks, and the chances that networks which never saw a page's fold give its blocks.

    The class odds, too, are those of the other folds: what a page of an unknown site looks like.
    """
    odds = [class_odds((page.blocks, page.targets) for page in train if page.fold != fold) for fold in range(FOLDS)]
    features = [Features(page.blocks, page.stated, odds[page.fold or 0]) for page in train]
    nobody = [np.zeros_like(each.chars) for each in features]
    first, drafts = _network("first", train, _rows(features, nobody), seed)
    second, alone = _network("second", train, _rows(features, drafts), seed)
    kept = [each.held(page.kept) for page, each in zip(train, features, strict=True)]
    advised, told = _network("advised", train, _rows(features, kept), seed)
    unsure = [is_unsure(own, each.chars) for own, each in zip(alone, features, strict=True)]
    _say(f"{sum(unsure)} of {len(train)} pages need advice")
    chances = [mean(own, other) if asked else own for own, other, asked in zip(alone, told, unsure, strict=True)]
    return {"first": first, "second": second, "advised": advised}, chances


def _rows(features: list[Features], votes: list[Rows]) -> list[Rows]:
    return [each.rows(vote) for each, vote in zip(features, votes, strict=True)]


def _network(name: str, train: list[Annotated], found: list[Rows], seed: int) -> tuple[Weights, list[Rows]]:
    """Return the network of all pages, and what those of the other folds say of each page."""
    examples = [page.examples(rows) for page, rows in zip(train, found, strict=True)]
    folds = []
    for fold in range(FOLDS):
        _say(f"{name} network, fold {fold + 1} of {FOLDS}")
        folds.append(fit(joined([each for page, each in zip(train, examples, strict=True) if page.fold != fold]), seed))
    chances = [
        folds[page.fold or 0].chances(rows) if name == "first" else body_chances(folds[page.fold or 0], rows)
        for page, rows in zip(train, found, strict=True)
    ]
    return fit(joined(examples), seed), chances


def _best_threshold(train: list[Annotated], chances: list[Rows]) -> tuple[float, float]:
    scores = {round(float(threshold), 3): _score(train, chances, threshold) for threshold in _THRESHOLDS}
    best = max(scores, key=lambda threshold: scores[threshold])
    return best, scores[best]


def _score(pages: list[Annotated], chances: list[Rows], threshold: float) -> float:
    texts = (
        laid_out([block for block, chance in zip(page.blocks, found.tolist(), strict=True) if chance >= threshold])
        for page, found in zip(pages, chances, strict=True)
    )
    return round(f1(precision_recall(page.body, text) for page, text in zip(pages, texts, strict=True)), 4)


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


def _say(line: str) -> None:
    sys.stderr.write(line + "\n")
