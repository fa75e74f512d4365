"""How rare a word is: texts counted so far, over a background that a fresh system starts with. Pure.

Words that most texts have weigh little; there is no list of stop words. The counts of each language are apart, for a
word that is frequent in one may be a name in another. English starts with `background.txt.gz`: in how many of 7,529
short news texts each word stands, in half steps of the logarithm. The texts are those of the Groningen Meaning Bank,
public domain; `python -m bench.stories.background` makes the file anew.
"""

import gzip
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from importlib import resources
from math import log

from wiredesk_storage.stories.terms import terms

# What the background counts for, in texts: enough for a start, soon outweighed by the system's own.
_BACKGROUND_TEXTS = 1_500
# With so many texts counted, half of what words say is believed: where all words look rare, none tells anything.
_DOUBT = 50
_FILE = "background.txt.gz"


@dataclass(frozen=True, slots=True)
class Frequencies:
    """In how many of `texts` texts of one language each term stands; whether the present one is counted is no matter.

    `counts` needs only the terms of the texts that are looked at, none more than `texts`. Counts may decay, if `texts`
    decays alike.
    """

    language: str | None = None
    """BCP 47 primary tag"""
    texts: float = 0
    counts: Mapping[int, float] = field(default_factory=dict, repr=False)

    @property
    def trust(self) -> float:
        """How far the rarity of words can be believed, from 0 to 1."""
        known = self.texts + (_BACKGROUND_TEXTS if self.language == "en" else 0)
        return known / (known + _DOUBT)

    def rarities(self, terms: Mapping[int, object]) -> dict[int, float]:
        """Return the inverse document frequency of each term: log(texts / texts with it), both plus one."""
        background = _background() if self.language == "en" else {}
        all_ = log(1 + self.texts + (_BACKGROUND_TEXTS if background else 0))
        counted, before = self.counts.get, background.get
        return {one: all_ - log(1 + counted(one, 0) + before(one, 0)) for one in terms}


@cache
def _background() -> Mapping[int, float]:
    packed = resources.files("wiredesk_storage.stories").joinpath(_FILE).read_bytes()
    counts: dict[int, float] = {}
    for line in gzip.decompress(packed).decode().splitlines():
        share, *words = line.split()
        counts.update(dict.fromkeys(terms(words), float(share) * _BACKGROUND_TEXTS))
    return counts
