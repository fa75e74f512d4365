"""How long to wait before a desk is asked again."""

import pytest

from wiredesk.client.api.pauses import LONGEST_SECONDS, pause, wanted


def test_pauses_grow_and_end_growing():
    seconds = [pause(failures) for failures in range(40)]
    assert seconds[:5] == sorted(seconds[:5])
    assert 1.0 <= seconds[0] <= 1.2
    assert all(LONGEST_SECONDS <= one <= LONGEST_SECONDS * 1.2 for one in seconds[5:])


def test_a_desk_that_wants_a_longer_pause_gets_it_but_not_an_hour():
    assert 10 <= pause(0, 10) <= 12
    assert 60 <= pause(0, 3600) <= 72
    assert pause(4, 0.5) >= 16


def test_readers_of_one_desk_do_not_come_back_all_at_once():
    assert len({pause(3) for _ in range(50)}) > 10


@pytest.mark.parametrize(
    ("header", "seconds"),
    [
        *(("5", 5.0), (" 10 ", 10.0), ("0", 0.0), (None, None), ("", None), ("-1", None), ("1.5", None), ("²", None)),
        *(("9" * 400, None), ("Wed, 21 Oct 2026 07:28:00 GMT", None)),
    ],
)
def test_only_a_number_of_seconds_is_a_wish(header: str | None, seconds: float | None):
    assert wanted(header) == seconds
