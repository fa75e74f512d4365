"""A reader on a simulated consumer."""

import random

from aiokafka.structs import TopicPartition

from tests.simulation.client import Broker
from tests.simulation.cluster import Cluster
from wiredesk.contracts.errors import InfrastructureError
from wiredesk.engine.in_hand.progress import Progress
from wiredesk.engine.reading.reader import Reader

ONE, TWO = TopicPartition("t", 0), TopicPartition("t", 1)


class Listener:
    async def on_partitions_revoked(self, revoked):
        pass

    async def on_partitions_assigned(self, assigned):
        pass


class Desk:
    """A reader on a simulated consumer, with what it read and buried."""

    def __init__(self, *, partitions=2):
        self.cluster = Cluster(random.Random(1), partitions=partitions)
        self.progress: dict[TopicPartition, Progress] = {}
        self.read: list[tuple[int, int]] = []
        self.buried: list[tuple[int, int, int, bool]] = []
        self.fails = 0
        self.reader = Reader("test", self.progress, self._bury)

    async def _bury(self, partition, first, after, is_too_large):
        if self.fails:
            self.fails -= 1
            raise InfrastructureError("the dead letters are away")
        self.buried.append((partition.partition, first, after, is_too_large))
        progress = self.progress.setdefault(partition, Progress())
        progress.skip(after)

    async def all(self, count=40):
        broker = Broker(self.cluster)
        subscriber = broker.subscriber(
            "t",
            group_id="g",
            listener=Listener(),
            auto_offset_reset="earliest",
            ack_policy=None,
            session_timeout_ms=6000,
        )
        await broker.start()
        for _ in range(count):
            for record in await self.reader.read(subscriber.consumer, [ONE, TWO], 8, 0.1):
                self.read.append((record.partition, record.offset))
                self.progress.setdefault(TopicPartition("t", record.partition), Progress()).take(record.offset, 0)
        return subscriber.consumer


def fill(desk, count=6):
    for partition in (0, 1):
        for _ in range(count):
            desk.cluster.append("t", b"x", partition=partition)


def everything(count=6):
    return [(partition, offset) for partition in (0, 1) for offset in range(count)]
