"""Texts as other outlets run them, made by a script, and how many of them the store would tell to be copies."""

import gzip
import json
import random
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import NamedTuple
from uuid import UUID

from wiredesk.contracts.words import words_of
from wiredesk_cleaner.fingerprint import minhash
from wiredesk_storage.copies.comparing import LEAST_WORDS, Candidate, best
from wiredesk_storage.copies.signatures import keys

_ECB = "ecbplus.jsonl.gz"
_DATELINES = ("ORSK, Sept. 3 (Wire) - ", "TAMWIN (Northern Agency) \u2014 ", "LANDSEND, Monday: ")
_PROMPTS = (
    "Read more: what we know so far about it.",
    "Sign up for our newsletter and get the news each morning.",
    "Story continues below.",
)
_OTHER_WORDS = ("however", "meanwhile", "officials", "yesterday", "reportedly", "further")
# Candidates that are compared, as in the store.
_MOST = 8


class Text(NamedTuple):
    """One text. Two with the same `story` may have words in common and be no mistake."""

    text: str
    story: str


class Judged(NamedTuple):
    """Of so many syndications so many were told to be copies of their own first text.

    Of all `pairs` of texts with different stories so many were told to be copies.
    """

    syndications: int
    found: int
    pairs: int
    false: int


def syndicated(text: str, rng: random.Random) -> str:
    """Return `text` as another outlet runs it.

    Up to half of it cut from behind, up to one word in twenty another, mostly with a dateline and prompts to read on.
    """
    words = text.split(" ")
    kept = words[: max(1, round(len(words) * rng.uniform(0.5, 1)))]
    for at in rng.sample(range(len(kept)), round(len(kept) * rng.uniform(0, 0.05))):
        kept[at] = rng.choice(_OTHER_WORDS)
    for _ in range(rng.choice((0, 1, 2))):
        kept.insert(rng.randrange(len(kept) + 1), f"\n\n{rng.choice(_PROMPTS)}\n\n")
    return (rng.choice(_DATELINES) if rng.random() < 0.7 else "") + " ".join(kept)


def judged(texts: Sequence[Text], seed: int = 1) -> Judged:
    """Look for the copies among `texts` and a syndication of each, with the store's own signatures and comparison."""
    rng = random.Random(seed)  # noqa: S311 - for variety, not for secrets
    texts = [one for one in texts if len(words_of(one.text)) >= 2 * LEAST_WORDS]
    stored = _Stored(one.text for one in texts)
    found = sum(stored.copied(syndicated(one.text, rng)) == number for number, one in enumerate(texts))
    told = ((number, stored.copied(one.text, before=number)) for number, one in enumerate(texts))
    false = sum(first is not None and texts[first].story != texts[number].story for number, first in told)
    of_story = Counter(one.story for one in texts)
    pairs = (len(texts) ** 2 - sum(many**2 for many in of_story.values())) // 2
    return Judged(len(texts), found, pairs, false)


def corpus(folder: Path) -> list[Text]:
    """Return the texts of ECB+: of each topic two stories of one kind, which have names and words in common.

    Raises:
        OSError: there are none in `folder`.
    """
    with gzip.open(folder / _ECB, "rt", encoding="utf-8") as lines:
        return [Text(row["text"], row["story"]) for row in map(json.loads, lines)]


class _Stored:
    """Texts by the keys of their signatures, in order, as the store finds them."""

    def __init__(self, texts: Iterable[str]) -> None:
        self._texts = list(texts)
        self._by_key: defaultdict[int, list[int]] = defaultdict(list)
        for number, text in enumerate(self._texts):
            for key in keys(minhash(words_of(text))):
                self._by_key[key].append(number)

    def copied(self, text: str, before: int | None = None) -> int | None:
        """Return which text `text` is a copy of, if any; of those in front of `before`, if given."""
        shared = Counter(one for key in keys(minhash(words_of(text))) for one in self._by_key[key])
        near = sorted((one for one in shared if before is None or one < before), key=lambda one: (-shared[one], one))[
            :_MOST
        ]
        copy = best(text, [Candidate(UUID(int=one), None, self._texts[one]) for one in near])
        return None if copy is None else copy.group_id.int
