# ruff: noqa: T201 - a command talks
"""How well are articles found that tell one event, and how seldom do others get among them?

python -m bench.stories ../shared/story-corpus ../shared/ner-corpus     beside plain TF-IDF, with and without strangers
python -m bench.stories … --learn             the weights of `similarity`, learned anew
python -m bench.stories … --remember FILE     the same; a second run asks the tagger's model nothing
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
from wiredesk_storage.stories.profiles import Profile, material, profile

_NAMED = ("tuned on", "held out")


def _report(texts: Sequence[Text], strangers: Sequence[Text]) -> str:
    """Return the table: each part is a stream of its own, alone and among strangers."""
    lines = [["stories", "topics", "texts", "strangers", "precision", "recall", "F1", "strangers joined"]]
    parts = zip(_NAMED, corpus.halves(texts), corpus.halves_of_strangers(strangers), strict=True)
    for name, part, among in parts:
        for others in ([], among):
            orders = list(streams.orders([*part, *others]))
            found = {
                "ours": [streams.ours(streams.profiles(order)) for order in orders],
                "plain TF-IDF": [peer.plain(order) for order in orders],
            }
            for who, groupings in found.items():
                shares = [f"{share:.3f}" for share in streams.judged(groupings, part)]
                joined = f"{streams.joined(groupings, others):.1%}" if others else ""
                topics = f"{name}: {len({text.topic for text in part})}"
                lines.append([who, topics, str(len(part)), str(len(others)), *shares, joined])
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
    counted = Frequencies("en", len(texts), dict.fromkeys(material(texts[0].article).counts, 1))
    for text in texts:
        begun = process_time()
        own = profile(material(text.article), counted)
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
    parser.add_argument("strangers", type=Path, metavar="STRANGERS", help="folder with train/gmb-taught.jsonl.gz")
    parser.add_argument("--learn", action="store_true", help="learn the weights from the half to tune on")
    parser.add_argument("--remember", type=Path, metavar="FILE", help="keep what the tagger's model says here")
    asked = parser.parse_args()
    logging.disable(logging.CRITICAL)
    try:
        texts, strangers = corpus.read(asked.corpus, asked.strangers, asked.remember)
    except OSError as error:
        print(f"No corpus: {error}. Say where they are: python -m bench.stories FOLDER FOLDER", file=sys.stderr)
        return 2
    if asked.learn:
        tuned_on = corpus.halves(texts)[0] + corpus.halves_of_strangers(strangers)[0]
        for name, model in zip(("ARTICLE", "STORIES"), learning.models(tuned_on), strict=True):
            print(f"{name} = Model(Evidence({', '.join(map(str, model.weights))}), {model.bias})")
        return 0
    print(_report(texts, strangers))
    made, decided = _cost(texts)
    print(
        f"\nCPU ms of an article: {made:.2f} for its profile, {decided:.2f} to decide among {assigning.MAX_CANDIDATES}."
    )
    return 0


if __name__ == "__main__":
    sys.exit(main())
