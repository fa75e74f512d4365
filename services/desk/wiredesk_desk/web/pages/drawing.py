"""Charts and maps as numbers for an SVG. Pure: drawn here, so that they are there without scripts."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from wiredesk.contracts.events import ArticleEnriched

_WIDTH, _HEIGHT = 720.0, 96.0
_GAP = 0.15
_POINTS = 200
_LEAST, _MOST = 1.2, 4.5


@dataclass(frozen=True, slots=True)
class Bar:
    """One bar of a chart, in the chart's units, with what it says."""

    x: float
    y: float
    width: float
    height: float
    says: str


@dataclass(frozen=True, slots=True)
class Chart:
    """Bars in order, in a box of this size; `most` is what the highest stands for."""

    bars: Sequence[Bar]
    width: float
    height: float
    most: int
    first: str
    last: str


@dataclass(frozen=True, slots=True)
class Point:
    """A place on a map whose units are degrees: x to the east, y to the south."""

    x: float
    y: float
    radius: float
    name: str
    kind: str
    count: int


def timeline(days: Sequence[tuple[date | str, int]]) -> Chart:
    """Return a chart of a count a day, in order."""
    most = max((count for _, count in days), default=0)
    step = _WIDTH / max(1, len(days))
    bars = [
        Bar(
            round(number * step + step * _GAP / 2, 2),
            round(_HEIGHT * (1 - count / most), 2),
            round(step * (1 - _GAP), 2),
            round(_HEIGHT * count / most, 2),
            f"{day}: {count:,}",
        )
        for number, (day, count) in enumerate(days)
        if count
    ]
    edges = (str(days[0][0]), str(days[-1][0])) if days else ("", "")
    return Chart(bars, _WIDTH, _HEIGHT, most, *edges)


def every_day(counts: Mapping[date, int]) -> list[tuple[date, int]]:
    """Return each day from the first counted to the last, with its count."""
    if not counts:
        return []
    first, last = min(counts), max(counts)
    days = (first + timedelta(number) for number in range((last - first).days + 1))
    return [(day, counts.get(day, 0)) for day in days]


def places(articles: Iterable[ArticleEnriched]) -> list[Point]:
    """Return the linked places that articles name: the more of them name one, the larger its point."""
    counts: Counter[tuple[float, float, str, str]] = Counter()
    for article in articles:
        located = [(one, one.geo) for one in article.entities if one.geo is not None]
        counts.update({(geo.latitude, geo.longitude, one.name, one.type) for one, geo in located})
    return points(counts)


def points(counts: Mapping[tuple[float, float, str, str], int]) -> list[Point]:
    """Return places (latitude, longitude, name, type) with their counts as points, the largest first."""
    most = max(counts.values(), default=1)
    kept = sorted(counts.items(), key=lambda one: (-one[1], one[0][2]))[:_POINTS]
    return [
        Point(
            round(longitude, 2),
            round(-latitude, 2),
            round(_LEAST + (_MOST - _LEAST) * (count / most) ** 0.5, 2),
            name,
            kind,
            count,
        )
        for (latitude, longitude, name, kind), count in kept
    ]
