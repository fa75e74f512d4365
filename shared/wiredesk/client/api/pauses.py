"""How long to wait before a desk is asked again."""

import random

FIRST_SECONDS = 1.0
LONGEST_SECONDS = 30.0
# A desk may want a longer one; who waits for an hour looks dead.
_LONGEST_WANTED_SECONDS = 60.0


def pause(failures: int, at_least: float | None = None) -> float:
    """Return the seconds to wait after so many failures in a row: twice as long each time, `at_least` what is wanted.

    A fifth more or less, so that a hundred readers of a desk that comes back do not come all at once.
    """
    seconds = min(FIRST_SECONDS * 2.0 ** min(failures, 10), LONGEST_SECONDS)
    seconds = max(seconds, min(at_least or 0.0, _LONGEST_WANTED_SECONDS))
    return seconds * random.uniform(1.0, 1.2)  # noqa: S311 - no secret


def wanted(retry_after: str | None) -> float | None:
    """Return the seconds that a `Retry-After` header wants; None: it is none, or a date, which clocks disagree on."""
    text = (retry_after or "").strip()
    return float(text) if text.isascii() and text.isdigit() and len(text) < 7 else None
