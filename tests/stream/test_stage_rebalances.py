"""A rebalance waits for the work in hand, as long as the group waits for a member; and tells how long it was."""

import asyncio

import pytest

from tests.simulation.loop import simulate
from tests.stream.desk import Desk, now, values
from wiredesk.engine import metrics


@pytest.mark.parametrize("hangs", ["work", "commit"])
def test_a_rebalance_is_held_up_no_longer_than_the_group_waits_for_a_member(hangs):
    async def run():
        desk = Desk()
        desk.send(*values(2))
        async with desk.running():
            await asyncio.sleep(1.5)
            (subscription,) = desk.stage.subscriptions.values()
            if hangs == "work":
                desk.takes = 10_000
                await asyncio.sleep(1)
            else:
                subscription.consumer.commit = lambda _offsets: asyncio.Event().wait()
            before = now()
            await subscription.on_partitions_revoked(())
            # A session is 15 seconds.
            assert now() - before < 12
            assert subscription.partitions == {}

    simulate(run())


def test_the_pause_of_a_rebalance_is_told_with_the_work_that_it_waits_for_and_the_first_share_is_none():
    def told():
        name, stage = "wiredesk_rebalance_seconds", {"stage": "cleaner"}
        return [metrics.REGISTRY.get_sample_value(f"{name}_{part}", stage) or 0.0 for part in ("sum", "count")]

    async def run():
        desk = Desk()
        desk.takes = 3.0
        seconds, times = told()
        async with desk.running():
            await asyncio.sleep(5)
            assert told() == [seconds, times]
            desk.send(b"a")
            await asyncio.sleep(1)
            (subscription,) = desk.stage.subscriptions.values()
            shared = list(subscription.consumer.assignment())
            await subscription.on_partitions_revoked(shared)
            await subscription.on_partitions_assigned(shared)
            paused, handed_over = told()
            assert paused == pytest.approx(seconds + 2.0, abs=0.2)
            assert handed_over == times + 1

    simulate(run())
