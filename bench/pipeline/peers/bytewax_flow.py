"""Bytewax: a dataflow from topic to topic, with a recovery store, without which it would begin anew."""

import time
from datetime import timedelta

import bytewax.operators as op  # type: ignore[import-not-found]
from bytewax.connectors.kafka import KafkaSink, KafkaSinkMessage, KafkaSource  # type: ignore[import-not-found]
from bytewax.dataflow import Dataflow  # type: ignore[import-not-found]
from bytewax.recovery import RecoveryConfig, init_db_dir  # type: ignore[import-not-found]
from bytewax.run import cli_main  # type: ignore[import-not-found]

from bench.pipeline.library import CHUNK, Library
from bench.pipeline.peers.task import MAX_BYTES, Task


def main(task: Task, library: Library) -> None:
    """Work for as long as the process lives, together with the others at `task.addresses`."""
    flow = Dataflow("wire")
    pages = op.input("pages", flow, KafkaSource([task.servers], [task.source], batch_size=CHUNK))
    made = op.map("enrich", pages, lambda one: KafkaSinkMessage(one.key, library.enriched([one.value])[0]))
    options = {"acks": "all", "compression.type": "zstd", "linger.ms": "5", "message.max.bytes": str(MAX_BYTES)}
    op.output("enriched", made, KafkaSink([task.servers], task.target, add_config=options))
    addresses = task.addresses.split(",")
    _store(task, len(addresses))
    cli_main(
        flow,
        process_id=int(task.number),
        addresses=addresses,
        epoch_interval=timedelta(seconds=5),
        recovery_config=RecoveryConfig(task.state, backup_interval=timedelta(0)),
    )


def _store(task: Task, processes: int) -> None:
    """Make the recovery store, one part a process; the first process does it, the others wait for it."""
    made = task.state / "made"
    if task.number == "0":
        task.state.mkdir(parents=True, exist_ok=True)
        init_db_dir(task.state, processes)
        made.touch()
    while not made.exists():
        time.sleep(0.1)


if __name__ == "__main__":
    main(Task.given(), Library())
