"""The networks of the block model and what they say of pages of sites that they never saw; a fold is a thread."""

import os
import sys
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from statistics import fmean

import numpy as np

from wiredesk_cleaner.html.boilerplate import (
    body_chances,
    is_unsure,
    laid_out,
    may_be_body,
    mean,
    rows_with,
)
from wiredesk_cleaner.html.features import Features
from wiredesk_cleaner.network import Network, Rows
from wiredesk_cleaner.training.examples import Annotated
from wiredesk_cleaner.training.fit import Examples, fit, joined
from wiredesk_cleaner.training.labels import class_odds, f1, precision_recall, snippet_f1
from wiredesk_cleaner.training.pages import SNIPPETS
from wiredesk_cleaner.training.split import FOLDS

_THRESHOLDS = np.arange(0.3, 0.601, 0.025)
Networks = dict[str, Network]


def odds_of(pages: Sequence[Annotated]) -> dict[str, float]:
    """Return the log odds of class words on `pages`."""
    return class_odds(page.known for page in pages)


def learned(train: Sequence[Annotated], seed: int) -> tuple[Networks, list[Rows]]:
    """Return the networks, and the chances that networks which never saw a page's fold give its blocks.

    The class odds, too, are those of the other folds: what a page of an unknown site looks like.
    """
    odds = [odds_of([page for page in train if page.page.fold != fold]) for fold in range(FOLDS)]
    features = [Features(page.blocks, page.stated, odds[page.page.fold or 0]) for page in train]
    everywhere = [np.ones_like(each.chars) for each in features]
    rows = [each.rows(np.zeros_like(each.chars)) for each in features]
    first, drafts = _network("first", train, rows, everywhere, seed)
    counted = [may_be_body(draft).astype(np.float32) for draft in drafts]
    wording = [each.wording(may_be_body(draft)) for each, draft in zip(features, drafts, strict=True)]
    rows = [rows_with(*three) for three in zip(wording, features, drafts, strict=True)]
    second, alone = _network("second", train, rows, counted, seed)
    kept = [each.held(page.kept) for page, each in zip(train, features, strict=True)]
    rows = [rows_with(*three) for three in zip(wording, features, kept, strict=True)]
    advised, told = _network("advised", train, rows, counted, seed)
    unsure = [is_unsure(own, each.chars) for own, each in zip(alone, features, strict=True)]
    say(f"{sum(unsure)} of {len(train)} pages need advice")
    chances = [mean(own, other) if asked else own for own, other, asked in zip(alone, told, unsure, strict=True)]
    return {"first": first, "second": second, "advised": advised}, chances


def _network(
    name: str, train: Sequence[Annotated], rows: list[Rows], counted: list[Rows], seed: int
) -> tuple[Network, list[Rows]]:
    """Return the network of all pages, and what those of the other folds say of each page."""
    examples = [page.examples(*both) for page, *both in zip(train, rows, counted, strict=True)]
    folds = [page.page.fold or 0 for page in train]
    fitted = fitted_by_fold(name, folds, examples, seed)
    found = []
    for fold, each, which in zip(folds, rows, counted, strict=True):
        if name == "first":
            found.append(fitted[fold].chances(each))
        else:
            found.append(body_chances(fitted[fold], each, which > 0))
    return fitted[-1], found


def fitted_by_fold(name: str, folds: Sequence[int], examples: Sequence[Examples], seed: int) -> list[Network]:
    """Return for each fold the network that never saw it, and last the one of all `examples`, whose `folds` are given.

    `name` is told to whoever waits.
    """
    parts = [[each for at, each in zip(folds, examples, strict=True) if at != fold] for fold in range(FOLDS)]
    # Numpy lets others run while it computes.
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        fitted = list(pool.map(partial(_fitted, seed=seed), [*parts, list(examples)]))
    say(f"{name} network: {FOLDS} folds and the whole")
    return fitted


def _fitted(parts: list[Examples], seed: int) -> Network:
    return fit(joined(parts), seed)


def best_threshold(train: Sequence[Annotated], chances: list[Rows]) -> float:
    """Return the threshold at which the mean of the sets' F1 is highest."""
    scores = {
        round(float(threshold), 3): fmean(scores_of(train, chances, threshold).values()) for threshold in _THRESHOLDS
    }
    return max(scores, key=lambda threshold: scores[threshold])


def scores_of(pages: Sequence[Annotated], chances: list[Rows], threshold: float) -> dict[str, float]:
    """Return the body F1 of each set: of shingles, or of snippets where snippets are all that is known."""
    texts = [
        laid_out([block for block, chance in zip(page.blocks, found.tolist(), strict=True) if chance >= threshold])
        for page, found in zip(pages, chances, strict=True)
    ]
    return score_texts(pages, texts)


def score_texts(pages: Sequence[Annotated], texts: Sequence[str]) -> dict[str, float]:
    """Return the body F1 of each set for these `texts` of `pages`."""
    found = {}
    for name in dict.fromkeys(page.page.set for page in pages):
        both = [(page.page, text) for page, text in zip(pages, texts, strict=True) if page.page.set == name]
        if name == SNIPPETS:
            score = snippet_f1((page.wanted, page.unwanted, text) for page, text in both)
        else:
            score = f1(precision_recall(page.text, text) for page, text in both)
        found[name] = round(score, 4)
    return found


def say(line: str) -> None:
    """Tell whoever waits."""
    sys.stderr.write(line + "\n")
