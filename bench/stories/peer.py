"""What everybody would write first: TF-IDF of all words, one pass, the nearest centroid above a threshold."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from math import log, sqrt

from bench.stories.corpus import Text
from bench.stories.streams import Grouping
from wiredesk_storage.stories.terms import words_of

# The best on the half to tune on, in steps of .03.
THRESHOLD = 0.20
_ALL = 100_000


def plain(texts: Iterable[Text], threshold: float = THRESHOLD) -> Grouping:
    """Return the stories that one pass makes; document frequencies begin empty and grow with the texts."""
    frequencies: Counter[str] = Counter()
    sums: list[defaultdict[str, float]] = []
    lengths: list[float] = []
    grouping: dict[str, int] = {}
    for number, text in enumerate(texts, 1):
        counts = Counter(words_of(f"{text.article.headline}\n{text.article.text}", _ALL))
        frequencies.update(counts.keys())
        own = _unit({word: (1 + log(times)) * log((1 + number) / frequencies[word]) for word, times in counts.items()})
        near = [sum(weight * story.get(word, 0.0) for word, weight in own.items()) for story in sums]
        cosines = [common / length for common, length in zip(near, lengths, strict=True)]
        best = max(range(len(sums)), key=cosines.__getitem__, default=None)
        if best is None or cosines[best] < threshold:
            best = len(sums)
            sums.append(defaultdict(float))
            lengths.append(1.0)
        for word, weight in own.items():
            sums[best][word] += weight
        lengths[best] = sqrt(sum(weight * weight for weight in sums[best].values()))
        grouping[text.id] = best
    return grouping


def _unit(weights: Mapping[str, float]) -> dict[str, float]:
    length = sqrt(sum(weight * weight for weight in weights.values())) or 1.0
    return {word: weight / length for word, weight in weights.items()}
