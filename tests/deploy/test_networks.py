"""What the network policy leaves out of the web is what the fetcher would refuse by itself."""

from ipaddress import IPv4Network, IPv6Network, ip_address, ip_network

import pytest

from tests.deploy.chart import base, of_kind
from wiredesk_fetcher.addresses import Network, Reach


def left_out() -> list[Network]:
    (rule,) = of_kind(base(), "NetworkPolicy")["wiredesk-web"]["spec"]["egress"]
    return [ip_network(one) for peer in rule["to"] for one in peer["ipBlock"]["except"]]


def open_blocks() -> set[str]:
    (rule,) = of_kind(base(), "NetworkPolicy")["wiredesk-web"]["spec"]["egress"]
    return {peer["ipBlock"]["cidr"] for peer in rule["to"]}


def admitted(address: str) -> bool:
    return Reach().admits(address, 443)


def test_the_rest_of_both_protocols_is_open():
    assert open_blocks() == {"0.0.0.0/0", "::/0"}


# To a public address through 6to4 the fetcher would go, but nobody routes that any more.
SIX_TO_FOUR = IPv6Network("2002::/16")


@pytest.mark.parametrize("network", [one for one in left_out() if one != SIX_TO_FOUR], ids=str)
def test_the_fetcher_would_ask_nothing_of_what_is_left_out(network: Network):
    ends = (network.network_address, network.network_address + (network.num_addresses - 1))
    # Within what is left out an anycast address or two may be public (192.0.0.9): the ends are not.
    assert [str(one) for one in ends if admitted(str(one))] == []


PRIVATE = (
    *("0.0.0.0", "10.1.2.3", "100.64.0.1", "127.0.0.1", "168.63.129.16", "169.254.169.254", "172.16.0.1"),
    *("172.31.255.255", "192.0.0.1", "192.0.2.1", "192.88.99.1", "192.168.1.1", "198.18.0.1", "198.51.100.1"),
    *("203.0.113.1", "224.0.0.1", "240.0.0.1", "255.255.255.255", "::", "::1"),
    *("64:ff9b::10.0.0.1", "64:ff9b::169.254.169.254", "64:ff9b:1::1", "100::1", "100:0:0:1::1", "2001::1"),
    *(
        "2001:db8::1",
        "2002:a00:1::1",
        "3fff::1",
        "5f00::1",
        "fc00::1",
        "fd00:ec2::254",
        "fe80::1",
        "fec0::1",
        "ff02::1",
    ),
)
PUBLIC = ("1.1.1.1", "172.32.0.1", "100.128.0.1", "2600::1", "2a00:1450::1", "64:ff9b::1.1.1.1")


@pytest.mark.parametrize("address", PRIVATE)
def test_an_address_that_is_not_of_the_web_is_left_out(address: str):
    assert not admitted(address)
    assert [network for network in left_out() if ip_address(address) in network]


@pytest.mark.parametrize("address", PUBLIC)
def test_an_address_of_the_web_is_not(address: str):
    assert admitted(address)
    assert [network for network in left_out() if ip_address(address) in network] == []


def test_every_network_is_within_what_it_is_left_out_of():
    for network in left_out():
        # Kubernetes reads it as IPv4.
        assert not (isinstance(network, IPv6Network) and network.network_address.ipv4_mapped)
        whole = IPv4Network("0.0.0.0/0") if network.version == 4 else IPv6Network("::/0")
        assert network.prefixlen > whole.prefixlen
