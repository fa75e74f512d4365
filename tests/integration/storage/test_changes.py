"""On a real PostgreSQL: what a revision changed is decided when it is written, and its receipt stays the same."""

import uuid
from dataclasses import replace
from typing import Any

import asyncpg
import pytest

from tests.integration.storage.records import NOON, enriched, keep, received, value_of
from wiredesk.contracts.errors import BrokenError
from wiredesk.postgres.connections import open_pool
from wiredesk.postgres.migrations import apply
from wiredesk.runtime.pool import Pool
from wiredesk_storage import batch_budget, comparing, handlers
from wiredesk_storage.migrations import shipped
from wiredesk_storage.store import Store

pytestmark = pytest.mark.broker

WAITED = "Ada Marsh said that 120 passengers waited at the quay."
MORE = "Ada Marsh said that 130 passengers waited at the quay."
NOTED = f"{MORE}\n\nCorrection: an earlier version of this article gave another number."


def looks(*texts, url=None, **fields):
    """Records of one article: what it says, a minute apart."""
    url = url or f"https://news.example/{uuid.uuid4()}"
    return [received(enriched(text, url=url, minute=minute, **fields)) for minute, text in enumerate(texts)]


def told(receipts):
    """What each receipt says of the change."""
    return [
        (one.status.value, None if one.changes is None else [kind.value for kind in one.changes], one.stealth)
        for one in receipts
    ]


async def apart(store, records):
    return [(await keep([record], store=store))[0] for record in records]


async def test_a_receipt_says_what_the_revision_changed(store):
    records = looks(WAITED, MORE, MORE, NOTED, WAITED)
    assert told(await apart(store, records)) == [
        ("inserted", None, None),
        ("revised", ["numbers"], True),
        ("unchanged", None, None),
        ("revised", ["correction_appended"], False),
        ("revised", ["numbers", "cut"], True),
    ]


async def test_a_receipt_is_the_same_whenever_and_in_whatever_batch_the_record_comes_again(store, pool):
    records = looks(WAITED, MORE, NOTED, MORE)
    answers = await apart(store, records)
    revisions = await pool.fetch("select * from revisions order by revision")
    assert await keep(records, store=store) == answers
    assert await keep([*records[::-1], *records], store=store) == [*answers[::-1], *answers]
    assert await pool.fetch("select * from revisions order by revision") == revisions
    # In one batch as in many; the same record twice in it.
    records = looks(WAITED, MORE, NOTED, MORE)
    together = await keep([*records, records[1]], store=store)
    assert told(together) == told([*answers, answers[1]])
    assert await apart(store, [*records, records[1]]) == together


async def test_what_was_decided_stays_when_the_revisions_before_are_gone_or_judged_otherwise(store, pool, monkeypatch):
    records = looks(WAITED, MORE)
    answers = await apart(store, records)
    await pool.execute("""update revisions set event = jsonb_set(event, '{text}', '"Other."') where revision = 1""")
    monkeypatch.setattr(comparing, "verdict_of", None)
    assert await apart(store, records) == answers


async def test_a_revision_whose_forerunner_cannot_be_read_is_stored_without_what_it_changed(store, pool, caplog):
    first, second, third = looks(WAITED, MORE, NOTED)
    await keep([first], store=store)
    await pool.execute("""update revisions set event = event - 'text'""")
    assert told(await keep([second], store=store)) == [("revised", None, None)]
    assert "ValidationError" in caplog.text
    assert told(await keep([second, third], store=store))[1] == ("revised", ["correction_appended"], False)


async def test_what_comes_late_is_not_compared_and_what_follows_is_compared_with_what_was_current(store):
    first, late, newest = looks(WAITED, MORE, NOTED)
    newer = replace(newest, event=newest.event.model_copy(update={"fetched_at": NOON.replace(hour=13)}), offset=10**6)
    assert told(await apart(store, [first, newest, late, newer])) == [
        ("inserted", None, None),
        ("revised", ["correction_appended", "numbers"], False),
        ("superseded", None, None),
        ("unchanged", None, None),
    ]


async def test_a_revision_in_which_nothing_that_is_read_differs_has_no_kind(store, pool):
    url = f"https://news.example/{uuid.uuid4()}"
    (before,) = looks(WAITED, url=url)
    _, after = looks(WAITED, WAITED, url=url, tagger_version="2")
    assert told(await apart(store, [before, after]))[1] == ("revised", [], False)
    assert told(await apart(store, [after])) == [("revised", [], False)]
    assert await pool.fetchval("select changes from revisions where revision = 2") == []


async def test_no_event_is_read_when_nothing_is_revised(store, monkeypatch):
    monkeypatch.setattr(comparing, "verdict_of", None)
    monkeypatch.setattr("wiredesk_storage.statements.EVENTS", "no query")
    records = looks(WAITED, WAITED)
    assert [status for status, _, _ in told(await keep(records, store=store))] == ["inserted", "unchanged"]


async def test_worker_processes_compare_as_the_loop_does_and_one_that_fails_holds_nothing_up(pool, monkeypatch):
    first, second = looks(WAITED, MORE), looks(WAITED, MORE)
    async with Pool(1) as workers:
        store = Store(pool, workers=workers)
        monkeypatch.setattr(batch_budget, "SMALL", 0)
        encoded: Any = [replace(one, event=value_of(one.event)) for one in first]
        answers: Any = await handlers.keep(encoded, store=store, pool=workers)
        assert told([answers[0], answers[1][-1]])[1] == ("revised", ["numbers"], True)
        monkeypatch.setattr(batch_budget, "SECONDS", 0.0)
        assert told(await keep(second, store=store)) == [("inserted", None, None), ("revised", None, None)]
        monkeypatch.setattr(batch_budget, "SECONDS", 10.0)
        # It was decided: nothing is said of it from then on.
        assert told(await keep(second, store=store))[1] == ("revised", None, None)
    with pytest.raises(BrokenError):
        await keep(looks(WAITED, MORE), store=store)


async def test_what_was_stored_before_gets_the_receipt_it_had_and_what_comes_is_compared(options):
    connection = await asyncpg.connect(options.dsn.get_secret_value())
    await apply(connection, shipped())
    # A store with data from before the migration, as the release of then left it.
    records = looks(WAITED, MORE, NOTED)
    async with open_pool(options) as pool:
        store = Store(pool)
        await keep(records[:2], store=store)
        await connection.execute("alter table revisions drop column changes, drop column stealth")
        await connection.execute("delete from schema_migrations where name = '0003_changes.sql'")
        assert await apply(connection, shipped()) == ["0003_changes.sql"]
    async with open_pool(options) as pool:
        store = Store(pool)
        assert told(await keep(records, store=store)) == [
            ("inserted", None, None),
            ("revised", None, None),
            ("revised", ["correction_appended"], False),
        ]
        assert "changes" not in (await keep(records[1:2], store=store))[0].model_dump(exclude_none=True)
    await connection.close()
