# ruff: noqa: T201 - a command talks
"""How well are articles found that tell one event?

python -m bench.stories ../shared/story-corpus                    precision, recall and F1 beside plain TF-IDF
python -m bench.stories ../shared/story-corpus --learn            the weights of `similarity`, learned anew
python -m bench.stories ../shared/story-corpus --remember FILE    the same; a second run asks the tagger's model nothing
"""

import argparse
import logging
import sys
from collections.abc import Sequence
from pathlib import Path
from statistics import median
from time import process_time

from bench.markdown import table
from bench.stories import corpus, learning, peer, streams
from bench.stories.corpus import Text
from wiredesk_storage.stories import assigning
from wiredesk_storage.stories.assigning import Story
from wiredesk_storage.stories.frequencies import Frequencies
from wiredesk_storage.stories.profiles import Profile, profile, terms_of

_NAMED = ("tuned on", "held out", "all")


def _report(parts: Sequence[Sequence[Text]]) -> str:
    """Return the table: each part is a stream of its own."""
    lines = [["stories", "topics", "texts", "precision", "recall", "F1"]]
    for name, texts in zip(_NAMED, parts, strict=True):
        orders = list(streams.orders(texts))
        stories = [streams.ours(streams.profiles(order)) for order in orders]
        for who, groupings in (("ours", stories), ("plain TF-IDF", [peer.plain(order) for order in orders])):
            shares = [f"{share:.3f}" for share in streams.judged(groupings, texts)]
            lines.append([who, f"{name}: {len({text.topic for text in texts})}", str(len(texts)), *shares])
    return table(lines)


def _cost(texts: Sequence[Text]) -> tuple[float, float]:
    """Return the CPU milliseconds of one article: for its profile, and to decide among as many candidates as may be."""
    stories = [
        Story(number, own, *[assigning.event_time(text.article)] * 2)
        for number, (text, own) in enumerate(streams.profiles(texts))
    ]
    # Each a story of eight articles, so that vectors are as long as they get.
    grown = [
        Story(one.id, _grown(stories, one.id), one.first_seen, one.last_seen)
        for one in stories[: assigning.MAX_CANDIDATES]
    ]
    profiled, decided = [], []
    counted = Frequencies("en", len(texts), dict.fromkeys(terms_of(texts[0].article), 1))
    for text in texts:
        begun = process_time()
        own = profile(text.article, counted)
        made = process_time()
        assigning.decide(own, assigning.event_time(text.article), grown)
        profiled.append(made - begun)
        decided.append(process_time() - made)
    return 1_000 * median(profiled), 1_000 * median(decided)


def _grown(stories: Sequence[Story], first: int) -> Profile:
    own = stories[first].profile
    for other in stories[first + 1 : first + 8]:
        own = own.with_(other.profile)
    return own


def main() -> int:
    """Run the bench. Returns the exit code: 0 done, 2 no corpus."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("corpus", type=Path, metavar="CORPUS", help="folder with ecbplus.jsonl.gz")
    parser.add_argument("--learn", action="store_true", help="learn the weights from the half to tune on")
    parser.add_argument("--remember", type=Path, metavar="FILE", help="keep what the tagger's model says here")
    asked = parser.parse_args()
    logging.disable(logging.CRITICAL)
    try:
        texts = corpus.read(asked.corpus, asked.remember)
    except OSError as error:
        print(f"No corpus: {error}. Say where it is: python -m bench.stories FOLDER", file=sys.stderr)
        return 2
    tuned_on, held_out = corpus.halves(texts)
    if asked.learn:
        for name, model in zip(("ARTICLE", "STORIES"), learning.models(tuned_on), strict=True):
            print(f"{name} = Model(Evidence({', '.join(map(str, model.weights))}), {model.bias})")
        return 0
    print(_report((tuned_on, held_out, texts)))
    made, decided = _cost(texts)
    print(f"\nCPU ms of an article: {made:.2f} for its profile, {decided:.2f} to decide among 50 candidates.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
