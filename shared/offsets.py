"""Retention can pass a slow group, and `earliest` jumps over the lost records silently: this counts them, aloud."""

import logging
from collections.abc import Iterable
from typing import Any

from aiokafka import ConsumerRebalanceListener
from aiokafka.errors import KafkaError
from aiokafka.structs import TopicPartition

from shared import metrics

log = logging.getLogger(__name__)


class OffsetGaps(ConsumerRebalanceListener):  # type: ignore[misc]
    """Compares the committed offset with the start of the log on every assignment. Set `subscriber` after making."""

    def __init__(self, stage: str) -> None:
        self.subscriber: Any = None
        self._stage = stage

    async def on_partitions_revoked(self, revoked: Iterable[TopicPartition]) -> None:
        """Nothing to do: what is in flight is redelivered to the next owner."""

    async def on_partitions_assigned(self, assigned: Iterable[TopicPartition]) -> None:
        """Count the records between the committed offset and the first one that still exists."""
        consumer = self.subscriber.consumer
        try:
            starts = await consumer.beginning_offsets(list(assigned))
            for place, start in starts.items():
                committed = await consumer.committed(place)
                if committed is not None and committed < start:
                    metrics.OFFSET_GAP.labels(self._stage).inc(start - committed)
                    log.error(
                        "%s/%s: %d records were removed by retention before they were read",
                        place.topic,
                        place.partition,
                        start - committed,
                    )
        except KafkaError as error:
            log.warning("offset gaps not checked: %s", type(error).__name__)
