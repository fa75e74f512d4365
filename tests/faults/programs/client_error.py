"""A cleaner stage in the real service frame whose Kafka client raises once what nobody foresees.

`python -m tests.faults.programs.client_error`: the client raises MemoryError over the first record of one partition,
once it has taken records out of another. Made here, in this process; the service knows nothing of it.
"""

from functools import partial
from typing import Any

from aiokafka.consumer import fetcher

from tests.faults.programs.framed_stage import say, work, worker
from wiredesk.contracts.topics import FETCHED
from wiredesk.runtime import service
from wiredesk.runtime.settings import ServiceSettings


def fail_once(topic: str) -> None:
    """Let the client raise once over `topic`, in the second of its partitions that it comes to."""
    drained: list[int] = []
    raised: list[int] = []
    original = fetcher.PartitionRecords._consumer_record

    def fragile(self: Any, partition: Any, record: Any) -> Any:
        if partition.topic.endswith(topic) and not raised:
            drained.append(partition.partition)
            if partition.partition != drained[0]:
                raised.append(partition.partition)
                say(f"raised in partition {partition.partition}")
                raise MemoryError
        return original(self, partition, record)

    setattr(fetcher.PartitionRecords, "_consumer_record", fragile)  # noqa: B010 - mypy allows no method to be replaced


if __name__ == "__main__":
    fail_once(FETCHED.name)
    opened = partial(worker, does=work, seconds=0.0)
    raise SystemExit(service.run(service.Service("cleaner", FETCHED, ServiceSettings, opened), []))
