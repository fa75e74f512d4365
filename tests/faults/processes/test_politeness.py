"""Two hundred hosts and three fetchers, one of which is killed: no host is asked too often, and no page for nothing."""

import random
import statistics
import uuid
from collections import Counter, defaultdict
from itertools import pairwise
from urllib.parse import urlsplit

import asyncpg
import pytest

from tests.faults.harness.pipeline import Ledger
from tests.faults.harness.polite_run import DEADLINE_SECONDS, DELAY_SECONDS, FETCHERS, SESSION_SECONDS, polite_run
from tests.faults.harness.small_web import FEED, ROBOTS, Site
from wiredesk.client import admin
from wiredesk.client.settings import KafkaSettings
from wiredesk.contracts.topics import Lane
from wiredesk_local.servers.kafka import KafkaServer
from wiredesk_local.servers.kafka_jars import kafka_jars

# Beside nothing else that measures, when two processes share the rows.
pytestmark = [pytest.mark.broker, pytest.mark.slow, pytest.mark.timeout(500), pytest.mark.xdist_group("measures")]
ROW = 38
HOSTS, TARPITS, FEEDS, SLOW = 200, 4, 40, 6
ARTICLES, LATER, LISTED, PARTITIONS = 4, 3, 3, 6
CRAWL_DELAY, RETRY_AFTER = 2.0, 3
# What may lie between a fetcher's request and the moment at which the server knows of it.
TOLERANCE_SECONDS = 0.05
# Beyond the polite minimum. Of hosts that the kill did not touch; of all, its session and two moves included.
LATE_SECONDS, LATE_AT_MOST_SECONDS = 6 * DEADLINE_SECONDS, 6 * SESSION_SECONDS


@pytest.fixture(scope="module")
async def kafka(tmp_path_factory):
    """A broker that no other test uses: fetchers poll sources in the live lane alone."""
    folder = tmp_path_factory.mktemp("polite")
    broker = KafkaServer(
        folder / "kafka", await kafka_jars(print), logs=folder / "logs", pids=folder / "pids", name="polite"
    )
    await broker.start()
    try:
        yield KafkaSettings(bootstrap_servers=[broker.bootstrap_server], partitions=PARTITIONS)
    finally:
        await broker.stop(patience=0)


@pytest.fixture(scope="module")
async def database(dsn):
    """An empty database; it is gone afterwards."""
    name = f"polite_{uuid.uuid4().hex[:10]}"
    connection = await asyncpg.connect(dsn)
    try:
        await connection.execute(f"create database {name}")
        yield urlsplit(dsn)._replace(path=f"/{name}").geturl()
        await connection.execute(f"drop database {name} with (force)")
    finally:
        await connection.close()


@pytest.fixture(scope="module")
async def run(kafka, database, tmp_path_factory):
    """One run, which each test looks at from another side."""
    await admin.apply_topics(kafka, Lane())
    seen = await polite_run(kafka, Lane(), database, tmp_path_factory.mktemp("logs"), _sites(), ARTICLES, LATER)
    print("\n".join(["", *_table(seen)]))  # noqa: T201 - what it came to
    return seen


def _sites():
    """Every host; those that have ways of their own lie among them at random."""
    names = [f"host{number:03}.example" for number in range(HOSTS)]
    apart = iter(random.sample(names, TARPITS + FEEDS + SLOW + 1))
    sites = dict.fromkeys(names, Site())
    sites |= {next(apart): Site(is_tarpit=True) for _ in range(TARPITS)}
    sites |= {next(apart): Site(listed=tuple(f"/listed-{n}" for n in range(LISTED))) for _ in range(FEEDS)}
    sites |= {next(apart): Site(crawl_delay=CRAWL_DELAY) for _ in range(SLOW)}
    return sites | {next(apart): Site(puts_off=RETRY_AFTER)}


def _by_host(run):
    asked = defaultdict(list)
    for one in run.book:
        asked[one.host].append(one)
    return asked


def _delay(site):
    return max(DELAY_SECONDS, site.crawl_delay or 0)


def _pairs(run):
    """Each two requests that one host heard one after the other: seconds between them, and those there should be."""
    for host, asked in _by_host(run).items():
        for first, second in pairwise(asked):
            wanted = RETRY_AFTER if first.status == 429 else _delay(run.sites[host])
            if first.path == second.path == ROBOTS:
                # Of two fetchers that meet a host at once neither knows yet what it asks for.
                wanted = DELAY_SECONDS
            yield second.at - first.at, wanted, first, second


def _is_told(run, first, second):
    """Whether the robots.txt that says Crawl-delay was the first of the two."""
    return first.path == ROBOTS and second.path != ROBOTS and run.sites[first.host].crawl_delay is not None


def _too_close(pairs):
    return sorted(
        (round(apart, 3), wanted, first.host, first.path, second.path, first.by, second.by)
        for apart, wanted, first, second in pairs
        if apart < wanted - TOLERANCE_SECONDS
    )


def _again(run):
    """How often more than once each page or feed was got; a robots.txt may be read by two fetchers that meet a host."""
    return Counter({page: count - 1 for page, count in run.answered.items() if page[1] != ROBOTS and count > 1})


def _unexcused(run):
    return _again(run) - run.in_hand


def _late(run, hosts):
    """Return how much later each page of `hosts` was asked for first than a single polite asker could have."""
    late = []
    for host, asked in _by_host(run).items():
        site = run.sites[host]
        if host not in hosts or site.is_tarpit or site.puts_off:
            continue
        firsts: dict[str, float] = {}
        for one in asked:
            firsts.setdefault(one.path, one.at)
        came = {path: at for (name, path), at in run.submitted.items() if name == host}
        possible = float("-inf")
        begins = [run.submitted.get((host, path), run.began) for path in firsts]
        assert came.keys() <= firsts.keys()
        for begin, at in zip(sorted(begins), sorted(firsts.values()), strict=True):
            possible = max(begin, possible + _delay(site))
            late.append(max(0.0, at - possible))
    return late


def _spared(run):
    return run.sites.keys() - run.hit


def _p99(seconds):
    return statistics.quantiles(seconds, n=100)[-1]


def _table(run):
    told = [pair for pair in _pairs(run) if _is_told(run, *pair[2:])]
    others = [pair for pair in _pairs(run) if not _is_told(run, *pair[2:])]
    by, paths = Counter(one.by for one in run.book), Counter(one.path for one in run.book)
    spared, everyone = _late(run, _spared(run)), _late(run, run.sites)
    again, unexcused = _again(run), _unexcused(run)
    short = [apart - wanted for apart, wanted, *_ in others]
    rows = {
        "seconds": f"{run.ended_at - run.began:.1f}, the kill after {run.killed_at - run.began:.1f}",
        "requests": f"{len(run.book)}: " + ", ".join(f"{name} {count}" for name, count in sorted(by.items())),
        "robots.txt, feeds": f"{paths[ROBOTS]}, {paths[FEED]}",
        "too close": f"{len(_too_close(others))} of {len(others)} (worst {min(short):+.3f} s)",
        "Crawl-delay not kept after robots.txt": f"{len(_too_close(told))} of {len(told)}",
        "asked again": f"{again.total()} ({len(again)} pages), of {run.in_hand.total()} in hand of {run.killed}",
        "asked again, not in its hand": f"{unexcused.total()} ({len(unexcused)} pages)",
        "events": f"{run.events.total()} of {len(run.good)} articles; {run.rejected.total()} rejected, {run.dead} dead",
        "late, hosts the kill spared": f"p50 {statistics.median(spared):.1f} s, p99 {_p99(spared):.1f} s",
        "late, all hosts": f"p50 {statistics.median(everyone):.1f} s, p99 {_p99(everyone):.1f} s",
    }
    width = max(map(len, rows))
    return [f"{name:{width}}  {said}" for name, said in rows.items()]


async def test_no_host_hears_two_requests_closer_than_its_delay(run):
    # What a Crawl-delay says of the request after robots.txt is looked at below.
    pairs = [(apart, DELAY_SECONDS if _is_told(run, *two) else wanted, *two) for apart, wanted, *two in _pairs(run)]
    assert {one.by for one in run.book} == {f"fetcher-{number}" for number in range(FETCHERS + 1)}
    too_close = _too_close(pairs)
    assert not too_close, f"{len(too_close)} of {len(pairs)}: {too_close[:5]}"


async def test_a_crawl_delay_holds_from_the_robots_txt_on_that_says_it(run):
    too_close = _too_close(pair for pair in _pairs(run) if _is_told(run, *pair[2:]))
    assert not too_close, too_close


async def test_a_page_is_asked_again_only_when_the_killed_fetcher_had_it_in_hand(run):
    unexcused = _unexcused(run)
    firsts = {
        page: [(round(one.at - run.began, 1), one.by) for one in run.book if (one.host, one.path) == page]
        for page in list(unexcused)[:3]
    }
    assert not unexcused, f"{unexcused.total()} requests for {len(unexcused)} pages, such as {firsts}"


async def test_every_article_of_a_host_that_answers_is_fetched_and_none_is_rejected(run, enter):
    articles = {page: article for article, page in run.pages.items()}
    book = Ledger(set(run.good), dead=run.dead)
    # An event of its own for each time that a page was got is a repeat; one more than that would be a doubled article.
    answered = run.answered
    book.stored = Counter({articles[page]: max(1, 1 + n - answered[page]) for page, n in run.events.items()})
    book.receipts = Counter({articles[page]: n for page, n in run.events.items()})
    again = _again(run)
    enter(
        ROW,
        book,
        extra=f"{HOSTS} hosts, {TARPITS} tarpits, {FEEDS} feeds: {len(run.book)} requests, {again.total()} of them "
        f"asked again for a page, {_unexcused(run).total()} not in hand of the killed fetcher",
    )
    assert (run.rejected, run.dead) == (Counter(), 0)
    assert {host for host, path in answered if path == FEED} == {
        host for host, site in run.sites.items() if site.listed
    }
    assert run.codes == [0] * FETCHERS


async def test_tarpits_hold_up_nobody_elses_pages(run):
    tarpits = {host for host, site in run.sites.items() if site.is_tarpit}
    assert tarpits <= _by_host(run).keys()
    assert _p99(_late(run, _spared(run))) < LATE_SECONDS
    assert _p99(_late(run, run.sites)) < LATE_AT_MOST_SECONDS
