"""Train the choice of the blocks of an HTML page that are the article's body."""

import json
from collections import Counter
from collections.abc import Iterator, Sequence
from functools import partial
from pathlib import Path

from wiredesk_cleaner.html.boilerplate import Model
from wiredesk_cleaner.html.features import Features
from wiredesk_cleaner.training.examples import Annotated, annotated_blocks
from wiredesk_cleaner.training.learning import (
    best_threshold,
    learned,
    odds_of,
    say,
    score_texts,
    scores_of,
)
from wiredesk_cleaner.training.model_files import write
from wiredesk_cleaner.training.pages import AnnotatedPage
from wiredesk_cleaner.training.split import FOLDS

_TELL_EVERY = 50


def train(listed: Sequence[AnnotatedPage], folder: Path, seed: int) -> bool:
    """Train on those of `listed` that may be learned from, say how good it is, and write it into `folder`.

    Returns False, and says why, where the pages are too few.
    """
    pages = list(_read(listed))
    learned_from = [page for page in pages if not page.page.held_out]
    held_out = [page for page in pages if page.page.held_out]
    if not held_out or len({page.page.fold for page in learned_from}) < FOLDS:
        say(f"{len(pages)} pages are too few: every fold and the held-out part need some")
        return False
    networks, chances = learned(learned_from, seed)
    odds, threshold = odds_of(learned_from), best_threshold(learned_from, chances)
    model = Model(**networks, odds=odds, threshold=threshold)
    unseen = [model.chances(Features(page.blocks, page.stated, odds), partial(str, page.kept)) for page in held_out]
    card = {
        "what": "choice of the blocks of an HTML page that are the article's body",
        "made_by": f"python -m wiredesk_cleaner.training DATA NEWS --seed {seed}",
        "trained_on": dict(Counter(page.page.set for page in learned_from)),
        "held_out": dict(Counter(page.page.set for page in held_out)),
        "threshold": threshold,
        "f1": {
            "cross_validated": scores_of(learned_from, chances, threshold),
            "held_out": scores_of(held_out, unseen, threshold),
            "held_out_advice_alone": score_texts(held_out, [page.kept for page in held_out]),
        },
    }
    write(folder, "blocks", networks, {"threshold": threshold, "odds": odds}, card)
    say(json.dumps(card["f1"]))
    return True


def _read(listed: Sequence[AnnotatedPage]) -> Iterator[Annotated]:
    for number, page in enumerate(listed, 1):
        if number % _TELL_EVERY == 0:
            say(f"read {number} of {len(listed)} pages")
        if (found := annotated_blocks(page, page.decoded())) is not None:
            yield found
