"""The tagger's tables, in Markdown."""

import os
import platform
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime

from bench.markdown import table
from bench.ner_measure import Memory, Scored
from wiredesk_tagger.training.score import MAIN, add, main, mean

_TYPES = (*MAIN, "GPE", "LOC", "FAC", "NORP", "EVENT", "LAW", "DATE", "TIME", "MONEY", "PERCENT")
_NONE = "\u2013"


def made_with(version: str, scored: Scored) -> str:
    """Return what the tables were made with."""
    return (
        f"Made on {datetime.now(UTC):%d %B %Y} from {scored.words} words with pipeline {version}, "
        f"Python {platform.python_version()}, {platform.machine()} with {os.cpu_count()} cores."
    )


def sources(runs: Mapping[str, Scored]) -> str:
    """Return the main F1 of each tagger by source, their plain mean, and the speed."""
    names = list(next(iter(runs.values())).tallies)
    rows = [["PERSON, ORG, PLACE together: F1", *names, "mean", "words / CPU s"]]
    for name, run in runs.items():
        scores = [main(run.tallies[source]).f1 for source in names]
        speed = f"{run.words / run.cpu_seconds:,.0f}"
        rows.append([name, *(f"{score:.3f}" for score in scores), f"{mean(scores):.3f}", speed])
    return table(rows)


def types(run: Scored) -> str:
    """Return our F1 of each type by source, and precision and recall over all."""
    names = list(run.tallies)
    total = add(run.tallies.values())
    rows = [["type: F1", *names, "all", "precision", "recall", "there"]]
    for label in _TYPES:
        cells = [f"{run.tallies[source][label].f1:.3f}" if label in run.tallies[source] else _NONE for source in names]
        if label in total:
            one = total[label]
            rows.append([label, *cells, f"{one.f1:.3f}", f"{one.precision:.3f}", f"{one.recall:.3f}", str(one.there)])
    return table(rows)


def headlines(runs: Mapping[str, Mapping[str, float]], count: int) -> str:
    """Return the F1 of headlines by case, and the points lost against the normal form."""
    cases = list(next(iter(runs.values())))
    rows = [[f"{count} headlines: F1", *cases, *(f"lost in {case}" for case in cases[1:])]]
    for name, scores in runs.items():
        lost = [100 * (scores[cases[0]] - scores[case]) for case in cases[1:]]
        rows.append([name, *(f"{scores[case]:.3f}" for case in cases), *(f"{points:.1f}" for points in lost)])
    return table(rows)


def memory(found: Memory) -> str:
    """Return how much memory one worker takes."""
    return (
        f"One worker over {found.articles:,} articles: {found.loaded:.0f} MiB with the pipeline loaded, at most "
        f"{found.most:.0f} MiB, {100 * found.growth:+.1f} % from the third tenth of the articles to the last."
    )


def joined(parts: Sequence[str]) -> str:
    """Return the parts as paragraphs."""
    return "\n\n".join(part for part in parts if part)
