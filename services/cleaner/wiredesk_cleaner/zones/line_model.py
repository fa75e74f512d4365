"""The learned choice of the lines that are the story's, and of its headline: weights applied with numpy. Pure."""

from collections.abc import Sequence
from functools import cache
from typing import NamedTuple

import numpy as np

from wiredesk_cleaner.network import Network, shipped
from wiredesk_cleaner.zones.line_features import line_rows
from wiredesk_cleaner.zones.lines import Line

NETWORKS = ("story", "headline")
# In a shorter text there is too little around a line to tell it by, and too little furniture to be worth it.
FEWEST_LINES = 12
# Fewer words of prose than this are no story that the model can have found.
_LEAST_WORDS = 30


class Told(NamedTuple):
    """What the model says of each line: whether it is the story's, and how likely it is the headline, 0 to 1."""

    story: list[bool]
    headline: list[float]


class LineModel(NamedTuple):
    """Two networks over the same rows; a line whose chance reaches `threshold` is the story's."""

    story: Network
    headline: Network
    threshold: float

    def tell(self, lines: Sequence[Line]) -> Told | None:
        """Judge `lines`; None where the model has nothing to say: in a short text, and where it finds no story.

        The same lines give the same answer; the time is linear in them.
        """
        if len(lines) < FEWEST_LINES:
            return None
        rows = line_rows(lines)
        story = (self.story.chances(rows) >= np.float32(self.threshold)).tolist()
        prose = [at for at, line in enumerate(lines) if story[at] and line.prose and line.match is None]
        if sum(lines[at].words for at in prose) < _LEAST_WORDS:
            return None
        # No headline stands below the first line of the story.
        above = prose[0] + 1
        headline = self.headline.chances(rows[:above]).tolist()
        return Told(story, headline + [0.0] * (len(lines) - above))


@cache
def line_model() -> LineModel:
    """Return the model shipped in `model/`."""
    networks, words = shipped(__package__, "lines", NETWORKS)
    return LineModel(**networks, threshold=words["threshold"])
