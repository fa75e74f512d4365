"""Which records may be begun next: in order, never two of one article, none before its time, and not too many."""

from aiokafka.structs import TopicPartition

from tests.factories import record
from wiredesk.engine.in_hand.progress import Progress
from wiredesk.engine.in_hand.window import Item, Window

PARTITION = TopicPartition("t", 0)


def _item(offset, article=None, *, ready_at=0.0, size=1):
    item = Item(record(b"x" * size, offset=offset, key=b""), PARTITION, Progress(), ready_at=ready_at)
    item.article = article
    return item


def _window(*items, records=100, size=1000):
    window = Window(records, size)
    for item in items:
        window.add(item, 0.0)
    return window


def _offsets(items):
    return [item.record.offset for item in items]


def test_they_come_out_in_the_order_they_came_in_and_only_so_many():
    window = _window(*map(_item, range(5)))
    assert _offsets(window.take(3, 0.0)) == [0, 1, 2]
    assert _offsets(window.take(3, 0.0)) == [3, 4]
    assert window.take(3, 0.0) == []


def test_the_second_of_an_article_waits_for_the_first_and_overtakes_nobody_of_its_own():
    window = _window(_item(0, "a"), _item(1, "a"), _item(2, "a"), _item(3, "b"))
    first = window.take(9, 0.0)
    assert _offsets(first) == [0, 3]
    assert window.take(9, 0.0) == []
    window.release(first[:1])
    second = window.take(9, 0.0)
    assert _offsets(second) == [1]
    window.release(second)
    assert _offsets(window.take(9, 0.0)) == [2]


def test_an_article_that_is_through_may_come_again():
    window = _window(_item(0, "a"))
    window.release(window.take(1, 0.0))
    window.add(_item(1, "a"), 0.0)
    assert _offsets(window.take(1, 0.0)) == [1]


def test_what_is_not_ready_comes_when_it_is_the_earliest_first():
    window = _window(_item(0, ready_at=9.0), _item(1, ready_at=5.0), _item(2))
    assert window.next_at() == 5.0
    assert _offsets(window.take(9, 4.9)) == [2]
    assert _offsets(window.take(9, 5.0)) == [1]
    assert window.next_at() == 9.0
    assert _offsets(window.take(9, 10.0)) == [0]
    assert window.next_at() is None


def test_it_is_full_by_records_and_by_bytes_until_they_are_released():
    window = _window(*map(_item, range(3)), records=3)
    assert window.room == 0
    window.release(window.take(2, 0.0))
    assert window.room == 2
    heavy = _window(_item(0, size=600), _item(1, size=400), size=1000)
    assert (heavy.room, heavy.size) == (0, 1000)
    heavy.release(heavy.take(1, 0.0))
    assert (heavy.room, heavy.size) == (99, 400)


def test_what_was_not_begun_is_forgotten_and_what_was_keeps_its_article_until_it_ends():
    window = _window(_item(0, "a"), _item(1, "a"), _item(2, "b"), _item(3, ready_at=9.0), _item(4))
    begun = window.take(1, 0.0)
    window.forget()
    assert (window.take(9, 99.0), window.next_at(), window.size) == ([], None, 1)
    window.add(_item(0, "a"), 0.0)
    window.add(_item(2, "b"), 0.0)
    # The first of "a" is still in work, though nobody waits for its result any more.
    assert _offsets(window.take(9, 0.0)) == [2]
    window.release(begun)
    assert _offsets(window.take(9, 0.0)) == [0]
    assert window.room == 98
