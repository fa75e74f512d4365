"""How good the names are in the languages of the world, file by file, and what reads them."""

from collections.abc import Mapping, Sequence

import pycountry

from bench.markdown import table
from bench.ner_measure import Ours, Scored, f1
from bench.ner_sets import Text
from wiredesk_tagger.pipeline.languages import BUILT_IN, MEASURED, TRANSFERRED, WORLD
from wiredesk_tagger.training.score import MAIN, Tally, main

_FEW = 20


def language(source: str) -> str:
    """Return the language of a file of the corpus, `de-smartdata`."""
    return source.partition("-")[0]


def tier(spoken: str, pipeline: str) -> str:
    """Return what may be said of a language that `pipeline` reads."""
    if pipeline not in BUILT_IN:
        return "a pipeline of yours"
    if pipeline != WORLD:
        return "listed names only"
    return {**dict.fromkeys(MEASURED, "measured"), **dict.fromkeys(TRANSFERRED, "transferred")}.get(spoken, "asked for")


def measured(ours: Ours, corpus: Mapping[str, Sequence[Text]]) -> dict[str, tuple[Ours, Scored]]:
    """Return for each source what read it, and the tallies."""
    found = {}
    for source, texts in corpus.items():
        speaker = ours.speaking(language(source))
        found[source] = speaker, f1(speaker, {source: texts})
    return found


def report(runs: Mapping[str, tuple[Ours, Scored]]) -> str:
    """Return the table: language, file, tier, F1 of each type and of all three, names, speed."""
    rows = [["language", "file", "tier", *(f"{kind} F1" for kind in MAIN), "together", "names", "words / CPU s"]]
    for source, (speaker, run) in runs.items():
        tallies = run.tallies[source]
        whole = main(tallies)
        rows.append(
            [
                _named(language(source)),
                source.partition("-")[2],
                tier(language(source), speaker.name),
                *(_f1(tallies.get(kind, Tally())) for kind in MAIN),
                _f1(whole),
                f"{whole.there:,}",
                f"{run.words / run.cpu_seconds:,.0f}",
            ]
        )
    return table(rows)


def _f1(tally: Tally) -> str:
    # Of a handful of names a share says nothing.
    return f"{tally.f1:.3f}" if tally.there >= _FEW else "\u2013"


def _named(code: str) -> str:
    known = pycountry.languages.get(alpha_2=code)
    return str(known.name).partition(" (")[0] if known else code
