"""From what the runs gave to the figures that are told: per article, by round, and beside what they are held to."""

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median

from bench.engine.report import p95
from bench.pipeline.system import KAFKA, POSTGRES, SERVICES
from bench.pipeline.working import Result

# What the peers do as well: a page becomes an enriched event.
TO_ENRICHED = ("fetcher", "cleaner", "tagger")
# What the pipeline is held to.
OF_THE_LIMIT, OF_A_PEER, IDLE_PERCENT, SECOND_TAGGER, ALONE_MS = 0.93, 1.0, 8.0, 1.85, 300.0
OWN = "its processes"


@dataclass(frozen=True, slots=True)
class Held:
    """A figure, and what it is held to: at least, or at most, `target`."""

    says: str
    found: float | None
    target: float
    at_least: bool = True
    decimals: int = 2
    unit: str = ""

    @property
    def is_met(self) -> bool | None:
        """Whether it is; None where there is no figure."""
        if self.found is None:
            return None
        return self.found >= self.target if self.at_least else self.found <= self.target


class Figures:
    """The results of a run, asked for by what they measure."""

    def __init__(self, results: Sequence[Result]) -> None:
        self._results = results

    def of(self, measure: str, name: str | None = None) -> list[Result]:
        """Return the results of a measure, in order of their rounds; those that gave nothing are left out."""
        found = [one for one in self._results if one.measure == measure and name in (None, one.name) and one.values]
        return sorted(found, key=lambda one: one.round)

    def missing(self) -> dict[str, str]:
        """Return the peers that could not be measured at all, each with why."""
        there = self.peers()
        return {one.name: one.says for one in self._results if one.measure == "peer" and one.name not in there}

    def peers(self) -> list[str]:
        """Return the peers that were measured, in order."""
        return list(dict.fromkeys(one.name for one in self._results if one.measure == "peer" and one.values))

    def limit(self, processes: int = 2) -> list[float]:
        """Return milliseconds of CPU an article of the limit, by round."""
        return [1_000 * one.values["cpu"] / one.values["articles"] for one in self.of("limit", str(processes))]

    def cpu(self, *names: str) -> list[float]:
        """Return milliseconds of CPU an article that these processes of the pipeline take together, by round."""
        return [
            1_000 * sum(one.values[f"cpu.{name}"] for name in names) / one.values["articles"]
            for one in self.of("pipeline")
        ]

    def cpu_of(self, peer: str, of: str = OWN) -> list[float]:
        """Return the same of a peer, or of Kafka under it."""
        return [1_000 * one.values[f"cpu.{of}"] / one.values["articles"] for one in self.of("peer", peer)]

    def rates(self, measure: str, name: str | None = None, what: str = "articles") -> list[float]:
        """Return articles, or words, a second, by round."""
        return [one.values[what] / one.values["wall"] for one in self.of(measure, name)]

    def latencies(self, name: str, what: str) -> list[float]:
        """Return milliseconds of each article until it is enriched, or stored: alone or busy."""
        found = self.of("latency", name)
        return [value for one in found for key, value in one.values.items() if key.startswith(f"{what}.")]

    def idle(self, name: str) -> float | None:
        """Return per cent of a core that a process takes when nothing comes; None where that was not measured."""
        found = self.of("idle")
        return 100 * found[-1].values[f"cpu.{name}"] / found[-1].values["wall"] if found else None

    def idle_names(self) -> list[str]:
        """Return what ran idle, in order."""
        found = self.of("idle")
        return [key.removeprefix("cpu.") for key in found[-1].values if key.startswith("cpu.")] if found else []

    def second_tagger(self) -> float | None:
        """Return how many times the articles of one process two processes of the tagger enrich."""
        rates = [self.of("taggers", count) for count in ("1", "2")]
        return rates[1][-1].values["rate"] / rates[0][-1].values["rate"] if all(rates) else None

    def second_process(self) -> float | None:
        """Return the same of the limit: what the machine gives anybody."""
        one, two = self.rates("limit", "1"), self.rates("limit", "2")
        return median(two) / median(one) if one and two else None

    def held(self) -> list[Held]:
        """Return every figure that something is expected of."""
        limit, four = self.limit(), self.cpu(*SERVICES)
        everything = self.cpu(*SERVICES, KAFKA, POSTGRES)
        alone, idle = self.latencies("alone", "enriched"), [self.idle(name) or 0.0 for name in self.idle_names()]
        found = [
            Held("the limit's CPU / the four services'", ratio(limit, four), OF_THE_LIMIT),
            Held("the same with Kafka and PostgreSQL", ratio(limit, everything), 0.0),
        ]
        ours = self.cpu(*TO_ENRICHED)
        found += [
            Held(f"{peer}'s CPU / ours, page to enriched event", ratio(self.cpu_of(peer), ours), OF_A_PEER)
            for peer in self.peers()
        ]
        return [
            *found,
            Held("% of a core when idle, all of it", sum(idle) if idle else None, IDLE_PERCENT, at_least=False),
            Held("a second tagger: times the articles of one", self.second_tagger(), SECOND_TAGGER),
            Held("ms to enriched, alone, p95", p95(alone) if alone else None, ALONE_MS, at_least=False, decimals=0),
        ]


def ratio(theirs: Sequence[float], ours: Sequence[float]) -> float | None:
    """Return theirs as a multiple of ours: the median of the rounds, each by itself; None without a common round."""
    found = [their / our for their, our in zip(theirs, ours, strict=False) if our > 0]
    return median(found) if found else None
