"""Learn the two models of `similarity`: logistic regressions on the half to tune on."""

import random
from collections import defaultdict
from collections.abc import Iterable, Sequence
from functools import reduce
from itertools import combinations

import numpy as np
from numpy.typing import NDArray

from bench.stories import streams
from bench.stories.corpus import Text
from wiredesk_storage.stories.assigning import MIN_SHARED_KEYS, STORY_KEYS, Decision
from wiredesk_storage.stories.profiles import Profile
from wiredesk_storage.stories.similarity import Evidence, Model, evidence

# Other orders than those that are reported.
_FIRST, _ORDERS = 100, 4
_RIDGE = 5.0
_STEPS = 30
# How many articles a part of a story has: few in most, as where one story was begun twice.
_PARTS = (1, 1, 2, 3, 4, 6, 8)

Example = tuple[Evidence, bool]
Profiled = Sequence[tuple[Text, Profile]]


def models(texts: Sequence[Text]) -> tuple[Model, Model]:
    """Return the models for an article and a story, and for two stories."""
    orders = [list(streams.profiles(order)) for order in streams.orders(texts, _FIRST, _ORDERS)]
    parts = random.Random(_FIRST)  # noqa: S311 - no secret
    of_articles = [example for order in orders for example in _articles(order)]
    of_stories = [example for order in orders for example in _stories(order, parts)]
    return _learned(of_articles), _learned(of_stories)


def _articles(order: Profiled) -> Iterable[Example]:
    """Yield what each article has in common with each candidate: with the true stories, as far as they have come in."""
    stories = streams.Stories()
    begun: dict[str, int] = {}
    for text, own in order:
        true = begun.get(text.story)
        for candidate in stories.candidates(own):
            yield evidence(own, candidate.profile), candidate.id == true
        begun[text.story] = stories.add(text, own, Decision(true))


def _stories(order: Profiled, parts: random.Random) -> Iterable[Example]:
    """Yield what each two parts of stories have in common that share enough keys."""
    members: defaultdict[str, list[Profile]] = defaultdict(list)
    for text, own in order:
        members[text.story].append(own)
    cut: list[tuple[str, Profile]] = []
    for story, rest in members.items():
        while rest:
            size = parts.choice(_PARTS)
            cut.append((story, reduce(Profile.with_, rest[:size])))
            rest = rest[size:]  # noqa: PLW2901 - what is left
    keys = [frozenset(part.keys(STORY_KEYS)) for _, part in cut]
    for (story, part), (other, its) in (
        (cut[a], cut[b]) for a, b in combinations(range(len(cut)), 2) if len(keys[a] & keys[b]) >= MIN_SHARED_KEYS
    ):
        yield evidence(part, its), story == other


def _learned(examples: Sequence[Example]) -> Model:
    """Return the model with the least logistic loss, a ridge on the standardised parts, by Newton's steps."""
    parts = np.array([found for found, _ in examples], dtype=float)
    wanted = np.array([same for _, same in examples], dtype=float)
    mean, spread = parts.mean(0), parts.std(0) + 1e-9
    columns = np.c_[(parts - mean) / spread, np.ones(len(parts))]
    ridge = np.eye(columns.shape[1]) * _RIDGE
    ridge[-1, -1] = 0
    weights: NDArray[np.float64] = np.zeros(columns.shape[1])
    for _ in range(_STEPS):
        likely = 1 / (1 + np.exp(-np.clip(columns @ weights, -30, 30)))
        slope = columns.T @ (wanted - likely) - ridge @ weights
        curve = (columns * (likely * (1 - likely))[:, None]).T @ columns + ridge
        weights += np.linalg.solve(curve, slope)
    own = weights[:-1] / spread
    return Model(Evidence(*(round(float(one), 3) for one in own)), round(float(weights[-1] - own @ mean), 3))
