"""The least rights on Kafka that each user needs, from `wiredesk.contracts.topics`. Pure.

The chart's KafkaUsers and `wiredesk topics rights` are both made of this; a test runs all services with nothing more.
"""

import shlex
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from wiredesk.contracts.topics import (
    CURRENT,
    PUBLIC,
    RETRY_TOPICS,
    SUBMITTED,
    Lane,
    Topic,
    dead_letters,
    every_topic,
    retry_topic,
)
from wiredesk_desk.feed_topics import PREFIX

SERVICES = ("fetcher", "cleaner", "tagger", "storage")
DESK = "desk"
SCALING = "scaling"
_TOPICS = "topics"
_PUBLISHER = "publisher"
USERS = {
    **{service: f"the {service}" for service in SERVICES},
    DESK: "the desk, and every verb but the next",
    _TOPICS: "whoever types `wiredesk topics apply` and `wiredesk topics rewind`",
    SCALING: "KEDA, or whoever else reads lag",
    _PUBLISHER: "a program of yours that submits articles with `wiredesk.Wiredesk`",
}
"""Every user, and what it is for."""


@dataclass(frozen=True, slots=True)
class Right:
    """What may be done with a topic or group; `is_prefix`: with all whose names begin like this. Words are Kafka's."""

    kind: str
    name: str
    operations: tuple[str, ...]
    is_prefix: bool = False


def rights(user: str, lane: Lane) -> Iterator[Right]:
    """Yield what `user` (one of `USERS`) needs in a lane. Nobody needs any right on the cluster."""
    if user == SCALING:
        for topic in PUBLIC:
            for service in topic.consumers:
                yield Right("topic", lane.topic(topic), ("Describe",))
                yield Right("group", lane.group(service), ("Describe",))
        return
    # Who starts looks whether the topics are there, and Kafka shows those alone that one may describe.
    for topic in (*PUBLIC, *dead_letters()) if user == _PUBLISHER else every_topic():
        yield Right("topic", lane.topic(topic), ("Describe", *_operations(user, topic)))
    if user == DESK:
        # Of subscriptions: it makes them itself.
        own = ("Create", "Describe", "DescribeConfigs", "Read", "Write")
        yield Right("topic", f"{lane.name}.{PREFIX}" if lane.name else PREFIX, own, is_prefix=True)
    for service in SERVICES:
        for group in groups(service, lane):
            if user in (service, DESK, _TOPICS):
                yield Right("group", group, ("Describe",) if user == DESK else ("Read",))


def groups(service: str, lane: Lane) -> Iterator[str]:
    """Yield the consumer groups of a service."""
    yield lane.group(service)
    if any(retry_topic(topic, service) in RETRY_TOPICS for topic in PUBLIC):
        yield f"{lane.group(service)}.retry"


def commands(found: Iterable[Right], principal: str, servers: str) -> Iterator[str]:
    """Yield the commands of Kafka's own tool that grant these rights, one for all that are alike."""
    alike: dict[tuple[str, bool, tuple[str, ...]], list[str]] = {}
    for one in found:
        alike.setdefault((one.kind, one.is_prefix, one.operations), []).append(one.name)
    for (kind, is_prefix, operations), names in alike.items():
        words = ["kafka-acls.sh", "--bootstrap-server", servers, "--command-config", "admin.properties", "--add"]
        words += ["--allow-principal", principal, *_each("--operation", operations), *_each(f"--{kind}", names)]
        yield shlex.join([*words, *(["--resource-pattern-type", "prefixed"] if is_prefix else [])])


def _each(option: str, values: Sequence[str]) -> Iterator[str]:
    for value in values:
        yield from (option, value)


def _operations(user: str, topic: Topic) -> Iterator[str]:
    """What `user` does with `topic` besides seeing that it is there."""
    if user == _TOPICS:
        # Alter: it adds partitions.
        yield from ("Create", "DescribeConfigs", "AlterConfigs", "Alter")
    if user == DESK:
        # It explains, searches dead letters, and tells how the topics are set.
        yield from ("DescribeConfigs", "Read")
    elif user in topic.consumers or (user == _TOPICS and topic.consumers):
        yield "Read"
    if user in topic.producers or topic in _sent_besides(user):
        yield "Write"


def _sent_besides(user: str) -> Sequence[Topic]:
    """What is written by those whom `Topic.producers` does not name."""
    if user in ("fetcher", _PUBLISHER):
        # What the fetcher finds in feeds comes in by the same door as everybody's.
        return (SUBMITTED,)
    if user == DESK:
        # It submits, replays dead letters to where they came from, and takes what is withdrawn out of the table.
        return (*(topic for topic in PUBLIC if topic.consumers), CURRENT)
    return ()
