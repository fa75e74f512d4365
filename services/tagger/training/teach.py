"""Self-training: the first model labels the news text that no person has labelled, and leaves out what it doubts."""

from collections.abc import Sequence

import numpy as np

from services.tagger.decoding import Run, logits_of, spans
from services.tagger.pieces import Encoder
from services.tagger.training.corpus import Text

# The corpus takes these from one grammar in every source; the model's would only be a copy of it.
_GRAMMAR = frozenset({"DATE", "TIME", "MONEY", "PERCENT"})
# A name whose least certain word is below the first, and a word that is none by less than the second, teach nothing.
_SURE_OF_NAME = 0.75
_SURE_OF_NONE = 0.6


def teach(texts: Sequence[Text], encoder: Encoder, run: Run) -> list[Text]:
    """Return `texts` with the model's names in place of the old; a doubtful one that the old labels have too stays."""
    read = [encoder.read(text.text) for text in texts]
    taught = []
    for text, pieces, logits in zip(texts, read, logits_of(read, encoder, run), strict=True):
        old = set(text.ents)
        kept = [ent for ent in text.ents if ent[2] in _GRAMMAR]
        unknown = []
        for name in spans(pieces, logits):
            ent = (name.start, name.end, name.label)
            if any(start < name.end and name.start < end for start, end, _ in kept):
                continue
            if name.label not in _GRAMMAR and (name.confidence >= _SURE_OF_NAME or ent in old):
                kept.append(ent)
            else:
                unknown.append((name.start, name.end))
        exps = np.exp(logits - logits.max(axis=1, keepdims=True))
        none = exps[:, 0] / exps.sum(axis=1)
        for word in np.flatnonzero((none < _SURE_OF_NONE) & (none > 1 - _SURE_OF_NAME)):
            place = int(pieces.starts[word]), int(pieces.ends[word])
            if not any(start < place[1] and place[0] < end for start, end, _ in kept):
                unknown.append(place)
        taught.append(Text(text.source, text.text, tuple(sorted(kept)), tuple(unknown)))
    return taught
