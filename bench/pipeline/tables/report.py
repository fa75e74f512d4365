"""The tables of `make bench`, in Markdown."""

import os
import platform
from collections.abc import Sequence
from datetime import UTC, datetime
from statistics import median

from bench.engine.report import p95
from bench.markdown import table
from bench.pipeline.peers.catalogue import OURS, PEERS
from bench.pipeline.system import KAFKA, POSTGRES, SERVICES
from bench.pipeline.tables.figures import TO_ENRICHED, Figures, Held
from bench.pipeline.working import Result

_NONE = "\u2013"
_MET = {True: "yes", False: "no", None: _NONE}


def report(results: Sequence[Result]) -> str:
    """Return the tables of what was measured; what was not is left out."""
    figures = Figures(results)
    parts = [_made(figures), _beside(figures), _promises(figures), _processes(figures)]
    parts += [
        _latencies(figures),
        _idle(figures),
        _bytes(figures),
        _scaling(figures),
        _rebalances(figures),
        _held(figures.held()),
    ]
    return "\n\n".join(part for part in parts if part)


def spread(values: Sequence[float], decimals: int = 1) -> str:
    """Return the median, with the least and the most where there are several; a dash where there is none."""
    if not values:
        return _NONE
    said = f"{median(values):,.{decimals}f}"
    return f"{said} ({min(values):,.{decimals}f} to {max(values):,.{decimals}f})" if len(values) > 1 else said


def _made(figures: Figures) -> str:
    runs = figures.of("pipeline")
    corpus = figures.of("corpus")
    said = [f"Made on {datetime.now(UTC):%d %B %Y}"]
    if runs:
        said.append(f"from {len(runs)} rounds of {runs[0].values['articles']:,.0f} articles")
    if corpus:
        one = corpus[0].values
        said.append(
            f"{one['words']:,.0f} words and {one['kilobytes']:,.0f} KB in the median, {one['copies']:.0f} % copies"
        )
    where = f"Python {platform.python_version()}, {platform.machine()} with {os.cpu_count()} cores"
    beside = [f"{one.says}." for one in figures.of("machine") if one.says]
    return " ".join([f"{', '.join(said)}; median (least to most); {where}.", *beside])


def _beside(figures: Figures) -> str:
    limit = figures.limit()
    rows = [
        [
            "page to enriched event",
            "articles / s",
            "words / s",
            "ms of CPU an article",
            "beyond the limit",
            "Kafka's ms",
        ],
        ["the limit: two plain processes", *_speed(figures, "limit", "2"), spread(limit), "", ""],
    ]
    ours, kafka = figures.cpu(*TO_ENRICHED), figures.cpu(KAFKA)
    rows.append(["Wiredesk: fetcher, cleaner, tagger", "", "", spread(ours), _beyond(ours, limit), ""])
    four = figures.cpu(*SERVICES)
    rows.append(
        ["the same, and stored", *_speed(figures, "pipeline"), spread(four), _beyond(four, limit), spread(kafka)]
    )
    for name in figures.peers():
        own, under = figures.cpu_of(name), figures.cpu_of(name, KAFKA)
        note = next((f", {one.note}" for one in PEERS if one.name == name and one.note), "")
        rows.append([f"{name}{note}", *_speed(figures, "peer", name), spread(own), _beyond(own, limit), spread(under)])
    rows += [[f"{name}: not measured, {why}", *[_NONE] * 5] for name, why in figures.missing().items()]
    return table(rows)


def _speed(figures: Figures, measure: str, name: str | None = None) -> list[str]:
    return [spread(figures.rates(measure, name)), spread(figures.rates(measure, name, "words"), 0)]


def _beyond(values: Sequence[float], limit: Sequence[float]) -> str:
    return spread([one - floor for one, floor in zip(values, limit, strict=False)])


def _promises(figures: Figures) -> str:
    there = set(figures.peers())
    rows = [["on a crash", "lost", "done twice", "a page that raises"]]
    rows += [
        [one.name, one.lost, one.doubled, one.poison] for one in (OURS, *PEERS) if one is OURS or one.name in there
    ]
    return table(rows) if there else ""


def _processes(figures: Figures) -> str:
    runs = figures.of("pipeline")
    if not runs:
        return ""
    rows = [["busy", "ms of CPU an article", "of it its worker processes", "most MB"]]
    for name in (*SERVICES, KAFKA, POSTGRES):
        children = [1_000 * one.values.get(f"children.{name}", 0.0) / one.values["articles"] for one in runs]
        memory = max(one.values[f"memory.{name}"] for one in runs)
        rows.append([name, spread(figures.cpu(name)), spread(children), f"{memory:,.0f}"])
    everyone = (*SERVICES, KAFKA, POSTGRES)
    together = max(sum(one.values[f"memory.{name}"] for name in everyone) for one in runs)
    rows.append(["all", spread(figures.cpu(*everyone)), "", f"{together:,.0f}"])
    return table(rows)


def _latencies(figures: Figures) -> str:
    rows = [["ms from submission", "p50", "p95", "most", "articles"]]
    for name in ("alone", "busy"):
        rate = next((one.values["rate"] for one in figures.of("latency", name)), 0.0)
        says = "one at a time" if name == "alone" else f"{rate:.1f} articles a second"
        for what in ("enriched", "stored"):
            if values := figures.latencies(name, what):
                told = [f"{median(values):,.0f}", f"{p95(values):,.0f}", f"{max(values):,.0f}", f"{len(values)}"]
                rows.append([f"{says}: {what}", *told])
    return table(rows) if len(rows) > 1 else ""


def _idle(figures: Figures) -> str:
    found = figures.of("idle")
    if not found:
        return ""
    names = figures.idle_names()
    rows = [[f"idle, {found[-1].values['wall']:.0f} s", "% of a core", "MB"]]
    rows += [[name, f"{figures.idle(name):.2f}", f"{found[-1].values[f'memory.{name}']:,.0f}"] for name in names]
    all_of_it = sum(figures.idle(name) or 0.0 for name in names)
    memory = sum(found[-1].values[f"memory.{name}"] for name in names)
    return table([*rows, ["all", f"{all_of_it:.2f}", f"{memory:,.0f}"]])


def _bytes(figures: Figures) -> str:
    runs = figures.of("pipeline")
    if not runs:
        return ""
    rows = [["bytes an article", "found"]]
    heads = {"disk": "on disk: {}", "wire": "over the wire {}", "store": "PostgreSQL grows: {}"}
    for head, says in heads.items():
        for key in (key for key in runs[0].values if key.startswith(f"{head}.")):
            each = [one.values[key] / one.values["articles"] for one in runs]
            rows.append([says.format(key.partition(".")[2]), spread(each, 0)])
    return table(rows)


def _scaling(figures: Figures) -> str:
    rows = [["articles / s", "one process", "two", "times"]]
    tagger = [figures.of("taggers", count) for count in ("1", "2")]
    if all(tagger):
        rates = [found[-1].values["rate"] for found in tagger]
        rows.append(["the tagger alone", *(f"{rate:.1f}" for rate in rates), _two(figures.second_tagger())])
    limits = [figures.rates("limit", count) for count in ("1", "2")]
    if all(limits):
        rows.append(["the limit", *(f"{median(rates):.1f}" for rates in limits), _two(figures.second_process())])
    return table(rows) if len(rows) > 1 else ""


def _rebalances(figures: Figures) -> str:
    steps, ends = figures.of("rebalance"), figures.of("scaled")
    if not steps or not ends:
        return ""
    rows = [["taggers", "pauses of one that stays", "s of a pause, mean", "longest time with nothing enriched, s"]]
    rows += [
        [
            one.name,
            f"{one.values['pauses']:.1f}",
            f"{one.values['pause']:.2f}",
            spread([one.values["stood"]] if "stood" in one.values else []),
        ]
        for one in steps
    ]
    whole = ends[-1].values
    said = (
        f"Of {whole['articles']:,.0f} articles {whole['articles'] - whole['out']:,.0f} were lost, and "
        f"{whole['again']:,.0f} events came a second time with the same id."
    )
    return f"{table(rows)}\n\n{said}"


def _held(held: Sequence[Held]) -> str:
    rows = [["held to", "found", "target", "met"]]
    for one in held:
        found = _NONE if one.found is None else f"{one.found:.{one.decimals}f}"
        bound = f"{'at least' if one.at_least else 'at most'} {one.target:.{one.decimals}f}"
        rows.append([one.says, found, bound if one.target else "", _MET[one.is_met] if one.target else ""])
    return table(rows)


def _two(value: float | None) -> str:
    return _NONE if value is None else f"{value:.2f}"
