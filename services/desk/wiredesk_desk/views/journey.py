"""The journey of one article: its records by submission, in the order of the pipeline, and where it is now. Pure."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

from wiredesk.client.offsets import PartitionLag, StageLag
from wiredesk.client.records import Entry
from wiredesk.contracts import wire
from wiredesk.contracts.events import ArticleFetched, ArticleRejected, ArticleStored, DeadLetterSettled, Settlement
from wiredesk.contracts.topics import PUBLIC, RETRY_TOPICS, SUBMITTED, dead_letters
from wiredesk_desk.dead_letters.core import Identity, Letter, in_order, settlement
from wiredesk_desk.views.receipt_words import copy, kinds

# A record on a retry topic comes after the submission and before what is fetched.
_ORDER = (PUBLIC[0], *RETRY_TOPICS, *PUBLIC[1:], *dead_letters())
_RANK = {topic.name: rank for rank, topic in enumerate(_ORDER)}
_ENDS = {"stored", "rejected", "dead letter"}

Settled = Mapping[Identity, DeadLetterSettled]


@dataclass(frozen=True, slots=True)
class Step:
    """One record of the article.

    `since` is the time since the step before; None for the first. `tries` counts those made when it was written;
    `times` is how often a retry topic wrote it anew because it was not due.
    """

    stage: str
    at: datetime
    since: timedelta | None
    position: str
    detail: str
    tries: int = 1
    times: int = 1


@dataclass(frozen=True, slots=True)
class Round:
    """All records of one submission in time order; never empty. `correlation_id` is empty where none was set."""

    correlation_id: str
    entries: Sequence[Entry]

    @property
    def took(self) -> timedelta:
        """From its first record to its last."""
        return self.entries[-1].at - self.entries[0].at

    @property
    def tries(self) -> int:
        """How often its page was asked for, at least."""
        return max(tries(entry) for entry in self.entries)


@dataclass(frozen=True, slots=True)
class Whereabouts:
    """Where an article is: a stable code, and a sentence with what to type next.

    Codes: stored, rejected, dead_letter, discarded, retry, waiting, missing.
    """

    code: str
    sentence: str


def stage_of(entry: Entry) -> str:
    """Return what a record says happened: submitted … stored, rejected, retry, dead letter."""
    if entry.topic.name.endswith(".dlq"):
        return "dead letter"
    if entry.topic.name.endswith(".retry"):
        return "retry"
    return entry.topic.name.split(".")[1]


def tries(entry: Entry) -> int:
    """Return how many tries had been made when a record was written; one where nothing is said or it is forged."""
    value = entry.headers.get(wire.ATTEMPT, "")
    made = int(value) if value.isascii() and value.isdigit() and len(value) <= 3 else 0
    return max(1, made if stage_of(entry) == "retry" else made + 1)


def rounds(entries: Iterable[Entry]) -> list[Round]:
    """Return the records of one article by submission, the oldest first.

    A dead letter, a retry record and a replay name the record they come of. What else comes of a submission without
    a correlation id gets one on its way, and belongs to the last such submission before it. What belongs to none,
    because retention has removed the submission, is a round of its own.
    """
    ordered = sorted(entries, key=lambda entry: (entry.at, _RANK[entry.topic.name], in_order(entry.position)))
    known = {entry.correlation_id for entry in ordered if _starts(entry)} - {""}
    nameless = [entry for entry in ordered if _starts(entry) and not entry.correlation_id]
    by_position: dict[str, str] = {}
    by_name: dict[str, str] = {}
    found: dict[str, list[Entry]] = {}
    for entry in ordered:
        name = entry.correlation_id
        key = by_position.get(_comes_of(entry)) or by_name.get(name)
        if key is None and _starts(entry):
            key = name or entry.position
        elif key is None:
            # Clocks differ a little: where none comes before, it is the first.
            before = [start for start in nameless if start.at <= entry.at] or nameless[:1]
            key = before[-1].position if before and name not in known else name
        by_position[entry.position] = key
        if name:
            by_name.setdefault(name, key)
        found.setdefault(key, []).append(entry)
    names = {key: name for name, key in reversed(by_name.items())}
    return [Round(names.get(key, ""), tuple(group)) for key, group in found.items()]


def _comes_of(entry: Entry) -> str:
    """The position of the record that this one stands for again; empty when it stands for none."""
    again = entry.headers.get(wire.REPLAY_OF, "")
    return entry.headers.get(wire.ORIGIN, "") if stage_of(entry) in ("dead letter", "retry") else again


def _starts(entry: Entry) -> bool:
    return entry.topic == SUBMITTED


def steps(entries: Sequence[Entry]) -> list[Step]:
    """Return the steps of one round; what a retry topic wrote anew while it waited is one step."""
    found: list[Step] = []
    seen: set[tuple[str, str]] = set()
    waits: dict[tuple[str, str], int] = {}
    for entry in entries:
        stage = stage_of(entry)
        if stage == "retry":
            wait = (entry.headers.get(wire.ATTEMPT, ""), entry.headers.get(wire.NOT_BEFORE, ""))
            if wait in waits:
                index = waits[wait]
                found[index] = replace(found[index], position=entry.position, times=found[index].times + 1)
                continue
            waits[wait] = len(found)
        since = entry.at - found[-1].at if found else None
        text = detail(entry)
        identity = (entry.topic.name, entry.headers.get("ce_id", ""))
        if stage not in ("submitted", "retry") and identity in seen and identity[1]:
            text = ", ".join(filter(None, (text, "delivered again")))
        seen.add(identity)
        if stage != "dead letter" and wire.REPLAY_OF in entry.headers:
            text = f"replay of {entry.headers[wire.REPLAY_OF]}"
        found.append(Step(stage, entry.at, since, entry.position, text, tries(entry)))
    return found


def detail(entry: Entry) -> str:
    """Return the one thing worth knowing about a record; never the body."""
    event = entry.event
    if isinstance(event, ArticleRejected):
        return f"{event.stage}: {event.reason}" + (f", {event.detail}" if event.detail else "")
    if isinstance(event, ArticleStored):
        told = ", ".join(filter(None, (kinds(event.changes or ()), copy(event))))
        return f"{event.status}, revision {event.revision}" + (f": {told}" if told else "")
    stage = stage_of(entry)
    if stage == "dead letter":
        made = f" after {tries(entry)} tries" if tries(entry) > 1 else ""
        return f"{entry.stage}: {entry.reason}{made}, {entry.headers.get(wire.ERROR, '')}"
    if stage == "retry":
        return f"{entry.reason}, try {tries(entry) + 1} due {due(entry):%Y-%m-%d %H:%M:%S} UTC"
    if isinstance(event, ArticleFetched):
        return f"{event.kind}, {len(event.content):,} characters" + (f" from {event.url}" if event.url else "")
    return str(getattr(event, "headline", "") or getattr(event, "url", "") or getattr(event, "source", "") or "")


def due(entry: Entry) -> datetime:
    """Return when a record of a retry topic is taken up again; its own time when the header is missing or forged."""
    value = entry.headers.get(wire.NOT_BEFORE, "")
    if value.isascii() and value.isdigit() and len(value) <= 14:
        return datetime.fromtimestamp(int(value) / 1000, UTC)
    return entry.at


def whereabouts(found: Round, stages: Iterable[StageLag], settled: Settled, now: datetime) -> Whereabouts:
    """Return where the article of a round is. `stages` must have been read before the records of the round.

    Then what lies before a committed offset has its outcome among the records: outcomes are durable before a commit.
    """
    readers = {stage.topic: stage for stage in stages}
    replayed = {entry.headers.get(wire.REPLAY_OF) for entry in found.entries}
    ends = [entry for entry in found.entries if stage_of(entry) in _ENDS and entry.position not in replayed]
    ends = [entry for entry in ends if _settlement(entry, settled) is not Settlement.REPLAYED]
    # The latest end holds. Of a store and a dead letter (its record came twice) the store: the article is there.
    passed = [entry for entry in ends if stage_of(entry) != "dead letter"]
    end = (passed or ends)[-1] if ends else None
    unread = [entry for entry in found.entries if _unread(entry, readers) and (end is None or entry.at > ends[-1].at)]
    if unread:
        entry = max(unread, key=lambda entry: (_RANK[entry.topic.name], entry.at))
        return _waiting(entry, readers[entry.position.rsplit("/", 2)[0]], now)
    if end is None:
        last = found.entries[-1]
        reader = readers.get(last.position.rsplit("/", 2)[0])
        who = reader.service if reader else "its reader"
        return Whereabouts(
            "missing",
            f"The {who} has passed {last.position}, and no outcome of it is on the topics: retention has removed it, "
            "or the group's offsets were moved. Submit it again: the ids are the same.",
        )
    return _ended(end, [entry for entry in ends if stage_of(entry) == "dead letter" and entry is not end], settled)


def _ended(end: Entry, letters: Sequence[Entry], settled: Settled) -> Whereabouts:
    stage, what = stage_of(end), detail(end)
    still_open = [letter for letter in letters if _settlement(letter, settled) is None]
    more = f" A dead letter of it is open as well: wiredesk dlq show {still_open[-1].position}" if still_open else ""
    if stage == "stored":
        return Whereabouts("stored", f"It is stored ({what}).{more}")
    if stage == "rejected":
        return Whereabouts("rejected", f"It was rejected by {what}.{more}")
    done = settlement(_letter(end), settled)
    if done is not None:
        return Whereabouts("discarded", f"It was a dead letter of {what}. Discarded: {done.reason}")
    return Whereabouts("dead_letter", f"It is a dead letter of {what}. Type: wiredesk dlq show {end.position}")


def _letter(entry: Entry) -> Letter:
    return Letter(entry.topic, entry.position, entry.at, entry.headers)


def _settlement(entry: Entry, settled: Settled) -> Settlement | None:
    if stage_of(entry) != "dead letter":
        return None
    done = settlement(_letter(entry), settled)
    return None if done is None else done.settlement


def _waiting(entry: Entry, reader: StageLag, now: datetime) -> Whereabouts:
    name, number, offset = entry.position.rsplit("/", 2)
    workers = [member.client_id for member in reader.members if int(number) in member.partitions]
    if workers:
        who = f"worker {workers[0]}"
    elif reader.members:
        who = f"no worker has partition {number} of {name} yet, the group is {reader.state}"
    else:
        who = "none is running: `wiredesk up` starts them"
    if stage_of(entry) == "retry":
        at = due(entry)
        when = f"until {at:%Y-%m-%d %H:%M:%S} UTC" if at > now else f"and is due since {at:%Y-%m-%d %H:%M:%S} UTC"
        return Whereabouts(
            "retry", f"It waits on the retry topic of the {reader.service} {when} ({entry.reason}; {who})."
        )
    before = int(offset) - _next(_partition(reader, int(number)))
    if before <= 0 and workers:
        return Whereabouts("waiting", f"The {reader.service} has it in hand, or takes it next ({who}).")
    return Whereabouts("waiting", f"It waits for the {reader.service} ({who}); records before it: {before}.")


def _unread(entry: Entry, readers: Mapping[str, StageLag]) -> bool:
    name, number, offset = entry.position.rsplit("/", 2)
    return name in readers and int(offset) >= _next(_partition(readers[name], int(number)))


def _partition(reader: StageLag, number: int) -> PartitionLag:
    return next((p for p in reader.partitions if p.partition == number), PartitionLag(number, None, 0, 0))


def _next(partition: PartitionLag) -> int:
    """The first offset that is not worked yet."""
    return max(partition.committed or 0, partition.start)
