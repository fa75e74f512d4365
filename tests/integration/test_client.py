"""The typed client on a real broker: publish, receipts, reading in a group."""

import asyncio
import re
import textwrap
import uuid
from contextlib import aclosing
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests.factories import enriched, url
from tests.wires import committed, produce, read_all
from wiredesk.client import client
from wiredesk.client.client import Wiredesk
from wiredesk.client.records import RefusedError
from wiredesk.client.settings import KafkaSettings
from wiredesk.contracts import wire
from wiredesk.contracts.errors import ConfigurationError, InfrastructureError
from wiredesk.contracts.events import ArticleStored, StoreStatus
from wiredesk.contracts.topics import ENRICHED, FETCHED, REJECTED, STORED, SUBMITTED

pytestmark = pytest.mark.broker
README = Path(__file__).parents[2] / "README.md"


@pytest.fixture
async def desk(kafka, lane):
    async with Wiredesk(kafka, lane=lane.name) as connected:
        yield connected


def _out(event, correlation_id=""):
    record = wire.encode(event, source="test", time=datetime.now(UTC), carried={wire.CORRELATION: correlation_id})
    return record.key, record.value, [(name, value.encode()) for name, value in record.headers.items()]


def _receipt(article_id):
    return ArticleStored(
        event_id=uuid.uuid4(), article_id=article_id, enriched_event_id=uuid.uuid4(), status=StoreStatus.INSERTED,
        revision=1,
    )  # fmt: skip


async def test_a_submission_is_durable_when_publish_returns(desk, kafka, lane):
    submission = await desk.publish(url=url(), source="test")
    (record,) = await read_all(kafka, lane.topic(SUBMITTED))
    headers = dict(record.headers)
    assert headers["ce_subject"].decode() == str(submission.article_id)
    assert headers["correlation_id"].decode() == submission.correlation_id
    assert record.key == b"news.example"
    assert submission.position == f"{record.topic}/{record.partition}/{record.offset}"


@pytest.mark.parametrize(
    ("submission", "reason"),
    [
        ({"url": "gopher://example.org/"}, "invalid_url"),
        ({"url": "https://user:hunter2@example.org/"}, "credentials_in_url"),
        ({"text": " \n"}, "empty"),
        ({"text": "x" * (1024 * 1024 + 1)}, "too_large"),
        ({"html": "x" * (5 * 1024 * 1024 + 1)}, "too_large"),
    ],
)
async def test_what_would_be_rejected_is_refused_up_front_and_not_sent(desk, kafka, lane, submission, reason):
    with pytest.raises(RefusedError) as caught:
        await desk.publish(**submission)
    assert caught.value.reason == reason
    assert "hunter2" not in str(caught.value)
    assert await read_all(kafka, lane.topic(SUBMITTED)) == []


async def test_the_largest_text_and_page_are_taken(desk):
    await desk.publish(text="é" * (512 * 1024))
    await desk.publish(html="\U0001f600" * (5 * 1024 * 256))


async def test_the_receipt_of_a_submission_is_found_whether_it_came_before_or_after_asking(desk, kafka, lane):
    early, late = await desk.publish(url=url()), await desk.publish(url=url())
    await produce(kafka, lane.topic(STORED), [_out(_receipt(early.article_id), early.correlation_id)])
    assert (await desk.result(early, timeout=20)).event.article_id == early.article_id
    waiting = asyncio.create_task(desk.result(late, timeout=20))
    await produce(kafka, lane.topic(STORED), [_out(_receipt(late.article_id), late.correlation_id)])
    assert (await waiting).correlation_id == late.correlation_id


async def test_no_receipt_in_time_is_a_timeout(desk):
    submission = await desk.publish(url=url())
    with pytest.raises(TimeoutError):
        await desk.result(submission, timeout=0.5)


async def test_a_dead_letter_ends_the_wait_with_its_reason(desk, kafka, lane):
    submission = await desk.publish(url=url())
    headers = [
        (wire.CORRELATION, submission.correlation_id.encode()),
        (wire.REASON, b"cpu_timeout"),
        (wire.STAGE, b"cleaner"),
    ]
    await produce(kafka, lane.topic(FETCHED.dead_letter("cleaner")), [(b"k", b"original", headers)])
    entry = await desk.result(submission, timeout=20)
    assert (entry.event, entry.reason, entry.stage, entry.value) == (None, "cpu_timeout", "cleaner", b"original")


async def test_watching_starts_now_or_at_the_start(desk, kafka, lane):
    old, new = _receipt(uuid.uuid4()), _receipt(uuid.uuid4())
    await produce(kafka, lane.topic(STORED), [_out(old)])
    async with aclosing(desk.watch([STORED, REJECTED], from_start=True)) as entries:
        assert (await anext(entries)).event == old
    async with aclosing(desk.watch([STORED, REJECTED])) as entries:
        first = asyncio.ensure_future(anext(entries))
        await asyncio.sleep(1)
        await produce(kafka, lane.topic(STORED), [_out(new)])
        assert (await asyncio.wait_for(first, 20)).event == new


async def test_a_page_that_grows_too_large_as_json_is_refused_and_the_next_one_passes(desk):
    with pytest.raises(RefusedError) as caught:
        await desk.publish(html='"' * (5 * 1024 * 1024))
    assert caught.value.reason == "too_large"
    assert (await desk.publish(url=url())).article_id


async def test_a_correlation_id_that_would_be_cut_on_its_way_is_refused(desk):
    with pytest.raises(ValueError, match="256 characters"):
        await desk.publish(url=url(), correlation_id="c" * 257)


async def test_what_is_no_article_is_passed_over_with_a_warning_that_says_where_it_lies(desk, kafka, lane, caplog):
    article = enriched()
    await produce(kafka, lane.topic(ENRICHED), [(b"k", b"no JSON", []), _out(article)], partition=0)
    async with asyncio.timeout(30), aclosing(desk.enriched(group=f"odd-{uuid.uuid4().hex}")) as found:
        assert await anext(found) == article
    assert f"{lane.topic(ENRICHED)}/0/0 is no enriched article" in caplog.text


async def test_a_slow_reader_commits_while_it_reads(desk, kafka, lane, monkeypatch):
    monkeypatch.setattr(client, "COMMIT_SECONDS", 0.0)
    await produce(kafka, lane.topic(ENRICHED), [_out(enriched()) for _ in range(5)], partition=0)
    group = f"slow-{uuid.uuid4().hex}"
    async with asyncio.timeout(30), aclosing(desk.enriched(group=group)) as found:
        for _ in range(4):
            await anext(found)
        assert await committed(kafka, lane.topic(ENRICHED), group) == 3


async def test_enriched_articles_are_read_once_per_group_and_filtered_by_entity(desk, kafka, lane):
    articles = [enriched(), enriched("Nobody is named here at all, said the council."), enriched()]
    await produce(kafka, lane.topic(ENRICHED), [_out(article) for article in articles], partition=0)
    group = f"{lane.name}.reader"
    async with aclosing(desk.enriched(group=group, entity="ada marsh", entity_type="PERSON")) as found:
        assert await asyncio.wait_for(anext(found), 20) == articles[0]
        assert await asyncio.wait_for(anext(found), 20) == articles[2]
    # The second was in hand when the reader left: it comes again, the first does not.
    async with aclosing(desk.enriched(group=group)) as again:
        assert await asyncio.wait_for(anext(again), 20) == articles[2]


async def test_without_topics_the_error_names_the_next_step(kafka):
    with pytest.raises(ConfigurationError, match="wiredesk topics apply"):
        async with Wiredesk(kafka, lane="nobody-made-this-lane"):
            pass


async def test_without_kafka_the_error_says_so():
    with pytest.raises(InfrastructureError, match=r"127\.0\.0\.1:1"):
        async with Wiredesk(KafkaSettings(bootstrap_servers=["127.0.0.1:1"])):
            pass


async def test_the_readme_snippet_runs(kafka, lane, monkeypatch, capsys):
    """The README's Python, word for word, on this lane."""
    (snippet,) = re.findall(r"```python\n(import asyncio\n\nfrom wiredesk.*?)```", README.read_text(), re.DOTALL)
    article = enriched()
    await produce(kafka, lane.topic(ENRICHED), [_out(article)])
    monkeypatch.setenv("WIREDESK_KAFKA__BOOTSTRAP_SERVERS", ",".join(kafka.bootstrap_servers))
    names: dict[str, object] = {}
    source = snippet.replace("Wiredesk()", f'Wiredesk(lane="{lane.name}")').replace("asyncio.run(main())", "")
    exec(compile(textwrap.dedent(source), "README.md", "exec"), names)  # the README is ours
    task = asyncio.create_task(names["main"]())  # type: ignore[operator]
    try:
        async with asyncio.timeout(30):
            while article.headline not in capsys.readouterr().out:
                await asyncio.sleep(0.1)
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
