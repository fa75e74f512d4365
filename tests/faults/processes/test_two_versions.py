"""An upgrade while articles come in: the old and the new tagger in one group; and back again."""

from collections import Counter
from uuid import UUID

import orjson
import pytest

from tests.factories import cleaned
from tests.faults.harness.one_service import committed_all, member, stage_ledger
from tests.faults.programs.old_tagger import OLD
from tests.wires import Raw, eventually, produce, read_all
from wiredesk.client import offsets
from wiredesk.contracts.topics import CLEANED, ENRICHED

pytestmark = [pytest.mark.broker, pytest.mark.slow, pytest.mark.timeout(300)]
ARTICLES = 40


async def test_an_old_and_a_new_tagger_share_a_group_and_either_may_go(kafka, lane, tmp_path, enter):
    sent: list[UUID] = []

    async def publish():
        """Send some to each of two partitions, and wait until all are tagged. Return by whom."""
        seen = len(await read_all(kafka, lane.topic(ENRICHED)))
        for partition in (0, 1):
            articles = [cleaned(headline=f"Bridge {partition} {n} opens") for n in range(ARTICLES)]
            sent.extend(one.article_id for one in articles)
            raw: list[Raw] = [(b"k", one.model_dump_json().encode(), []) for one in articles]
            await produce(kafka, lane.topic(CLEANED), raw, partition=partition)
        await committed_all(kafka, lane, "tagger", within=120)
        made = [orjson.loads(one.value or b"") for one in await read_all(kafka, lane.topic(ENRICHED))]
        assert len(made) == seen + 2 * ARTICLES
        by = Counter(
            one["tagger_version"].startswith(OLD)
            for one in made
            if one["article_id"] in set(map(str, sent[-2 * ARTICLES :]))
        )
        return by[True], by[False]

    async with member(kafka, lane, "tests.faults.programs.old_tagger", logs=tmp_path) as old:
        await old.joined(kafka, lane, "tagger")
        assert await publish() == (2 * ARTICLES, 0)
        async with member(kafka, lane, "wiredesk_tagger", logs=tmp_path) as new:
            await new.joined(kafka, lane, "tagger")

            async def both_own():
                (stage,) = [one for one in await offsets.lag(kafka, lane) if one.service == "tagger"]
                return [len(one.partitions) for one in stage.members] == [1, 1]

            # To be a member is not yet to have a partition.
            await eventually(both_own, within=60)
            together = await publish()
            assert await old.stop() == 0
            assert await publish() == (0, 2 * ARTICLES)
            async with member(kafka, lane, "tests.faults.programs.old_tagger", logs=tmp_path) as again:
                await again.joined(kafka, lane, "tagger")
                assert await new.stop() == 0
                assert await publish() == (2 * ARTICLES, 0)
                assert await again.stop() == 0
    book = await stage_ledger(kafka, lane, sent, into=ENRICHED, of=CLEANED)
    enter(42, book, extra=f"together: {together[0]} by the old, {together[1]} by the new; then each alone")
    assert min(together) > 0
    assert (book.lost, book.phantom, book.doubled, book.dead) == (set(), set(), {}, 0)
