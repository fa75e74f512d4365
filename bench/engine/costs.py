# ruff: noqa: T201 - the answer is a line on stdout
"""What one record costs in the services' pure code, beside the engine: run by `bench.engine` in a tree's interpreter.

Prints a JSON object: microseconds of CPU by name.
"""

import json
import time
from collections.abc import Callable
from statistics import median

from bench.engine import articles
from bench.engine.stage import check_tree
from wiredesk.contracts import wire
from wiredesk.contracts.events import ArticleEnriched, ArticleFetched, ArticleSubmitted, Event
from wiredesk.engine.outcomes import Received
from wiredesk_fetcher.core import given
from wiredesk_storage.core import row
from wiredesk_tagger.core import Found, Place, enrich

_GIVEN_CHARACTERS = 70_000
_SAMPLES = 11
_SAMPLE_SECONDS = 0.03


def microseconds(work: Callable[[], object]) -> float:
    """Return the CPU time of one call, the median of some samples; the garbage collector stays on, as in a service."""
    work()
    began = time.process_time()
    work()
    once = max(time.process_time() - began, 1e-6)
    calls = max(1, int(_SAMPLE_SECONDS / once))
    samples = []
    for _ in range(_SAMPLES):
        began = time.process_time()
        for _ in range(calls):
            work()
        samples.append((time.process_time() - began) / calls)
    return 1e6 * median(samples)


def costs() -> dict[str, float]:
    """Return what each step takes, in microseconds."""
    text, names = articles.story()
    clean = articles.cleaned(text)
    found = [
        Found(one.name, one.label, tuple(Place("text", at, at + len(one.name)) for at in one.starts), salience=0.5)
        for one in names
    ]
    enriched = enrich(clean, found, pipeline="bench", version="1", language="en")
    fetched = _encoded(articles.fetched(1, text))
    stored = _encoded(enriched)
    received = Received(event=enriched, at=articles.AT, topic="articles.enriched.v1", partition=0, offset=0)
    submitted = ArticleSubmitted(url="https://news.example/long", text=articles.prose(_GIVEN_CHARACTERS))
    return {
        "decode_fetched": microseconds(lambda: wire.decode(fetched, ArticleFetched)),
        "encode_cleaned": microseconds(lambda: _encoded(clean)),
        "enrich": microseconds(lambda: enrich(clean, found, pipeline="bench", version="1", language="en")),
        "encode_enriched": microseconds(lambda: _encoded(enriched)),
        "decode_enriched": microseconds(lambda: wire.decode(stored, ArticleEnriched)),
        "row": microseconds(lambda: row(received)),
        "given": microseconds(lambda: given(submitted, articles.AT)),
    }


def _encoded(event: Event) -> bytes:
    carried = {wire.CORRELATION: "0b5a7d5e-3f6f-4b53-8f0e-6b1b8f6f5d10"}
    return wire.encode(event, source="bench", time=articles.AT, carried=carried).value


if __name__ == "__main__":
    check_tree()
    print(json.dumps(costs()))
