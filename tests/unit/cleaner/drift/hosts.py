"""Simulated hosts: how their pages clean, drawn from seeds."""

import math
import random
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

from wiredesk_cleaner.drift.figures import Figure, Seen
from wiredesk_cleaner.drift.watch import Change, Watch

START = datetime(2026, 3, 1, 14, 5, tzinfo=UTC)


@dataclass(frozen=True)
class Kind:
    """Shares of pages, and the mean and spread of the logarithm of their words."""

    text: float = 0.97
    whole: float = 0.9
    words: float = math.log(400)
    spread: float = 0.7
    headline: float = 0.99
    authors: float = 0.8
    date: float = 0.97

    def page(self, chance: random.Random, host: str = "harbour.example") -> Seen:
        def hit(share: float) -> float:
            return float(chance.random() < share)

        if not hit(self.text):
            return Seen(host, (0.0, *[None] * (len(Figure) - 1)))
        words = math.log(max(1, round(math.exp(chance.gauss(self.words, self.spread)))))
        return Seen(host, (1.0, hit(self.whole), words, hit(self.headline), hit(self.authors), hit(self.date)))


USUAL = Kind()
CALM = Kind(text=0.99, whole=0.98, spread=0.4, headline=1, authors=0.98, date=1)
SAME = Kind(text=1, whole=1, spread=0, headline=1, authors=0, date=1)
NOISY = Kind(text=0.8, whole=0.7, spread=1.0, headline=0.9, authors=0.5, date=0.7)
WILD = Kind(text=0.5, whole=0.5, spread=1.3, headline=0.5, authors=0.5, date=0.5)
MOSTLY_REFUSED = Kind(text=0.15, whole=0.6, spread=1.0, headline=0.95, authors=0.3)

NO_TEXT = replace(USUAL, text=0)
NO_HEADLINE = replace(USUAL, headline=0)
NO_DATE = replace(USUAL, date=0)
A_THIRD = replace(USUAL, words=math.log(400 / 3))
FURNITURE = replace(USUAL, words=math.log(400 * 4))


class Site:
    """A host whose pages go into a watch, one a minute."""

    def __init__(self, seed: int, watch: Watch | None = None, host: str = "harbour.example") -> None:
        self.watch = watch or Watch()
        self.pages = 0
        self._chance = random.Random(seed)
        self._host = host

    def publish(self, kind: Kind, pages: int) -> list[Change]:
        """Return what they change, in turn."""
        found = []
        for _ in range(pages):
            now = START + timedelta(minutes=self.pages)
            self.pages += 1
            found += self.watch.observe(kind.page(self._chance, self._host), now)
        return found

    def until_a_change(self, kind: Kind, most: int) -> tuple[int, Change]:
        """Return after how many pages of `kind` something is said, and what."""
        for pages in range(1, most + 1):
            if found := self.publish(kind, 1):
                return pages, found[0]
        raise AssertionError(f"nothing was said of {most} pages")
