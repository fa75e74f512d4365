"""Dead letters as rows: a cause with its letters, one letter in short, one letter whole. Pure."""

from collections.abc import Collection, Iterable, Mapping
from enum import StrEnum
from typing import Any

from wiredesk.contracts import wire
from wiredesk.contracts.events import DeadLetterSettled, Settlement
from wiredesk_desk.dead_letters.core import OPEN, Group, Identity, Letter, Selection, settlement, state
from wiredesk_desk.output import Row
from wiredesk_desk.reading import RawRecord

Settled = Mapping[Identity, DeadLetterSettled]


class Shown(StrEnum):
    """Which dead letters are listed, by what was done about them."""

    OPEN = "open"
    ALL = "all"
    DISCARDED = "discarded"


def listed(found: Iterable[Letter], settled: Settled, which: Selection, shown: Shown) -> list[Letter]:
    """Return those that are meant, and of which nothing, anything or that was done."""
    states = {Shown.OPEN: OPEN, Shown.DISCARDED: Settlement.DISCARDED.value}
    return [
        letter
        for letter in found
        if which.admits(letter) and (shown is Shown.ALL or state(letter, settled) == states[shown])
    ]


def group_row(group: Group, settled: Settled) -> Row:
    """Return a cause: how many, since when, what was done about how many, and where the youngest lies."""
    sample = group.sample
    states = [state(letter, settled) for letter in group.letters]
    return {
        "fingerprint": sample.fingerprint,
        "count": len(group.letters),
        **{name: states.count(name) for name in (OPEN, *Settlement)},
        "stage": sample.stage,
        "reason": sample.reason,
        "error_type": sample.error_type,
        "error": sample.cause,
        "first": group.letters[0].at.isoformat(),
        "last": sample.at.isoformat(),
        "position": sample.position,
    }


def letter_row(letter: Letter, settled: Settled) -> dict[str, Any]:
    """Return a letter in short: why it died, what was done about it, what it was."""
    return {
        "position": letter.position,
        "fingerprint": letter.fingerprint,
        "stage": letter.stage,
        "reason": letter.reason,
        "failed": letter.at.isoformat(),
        "error": letter.headers.get(wire.ERROR, ""),
        "state": state(letter, settled),
        "note": note(settlement(letter, settled)),
        "origin": letter.origin,
        "article_id": letter.headers.get("ce_subject", ""),
    }


def whole(letter: Letter, record: RawRecord, settled: Settled) -> dict[str, Any]:
    """Return a letter with its headers, its key and its value as text; bytes that are no UTF-8 are escaped."""
    return {
        "position": letter.position,
        "at": letter.at.isoformat(),
        "state": state(letter, settled),
        "note": note(settlement(letter, settled)),
        "fingerprint": letter.fingerprint,
        "headers": dict(letter.headers),
        "key": None if record.key is None else record.key.decode("utf-8", "backslashreplace"),
        "value": (record.value or b"").decode("utf-8", "backslashreplace"),
    }


def note(done: DeadLetterSettled | None) -> str:
    """Return what was done about a letter in a few words: the reason of a discard, or where it was sent."""
    if done is None:
        return ""
    return done.reason if done.settlement is Settlement.DISCARDED else f"to {done.sent_to}"


def without(row: Row, names: Collection[str]) -> Row:
    """Return a row without some of its columns."""
    return {name: value for name, value in row.items() if name not in names}
