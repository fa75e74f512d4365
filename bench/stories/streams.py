"""Articles in some order, one pass, as the service would do it; the stories are in memory, found by their keys."""

import random
from collections import Counter, defaultdict
from collections.abc import Hashable, Iterable, Iterator, Mapping, Sequence
from datetime import timedelta

from bench.b_cubed import BCubed, b_cubed
from bench.stories.corpus import Text
from wiredesk_storage.stories import assigning
from wiredesk_storage.stories.assigning import Decision, Story
from wiredesk_storage.stories.frequencies import Frequencies
from wiredesk_storage.stories.profiles import Profile, material, profile

Grouping = Mapping[str, Hashable]
"""text to story"""
ORDERS = 5
_APART = timedelta(minutes=1)


def orders(texts: Sequence[Text], first: int = 0, number: int = ORDERS) -> Iterator[list[Text]]:
    """Return the texts in so many shuffled orders; `first` tells those to learn on from those to report."""
    for seed in range(first, first + number):
        yield random.Random(seed).sample(texts, len(texts))  # noqa: S311 - no secret


def judged(groupings: Sequence[Grouping], texts: Sequence[Text]) -> tuple[float, float, float]:
    """Return precision, recall and F1 of `texts`, each the mean of the orders; whoever else came in counts as wrong."""
    own = {text.id: text.story for text in texts}
    gold = _groups({one: own.get(one, one) for one in groupings[0]})
    parts: list[BCubed] = [b_cubed(gold, _groups(one), own.keys()) for one in groupings]
    precision, recall, f1 = (sum(column) / len(parts) for column in zip(*(part.shares for part in parts), strict=True))
    return precision, recall, f1


def joined(groupings: Sequence[Grouping], strangers: Sequence[Text]) -> float:
    """Return the share of the strangers that are in a story with anybody, the mean of the orders."""
    shares = []
    for grouping in groupings:
        sizes = Counter(grouping.values())
        shares.append(sum(sizes[grouping[text.id]] > 1 for text in strangers) / max(1, len(strangers)))
    return sum(shares) / len(shares)


def _groups(grouping: Grouping) -> list[frozenset[str]]:
    groups: defaultdict[Hashable, set[str]] = defaultdict(set)
    for text, story in grouping.items():
        groups[story].add(text)
    return [frozenset(group) for group in groups.values()]


def profiles(texts: Iterable[Text]) -> Iterator[tuple[Text, Profile]]:
    """Return each text with its profile; word counts begin empty and grow with the texts."""
    counts: Counter[int] = Counter()
    for number, text in enumerate(texts, 1):
        own = material(text.article)
        counts.update(dict.fromkeys(own.counts, 1))
        yield text, profile(own, Frequencies("en", number, counts))


class Stories:
    """The stories so far. Looked up as the database would: those with most of the keys, then the older ones."""

    def __init__(self) -> None:
        self._stories: dict[int, Story] = {}
        self._by_key: defaultdict[int, set[int]] = defaultdict(set)
        self._of: dict[str, int] = {}
        self._made = 0

    def candidates(self, own: Profile) -> list[Story]:
        """Return the stories that share enough of the article's keys."""
        shared = Counter(story for key in assigning.sought(own) for story in self._by_key[key])
        enough = [story for story, times in shared.items() if times >= assigning.MIN_SHARED_KEYS]
        enough.sort(key=lambda story: (-shared[story], story))
        return [self._stories[story] for story in enough[: assigning.MAX_CANDIDATES]]

    def add(self, text: Text, own: Profile, decision: Decision) -> int:
        """Put the text where it was decided, and merge what is one. Returns its story."""
        at = assigning.event_time(text.article) + _APART * len(self._of)
        if decision.story is None:
            self._made += 1
            story = Story(self._made, own, at, at)
        else:
            story = self._stories[decision.story]
            for younger in decision.merges:
                story = story.with_story(self._stories[younger])
                self._drop(younger)
                self._of.update({one: story.id for one, had in self._of.items() if had == younger})
            self._drop(story.id)
            story = story.with_article(own, at)
        self._stories[story.id] = story
        self._of[text.id] = story.id
        for key in story.keys:
            self._by_key[key].add(story.id)
        return story.id

    def _drop(self, story: int) -> None:
        for key in self._stories.pop(story).keys:
            self._by_key[key].discard(story)

    @property
    def grouping(self) -> Grouping:
        """Which story each text is in."""
        return self._of


def ours(
    profiled: Iterable[tuple[Text, Profile]],
    threshold: float = assigning.THRESHOLD,
    merge_threshold: float = assigning.MERGE_THRESHOLD,
) -> Grouping:
    """Return the stories that one pass makes."""
    stories = Stories()
    for number, (text, own) in enumerate(profiled):
        at = assigning.event_time(text.article) + _APART * number
        found = stories.candidates(own)
        decision = assigning.decide(own, at, found, threshold=threshold, merge_threshold=merge_threshold)
        stories.add(text, own, decision)
    return stories.grouping
