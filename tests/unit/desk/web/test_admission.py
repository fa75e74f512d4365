"""Whom an address stands for, and how many connections there may be."""

import resource

import pytest

from wiredesk_desk.settings import DeskOptions
from wiredesk_desk.web import connections
from wiredesk_desk.web.admission import household


@pytest.mark.parametrize(
    ("address", "whose"),
    [
        ("192.0.2.7", "192.0.2.7"),
        ("::ffff:192.0.2.7", "192.0.2.7"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("2001:db8:1:2::9", "2001:db8:1:2::/64"),
        ("fe80::1%eth0", "fe80::/64"),
        ("unknown", ""),
        ("", ""),
        ("192.0.2.7, 192.0.2.8", ""),
        ("9" * 10_000, ""),
    ],
)
def test_an_address_stands_for_a_household_and_what_is_none_for_nobody(address: str, whose: str):
    assert household(address) == whose


@pytest.mark.parametrize(
    ("limits", "wanted", "there_are", "set_to"),
    [
        ((5000, 5000), 756, 756, None),
        ((1024, 5000), 756, 756, 756 + 328),
        ((1024, resource.RLIM_INFINITY), 756, 756, 756 + 328),
        ((1024, 1024), 756, 1024 - 328, 1024),
        ((256, 256), 756, 1, 256),
        ((resource.RLIM_INFINITY, resource.RLIM_INFINITY), 756, 756, None),
    ],
    ids=["enough", "raised", "raised-of-any", "no-more", "hardly-any", "any"],
)
def test_there_are_as_many_connections_as_files_may_be_open(
    monkeypatch: pytest.MonkeyPatch, limits: tuple[int, int], wanted: int, there_are: int, set_to: int | None
):
    done: list[int] = []
    monkeypatch.setattr(resource, "getrlimit", lambda _: limits)
    monkeypatch.setattr(resource, "setrlimit", lambda _, given: done.append(given[0]))
    assert connections.room(wanted) == there_are
    assert done == ([] if set_to is None else [set_to])


def test_where_the_kernel_allows_less_than_it_says_there_are_fewer(monkeypatch: pytest.MonkeyPatch):
    def refused(*_: object) -> None:
        raise ValueError("current limit exceeds maximum limit")

    monkeypatch.setattr(resource, "getrlimit", lambda _: (1024, resource.RLIM_INFINITY))
    monkeypatch.setattr(resource, "setrlimit", refused)
    assert connections.room(756) == 1024 - 328


@pytest.mark.parametrize(
    ("options", "needs"),
    [({}, False), ({"host": "::1"}, False), ({"host": "0.0.0.0"}, True), ({"host": "0.0.0.0", "is_open": True}, False)],
)
def test_a_desk_that_strangers_reach_needs_tokens(options: dict[str, object], *, needs: bool):
    assert DeskOptions.model_validate(options).needs_tokens is needs
