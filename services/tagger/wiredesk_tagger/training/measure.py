"""The finished model on the dev files: as they are, With Every Word Capitalised, and IN CAPITALS."""

import hashlib
import time
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from wiredesk_tagger.pipeline.decoding import Run, tag
from wiredesk_tagger.pipeline.word_pieces import Encoder
from wiredesk_tagger.training import score
from wiredesk_tagger.training.corpus import Text
from wiredesk_tagger.training.score import Tally

Rows = dict[str, dict[str, Tally]]

# A text whose scores the card states, so that any machine can tell whether it computes the same.
PROBE = "Angela Merkel met Emmanuel Macron in Berlin on Monday, the United Nations said; NATO's envoy left for Kyiv."


class Measured(NamedTuple):
    """Tallies by source and type, for each way of writing; words (split at spaces) per CPU second of the first.

    `digest` is that of the function of the same name.
    """

    normal: Rows
    title: Rows
    upper: Rows
    words_a_second: float
    digest: str


def rows(dev: Mapping[str, Sequence[Text]], encoder: Encoder, run: Run, *, upper: bool | None = None) -> Rows:
    """Return the tallies by source and type; `upper` is None for the texts as they are."""
    found: Rows = {}
    for source, texts in dev.items():
        shown = [text.text if upper is None else score.recase(text.text, upper=upper) for text in texts]
        found[source] = score.add(
            score.score(text.text, text.ents, [(name.start, name.end, name.label) for name in names], text.unknown)
            for text, names in zip(texts, tag(shown, encoder, run), strict=True)
        )
    return found


def measure(dev: Mapping[str, Sequence[Text]], encoder: Encoder, run: Run) -> Measured:
    """Measure everything; minutes."""
    words = sum(len(text.text.split()) for texts in dev.values() for text in texts)
    begun = time.process_time()
    normal = rows(dev, encoder, run)
    speed = words / (time.process_time() - begun)
    title, upper = (rows(dev, encoder, run, upper=upper) for upper in (False, True))
    return Measured(normal, title, upper, speed, digest(encoder, run))


def digest(encoder: Encoder, run: Run) -> str:
    """Return the SHA-256 of the scores, float32 little-endian, that the model gives to the pieces of PROBE."""
    pieces = encoder.read(PROBE)
    return hashlib.sha256(run(encoder.batch([(pieces.ids, pieces.shapes)])).astype("<f4").tobytes()).hexdigest()


def mean(found: Rows) -> float:
    """Return the mean over the sources of the main F1, 0 to 100."""
    return 100 * score.mean([score.main(tallies).f1 for tallies in found.values()])


def line(found: Rows) -> str:
    """Return the main F1 of each source and their mean in one line."""
    each = " ".join(f"{source} {100 * score.main(tallies).f1:.1f}" for source, tallies in found.items())
    return f"{each}, mean {mean(found):.2f}"
