"""Names are looked up for one registrable domain without making those of another wait."""

import asyncio
import socket

import pytest
from aiohttp.abc import AbstractResolver

from wiredesk_fetcher import names
from wiredesk_fetcher.names import AT_ONCE, Names


class Servers(AbstractResolver):
    """Name servers that answer when they are let."""

    def __init__(self):
        self.asked = []
        self.let = asyncio.Event()

    async def resolve(self, host, port=0, family=socket.AF_INET):
        self.asked.append(host)
        if "slow" in host:
            await self.let.wait()
        if "nowhere" in host:
            raise socket.gaierror(socket.EAI_NONAME, "no such name")
        return [{"hostname": host, "host": "192.0.2.1", "port": port, "family": family, "proto": 0, "flags": 0}]

    async def close(self):
        self.let.set()


@pytest.fixture
async def servers():
    servers = Servers()
    yield servers
    await Names(servers).close()


async def looking(given, *hosts):
    """Begin to look up `hosts`, each as far as it gets without an answer."""
    tasks = [asyncio.create_task(given.resolve(host)) for host in hosts]
    for _ in range(10):
        await asyncio.sleep(0)
    return tasks


async def test_two_names_of_a_domain_are_looked_up_at_a_time_and_all_in_the_end(servers):
    hosts = [f"n{number}.slow.co.uk" for number in range(5)]
    tasks = await looking(Names(servers), *hosts)
    assert servers.asked == hosts[:AT_ONCE]
    servers.let.set()
    found = await asyncio.gather(*tasks)
    assert [one["hostname"] for [one] in found] == hosts


@pytest.mark.parametrize("other", ["other.co.uk", "other.com", "n1.inner.example"])
async def test_names_of_other_domains_do_not_wait_for_it(servers, other):
    given = Names(servers)
    await looking(given, *(f"n{number}.slow.co.uk" for number in range(5)))
    [found] = await given.resolve(other)
    assert found["hostname"] == other


@pytest.mark.parametrize("suffix", ["slow.com", "slow.co.uk", "slow.example", "slow.example."])
async def test_a_domain_is_one_whether_its_suffix_is_listed_or_not(servers, suffix):
    await looking(Names(servers), *(f"n{number}.{suffix}" for number in range(5)))
    assert len(servers.asked) == AT_ONCE


async def test_a_look_up_that_nobody_waits_for_keeps_its_place_until_it_is_answered(servers):
    given = Names(servers)
    for task in await looking(given, "a.slow.com", "b.slow.com"):
        task.cancel()
    [later] = await looking(given, "c.com.slow.com")
    assert servers.asked == ["a.slow.com", "b.slow.com"]
    servers.let.set()
    assert await later


async def test_who_finds_no_place_in_time_hears_that_the_servers_do_not_answer(servers, monkeypatch):
    monkeypatch.setattr(names, "_LONGEST_WAIT", 0.05)
    given = Names(servers)
    await looking(given, "a.slow.com", "b.slow.com")
    with pytest.raises(socket.gaierror) as told:
        await given.resolve("c.slow.com")
    assert told.value.errno == socket.EAI_AGAIN


async def test_a_name_that_is_not_known_is_told_as_it_was(servers):
    with pytest.raises(socket.gaierror) as told:
        await Names(servers).resolve("nowhere.com")
    assert told.value.errno == socket.EAI_NONAME


async def test_what_is_looked_up_when_it_is_closed_is_waited_for_no_longer(servers):
    given = Names(servers)
    tasks = await looking(given, "a.slow.com", "b.slow.com", "c.com")
    for task in tasks:
        task.cancel()
    async with asyncio.timeout(20):
        await given.close()
    assert given._looking == set()
