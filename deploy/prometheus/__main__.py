"""Write `docs/metrics.md` from the list of metrics in the code: `make metrics`."""

from collections.abc import Iterator, Sequence
from pathlib import Path

from wiredesk.metrics.known import EVERYBODY, METRICS, WORKERS, Kind, Metric

PAGE = Path(__file__).parents[2] / "docs" / "metrics.md"

_SECTIONS = (
    ("The four workers", WORKERS),
    ("The fetcher", ("fetcher",)),
    ("The cleaner", ("cleaner",)),
    ("Storage", ("storage",)),
    ("The desk", ("desk",)),
    ("Every process", EVERYBODY),
)
_HEAD = """\
# Metrics

Made by `make metrics` from `wiredesk/metrics/known.py`: do not edit.

Each process serves these as Prometheus text at `/metrics` of its health port (8080 in the images). How to watch them is
in "Observability" in [operating.md](operating.md); what to do when one is wrong is in [runbooks.md](runbooks.md).

A counter and a histogram have one more series, named `…_created`, with the time it was made. A counter by reason or
cause is there from its first time on; `wiredesk_records_total`, `wiredesk_offset_gap_records_total` and
`wiredesk_failed_commits_total` begin with 0 when the service does.
"""


def main() -> int:
    """Write the page; return 0."""
    PAGE.write_text(page(), encoding="utf-8")
    return 0


def page() -> str:
    """Return `docs/metrics.md` as it should be."""
    parts = [_HEAD]
    for title, who in _SECTIONS:
        rows = [metric for metric in METRICS if metric.served_by == who]
        parts.append("\n".join([f"## {title}\n", *_table(rows)]) + "\n")
    parts.append("\n".join(["## Labels\n", *_labels()]) + "\n")
    parts.append("\n".join(["## Buckets\n", *_buckets()]) + "\n")
    return "\n".join(parts)


def _table(metrics: Sequence[Metric]) -> Iterator[str]:
    yield "| metric | kind | unit | labels | meaning |"
    yield "|---|---|---|---|---|"
    for metric in metrics:
        labels = ", ".join(f"`{label.name}`" for label in metric.labels)
        yield f"| `{metric.name}` | {metric.kind} | {metric.unit} | {labels} | {metric.meaning} |"


def _labels() -> Iterator[str]:
    yield "| label | of | its values |"
    yield "|---|---|---|"
    users: dict[tuple[str, str], list[str]] = {}
    for metric in METRICS:
        for label in metric.labels:
            users.setdefault((label.name, label.meaning), []).append(metric.name)
    for (name, meaning), metrics in users.items():
        of = ", ".join(f"`{metric}`" for metric in metrics) if len(metrics) < 4 else f"{len(metrics)} metrics"
        yield f"| `{name}` | {of} | {meaning} |"


def _buckets() -> Iterator[str]:
    yield "| histogram | upper bounds |"
    yield "|---|---|"
    for metric in METRICS:
        if metric.kind is Kind.HISTOGRAM:
            yield f"| `{metric.name}` | {', '.join(f'{bound:g}' for bound in metric.buckets)} |"


if __name__ == "__main__":
    raise SystemExit(main())
