"""What is learned from a page: its blocks, what is compared with them, and how much of each is body."""

from dataclasses import dataclass

import numpy as np

from wiredesk_cleaner.html.blocks import Block
from wiredesk_cleaner.html.features import Stated
from wiredesk_cleaner.html.page import advice, compared_with, page_blocks, parse_page
from wiredesk_cleaner.metadata.extraction import read_metadata
from wiredesk_cleaner.network import Rows
from wiredesk_cleaner.training.fit import Examples
from wiredesk_cleaner.training.labels import picked, shares, shingles, words_of
from wiredesk_cleaner.training.pages import PUBLISHERS, SNIPPETS, AnnotatedPage

_MAX_WORDS = 400
_LEAST_SIZE = 50
# What one page of a set counts. There are six times as many pages of trade press as of news publishers.
_WEIGHTS = {PUBLISHERS: 2.0}


@dataclass(frozen=True, slots=True)
class Annotated:
    """A page cut into blocks. `targets` says how much of each is body, 0 to 1; NaN where nobody said so."""

    page: AnnotatedPage
    blocks: list[Block]
    kept: str
    stated: Stated
    targets: Rows

    @property
    def known(self) -> tuple[list[Block], Rows]:
        """The blocks of which something is said, with what is."""
        said = ~np.isnan(self.targets)
        return [block for block, is_said in zip(self.blocks, said.tolist(), strict=True) if is_said], self.targets[said]

    def examples(self, found: Rows, counted: Rows) -> Examples:
        """Return an example for each block that is `counted` (above 0) and known.

        A block weighs what its words are of the body, so that every page weighs the same.
        """
        if self.page.set == SNIPPETS:
            weights = np.full(len(self.blocks), 1 / max(int((~np.isnan(self.targets)).sum()), 1), dtype=np.float32)
        else:
            size = max(shingles(words_of(self.page.text)).total(), _LEAST_SIZE)
            weights = np.array(
                [min(len(words_of(block.text)), _MAX_WORDS) / size for block in self.blocks], dtype=np.float32
            )
        weights *= _WEIGHTS.get(self.page.set, 1.0)
        used = ~np.isnan(self.targets) & (counted > 0)
        return Examples(found[used], self.targets[used], weights[used])


def annotated_blocks(page: AnnotatedPage, source: str) -> Annotated | None:
    """Return `page` (decoded: `source`) cut into blocks; None for one that has none, or of which nothing is said."""
    tree = parse_page(source)
    if tree is None or not (page.text or page.wanted or page.unwanted):
        return None
    stated = compared_with(read_metadata(tree, page.url))
    blocks = page_blocks(tree)
    if not blocks:
        return None
    is_picked = page.set == SNIPPETS
    targets = picked(blocks, page.wanted, page.unwanted) if is_picked else shares(blocks, page.text)
    return Annotated(page, blocks, advice(tree, page.url), stated, targets)
