"""Three real brokers on one machine: replication 3, two in-sync replicas at least, killed and started by node."""

import asyncio
import os
import shutil
import signal
import uuid
from collections.abc import AsyncIterator, Iterable, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

from tests.wires import eventually
from wiredesk.client import admin
from wiredesk.client.settings import KafkaSettings
from wiredesk.contracts.errors import InfrastructureError
from wiredesk_local.processes.child import free_ports
from wiredesk_local.servers.kafka import KafkaServer, new_id
from wiredesk_local.servers.kafka_jars import kafka_jars
from wiredesk_local.servers.launch import both

NODES = (1, 2, 3)
PROPERTIES = {
    "default.replication.factor": 3,
    "min.insync.replicas": 2,
    "offsets.topic.replication.factor": 3,
    "transaction.state.log.replication.factor": 3,
    "transaction.state.log.min.isr": 2,
    "share.coordinator.state.topic.replication.factor": 3,
    "share.coordinator.state.topic.min.isr": 2,
    "unclean.leader.election.enable": "false",
}


class Cluster:
    """The brokers by node id, and how to reach them. Brokers that are away stay in the list of servers."""

    def __init__(self, folder: Path, jars: Sequence[Path]) -> None:
        """Lay out the cluster below `folder`; nothing starts yet."""
        controllers = dict(zip(NODES, free_ports(len(NODES)), strict=True))
        voters = ",".join(f"{node}@127.0.0.1:{port}" for node, port in controllers.items())
        cluster_id = new_id()
        self.brokers = {
            node: KafkaServer(
                folder / f"kafka-{node}",
                jars,
                logs=folder / "logs",
                pids=folder / "pids",
                controller_port=port,
                heap="256m",
                node_id=node,
                voters=voters,
                cluster_id=cluster_id,
                properties=PROPERTIES,
                name=f"kafka-{node}",
            )
            for node, port in controllers.items()
        }
        self.kafka = self.settings(NODES)

    def settings(self, nodes: Iterable[int]) -> KafkaSettings:
        """How to reach the cluster through `nodes`."""
        servers = [self.brokers[node].bootstrap_server for node in nodes]
        return KafkaSettings(bootstrap_servers=servers, partitions=2, replication_factor=3)

    async def start(self, *nodes: int) -> None:
        """Start `nodes` together; return once each answers."""
        await both(*(self.brokers[node].start() for node in nodes))

    async def stop(self, *nodes: int) -> None:
        """Stop `nodes` as an operator does."""
        await asyncio.gather(*(self.brokers[node].stop() for node in nodes))

    async def kill(self, *nodes: int) -> None:
        """Kill `nodes` with -9; return once they are gone."""
        for node in nodes:
            pid = self.brokers[node].child.pid
            assert pid is not None, f"broker {node} does not run"
            os.kill(pid, signal.SIGKILL)
        await asyncio.gather(*(self.brokers[node].child.wait() for node in nodes))

    async def leader(self, topic: str, partition: int = 0) -> int:
        """The node that leads a partition; -1 while none does."""
        async with admin.connect(self.kafka) as client:
            (found,) = await client.describe_topics([topic])
        return {p["partition"]: int(p["leader"]) for p in found["partitions"]}[partition]

    async def coordinator(self, group: str) -> int:
        """The node that coordinates a consumer group."""
        async with admin.connect(self.kafka) as client:
            return int(await client.find_coordinator(group))

    async def whole(self, *, within: float = 60) -> None:
        """Return when every replica of every topic is in sync, so that the next broker may go."""

        async def in_sync() -> bool:
            try:
                async with admin.connect(self.kafka) as client:
                    topics = await client.describe_topics()
            except InfrastructureError:
                return False
            partitions = [partition for topic in topics for partition in topic["partitions"]]
            return all(
                partition["leader"] > 0 and len(partition["isr"]) == len(partition["replicas"])
                for partition in partitions
            )

        await eventually(in_sync, within=within)


@asynccontextmanager
async def three_brokers(folder: Path) -> AsyncIterator[Cluster]:
    """A running cluster of its own; its data are gone afterwards."""
    folder = folder / f"cluster-{uuid.uuid4().hex[:8]}"
    cluster = Cluster(folder, await kafka_jars(print))
    try:
        await cluster.start(*NODES)
        yield cluster
    finally:
        # The data are thrown away, so nothing is gained by a clean end.
        await asyncio.gather(*(broker.stop(patience=0) for broker in cluster.brokers.values()))
        shutil.rmtree(folder, ignore_errors=True)
