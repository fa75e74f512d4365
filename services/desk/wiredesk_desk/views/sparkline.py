"""Numbers as a line of bars. Pure."""

from collections.abc import Sequence

_BARS = "▁▂▃▄▅▆▇█"
# Wider than that it is folded on a narrow terminal, and no longer a line.
WIDTH = 36


def sparkline(counts: Sequence[int], width: int = WIDTH) -> str:
    """Return a bar for each count, the highest for the largest; of more than `width` so many together are one bar."""
    together = -(-len(counts) // width) or 1
    sums = [sum(counts[start : start + together]) for start in range(0, len(counts), together)]
    top = max(sums, default=0)
    return "".join(_BARS[-(-one * (len(_BARS) - 1) // top)] if top else _BARS[0] for one in sums)
