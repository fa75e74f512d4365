"""The clock of a host for all fetchers together, on real PostgreSQL."""

import asyncio
import socket
from collections import Counter
from datetime import UTC, datetime, timedelta
from urllib.parse import urlsplit

import pytest

from wiredesk.contracts.errors import InfrastructureError
from wiredesk.postgres.connections import open_pool
from wiredesk_fetcher.hosts import HostsTogether
from wiredesk_fetcher.politeness.clock import FIRST_PENALTY, Answered, Granted, Later
from wiredesk_fetcher.politeness.robots import of_answer

pytestmark = pytest.mark.broker

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
SECOND = timedelta(seconds=1)
DELAY, LEASE = 5 * SECOND, 45 * SECOND
HOST, ORIGIN = "harbour.example", "https://harbour.example"


@pytest.fixture
async def two(options):
    """Hosts as two fetchers see them."""
    async with open_pool(options) as one, open_pool(options) as other:
        yield HostsTogether(one), HostsTogether(other)


async def claims(two, now, *, count=20, host=HOST):
    """Return what so many claims at once, from both fetchers, are told."""
    each = (two[number % 2].claim(host, now, DELAY, LEASE, has_waited=True) for number in range(count))
    return await asyncio.gather(*each)


async def end(hosts, granted, now, answered=Answered.WELL, retry_after=None):
    await hosts.give_back(HOST, granted.turn, now, answered, delay=timedelta(), retry_after=retry_after)


async def test_of_twenty_who_claim_a_new_host_at_once_one_gets_it(two):
    answers = await claims(two, NOW)
    assert Counter(type(answer) for answer in answers) == {Granted: 1, Later: 19}


async def test_one_is_granted_per_delay_and_each_turn_has_its_number(two):
    turns = []
    for number in range(4):
        now = NOW + number * DELAY
        answers = await claims(two, now)
        granted = [answer for answer in answers if isinstance(answer, Granted)]
        assert len(granted) == 1
        turns.append(granted[0].turn)
        # It is given back by the other fetcher's connections: the number is all that counts.
        await end(two[number % 2], granted[0], now + SECOND)
        assert not any(isinstance(answer, Granted) for answer in await claims(two, now + DELAY - SECOND))
    assert turns == [1, 2, 3, 4]


async def test_those_who_come_new_to_two_fetchers_are_told_times_one_delay_apart(two):
    await claims(two, NOW, count=1)
    each = (two[number % 2].claim(HOST, NOW + SECOND, DELAY, LEASE, has_waited=False) for number in range(10))
    answers = await asyncio.gather(*each)
    assert sorted(answer.at for answer in answers) == [NOW + DELAY * number for number in range(1, 11)]


async def test_hosts_do_not_wait_for_each_other(two):
    answers = await asyncio.gather(*(claims(two, NOW, count=4, host=f"outlet{number}.example") for number in range(5)))
    assert [sum(isinstance(one, Granted) for one in each) for each in answers] == [1] * 5


async def test_a_turn_that_is_lost_ends_with_its_lease_for_the_other_fetcher_too(two):
    lost = await two[0].claim(HOST, NOW, DELAY, LEASE, has_waited=False)
    assert isinstance(lost, Granted)
    assert isinstance(await two[1].claim(HOST, NOW + LEASE - SECOND, DELAY, LEASE, has_waited=True), Later)
    taken = await two[1].claim(HOST, NOW + LEASE, DELAY, LEASE, has_waited=True)
    assert isinstance(taken, Granted)
    await end(two[0], lost, NOW + LEASE + SECOND, Answered.BUSY, timedelta(hours=1))
    await end(two[1], taken, NOW + LEASE + SECOND)
    assert isinstance(await two[0].claim(HOST, NOW + LEASE + DELAY, DELAY, LEASE, has_waited=True), Granted)


async def test_what_is_known_of_a_host_survives_the_fetchers(options):
    async with open_pool(options) as pool:
        hosts = HostsTogether(pool)
        await end(hosts, await hosts.claim(HOST, NOW, DELAY, LEASE, has_waited=False), NOW, Answered.BUSY)
    async with open_pool(options) as pool:
        hosts = HostsTogether(pool)
        free = NOW + FIRST_PENALTY
        assert await hosts.claim(HOST, NOW + DELAY, DELAY, LEASE, has_waited=True) == Later(free)
        again = await hosts.claim(HOST, free, DELAY, LEASE, has_waited=True)
        assert again == Granted(2)
        await end(hosts, again, free, Answered.BUSY)
        assert await hosts.claim(HOST, free + DELAY, DELAY, LEASE, has_waited=True) == Later(free + 2 * FIRST_PENALTY)


async def test_what_is_given_back_of_a_host_nobody_knows_changes_nothing(two):
    await two[0].give_back("unheard.example", 7, NOW, Answered.DOWN, delay=timedelta())
    assert await two[1].claim("unheard.example", NOW, DELAY, LEASE, has_waited=False) == Granted(1)


@pytest.mark.parametrize(
    ("status", "body"),
    [(200, b"User-agent: *\nDisallow: /\xff\x00inside\n"), (404, b""), (503, b"")],
    ids=["rules of any bytes", "open", "closed"],
)
async def test_a_robots_txt_is_kept_for_all_until_it_expires(two, status, body):
    file, until = of_answer(status, body), NOW + timedelta(hours=24)
    assert await two[0].robots(ORIGIN, NOW) is None
    await two[0].keep_robots(ORIGIN, file, until)
    for hosts in two:
        for _ in range(2):
            assert await hosts.robots(ORIGIN, until - SECOND) == file
        assert await hosts.robots(ORIGIN, until) is None
        assert await hosts.robots(f"{ORIGIN}:8080", NOW) is None


async def test_a_robots_txt_that_comes_later_replaces_the_one_before(two):
    closed, opened = of_answer(503, b""), of_answer(404, b"")
    await two[0].keep_robots(ORIGIN, closed, NOW + DELAY)
    assert await two[1].robots(ORIGIN, NOW) == closed
    await two[0].keep_robots(ORIGIN, opened, NOW + timedelta(hours=24))
    assert await two[0].robots(ORIGIN, NOW) == opened
    assert await two[1].robots(ORIGIN, NOW + 2 * DELAY) == opened


@pytest.mark.parametrize("where", ["/{name}_missing", "//postgres@127.0.0.1:{port}/{name}"], ids=["dropped", "away"])
async def test_without_postgresql_every_question_is_an_outage(options, where):
    there = urlsplit(options.dsn.get_secret_value())
    with socket.create_server(("127.0.0.1", 0)) as closed:
        port = closed.getsockname()[1]
    where = where.format(name=there.path[1:], port=port)
    missing = f"{there.scheme}:{where}" if where.startswith("//") else there._replace(path=where).geturl()
    async with open_pool(options.model_validate({"dsn": missing})) as pool:
        hosts = HostsTogether(pool)
        questions = (
            hosts.claim(HOST, NOW, DELAY, LEASE, has_waited=False),
            hosts.give_back(HOST, 1, NOW, Answered.WELL, delay=timedelta()),
            hosts.robots(ORIGIN, NOW),
            hosts.keep_robots(ORIGIN, of_answer(404, b""), NOW + DELAY),
        )
        for question in questions:
            with pytest.raises(InfrastructureError):
                await question


async def test_connections_that_were_cut_are_made_again(options, pool):
    hosts = HostsTogether(pool)
    async with open_pool(options) as other:
        await hosts.claim(HOST, NOW, DELAY, LEASE, has_waited=False)
        await other.execute(
            "select pg_terminate_backend(pid) from pg_stat_activity "
            "where datname = current_database() and pid <> pg_backend_pid()"
        )
        async with asyncio.timeout(20):
            while True:
                try:
                    answer = await hosts.claim(HOST, NOW + LEASE, DELAY, LEASE, has_waited=True)
                    break
                except InfrastructureError:
                    continue
    assert answer == Granted(2)
