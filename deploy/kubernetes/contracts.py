"""Topics, users, groups and networks as the templates read them (`wiredesk/files/contracts.json`)."""

from ipaddress import IPv4Network, IPv6Network
from typing import Any

from wiredesk.client.admin import configuration
from wiredesk.client.settings import KafkaSettings
from wiredesk.contracts.topics import PARTITIONS, PUBLIC, Lane, Topic, every_topic
from wiredesk_desk.rights import DESK, SCALING, SERVICES, Right, rights

# Strimzi makes the topics, and programs of others are given users by them.
USERS = (*SERVICES, DESK, SCALING)
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
        "users": {user: [_right(one) for one in rights(user, LIVE)] for user in USERS},
        "noWeb": {"ipv4": list(_NO_WEB_IPV4), "ipv6": [*_NO_WEB_IPV6, *map(_behind_nat64, _NO_WEB_IPV4)]},
    }


def _topic(topic: Topic) -> dict[str, Any]:
    settings = configuration(topic, KafkaSettings(replication_factor=REPLICATION_FACTOR))
    return {"name": topic.name, "partitions": topic.partitions, "table": topic.is_table, "config": settings}


def _right(right: Right) -> dict[str, Any]:
    pattern = "prefix" if right.is_prefix else "literal"
    return {"type": right.kind, "name": right.name, "patternType": pattern, "operations": list(right.operations)}


def _behind_nat64(network: str) -> str:
    """Return the addresses at which a NAT64 gateway would forward to `network`."""
    ipv4 = IPv4Network(network)
    first = int(_NAT64.network_address) | int(ipv4.network_address)
    return str(IPv6Network((first, _NAT64.prefixlen + ipv4.prefixlen)))
