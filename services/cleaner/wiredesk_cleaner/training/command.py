"""Train the cleaner's models and write each with its card; needs no more than the cleaner itself.

`blocks` chooses the blocks of an HTML page that are the article's body, `lines` the lines of a text without mark-up.
"""

import argparse
from collections.abc import Callable
from pathlib import Path

from wiredesk_cleaner import training
from wiredesk_cleaner.pool_worker import start
from wiredesk_cleaner.training import block_model, line_model
from wiredesk_cleaner.training.learning import say
from wiredesk_cleaner.training.pages import AnnotatedPage, NoPagesError, annotated

_PACKAGE = Path(training.__file__).parent.parent
# In this order: of pages with no stated body, the lines are learned from what the block model chooses.
_MODELS: dict[str, tuple[Callable[[list[AnnotatedPage], Path, int], bool], str]] = {
    "blocks": (block_model.train, "html"),
    "lines": (line_model.train, "zones"),
}


def main() -> int:
    """Train, say how good the models are, and write them. Returns 2 when the data is not there or too little."""
    parser = argparse.ArgumentParser(
        prog="python -m wiredesk_cleaner.training",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("data", type=Path, help="folder with dev/ground-truth/*.json and dev/html/*.html.gz (WCXB)")
    parser.add_argument("news", type=Path, nargs="?", help="folder with publishers and snippets (truth.json, html)")
    parser.add_argument("--only", choices=_MODELS, help="train this model alone (default: one after the other)")
    parser.add_argument("--out", type=Path, default=_PACKAGE, help="the package they are written into, or a copy")
    parser.add_argument("--seed", type=int, default=1, help="of every random choice (default: %(default)s)")
    parser.add_argument("--limit", type=int, help="so many pages of each set only, for a quick look")
    options = parser.parse_args()
    try:
        listed = annotated(options.data, options.news, options.limit)
    except NoPagesError as error:
        say(str(error))
        return 2
    start()
    for name, (train, place) in _MODELS.items():
        if options.only in {None, name} and not train(listed, options.out / place / "model", options.seed):
            return 2
    return 0
