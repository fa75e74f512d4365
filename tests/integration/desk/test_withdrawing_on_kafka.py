"""`wiredesk withdraw`, `erase` and `reinstate` on a real broker and a real PostgreSQL."""

import sys
from collections.abc import AsyncIterator, Callable
from dataclasses import replace
from typing import Any
from uuid import uuid4

import asyncpg
import pytest
import typer

from tests.integration.storage.records import enriched, outputs, received
from tests.wires import read_all
from wiredesk.client import admin
from wiredesk.client.client import Wiredesk
from wiredesk.client.settings import KafkaSettings
from wiredesk.contracts import ids
from wiredesk.contracts.errors import InfrastructureError
from wiredesk.contracts.events import ArticleEnriched, ArticleRejected, ArticleSubmitted
from wiredesk.contracts.topics import CURRENT, WITHDRAWN, Lane, every_topic
from wiredesk.contracts.withdrawals import ArticleWithdrawn, Withdrawal
from wiredesk.postgres.connections import open_pool
from wiredesk_desk.commands import doctor
from wiredesk_desk.commands.diff import diff
from wiredesk_desk.commands.explain import explain
from wiredesk_desk.config import DSN, system
from wiredesk_desk.running import Exit, Problem
from wiredesk_desk.withdrawing import commands
from wiredesk_fetcher.migrations import bring_up as bring_up_fetcher
from wiredesk_fetcher.refusals import Refusals
from wiredesk_storage.migrations import bring_up
from wiredesk_storage.settings import StorageOptions
from wiredesk_storage.store import Store

pytestmark = [pytest.mark.broker, pytest.mark.usefixtures("surroundings", "_database")]

Rows = Callable[[], list[dict[str, Any]]]
WHY = "the ferry never sank"


@pytest.fixture
async def options(dsn: str) -> AsyncIterator[StorageOptions]:
    """A store in a schema that is dropped afterwards; the fetchers' tables are beside it."""
    schema = f"test_{uuid4().hex}"
    connection = await asyncpg.connect(dsn)
    await connection.execute(f"create schema {schema}")
    yield StorageOptions.model_validate({"dsn": f"{dsn}{'&' if '?' in dsn else '?'}search_path={schema}"})
    await connection.execute(f"drop schema {schema} cascade")
    await connection.close()


@pytest.fixture
async def _database(options: StorageOptions, surroundings: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(DSN, options.dsn.get_secret_value())
    await bring_up(options)
    await bring_up_fetcher(options)


@pytest.fixture
async def pool(options: StorageOptions) -> AsyncIterator[Any]:
    """Connections to the store."""
    async with open_pool(options) as pool:
        yield pool


async def store_one(pool: Any, kafka: KafkaSettings, lane: Lane, *texts: str, url: str = "") -> str:
    """Store an article, and put on the table of current articles what storage would; return its URL."""
    url = url or f"https://news.example/{uuid4()}"
    for minute, text in enumerate(texts or ("Kestrel Point lost its ferry.",)):
        one = received(enriched(text, url=url, minute=minute, headline="Ferry sinks"))
        (answer,) = await outputs([one], store=Store(pool))
        async with Wiredesk(kafka, lane=lane.name) as wire:
            await wire.send(answer[0])
    return url


async def current(kafka: KafkaSettings, lane: Lane, url: str) -> bytes | None:
    """The last value of the article on the table of current articles; None: a tombstone."""
    key = str(ids.article_id(url)).encode()
    values: list[bytes | None] = [
        record.value for record in await read_all(kafka, lane.topic(CURRENT)) if record.key == key
    ]
    return values[-1]


async def told(kafka: KafkaSettings, lane: Lane) -> list[ArticleWithdrawn]:
    records = await read_all(kafka, lane.topic(WITHDRAWN))
    events = [ArticleWithdrawn.model_validate_json(record.value or b"") for record in records]
    for record, event in zip(records, events, strict=True):
        assert record.key == str(event.article_id).encode()
        headers = dict(record.headers)
        assert (headers["ce_id"], headers["ce_subject"]) == (str(event.event_id).encode(), record.key)
    return events


async def is_refused(pool: Any, url: str) -> tuple[bool, bool]:
    """Whether fetchers, and whether storage, refuse what comes from a URL."""
    (answer,) = await outputs([received(enriched("Something new.", url=url, minute=99))], store=Store(pool))
    return await Refusals(pool).refuses(ids.article_id(url)), isinstance(answer, ArticleRejected)


async def test_a_withdrawn_article_leaves_the_table_and_readers_are_told_why(
    kafka: KafkaSettings, lane: Lane, pool: Any, rows: Rows
):
    url = await store_one(pool, kafka, lane)
    assert await commands.withdraw(url, reason=f" {WHY}\n", as_json=False) == Exit.OK
    (row,) = rows()
    assert (row["kind"], row["is_new"], row["was_stored"], row["at_entrance"]) == ("withdrawn", True, True, True)
    assert await current(kafka, lane, url) is None
    (event,) = await told(kafka, lane)
    assert (event.article_id, event.kind, event.reason) == (ids.article_id(url), Withdrawal.WITHDRAWN, WHY)
    assert (event.url, event.headline) == (url, "Ferry sinks")
    assert await is_refused(pool, url) == (True, True)
    assert (await doctor.withdrawals(await system())).ok
    with pytest.raises(Problem, match="was withdrawn") as caught:
        await diff(url, revision=None, against=None, every=True, as_json=False)
    assert caught.value.todo == f"wiredesk reinstate {event.article_id}"

    # Again: the same event, and what was decided first.
    assert await commands.withdraw(str(event.article_id), reason="another", as_json=False) == Exit.OK
    (again,) = rows()
    assert (again["is_new"], again["at"], again["reason"]) == (False, row["at"], WHY)
    assert await told(kafka, lane) == [event, event]


async def test_an_erased_article_leaves_no_row_and_what_is_left_where_is_printed(
    kafka: KafkaSettings, lane: Lane, pool: Any, rows: Rows, monkeypatch: pytest.MonkeyPatch, tmp_path: Any
):
    monkeypatch.setenv("WIREDESK_FETCHER__ARCHIVE_DIR", str(tmp_path))
    url = await store_one(pool, kafka, lane, "It sank.", "It sank at noon.")
    submission = ArticleSubmitted(url=url).model_dump_json(exclude_none=True)
    await pool.execute(
        "insert into wiredesk_fetcher.pages values ($1, 'fetched', now(), '', '', '', $2, 0, null)",
        *(ids.article_id(url), submission),
    )
    assert await commands.erase(url, reason="order of a court", sure=True, as_json=False) == Exit.OK
    erased, *left = rows()
    assert (erased["kind"], erased["rows"]["articles"], erased["rows"]["revisions"]) == ("erased", 1, 2)
    days = {row["where"]: row["days"] for row in left}
    assert days[lane.topic(CURRENT)] is None
    assert days[f"{lane.name}.articles.enriched.v1"] == 30
    assert days[f"{lane.name}.articles.submitted.v1"] == 7
    assert days[f"{lane.name}.articles.enriched.v1.storage.dlq"] == 30
    assert any(str(tmp_path) in row["where"] for row in left)
    assert any("backups" in row["where"] for row in left)
    assert await current(kafka, lane, url) is None
    (event,) = await told(kafka, lane)
    assert (event.kind, event.headline, event.url) == (Withdrawal.ERASED, None, url)
    assert await is_refused(pool, url) == (True, True)
    for table in ("articles", "revisions", "wiredesk_fetcher.pages"):
        assert await pool.fetchval(f"select count(*) from {table} where article_id = $1", ids.article_id(url)) == 0


async def test_a_url_that_was_never_stored_is_refused_from_now_on_by_erasing_it(
    kafka: KafkaSettings, lane: Lane, pool: Any, rows: Rows
):
    url = f"https://news.example/{uuid4()}"
    with pytest.raises(Problem, match="is not in the store") as caught:
        await commands.withdraw(url, reason=WHY, as_json=False)
    assert f"wiredesk erase {url} --reason 'the ferry never sank'" in caught.value.todo
    assert await told(kafka, lane) == []
    assert await commands.erase(url, reason=WHY, sure=True, as_json=False) == Exit.OK
    assert rows()[0]["was_stored"] is False
    assert await is_refused(pool, url) == (True, True)
    assert [event.kind for event in await told(kafka, lane)] == [Withdrawal.ERASED]


@pytest.mark.parametrize("breaks", ["remove", "send"])
async def test_what_was_broken_off_is_finished_by_the_same_command(
    kafka: KafkaSettings,
    lane: Lane,
    pool: Any,
    rows: Rows,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    breaks: str,
):
    url = await store_one(pool, kafka, lane)

    async def away(*_: Any) -> None:
        raise InfrastructureError("Kafka did not take the record")

    with monkeypatch.context() as patched:
        patched.setattr(Wiredesk, breaks, away)
        with pytest.raises(InfrastructureError) as caught:
            await commands.withdraw(url, reason=WHY, as_json=False)
    assert caught.value.reason == "kafka"
    typed = f"wiredesk withdraw {ids.article_id(url)} --reason '{WHY}'"
    assert typed in capsys.readouterr().err
    check = await doctor.withdrawals(await system())
    assert (check.ok, check.todo) == (False, typed)
    assert await told(kafka, lane) == []
    assert await is_refused(pool, url) == (True, True), "the store and the fetchers know"

    assert await commands.withdraw(url, reason=WHY, as_json=False) == Exit.OK
    assert rows()[-1]["is_new"] is False
    assert await current(kafka, lane, url) is None
    assert [event.kind for event in await told(kafka, lane)] == [Withdrawal.WITHDRAWN]
    assert (await doctor.withdrawals(await system())).ok


async def test_a_reinstated_article_is_on_the_table_again_as_it_was(
    kafka: KafkaSettings, lane: Lane, pool: Any, rows: Rows
):
    url = await store_one(pool, kafka, lane, "It sank.", "It sank at noon.")
    before = await current(kafka, lane, url)
    await commands.withdraw(url, reason=WHY, as_json=False)
    assert await commands.reinstate(url, as_json=False) == Exit.OK
    assert (rows()[-1]["kind"], rows()) == ("reinstated", [])
    after = await current(kafka, lane, url)
    assert ArticleEnriched.model_validate_json(after or b"") == ArticleEnriched.model_validate_json(before or b"")
    assert [event.kind for event in await told(kafka, lane)] == [Withdrawal.WITHDRAWN, Withdrawal.REINSTATED]
    assert await is_refused(pool, url) == (False, False)


async def test_an_erased_article_that_is_reinstated_may_come_again_and_is_on_no_table_before(
    kafka: KafkaSettings, lane: Lane, pool: Any, rows: Rows
):
    url = await store_one(pool, kafka, lane)
    await commands.erase(url, reason=WHY, sure=True, as_json=False)
    assert await commands.reinstate(url, as_json=False) == Exit.OK
    assert rows()[-1]["was_stored"] is False
    assert await current(kafka, lane, url) is None
    assert await is_refused(pool, url) == (False, False)


async def test_what_was_decided_meanwhile_by_another_is_told_last(
    kafka: KafkaSettings, lane: Lane, pool: Any, monkeypatch: pytest.MonkeyPatch
):
    url = await store_one(pool, kafka, lane)
    send = Wiredesk.send
    done: list[Any] = []

    async def slowly(self: Wiredesk, record: Any) -> Any:
        if not done:
            done.append(record)
            # Another desk, between the decision of this one and what it tells.
            await commands.reinstate(url, as_json=True)
        return await send(self, record)

    monkeypatch.setattr(Wiredesk, "send", slowly)
    await commands.withdraw(url, reason=WHY, as_json=False)
    assert await current(kafka, lane, url) is not None
    assert (await told(kafka, lane))[-1].kind is Withdrawal.REINSTATED
    assert (await doctor.withdrawals(await system())).ok


async def test_nothing_that_was_neither_withdrawn_nor_erased_can_be_reinstated(
    kafka: KafkaSettings, lane: Lane, pool: Any
):
    url = await store_one(pool, kafka, lane)
    with pytest.raises(Problem, match="neither withdrawn nor erased"):
        await commands.reinstate(url, as_json=False)
    assert await told(kafka, lane) == []


@pytest.mark.parametrize("wanted", ["no id", "ftp://news.example/a", "https://user:hunter2@news.example/a"])
async def test_what_names_no_article_is_told_without_its_secrets(wanted: str):
    for verb in (
        commands.withdraw(wanted, reason=WHY, as_json=False),
        commands.erase(wanted, reason=WHY, sure=True, as_json=False),
        commands.reinstate(wanted, as_json=False),
    ):
        with pytest.raises(Problem) as caught:
            await verb
        assert caught.value.code == Exit.USAGE
        assert "hunter2" not in f"{caught.value}{caught.value.todo}"


@pytest.mark.parametrize("reason", [" ", "x" * 501], ids=["empty", "too long"])
async def test_a_reason_is_wanted(reason: str):
    with pytest.raises(Problem, match="say why"):
        await commands.withdraw(str(uuid4()), reason=reason, as_json=False)


@pytest.mark.parametrize("answer", [False, True])
async def test_erasing_asks_on_a_terminal(
    kafka: KafkaSettings,
    lane: Lane,
    pool: Any,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    *,
    answer: bool,
):
    url = await store_one(pool, kafka, lane)
    monkeypatch.setattr(sys.stdin, "isatty", lambda: True, raising=False)
    monkeypatch.setattr(sys.stdout, "isatty", lambda: True)
    monkeypatch.setattr(typer, "confirm", lambda *_, **__: answer)
    code = await commands.erase(url, reason=WHY, sure=False, as_json=False)
    said = capsys.readouterr()
    assert "Ferry sinks" in said.out
    assert (code, "nothing was erased" in said.err) == ((Exit.OK, False) if answer else (Exit.FAILED, True))
    assert await pool.fetchval("select count(*) from articles") == (0 if answer else 1)


async def test_explain_says_that_an_article_was_withdrawn_and_shows_its_text_no_more(
    kafka: KafkaSettings, lane: Lane, pool: Any, rows: Rows
):
    url = await store_one(pool, kafka, lane)
    await commands.withdraw(url, reason=WHY, as_json=False)
    rows()
    assert await explain(url, as_json=False) == Exit.OK
    (row,) = [row for row in rows() if row["kind"] == "withdrawal"]
    assert (row["decision"], row["reason"]) == ("withdrawn", WHY)
    await commands.reinstate(url, as_json=False)
    rows()
    assert await explain(url, as_json=False) == Exit.OK
    assert not [row for row in rows() if row["kind"] == "withdrawal"]


async def test_without_a_database_of_fetchers_the_verb_says_that_storage_alone_refuses(
    kafka: KafkaSettings, lane: Lane, pool: Any, rows: Rows, monkeypatch: pytest.MonkeyPatch
):
    url = await store_one(pool, kafka, lane)

    async def none(_: Any) -> bool:
        return False

    monkeypatch.setattr("wiredesk_desk.withdrawing.places._has_sources", none)
    await commands.withdraw(url, reason=WHY, as_json=False)
    (row,) = rows()
    assert row["at_entrance"] is False
    assert await is_refused(pool, url) == (False, True)


async def test_every_lane_in_which_it_was_stored_is_told_and_one_that_is_gone_is_passed_over(
    kafka: KafkaSettings, lane: Lane, pool: Any
):
    other = Lane(f"t{uuid4().hex[:10]}")
    await admin.apply_topics(kafka, other)
    url = f"https://news.example/{uuid4()}"
    for minute, name in enumerate((other.name, "gone-since")):
        one = received(enriched("It sank.", url=url, minute=minute, headline=name))
        await outputs([replace(one, topic=f"{name}.articles.enriched.v1")], store=Store(pool))
    await commands.withdraw(url, reason=WHY, as_json=False)
    assert [event.kind for event in await told(kafka, other)] == [Withdrawal.WITHDRAWN]
    assert await told(kafka, lane) == await told(kafka, other)
    assert await current(kafka, other, url) is None
    assert (await doctor.withdrawals(await system())).ok
    async with admin.connect(kafka) as client:
        await client.delete_topics([other.topic(topic) for topic in every_topic()])
