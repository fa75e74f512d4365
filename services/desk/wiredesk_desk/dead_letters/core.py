"""Dead letters: what one is, which belong together, which are meant. Pure.

A dead letter can be on its topic more than once, as everything on the wire; its identity is its origin.
"""

import hashlib
import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Self, TypeAlias

from wiredesk.contracts import wire
from wiredesk.contracts.events import DeadLetterSettled
from wiredesk.contracts.topics import PUBLIC, Topic
from wiredesk_desk.reading import RawRecord

OPEN = "open"
Identity: TypeAlias = tuple[str, str]

_ADDED = ("content-type", "")
_OURS = {
    wire.ATTEMPT,
    wire.NOT_BEFORE,
    wire.REASON,
    wire.ERROR,
    wire.ERROR_TYPE,
    wire.STAGE,
    wire.ORIGIN,
    wire.ORIGIN_END,
    wire.ORIGIN_TIME,
    wire.FAILED_AT,
    wire.REPLAY_OF,
}
_LONGEST_POINTER = 1000
# A letter repeats when its batch is given again: soon. One that is younger than what was done about its origin by more
# than this comes of a topic that was made anew, in which offsets repeat.
_REPEATS_WITHIN = timedelta(days=1)

# In this order: a URL may stand in quotes, a number in an id. A site's name stays: often it is the cause.
_VARIABLE = (
    (re.compile(r"\"[^\"]*\"|“[^”]*”|«[^»]*»|`[^`]*`|(?<!\w)'[^']*'(?!\w)"), "<text>"),
    (re.compile(r"[a-z][a-z0-9+.-]*://\S+", re.IGNORECASE), "<url>"),
    (re.compile(r"\b[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\b", re.IGNORECASE), "<id>"),
    (re.compile(r"\b(?:(?=\d*[a-f])(?=[a-f]*\d)[0-9a-f]{8,}|0x[0-9a-f]+)\b", re.IGNORECASE), "<id>"),
    (re.compile(r"(?<!\\u)(?<!\d)\d+(?:[.,:_]\d+)*"), "<n>"),
)
_AGE = re.compile(r"(\d{1,9})\s*(s|min|m|h|d)")
_UNITS = {"s": 1, "m": 60, "min": 60, "h": 3600, "d": 86_400}


@dataclass(frozen=True, slots=True)
class Letter:
    """One dead letter without its value, whose size in bytes it knows.

    A `pointer` does not hold the record: that was too large to copy, or the client could not decode it.
    """

    topic: Topic
    position: str
    at: datetime
    headers: Mapping[str, str] = field(repr=False)
    size: int = 0
    pointer: bool = False

    @classmethod
    def of(cls, record: RawRecord, topic: Topic) -> Self:
        """Make a letter of a raw record of `topic`."""
        value = record.value or b""
        headers = wire.readable_headers(record.headers)
        return cls(
            topic=topic,
            position=f"{record.topic}/{record.partition}/{record.offset}",
            at=datetime.fromtimestamp(record.timestamp / 1000, UTC),
            headers=headers,
            size=len(value),
            pointer=is_pointer(value) or wire.ORIGIN_END in headers or headers.get(wire.REASON) == "unreadable",
        )

    @property
    def stage(self) -> str:
        """The service that gave it up."""
        return self.topic.producers[0]

    @property
    def reason(self) -> str:
        """The stable code."""
        return self.headers.get(wire.REASON, "")

    @property
    def error_type(self) -> str:
        """The class of the error."""
        return self.headers.get(wire.ERROR_TYPE, "")

    @property
    def cause(self) -> str:
        """The error's message without what differs from record to record."""
        return normalised(self.headers.get(wire.ERROR, ""))

    @property
    def origin(self) -> str:
        """Position of the original record; of the letter itself when nobody said."""
        return self.headers.get(wire.ORIGIN) or self.position

    @property
    def identity(self) -> Identity:
        """What a repetition of the letter has in common with it."""
        return self.position.rsplit("/", 2)[0], self.origin

    @property
    def fingerprint(self) -> str:
        """Eight hex digits, the same for all letters of one cause."""
        parts = f"{self.stage}\0{self.error_type}\0{self.reason}\0{self.cause}"
        return hashlib.sha256(parts.encode("utf-8", "surrogatepass")).hexdigest()[:8]


@dataclass(frozen=True, slots=True)
class Selection:
    """Which letters are meant; what is None does not count. `fingerprint` may be the beginning of one."""

    stage: str | None = None
    reason: str | None = None
    since: datetime | None = None
    fingerprint: str | None = None

    def admits(self, letter: Letter) -> bool:
        """Whether the letter is one of those meant."""
        return (
            (self.stage is None or letter.stage == self.stage)
            and (self.reason is None or letter.reason == self.reason)
            and (self.since is None or letter.at >= self.since)
            and (self.fingerprint is None or letter.fingerprint.startswith(self.fingerprint.lower()))
        )


@dataclass(frozen=True, slots=True)
class Group:
    """Letters of one cause, the oldest first; never empty."""

    letters: Sequence[Letter]

    @property
    def sample(self) -> Letter:
        """The youngest: what it came of is the likeliest to be still there."""
        return self.letters[-1]


def normalised(message: str) -> str:
    """Return `message` with placeholders for quoted text, URLs, ids and numbers, and white space folded."""
    for pattern, placeholder in _VARIABLE:
        message = pattern.sub(placeholder, message)
    return " ".join(message.split())


def since(text: str, now: datetime) -> datetime:
    """Return the time that `text` names: an age (`90s`, `30min`, `2h`, `7d`) or ISO 8601; without a zone it is UTC.

    Raises:
        ValueError: it names none.
    """
    if age := _AGE.fullmatch(text.strip()):
        return now - timedelta(seconds=int(age[1]) * _UNITS[age[2]])
    at = datetime.fromisoformat(text.strip())
    return at if at.tzinfo else at.replace(tzinfo=UTC)


def in_order(position: str) -> tuple[str, int, int]:
    """Return a `topic/partition/offset` as what sorts as the records lie."""
    topic, partition, offset = position.rsplit("/", 2)
    return topic, int(partition), int(offset)


def once(letters: Iterable[Letter]) -> list[Letter]:
    """Return the first letter of each origin, the oldest first."""
    found: dict[Identity, Letter] = {}
    for letter in sorted(letters, key=lambda letter: (letter.at, in_order(letter.position))):
        found.setdefault(letter.identity, letter)
    return list(found.values())


def groups(letters: Iterable[Letter]) -> list[Group]:
    """Return `letters` by fingerprint, the largest group first; of equal ones that with the youngest letter."""
    by_cause: dict[str, list[Letter]] = {}
    for letter in sorted(letters, key=lambda letter: (letter.at, in_order(letter.position))):
        by_cause.setdefault(letter.fingerprint, []).append(letter)
    found = [Group(members) for members in by_cause.values()]
    return sorted(found, key=lambda group: (-len(group.letters), -group.sample.at.timestamp()))


def settlement(letter: Letter, settled: Mapping[Identity, DeadLetterSettled]) -> DeadLetterSettled | None:
    """Return what was done about a letter, or None while it is open."""
    found = settled.get(letter.identity)
    return found if found is not None and letter.at <= found.settled_at + _REPEATS_WITHIN else None


def state(letter: Letter, settled: Mapping[Identity, DeadLetterSettled]) -> str:
    """Return open, replayed or discarded."""
    found = settlement(letter, settled)
    return OPEN if found is None else found.settlement.value


def last_words(records: Iterable[DeadLetterSettled]) -> dict[Identity, DeadLetterSettled]:
    """Return what holds for each letter: the last that was written of it."""
    return {(record.letter.rsplit("/", 2)[0], record.origin): record for record in records}


def is_pointer(value: bytes) -> bool:
    """Whether a value is not the original record but says where that lies, because it was too large to copy."""
    if len(value) > _LONGEST_POINTER:
        return False
    try:
        found = json.loads(value)
    except (ValueError, RecursionError):
        return False
    return isinstance(found, dict) and found.keys() == {"too_large_to_copy", "origin"}


def original_headers(headers: Mapping[str, str]) -> dict[str, str]:
    """Return the headers the record had: ours make the fetcher refuse it as forged."""
    # The framework adds an empty content type to a record that has none.
    return {name: value for name, value in headers.items() if name not in _OURS and (name, value) != _ADDED}


def original_value(letter: Letter, record: RawRecord) -> bytes | None:
    """Return the value the record had: a dead letter holds null as nothing."""
    was_null = letter.reason == "null_value" and not record.value
    # The client sends nothing that has neither key nor value.
    return None if was_null and record.key is not None else record.value


def source_of(letters: Topic) -> Topic:
    """Return the topic whose dead letters are on `letters`."""
    return next(topic for topic in PUBLIC for service in topic.consumers if topic.dead_letter(service) == letters)


def visible(value: bytes) -> str:
    """Return a payload as text in which every control character shows; line ends and tabs stay what they are."""
    text = value.decode("utf-8", "backslashreplace")
    return "".join(c if c.isprintable() or c in "\n\t" else repr(c)[1:-1] for c in text)
