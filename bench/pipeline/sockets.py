"""Bytes over TCP connections, as Linux counts them for each: asked over netlink (`sock_diag`), no rights needed."""

import contextlib
import socket
import struct
from collections.abc import Iterator, Mapping
from typing import NamedTuple

import psutil

_BY_FAMILY, _DONE, _ERROR = 20, 3, 2
_REQUEST_AND_DUMP = 0x301
_ESTABLISHED = 1 << 1
_INFO = 2
# Of `struct inet_diag_msg` and `struct tcp_info`: where the ports, the attributes and the two counters are.
_PORTS_AT, _ATTRIBUTES_AT, _ACKED_AT = 4, 72, 120
_NETLINK_SOCK_DIAG = 4


class Bytes(NamedTuple):
    """What a server has got over its connections, and what it has sent."""

    received: int
    sent: int


# By the port at the other end: a connection that is made anew has another.
Connections = Mapping[int, Bytes]


def connections(port: int) -> dict[int, Bytes]:
    """Return what has passed over the open connections to the server on `port`; {} where it cannot be told.

    Those of this process do not count.
    """
    own = {one.laddr.port for one in psutil.Process().net_connections("tcp") if one.status == psutil.CONN_ESTABLISHED}
    with contextlib.suppress(OSError, AttributeError):
        both = (one for family in (socket.AF_INET, socket.AF_INET6) for one in _asked(family))
        return {there: bytes_ for here, there, bytes_ in both if here == port and there not in own}
    return {}


def passed(before: Connections, after: Connections) -> Bytes:
    """Return what passed between two readings, over the connections that were open at the second."""
    nothing = Bytes(0, 0)
    return Bytes(
        sum(now.received - before.get(one, nothing).received for one, now in after.items()),
        sum(now.sent - before.get(one, nothing).sent for one, now in after.items()),
    )


def _asked(family: int) -> Iterator[tuple[int, int, Bytes]]:
    request = struct.pack("=BBBBI48x", family, socket.IPPROTO_TCP, 1 << (_INFO - 1), 0, _ESTABLISHED)
    header = struct.pack("=IHHII", 16 + len(request), _BY_FAMILY, _REQUEST_AND_DUMP, 1, 0)
    with socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, _NETLINK_SOCK_DIAG) as asking:
        asking.settimeout(5)
        asking.send(header + request)
        while True:
            answer = asking.recv(1 << 16)
            while answer:
                length, kind = struct.unpack_from("=IH", answer)
                if kind in (_DONE, _ERROR):
                    return
                yield from _connection(answer[16:length])
                answer = answer[(length + 3) & ~3 :]


def _connection(message: bytes) -> Iterator[tuple[int, int, Bytes]]:
    here, there = struct.unpack_from(">HH", message, _PORTS_AT)
    at = _ATTRIBUTES_AT
    while at + 4 <= len(message):
        length, kind = struct.unpack_from("=HH", message, at)
        if kind == _INFO and length >= 4 + _ACKED_AT + 16:
            acked, received = struct.unpack_from("=QQ", message, at + 4 + _ACKED_AT)
            yield here, there, Bytes(received, acked)
        at += max(4, (length + 3) & ~3)
