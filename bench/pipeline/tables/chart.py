"""The chart of `make bench`: milliseconds of CPU an article as bars, in an SVG that suits light and dark pages."""

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from statistics import median

from bench.pipeline.peers.catalogue import OURS, PEERS, Peer
from bench.pipeline.tables.figures import TO_ENRICHED, Figures
from bench.pipeline.working import Result

_WIDTH, _LEFT, _RIGHT, _TOP, _ROW, _BAR, _LINE = 760, 130, 60, 58, 60, 18, 14
_HEAD = "Milliseconds of CPU an article, from the page to the enriched event"
_BELOW = "grey: cleaner and tagger themselves; in colour: what is around them; Kafka and PostgreSQL not counted"
_STYLE = """
    text { font: 13px system-ui, sans-serif; fill: #24292f }
    .small { font-size: 11px; fill: #57606a }
    .head { font-size: 15px; font-weight: 600 }
    .work { fill: #8c959f } .ours { fill: #0969da } .theirs { fill: #bc4c00 }
    .line { stroke: #57606a; stroke-dasharray: 3 3 }
    @media (prefers-color-scheme: dark) {
      text { fill: #e6edf3 } .small { fill: #9198a1 } .work { fill: #6e7681 } .ours { fill: #4493f8 }
      .theirs { fill: #db6d28 } .line { stroke: #9198a1 }
    }
"""


@dataclass(frozen=True, slots=True)
class Bar:
    """One bar of the chart: so many milliseconds, and what is promised for them, in lines of about 90 letters."""

    name: str
    milliseconds: float
    says: tuple[str, ...]
    kind: str


def bars(results: Sequence[Result]) -> list[Bar]:
    """Return the limit, ourselves and the peers that were measured; nothing where there is no limit."""
    figures = Figures(results)
    limit, ours = figures.limit(), figures.cpu(*TO_ENRICHED)
    if not limit or not ours:
        return []
    found = [
        Bar("the limit", median(limit), ("the same libraries in two plain processes, no Kafka",), "work"),
        Bar(OURS.name, median(ours), _promises(OURS), "ours"),
    ]
    by_name = {one.name: one for one in PEERS}
    found += [Bar(name, median(figures.cpu_of(name)), _promises(by_name[name]), "theirs") for name in figures.peers()]
    return found


def _promises(of: Peer) -> tuple[str, ...]:
    return f"lost on a crash: {of.lost}", f"a page that raises: {of.poison}"


def chart(rows: Sequence[Bar]) -> str:
    """Return the SVG: of each bar the part up to the first one's length is grey, the rest in colour."""
    limit, most = rows[0].milliseconds, max(one.milliseconds for one in rows)
    scale = (_WIDTH - _LEFT - _RIGHT) / most
    height = _TOP + _ROW * len(rows) + 12
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {height}" role="img" aria-label="{_HEAD}">',
        f"<style>{_STYLE}</style>",
        f'<text class="head" x="0" y="18">{_HEAD}</text>',
        f'<text class="small" x="0" y="38">{_BELOW}</text>',
    ]
    for number, one in enumerate(rows):
        parts += _row(one, _TOP + number * _ROW, limit, scale)
    return "\n".join([*parts, "</svg>\n"])


def _row(one: Bar, top: int, limit: float, scale: float) -> list[str]:
    grey, rest = min(one.milliseconds, limit) * scale, max(0.0, one.milliseconds - limit) * scale
    end, at = _LEFT + grey + rest, _LEFT + limit * scale
    return [
        f'<line class="line" x1="{at:.1f}" x2="{at:.1f}" y1="{top - 4}" y2="{top + _BAR + 4}"/>',
        f'<text x="{_LEFT - 10}" y="{top + 14}" text-anchor="end">{escape(one.name)}</text>',
        f'<rect class="work" x="{_LEFT}" y="{top}" width="{grey:.1f}" height="{_BAR}"/>',
        *(
            [f'<rect class="{one.kind}" x="{_LEFT + grey:.1f}" y="{top}" width="{rest:.1f}" height="{_BAR}"/>']
            if rest
            else []
        ),
        f'<text x="{max(end, at) + 6:.1f}" y="{top + 14}">{one.milliseconds:.1f}</text>',
        *(
            f'<text class="small" x="{_LEFT}" y="{top + 32 + _LINE * number}">{escape(says)}</text>'
            for number, says in enumerate(one.says)
        ),
    ]
