"""Topics, users, groups and networks as the templates read them (`wiredesk/files/contracts.json`)."""

from collections.abc import Iterator, Mapping, Sequence
from ipaddress import IPv4Network, IPv6Network
from typing import Any

from wiredesk.client.admin import configuration
from wiredesk.client.settings import KafkaSettings
from wiredesk.contracts.topics import (
    CURRENT,
    PARTITIONS,
    PUBLIC,
    RETRY_TOPICS,
    SUBMITTED,
    Lane,
    Topic,
    every_topic,
    retry_topic,
)
from wiredesk_desk.feed_topics import PREFIX

SERVICES = ("fetcher", "cleaner", "tagger", "storage")
DESK = "desk"
# Reads lag and nothing else: KEDA logs in with it.
SCALING = "scaling"
# A chart for fewer brokers takes `min.insync.replicas` away, as the code does.
REPLICATION_FACTOR = 3
LIVE = Lane()

# What the fetcher never asks (`wiredesk_fetcher.addresses`), as the networks that a NetworkPolicy can leave out.
_NO_WEB_IPV4 = (
    "0.0.0.0/8",
    "10.0.0.0/8",
    "100.64.0.0/10",
    "127.0.0.0/8",
    "168.63.129.16/32",
    "169.254.0.0/16",
    "172.16.0.0/12",
    "192.0.0.0/24",
    "192.0.2.0/24",
    "192.88.99.0/24",
    "192.168.0.0/16",
    "198.18.0.0/15",
    "198.51.100.0/24",
    "203.0.113.0/24",
    "224.0.0.0/3",
)
# 6to4 is left out whole: nobody routes it any more. ::ffff:0:0/96 is IPv4 by the time it leaves a pod, and Kubernetes
# refuses it here.
_NO_WEB_IPV6 = (
    "::/96",
    "64:ff9b:1::/48",
    "100::/64",
    "100:0:0:1::/64",
    "2001::/23",
    "2001:db8::/32",
    "2002::/16",
    "3fff::/20",
    "5f00::/16",
    "fc00::/7",
    "fe80::/10",
    "fec0::/10",
    "ff00::/8",
)
_NAT64 = IPv6Network("64:ff9b::/96")


def contracts() -> dict[str, Any]:
    """Return everything, in the order of the file."""
    return {
        "written": "by `make kubernetes`, from shared/wiredesk/contracts/topics.py: do not edit",
        "partitions": PARTITIONS,
        "topics": [_topic(topic) for topic in every_topic()],
        "services": {
            service: {"topic": topic.name, "group": LIVE.group(service)}
            for topic in PUBLIC
            for service in topic.consumers
        },
        "users": {user: list(_rights(user)) for user in (*SERVICES, DESK, SCALING)},
        "noWeb": {"ipv4": list(_NO_WEB_IPV4), "ipv6": [*_NO_WEB_IPV6, *map(_behind_nat64, _NO_WEB_IPV4)]},
    }


def _topic(topic: Topic) -> dict[str, Any]:
    settings = configuration(topic, KafkaSettings(replication_factor=REPLICATION_FACTOR))
    return {"name": topic.name, "partitions": topic.partitions, "config": settings}


def _rights(user: str) -> Iterator[Mapping[str, Any]]:
    if user == SCALING:
        for topic in PUBLIC:
            for service in topic.consumers:
                yield _right("topic", topic.name, ["Describe"])
                yield _right("group", LIVE.group(service), ["Describe"])
        return
    for topic in every_topic():
        # Who starts looks whether the topics are there, and Kafka shows those alone that one may describe.
        yield _right("topic", topic.name, ["Describe", *_operations(user, topic)])
    if user == DESK:
        # Of subscriptions: it makes them itself.
        own = ["Create", "Describe", "DescribeConfigs", "Read", "Write"]
        yield _right("topic", PREFIX, own, pattern="prefix")
    for service in SERVICES:
        for group in groups(service):
            if user in (service, DESK):
                yield _right("group", group, ["Read"] if user == service else ["Describe"])


def _operations(user: str, topic: Topic) -> Iterator[str]:
    """What `user` does with `topic` besides seeing that it is there."""
    if user == DESK:
        # It explains, searches dead letters, and tells how the topics are set.
        yield from ("DescribeConfigs", "Read")
    elif user in topic.consumers:
        yield "Read"
    if user in topic.producers or topic in _sent_besides(user):
        yield "Write"


def _sent_besides(user: str) -> Sequence[Topic]:
    """What is written by those whom `Topic.producers` does not name."""
    if user == "fetcher":
        # What it finds in feeds comes in by the same door as everybody's.
        return (SUBMITTED,)
    if user == DESK:
        # It submits, replays dead letters to where they came from, and takes what is withdrawn out of the table.
        return (*(topic for topic in PUBLIC if topic.consumers), CURRENT)
    return ()


def groups(service: str) -> Iterator[str]:
    """Yield the consumer groups of a service, in the live lane."""
    yield LIVE.group(service)
    if any(retry_topic(topic, service) in RETRY_TOPICS for topic in PUBLIC):
        yield f"{LIVE.group(service)}.retry"


def _right(kind: str, name: str, operations: Sequence[str], *, pattern: str = "literal") -> dict[str, Any]:
    return {"type": kind, "name": name, "patternType": pattern, "operations": list(operations)}


def _behind_nat64(network: str) -> str:
    """Return the addresses at which a NAT64 gateway would forward to `network`."""
    ipv4 = IPv4Network(network)
    first = int(_NAT64.network_address) | int(ipv4.network_address)
    return str(IPv6Network((first, _NAT64.prefixlen + ipv4.prefixlen)))
