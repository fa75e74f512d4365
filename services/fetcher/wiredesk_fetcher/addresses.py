"""Which addresses may be connected to: the public web, and what the operator allows by name. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network
from typing import TypeAlias

Address: TypeAlias = IPv4Address | IPv6Address
Network: TypeAlias = IPv4Network | IPv6Network

_NAT64 = IPv6Network("64:ff9b::/96")
# `is_global` says True for these in at least one supported Python, or they are public and still no web site.
_DENIED: tuple[Network, ...] = tuple(
    ip_network(network)
    for network in (
        "168.63.129.16/32",  # Azure's host service
        "192.0.0.0/24",  # IETF protocol assignments
        "192.88.99.0/24",  # 6to4 relays
        "64:ff9b:1::/48",  # NAT64 into a local network
        "100:0:0:1::/64",  # dummy prefix
        "2001::/23",  # IETF protocol assignments, Teredo among them
        "3fff::/20",  # documentation
        "5f00::/16",  # segment routing
        "fec0::/10",  # site-local
    )
)


@dataclass(frozen=True, slots=True)
class Reach:
    """What may be reached: public addresses on `ports`, and `allowed` networks on every port."""

    ports: Sequence[int] = (80, 443)
    allowed: Sequence[Network] = ()

    def is_own(self, host: str) -> bool:
        """Tell whether address `host` lies in a network that the operator allows by name."""
        address = _address(host)
        return address is not None and any(address in network for network in self.allowed)

    def admits(self, host: str, port: int) -> bool:
        """Tell whether a connection to address `host` (as getaddrinfo writes it) and `port` may be made."""
        address = _address(host)
        if address is None:
            return False
        return self.is_own(host) or (port in self.ports and _is_public(_behind_gateway(address)))


def _address(host: str) -> Address | None:
    try:
        address = ip_address(host)
    except ValueError:
        return None
    return address.ipv4_mapped or address if isinstance(address, IPv6Address) else address


def _is_public(address: Address) -> bool:
    return (
        address.is_global
        and not address.is_multicast
        and not address.is_reserved
        and not any(address in network for network in _DENIED)
    )


def _behind_gateway(address: Address) -> Address:
    """Return the IPv4 address that a NAT64 or 6to4 gateway forwards packets for `address` to, or `address` itself."""
    if isinstance(address, IPv4Address):
        return address
    if address in _NAT64:
        return IPv4Address(int(address) & 0xFFFFFFFF)
    return address.sixtofour or address
