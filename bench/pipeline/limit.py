# ruff: noqa: T201 - the answer is a line on stdout
"""The limit: the same cleaner and tagger in plain processes, no Kafka: `python -m bench.pipeline.limit FILE N WARM`.

Each of N processes takes its share of the articles in FILE. The first WARM articles of it warm each process up, and
count for nothing. Prints a JSON object: seconds of CPU and of wall, articles, words, bytes of JSON made.
"""

import json
import multiprocessing
import sys
import time
from collections.abc import Sequence
from multiprocessing.synchronize import Barrier
from pathlib import Path
from typing import Any

from bench.pipeline.corpus.made import Article, read
from bench.pipeline.library import CHUNK, Library


def worked(library: Library, articles: Sequence[bytes]) -> int:
    """Clean and tag all of `articles`, a chunk at a time; return how many bytes of JSON came of them."""
    return sum(
        len(made) for at in range(0, len(articles), CHUNK) for made in library.enriched(articles[at : at + CHUNK])
    )


def _process(file: Path, warm: int, share: slice, barrier: Barrier, answers: Any) -> None:
    library = Library()
    articles = [one.submission for one in read(file)]
    worked(library, articles[:warm])
    mine = articles[share]
    del articles
    barrier.wait()
    cpu, begun = time.process_time(), time.time()
    size = worked(library, mine)
    answers.put((time.process_time() - cpu, begun, time.time(), size))


def limit(file: Path, processes: int, warm: int) -> dict[str, float]:
    """Run it. The wall time is from the first process's first article to the last one's last."""
    context = multiprocessing.get_context("spawn")
    barrier, answers = context.Barrier(processes), context.Queue()
    running = [
        context.Process(
            target=_process, args=(file, warm, slice(warm + number, None, processes), barrier, answers), daemon=True
        )
        for number in range(processes)
    ]
    for one in running:
        one.start()
    found = [answers.get() for _ in running]
    for one in running:
        one.join()
    counted: list[Article] = read(file)[warm:]
    return {
        "cpu": sum(cpu for cpu, *_ in found),
        "wall": max(end for _, _, end, _ in found) - min(begun for _, begun, _, _ in found),
        "articles": len(counted),
        "words": sum(one.words for one in counted),
        "bytes": sum(size for *_, size in found),
    }


if __name__ == "__main__":
    print(json.dumps(limit(Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3]))))
