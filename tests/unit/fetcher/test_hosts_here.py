"""What one process remembers of hosts: the last ones, within bounds."""

from datetime import UTC, datetime, timedelta

import pytest

from wiredesk_fetcher import hosts
from wiredesk_fetcher.hosts import HostsHere
from wiredesk_fetcher.politeness.robots import Robots, of_answer

NOW = datetime(2026, 3, 1, tzinfo=UTC)
LATER = NOW + timedelta(hours=1)
RULES = b"User-agent: *\nDisallow: /inside\n"


def robots(length: int) -> Robots:
    return of_answer(200, RULES + b"#" * (length - len(RULES)))


async def remembered(kept: HostsHere, count: int) -> list[int]:
    return [number for number in range(count) if await kept.robots(f"https://n{number}.example", NOW) is not None]


async def test_robots_txt_of_a_bounded_number_of_bytes_are_remembered_the_last_ones(monkeypatch):
    monkeypatch.setattr(hosts, "_MOST_BYTES", 10_000)
    kept = HostsHere()
    for number in range(10):
        await kept.keep_robots(f"https://n{number}.example", robots(3000), LATER)
    assert await remembered(kept, 10) == [7, 8, 9]


async def test_one_that_is_of_use_outlives_one_that_is_not(monkeypatch):
    monkeypatch.setattr(hosts, "_MOST_BYTES", 10_000)
    kept = HostsHere()
    for number in range(5):
        await kept.keep_robots(f"https://n{number}.example", robots(3000), LATER)
        await kept.robots("https://n0.example", NOW)
    assert await remembered(kept, 5) == [0, 3, 4]


async def test_what_was_to_be_read_again_says_the_same(monkeypatch):
    monkeypatch.setattr(hosts, "_MOST_BYTES_READ", 1000)
    kept = HostsHere()
    given = [robots(600 + number) for number in range(5)]
    for number, one in enumerate(given):
        await kept.keep_robots(f"https://n{number}.example", one, LATER)
    for number, one in enumerate(given):
        again = await kept.robots(f"https://n{number}.example", NOW)
        assert again == one
        assert again.allows("https://n.example/outside")
        assert not again.allows("https://n.example/inside")


async def test_one_that_is_kept_again_counts_once(monkeypatch):
    monkeypatch.setattr(hosts, "_MOST_BYTES", 10_000)
    kept = HostsHere()
    await kept.keep_robots("https://n0.example", robots(3000), LATER)
    for _ in range(10):
        await kept.keep_robots("https://n1.example", robots(3000), LATER)
    assert await remembered(kept, 2) == [0, 1]


@pytest.mark.parametrize("at", [LATER, LATER + timedelta(days=1)])
async def test_what_has_expired_is_not_remembered(at):
    kept = HostsHere()
    await kept.keep_robots("https://n.example", robots(100), LATER)
    assert await kept.robots("https://n.example", at) is None
