"""Sources in a few words: how many are in which state, which are the worst, and what is typed next. Pure."""

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from wiredesk.contracts.sources import SourceState
from wiredesk_desk.output import Row, duration

if TYPE_CHECKING:
    from wiredesk_fetcher.sources.source import Source

NAME_CONTACT = "wiredesk sources contact you@example.org"
"""what is typed where the public web is refused because nobody has said whom sites may write to"""

# Those of which nothing comes though somebody wants it, the worst first.
ILL = (SourceState.DEAD, SourceState.FAILING, SourceState.BLOCKED)
# In the words of the fetcher's `no_contact`.
_WAITS = "no contact"


def waits_for_contact(source: "Source") -> bool:
    """Tell whether nothing comes of it because nobody has said whom sites may write to."""
    return source.health.state is SourceState.BLOCKED and source.health.reason.startswith(_WAITS)


def worst_first(sources: Iterable["Source"]) -> list["Source"]:
    """Return those that are dead, failing or blocked: by state, and within it those that failed most first."""
    ill = [one for one in sources if one.health.state in ILL]
    return sorted(ill, key=lambda one: (ILL.index(one.health.state), -one.health.failures))


def todo(source: "Source") -> str:
    """Return what is typed for a source of which nothing comes; empty when nothing but its site can change that."""
    which = str(source.source_id)[:8]
    if waits_for_contact(source):
        return NAME_CONTACT
    if source.health.gone:
        return f"wiredesk sources remove {which}"
    return {
        SourceState.DEAD: f"wiredesk sources resume {which}",
        SourceState.FAILING: f"wiredesk sources poll {which}",
        SourceState.PAUSED: f"wiredesk sources resume {which}",
    }.get(source.health.state, "")


def next_poll(sources: Iterable["Source"]) -> datetime | None:
    """Return when the first of them is polled; None: never."""
    return min((one.next_poll for one in sources if one.next_poll), default=None)


def rows(sources: Sequence["Source"], now: datetime) -> list[Row]:
    """Return one row a state that some source is in, in the order of a source's life."""
    counts = count(sources)
    return [
        {
            "sources": state,
            "number": counts[state],
            "next_poll": until(next_poll(one for one in sources if one.health.state == state), now),
        }
        for state in counts
        if counts[state]
    ]


def count(sources: Iterable["Source"]) -> dict[str, int]:
    """Return how many are in each state, those that none is in included."""
    return {state.value: 0 for state in SourceState} | Counter(one.health.state.value for one in sources)


def until(at: datetime | None, now: datetime) -> str:
    """Return how long it is until `at`, in one unit: "in 3 min", "now", or "never" for None."""
    if at is None:
        return "never"
    return f"in {duration(at - now)}" if at > now else "now"
