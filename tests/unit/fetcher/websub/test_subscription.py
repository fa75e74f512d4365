"""What a subscription is asked with, how long it holds, whether it can be relied on."""

import hmac
import uuid
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from wiredesk_fetcher.sources.health import Health, after
from wiredesk_fetcher.sources.polled import Poll, Saw
from wiredesk_fetcher.sources.schedule import LONGEST, Rhythm, next_poll
from wiredesk_fetcher.websub.subscription import (
    LEASE,
    LONGEST_LEASE,
    PROVEN,
    RENEWED_AFTER,
    RETRIES,
    Signature,
    State,
    Subscription,
    judged,
    lease_of,
    renewal,
    request,
    told_for,
)

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
SECOND, MINUTE, HOUR, DAY = timedelta(seconds=1), timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
SECRET = "of the harbour"
BODY = b"<rss>\xff</rss>"


def subscription(**fields: Any) -> Subscription:
    given = {
        "source_id": uuid.uuid4(),
        "hub": "https://hub.example/",
        "topic": "https://harbour.example/feed",
        "base": "https://wire.example/websub",
        "token": "token-of-its-own",
        "secret": SECRET,
        "state": State.ACTIVE,
        "active_since": NOW - DAY,
        "lease_expires_at": NOW + 9 * DAY,
        **fields,
    }
    return Subscription(**given)


# ---- asking ----


def test_a_subscription_is_asked_for_with_all_that_the_hub_needs():
    assert request(subscription(state=State.ASKED)) == {
        "hub.mode": "subscribe",
        "hub.topic": "https://harbour.example/feed",
        "hub.callback": "https://wire.example/websub/token-of-its-own",
        "hub.lease_seconds": "864000",
        "hub.secret": SECRET,
    }


def test_an_end_is_asked_for_without_the_secret():
    form = request(subscription(state=State.LEAVING))
    assert (form["hub.mode"], form["hub.callback"]) == ("unsubscribe", "https://wire.example/websub/token-of-its-own")
    assert SECRET not in form.values()


def test_neither_token_nor_secret_is_in_what_a_log_would_show():
    assert "token-of-its-own" not in repr(subscription())
    assert SECRET not in repr(subscription())


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ("60", MINUTE),
        ("864000", LEASE),
        ("9" * 18, LONGEST_LEASE),
        ("", LEASE),
        ("0", LEASE),
        ("-5", LEASE),
        ("1e3", LEASE),
        ("9" * 19, LEASE),
    ],
)
def test_a_lease_is_what_the_hub_says_within_reason(said, expected):
    assert lease_of(said) == expected


def test_it_is_renewed_while_tries_enough_are_left():
    assert renewal(LEASE) == 8 * DAY
    tries, at = 0, renewal(LEASE)
    while at < LEASE:
        at += RETRIES[min(tries, len(RETRIES) - 1)]
        tries += 1
    assert tries == 5


def test_a_lease_of_a_second_does_not_have_us_ask_every_second():
    assert renewal(SECOND) == RENEWED_AFTER


# ---- signatures ----


def signed(method: str, secret: str = SECRET, body: bytes = BODY) -> str:
    return f"{method}={hmac.new(secret.encode(), body, method.lower()).hexdigest()}"


def holds(header: str, *pieces: bytes) -> bool:
    signature = Signature(header, SECRET)
    for piece in pieces:
        signature.update(piece)
    return signature.holds()


@pytest.mark.parametrize("method", ["sha1", "sha256", "sha384", "sha512"])
def test_a_signature_of_every_method_holds_for_the_bytes_it_was_made_of(method):
    assert holds(signed(method), BODY)
    assert holds(signed(method), BODY[:4], BODY[4:])
    assert not holds(signed(method), BODY + b" ")
    assert not holds(signed(method, "another secret"), BODY)


@pytest.mark.parametrize(
    "header",
    [
        "",
        "sha256",
        "sha256=",
        "=",
        signed("md5"),
        signed("sha256").partition("=")[2],
        "sha256=" + signed("sha1").partition("=")[2],
        "sha256=\udcff\udcff",
        "sha256=ж",
        "sha256=" + "0" * 64,
        "sha256=" + "0" * 100_000,
    ],
)
def test_what_is_no_signature_holds_for_nothing(header):
    assert not holds(header, BODY)


def test_a_signature_holds_however_it_is_written():
    method, _, digest = signed("sha256").partition("=")
    assert holds(f" {method.upper()}={digest.upper()} ", BODY)


# ---- trust ----


def polled(one: Subscription, *, new: int, at: datetime, told_at: datetime | None = None) -> Subscription:
    """Return it after a poll that began at `at`, before which the hub delivered at `told_at`."""
    if told_at is not None:
        one = replace(one, last_delivery=told_at)
    return judged(one, new=new, began=at)


def relied(one: Subscription, *, new: int = 1, last_success: datetime = NOW - HOUR) -> bool:
    return told_for(one, new=new, last_success=last_success, now=NOW) > timedelta()


def proven(**fields: Any) -> Subscription:
    """Return one whose hub told of all that polls found."""
    one = subscription(**fields)
    for number in range(PROVEN):
        at = NOW - (PROVEN - number) * HOUR
        one = polled(one, new=1, at=at, told_at=at - SECOND)
    return one


def test_a_hub_that_told_of_all_that_polls_found_is_relied_on_until_its_lease_ends():
    assert told_for(proven(), new=1, last_success=NOW - HOUR, now=NOW) == 9 * DAY
    assert told_for(proven(), new=1, last_success=NOW - HOUR, now=NOW + 9 * DAY) == timedelta()


def test_a_hub_that_told_once_is_not_relied_on_yet():
    assert not relied(polled(subscription(), new=1, at=NOW - HOUR, told_at=NOW - HOUR - SECOND))


def test_a_hub_that_never_told_of_what_polls_found_is_not_relied_on():
    one = subscription()
    for number in range(10):
        one = polled(one, new=3, at=NOW - (10 - number) * HOUR)
    assert not relied(one)


def test_a_hub_that_missed_something_is_not_relied_on():
    missed = polled(proven(), new=1, at=NOW)
    assert (missed.proven, relied(missed)) == (0, False)


def test_one_delivery_counts_for_one_find():
    one = polled(proven(), new=1, at=NOW - MINUTE, told_at=NOW - MINUTE - SECOND)
    assert polled(one, new=1, at=NOW).proven == 0


def test_a_delivery_that_came_while_a_poll_was_under_way_counts_for_the_next():
    one = polled(proven(), new=1, at=NOW - MINUTE, told_at=NOW - MINUTE - SECOND)
    one = replace(one, last_delivery=NOW - MINUTE + SECOND)
    assert polled(one, new=1, at=NOW).proven == PROVEN + 2


def test_polls_without_news_tell_nothing_of_a_hub():
    one = proven()
    assert polled(one, new=0, at=NOW) == one


def test_what_was_told_before_the_last_find_counts_no_more():
    one = polled(subscription(), new=20, at=NOW)
    assert (one.proven, one.news_since) == (0, NOW)
    assert polled(one, new=1, at=NOW + HOUR, told_at=NOW - SECOND).proven == 0


def test_before_a_hub_has_verified_nothing_is_counted():
    one = subscription(state=State.ASKED, active_since=None)
    assert polled(one, new=5, at=NOW, told_at=NOW) == replace(one, last_delivery=NOW)


@pytest.mark.parametrize("state", [State.ASKED, State.DENIED, State.LEAVING])
def test_only_an_active_subscription_is_relied_on(state):
    assert not relied(replace(proven(), state=state))


def test_a_poll_that_was_called_and_found_nothing_is_followed_by_one_as_without_a_hub():
    one = replace(proven(), last_delivery=NOW - SECOND)
    assert not relied(one, new=0)
    assert relied(one, new=1)
    # The next one after that, which no delivery called.
    assert relied(one, new=0, last_success=NOW)


# ---- when a source is polled ----


def due(told: timedelta, saw: Saw = Saw.LISTING, **rhythm: Any) -> tuple[timedelta, str]:
    last = Poll(NOW, saw, "timeout", listed=20, new=1)
    health = after(after(Health(), Poll(NOW - HOUR, Saw.LISTING)), last)
    given = {"since": NOW - 9 * DAY, "at": NOW, "day": 24.0, "week": 168.0, "every": HOUR, **rhythm}
    at, why = next_poll(health, Rhythm(**given), last, jitter=0.5, told_for=told)
    return at - NOW, why


def test_a_source_whose_hub_is_relied_on_is_looked_at_once_a_day():
    wait, why = due(9 * DAY)
    assert wait == LONGEST
    assert "hub" in why


def test_it_is_looked_at_when_the_lease_ends():
    assert due(5 * HOUR)[0] == 5 * HOUR


@pytest.mark.parametrize("told", [timedelta(), MINUTE])
def test_without_a_hub_it_is_polled_as_often_as_it_publishes(told):
    wait, why = due(told)
    assert wait == HOUR
    assert "hub" not in why


def test_a_source_that_fails_is_tried_again_as_one_without_a_hub():
    assert due(9 * DAY, Saw.SOFT_ERROR)[0] == HOUR


def test_a_listing_of_new_items_only_is_looked_at_again_soon_whatever_its_hub_tells():
    assert due(9 * DAY, overran=True)[0] == HOUR / 2
