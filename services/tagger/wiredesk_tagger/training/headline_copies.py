"""Sentences of the corpus as headlines in Title Case and CAPITALS, read as the tagger reads headlines."""

import re

import numpy as np

from wiredesk_tagger.entities.truecasing import calm_lines, read_line
from wiredesk_tagger.lexicon.gazetteers import Lexicon
from wiredesk_tagger.training.corpus import Text
from wiredesk_tagger.training.score import recase

_END = re.compile(r"(?<=[.!?])[\"'\u2019\u201d]? +(?=\S)|\n+")
_WORDS = range(4, 41)
_TRIES = 3


def headline(text: Text, lexicon: Lexicon, rng: np.random.Generator) -> Text | None:
    """Return one or two sentences of `text` as a headline is read, every other time above the rest; None: it has none.

    Capitals go as in a headline, then come back as far as the word lists and the rest of the text know them.
    """
    whole = text.text
    bounds = [0, *(end.end() for end in _END.finditer(whole)), len(whole)]
    for _ in range(_TRIES):
        first = int(rng.integers(len(bounds) - 1))
        start, end = bounds[first], bounds[min(first + int(rng.integers(1, 3)), len(bounds) - 1)]
        line = whole[start:end].rstrip()
        end = start + len(line)
        cut = any(low < edge < high for low, high, _ in text.ents for edge in (start, end))
        if "\n" in line or cut or len(line.split()) not in _WORDS:
            continue
        context = f"{whole[:start]}\n{whole[end:]}" if rng.random() < 0.5 else ""
        read = read_line(recase(line, upper=bool(rng.random() < 0.5)), calm_lines(context, lexicon), lexicon)
        ents = tuple((low - start, high - start, name) for low, high, name in text.ents if start <= low and high <= end)
        unknown = tuple((low - start, high - start) for low, high in text.unknown if low < end and start < high)
        return Text(text.source, read.text, ents, unknown, read.unsure)
    return None
