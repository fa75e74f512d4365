"""The tables of all extractors on all pages: by set, by language, what they cost, and what the grades are worth."""

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from statistics import fmean, median, quantiles

from bench.cleaning.ours import OURS
from bench.cleaning.runs import Result, Run, Runs
from bench.markdown import table
from bench.metric import PageScore, Score, paired_gap, score
from bench.peers import BASELINE, ENGLISH_ONLY
from wiredesk.contracts.events import Quality
from wiredesk_cleaner.training.pages import PUBLISHERS, SNIPPETS, WCXB

SETS = {WCXB: "WCXB", PUBLISHERS: "publishers", SNIPPETS: "snippets"}
# The pages nothing was tuned on come first: they are the numbers to compare.
SIDES = {True: "held-out", False: "train"}
NONE = "–"  # noqa: RUF001 - a dash in a table
# A language of fewer pages on one side of the split is one of the others: its score would be chance.
_FEW = 5
_GOOD = 0.9
_MARKS = (0.5, 0.8, _GOOD, 0.95)

Column = tuple[str, Callable[[Run], str]]


def sets(runs: Runs, *, rounds: int) -> Iterable[str]:
    """Yield a table for each set and side of the split, and how far ours is above the baseline there."""
    for of_set, name in SETS.items():
        for held_out, side in SIDES.items():
            fair = [run for run in runs.html if of_set == WCXB or run.name not in ENGLISH_ONLY]
            kept = [run.of(of_set, held_out=held_out) for run in fair]
            if kept[0].results:
                yield f"**{name}, HTML: the {len(kept[0].results)} {side} pages**"
                yield _table(kept, [*_BODY, *_METADATA])
                yield _paired(f"{side} pages of {name}", kept, rounds)


def flattened(runs: Runs) -> str:
    """Return the body F1 of the same pages as flattened text."""
    sides = [(of_set, held_out) for of_set in SETS for held_out in SIDES]
    kept = {key: [run.of(key[0], held_out=key[1]) for run in runs.plain] for key in sides}
    kept = {key: found for key, found in kept.items() if found[0].results}
    heads = [f"{SETS[of_set]}, {len(found[0].results)} {SIDES[held]}" for (of_set, held), found in kept.items()]
    rows = [["flattened text: F1", *heads]]
    rows += [[run.name, *(_f1(found[at].results) for found in kept.values())] for at, run in enumerate(runs.plain)]
    return table(rows)


def languages(runs: Runs) -> Iterable[str]:
    """Yield a table for each set of many languages: body F1 of ours and of the baseline, a row each language."""
    shown = [run for run in runs.html if run.name in {OURS, BASELINE}]
    for of_set in (PUBLISHERS, SNIPPETS):
        found = [run.of(of_set) for run in shown]
        if not found[0].results:
            continue
        grouped = groups(found[0].results)
        heads = [[f"{side} pages", *(run.name for run in found)] for side in SIDES.values()]
        rows = [[f"{SETS[of_set]}, HTML: F1", *(name for head in heads for name in head)]]
        for language, members in grouped.items():
            cells = []
            for held_out in SIDES:
                kept = [[one for one in run.of(held_out=held_out).results if one.language in members] for run in found]
                cells += [str(len(kept[0])), *map(_f1, kept)]
            rows.append([language, *cells])
        yield table(rows)


def groups(results: Sequence[Result]) -> dict[str, set[str]]:
    """Return the languages that get a row of their own, most pages first, and the rest in one row."""
    sides = {held_out: Counter(one.language for one in results if one.held_out is held_out) for held_out in SIDES}
    total = Counter(one.language for one in results)
    large = [name for name, _ in total.most_common() if all(side[name] >= _FEW for side in sides.values())]
    rest = set(total) - set(large)
    return {name: {name} for name in large} | ({f"{len(rest)} others": rest} if rest else {})


def cost(runs: Runs) -> Iterable[str]:
    """Yield what a page takes each extractor, and how much of what it takes the baseline."""
    baseline = next((run for run in runs.html if run.name == BASELINE), None)
    there = [of_set for of_set in SETS if runs.html[0].of(of_set).results]
    beside = [f"× {BASELINE}, {SETS[one]}" for one in there]  # noqa: RUF001 - times
    rows = [["HTML: CPU ms a page", "mean", "median", "p95", *beside, "crashes"]]
    for run in runs.html:
        shares = [_ratio(run.of(one), baseline.of(one)) if baseline else NONE for one in there]
        rows.append([run.name, *_times(run), *shares, str(_crashes(run))])
    yield table(rows)
    rows = [["flattened text: CPU ms a page", "mean", "median", "p95", "crashes"]]
    yield table(rows + [[run.name, *_times(run), str(_crashes(run))] for run in runs.plain])


def grades(runs: Runs) -> str:
    """Return for each grade that ours gives which share of its pages has a body of how much F1."""
    rows = [["grade", "set", "pages", *(f"F1 ≥ {mark:g}" for mark in _MARKS), "mean F1"]]
    for grade in (*Quality, None):
        for of_set in (WCXB, PUBLISHERS):
            for held_out, side in SIDES.items():
                found = runs.html[0].of(of_set, held_out=held_out).results
                scores = [one.body.f1 for one in found if one.quality == grade and isinstance(one.body, PageScore)]
                if scores:
                    shares = [f"{fmean(score >= mark for score in scores):.1%}" for mark in _MARKS]
                    name = f"{SETS[of_set]}, {side}"
                    rows.append([grade or "refused", name, str(len(scores)), *shares, f"{fmean(scores):.3f}"])
    return table(rows)


def _share(name: str) -> Callable[[Run], str]:
    def cell(run: Run) -> str:
        known = [value for result in run.results if (value := getattr(result, name)) is not None]
        stated = any(result.states_metadata for result in run.results)
        return f"{fmean(known):.3f}" if known and stated else NONE

    return cell


def _score(run: Run) -> Score:
    return score(one.body for one in run.results)


def _f1(results: Sequence[Result]) -> str:
    return f"{score(one.body for one in results).f1:.4f}" if results else NONE


_BODY: list[Column] = [
    ("F1", lambda run: f"{_score(run).f1:.4f}"),
    ("precision", lambda run: f"{_score(run).precision:.4f}"),
    ("recall", lambda run: f"{_score(run).recall:.4f}"),
    ("empty", lambda run: str(sum(one.empty for one in run.results))),
]
_METADATA: list[Column] = [("title", _share("title")), ("authors", _share("authors")), ("date", _share("date"))]


def _table(runs: Sequence[Run], columns: Sequence[Column]) -> str:
    rows = [["extractor", *(name for name, _ in columns)]]
    return table(rows + [[run.name, *(cell(run) for _, cell in columns)] for run in runs])


def _times(run: Run) -> list[str]:
    values = [one.milliseconds for one in run.results]
    p95 = quantiles(values, n=20)[-1] if len(values) > 1 else values[0]
    return [f"{value:.1f}" for value in (fmean(values), median(values), p95)]


def _ratio(run: Run, baseline: Run) -> str:
    whole = sum(one.milliseconds for one in baseline.results)
    return f"{sum(one.milliseconds for one in run.results) / whole:.2f}" if whole else NONE


def _crashes(run: Run) -> int:
    return sum(one.crashed for one in run.results)


def _paired(which: str, runs: Sequence[Run], rounds: int) -> str:
    """Say how far the first run is above the baseline on resamples of the same pages."""
    baseline = next((run for run in runs if run.name == BASELINE), None)
    if baseline is None or not baseline.results:
        return ""
    gap = paired_gap([one.body for one in runs[0].results], [one.body for one in baseline.results], rounds=rounds)
    return (
        f"Against {BASELINE} on the {which}: F1 {gap.mean:+.4f} (standard deviation {gap.deviation:.4f}), "
        f"better in {gap.better:.1%} of {rounds} paired resamples."
    )
