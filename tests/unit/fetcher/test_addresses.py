"""Which addresses the fetcher may connect to."""

from ipaddress import ip_network

import pytest

from wiredesk_fetcher.addresses import Reach


@pytest.mark.parametrize(
    "address",
    ["8.8.8.8", "1.1.1.1", "2606:4700::1111", "::ffff:8.8.8.8", "64:ff9b::808:808", "2002:808:808::1"],
)
def test_public_addresses_are_admitted_on_web_ports_only(address):
    assert Reach().admits(address, 443)
    assert Reach().admits(address, 80)
    assert not Reach().admits(address, 22)
    assert Reach(ports=(22,)).admits(address, 22)


@pytest.mark.parametrize(
    "address",
    [
        *("127.0.0.1", "127.1.2.3", "0.0.0.0", "10.0.0.1", "172.16.0.1", "192.168.1.1", "169.254.169.254"),
        *("100.64.0.1", "168.63.129.16", "224.0.0.1", "255.255.255.255", "240.0.0.1", "192.0.0.8", "192.0.2.1"),
        *("198.18.0.1", "192.88.99.1", "::1", "::", "fe80::1", "fe80::1%lo", "fec0::1", "fc00::1", "fd00:ec2::254"),
        *("ff02::1", "ff0e::1", "2001:db8::1", "3fff::1", "5f00::1", "100::1", "100:0:0:1::1", "2001:2::1"),
    ],
)
def test_addresses_that_are_not_public_are_refused(address):
    assert not Reach().admits(address, 443)


@pytest.mark.parametrize(
    "address",
    [
        "::ffff:127.0.0.1",
        "::ffff:169.254.169.254",
        "::127.0.0.1",
        "64:ff9b::7f00:1",
        "64:ff9b::a9fe:a9fe",
        "64:ff9b:1::808:808",
        "2002:7f00:1::",
        "2002:a9fe:a9fe::1",
        "2001:0:4136:e378:8000:63bf:3fff:fdd2",
        "::ffff:0:127.0.0.1",
    ],
)
def test_an_ipv6_address_is_no_way_round_to_an_ipv4_one(address):
    assert not Reach().admits(address, 443)


def test_an_allowed_network_is_reached_on_every_port_and_nothing_else_is():
    reach = Reach(allowed=(ip_network("127.0.0.1/32"), ip_network("fd12::/16")))
    assert reach.admits("127.0.0.1", 12345)
    assert reach.admits("::ffff:127.0.0.1", 12345)
    assert reach.admits("fd12::9", 1)
    assert not reach.admits("127.0.0.2", 80)
    assert not reach.admits("8.8.8.8", 12345)


@pytest.mark.parametrize("name", ["localhost", "", "0x7f.1", "2130706433", "127.1"])
def test_what_is_no_address_is_refused(name):
    assert not Reach().admits(name, 80)
