# ruff: noqa: RUF001 - odd characters are the point
"""No way and no notation leads to a guarded address: not a connection is made, not a byte is said."""

import pytest

from tests.unit.fetcher.hostile.fetchers import open_fetcher
from tests.unit.fetcher.hostile.ways import WAYS, feed, page

# Hosts that mean 127.0.0.1, ::1 or all of this machine to one library or another; a port is added to each.
OF_THIS_MACHINE = r"""
    127.0.0.1 127.1 127.0.1 127.000.000.001 127.0.0.1. 127.1. 127.0.0.1: 127.0.0.1%00 127.0.0.1%20 127.0.0.1%09
    2130706433 017700000001 0x7f000001 0X7F000001 0x7f.1 0x7F.0x0.0x0.0x1 0177.0.0.1 0177.1 0 0.0.0.0 0.0 00 0x0
    [::1] [0:0:0:0:0:0:0:1] [0000::0001] [::] [::1%25lo] [::1%lo] [::1%251] %5b::1%5d
    [::ffff:127.0.0.1] [::FFFF:7F00:1] [0:0:0:0:0:ffff:127.0.0.1] [::ffff:0:127.0.0.1] [::ffff:0.0.0.0]
    [::127.0.0.1] [::7f00:1] [64:ff9b::127.0.0.1] [64:ff9b:1::7f00:1] [2002:7f00:1::] [2002:7f00:1::7f00:1]
    [2001:0:7f00:1::] [fe80::1%25lo] [FE80::5EFE:7F00:1]
    localhost LOCALHOST localhost. LocalHost inner.localhost a.b.LOCALHOST. localhost.localdomain
    %6c%6f%63%61%6c%68%6f%73%74 %31%32%37.0.0.1 127%2e0%2e0%2e1
    １２７.０.０.１ 127。0。0。1 127．0．0．1 ①②⑦.⓪.⓪.① १२७.०.०.१ ٠x7f.1
    ⓛⓞⓒⓐⓛⓗⓞⓢⓣ ｌｏｃａｌｈｏｓｔ
    127.0.0.2@127.0.0.1 127.0.0.2:80@127.0.0.1 a:b@127.0.0.1 @127.0.0.1 127.0.0.2%40127.0.0.1 127.0.0.2&@127.0.0.1
    127.0.0.2\@127.0.0.1 127.0.0.1\@127.0.0.2 127.0.0.1\.127.0.0.2 127.0.0.2%00@127.0.0.1 127.0.0.1:{port}:80
    127.0.0.1:{port}@127.0.0.1
""".split()  # noqa: SIM905 - read as a table
OF_THIS_MACHINE += [
    *("127.0.0.1 ", "127.0.0.1\t", "127.0.0.1\n", "127.0.0.1\u00ad", "127.0.0\u200b.1", "loc\u00adalhost"),
    "localho\u017ft",
]
# Where clouds and networks keep what nobody outside should see.
OF_THE_NETWORK = """
    169.254.169.254 2852039166 0xa9fea9fe 0251.0376.0251.0376 169.254.169.254. 169.254.43518
    [::ffff:169.254.169.254] [::ffff:a9fe:a9fe] [64:ff9b::a9fe:a9fe] [2002:a9fe:a9fe::] [fd00:ec2::254]
    168.63.129.16 100.100.100.200 192.0.0.192 metadata.cloud.example
    10.0.0.1 172.16.0.1 192.168.0.1 198.18.0.1 255.255.255.255 224.0.0.1 [ff02::1] [fc00::1]
""".split()  # noqa: SIM905 - as above
OTHER_SCHEMES = [
    *("file:///etc/passwd", "file://127.0.0.1/etc/passwd", "FILE:///etc/passwd", "gopher://127.0.0.1:{port}/_GET%20/"),
    *("ftp://127.0.0.1:{port}/a", "data:text/html,<p>News</p>", "javascript:alert(1)", "jar:http://127.0.0.1:{port}/"),
    *("dict://127.0.0.1:{port}/d", "ws://127.0.0.1:{port}/", "ldap://127.0.0.1:{port}/", "unix:///run/a.sock"),
    *("feed://127.0.0.1:{port}/", "view-source:http://127.0.0.1:{port}/", "blob:http://127.0.0.1:{port}/a"),
]
RESOLVED = {
    **dict.fromkeys(("localhost", "inner.localhost", "a.b.localhost", "localhost.localdomain"), ("127.0.0.1", "::1")),
    "metadata.cloud.example": ("169.254.169.254", "fd00:ec2::254"),
    "inside.harbour.example": ("127.0.0.1",),
    "v6.harbour.example": ("::1",),
    "mixed.harbour.example": ("::1", "127.0.0.1"),
    "mapped.harbour.example": ("::ffff:127.0.0.1",),
    "nat.harbour.example": ("64:ff9b::7f00:1",),
    "nowhere.harbour.example": ("0.0.0.0", "::"),
}


def urls(guarded):
    """Return every notation as URLs, over http and https."""
    hosts = [host.replace("{port}", str(guarded.port)) for host in OF_THIS_MACHINE + OF_THE_NETWORK]
    named = [*hosts, *(name for name in RESOLVED if name.startswith(("inside", "v6", "m", "n")))]
    return [
        *(f"http://{host}:{guarded.port}/x" for host in named),
        *(f"http://{host}/x" for host in OF_THE_NETWORK),
        *(f"{scheme}127.0.0.1:{guarded.port}/x" for scheme in ("https://", "HTTP://", "hTTps://", "//", "http:///")),
        *(url.format(port=guarded.port) for url in OTHER_SCHEMES),
    ]


@pytest.mark.parametrize("way", WAYS.values(), ids=WAYS)
async def test_no_notation_of_a_guarded_address_is_connected_to(way, reader):
    async with open_fetcher(reader) as fetcher:
        fetcher.names.known |= {name: [addresses] for name, addresses in RESOLVED.items()}
        reached = []
        for url in urls(fetcher.guarded):
            fetcher.attempts.clear()
            await way(fetcher, url)
            if fetcher.strangers or fetcher.guarded.connections:
                reached.append((url, fetcher.strangers, fetcher.guarded.connections))
        assert reached == []
        assert bytes(fetcher.guarded.heard) == b""


@pytest.mark.parametrize("way", WAYS.values(), ids=WAYS)
@pytest.mark.parametrize("host", ["127.0.0.1", "[::1]", "inside.harbour.example"])
async def test_where_it_is_allowed_by_name_the_same_way_reaches_it(way, host, reader):
    """Or the other tests would prove nothing."""
    async with open_fetcher(reader, is_open=True) as fetcher:
        fetcher.names.known |= {name: [addresses] for name, addresses in RESOLVED.items()}
        await way(fetcher, f"http://{host}:{fetcher.guarded.port}/x")
        assert fetcher.strangers <= {"127.0.0.1", "::1", "::ffff:127.0.0.1"}
        assert fetcher.guarded.connections > 0
        assert b" /x HTTP/1.1" in fetcher.guarded.heard


@pytest.mark.parametrize("port", [22, 25, 6379, 8080, 65535])
async def test_no_other_port_of_a_public_address_is_connected_to(port, reader):
    async with open_fetcher(reader, ports="80,443") as fetcher:
        for way in WAYS.values():
            for host in ("93.184.216.34", "[2606:4700::1111]", "[64:ff9b::5db8:d822]", "1572395042"):
                await way(fetcher, f"http://{host}:{port}/x")
        assert fetcher.strangers == set()


@pytest.mark.parametrize("way", [page, feed])
async def test_a_public_address_is_connected_to_on_the_ports_of_the_web(way, reader):
    """So it was the port that stopped the others; `open_fetcher` ends the attempt on this machine."""
    async with open_fetcher(reader, ports="80,443") as fetcher:
        await way(fetcher, "http://93.184.216.34/x")
        assert fetcher.strangers == {"93.184.216.34"}


# ---- names ----


@pytest.mark.parametrize("way", WAYS.values(), ids=WAYS)
async def test_a_name_that_turns_to_a_guarded_address_is_followed_to_none(way, reader, monkeypatch):
    """robots.txt is got at the lure's address, as are the first ones after it, whatever there are of them."""
    async with open_fetcher(reader) as fetcher:
        # A name is remembered for ten seconds, which an attacker waits out.
        monkeypatch.setattr(fetcher.crawler._web._session.connector, "_use_dns_cache", False)
        for turns in range(1, 4):
            for then in ("127.0.0.1", "::1", "::ffff:127.0.0.1", "169.254.169.254"):
                name = f"turning{turns}{then.replace(':', '-')}.harbour.example"
                fetcher.names.known[name] = [*[("127.0.0.2",)] * turns, (then,)]
                # At the lure's address nobody listens on this port, so only the address differs.
                for number in range(3):
                    await way(fetcher, f"http://{name}:{fetcher.guarded.port}/{number}")
                assert len(fetcher.names.known[name]) == 1, "the name must have turned"
        assert fetcher.strangers == set()
        assert fetcher.guarded.connections == 0


@pytest.mark.parametrize("way", WAYS.values(), ids=WAYS)
async def test_a_guarded_address_beside_one_that_does_not_answer_is_not_the_second_choice(way, reader):
    async with open_fetcher(reader) as fetcher:
        for number, beside in enumerate(("127.0.0.1", "::1", "10.0.0.1")):
            for first, second in ((beside, "127.0.0.2"), ("127.0.0.2", beside)):
                name = f"mixed{number}-{len(first)}.harbour.example"
                # On this port nobody listens at the lure's address.
                fetcher.names.known[name] = [(first, second)]
                await way(fetcher, f"http://{name}:{fetcher.guarded.port}/x")
        assert "127.0.0.2" in fetcher.attempts
        assert fetcher.strangers == set()
        assert fetcher.guarded.connections == 0
