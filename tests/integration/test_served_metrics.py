"""What real processes serve at /metrics, held against the one list: names, kinds, labels, and that they count."""

import asyncio
import urllib.request
from contextlib import AsyncExitStack
from pathlib import Path

import pytest
from prometheus_client import Metric
from prometheus_client.parser import text_string_to_metric_families

from tests.faults.harness.one_service import Member, member
from tests.wires import eventually
from wiredesk.client.client import Wiredesk
from wiredesk.client.settings import KafkaSettings
from wiredesk.contracts.topics import Lane
from wiredesk.metrics.known import EVERYBODY, METRICS, WORKERS

pytestmark = [pytest.mark.broker, pytest.mark.timeout(240)]

STORY = """Harbour reopens after the storm

By Ada Marsh

The harbour of the town opened again on Tuesday after a storm had closed it for three days. Boats left at first light,
and the ferry to the islands runs as before. The mayor said that the walls had held, and that no house was flooded.
"""


async def served(process: Member) -> dict[str, Metric]:
    """Return what a process tells, by name, but for when it was made; nothing while it does not answer."""

    def get() -> str:
        with urllib.request.urlopen(f"http://127.0.0.1:{process.port}/metrics", timeout=10) as answer:
            text: str = answer.read().decode()
            return text

    try:
        families = text_string_to_metric_families(await asyncio.to_thread(get))
    except OSError:
        return {}
    found = {f"{one.name}_total" if one.type == "counter" else one.name: one for one in families}
    return {name: one for name, one in found.items() if not name.endswith("_created")}


def value(families: dict[str, Metric], family: str, sample: str, **labels: str) -> float:
    return sum(
        one.value for one in families[family].samples if one.name == sample and labels.items() <= one.labels.items()
    )


async def test_the_processes_serve_what_the_list_says_and_count_an_article(
    kafka: KafkaSettings, lane: Lane, dsn: str, tmp_path: Path
):
    commands = {name: (f"wiredesk_{name}",) for name in WORKERS} | {"desk": ("wiredesk_desk", "serve")}
    given = {
        "storage": {"WIREDESK_STORAGE__DSN": dsn},
        "fetcher": {"WIREDESK_FETCHER__DSN": dsn},
        "cleaner": {"WIREDESK_CLEANER__WORKERS": "1"},
        "tagger": {"WIREDESK_TAGGER__WORKERS": "1"},
        "desk": {"WIREDESK_STORAGE__DSN": dsn, "WIREDESK_DESK__PORT": "0"},
    }
    async with AsyncExitStack() as stack:
        processes = {
            name: await stack.enter_async_context(
                member(kafka, lane, *command, logs=tmp_path, WIREDESK_KAFKA__PARTITIONS="2", **given[name])
            )
            for name, command in commands.items()
        }

        async def are_ready() -> bool:
            for process in processes.values():
                assert process.process.returncode is None, process.log.read_text()
            return all([(await process.health("/readyz"))[0] == 200 for process in processes.values()])

        await eventually(are_ready, within=120)
        for name in WORKERS:
            await processes[name].joined(kafka, lane, name)
        async with Wiredesk(kafka, lane=lane.name) as wire:
            await wire.publish(text=STORY)

        async def is_stored() -> bool:
            found = await served(processes["storage"])
            return value(found, "wiredesk_article_age_seconds", "wiredesk_article_age_seconds_count") == 1

        await eventually(is_stored, within=60)
        told = {name: await served(process) for name, process in processes.items()}

    # A worker of one service has the list's metrics of that service and no others.
    for name in EVERYBODY:
        listed = {one.name: str(one.kind) for one in METRICS if name in one.served_by}
        assert {family: one.type for family, one in told[name].items()} == listed, name
        for one in METRICS:
            for sample in told[name][one.name].samples if name in one.served_by else ():
                labels = {label.name for label in one.labels} | ({"le"} if sample.name.endswith("_bucket") else set())
                assert set(sample.labels) == labels, sample.name
    ages = []
    for name in WORKERS:
        assert value(told[name], "wiredesk_records_total", "wiredesk_records_total", stage=name, outcome="event") == 1
        assert value(told[name], "wiredesk_article_age_seconds", "wiredesk_article_age_seconds_count", stage=name) == 1
        ages.append(value(told[name], "wiredesk_article_age_seconds", "wiredesk_article_age_seconds_sum", stage=name))
    # A text is as old as its submission, and gets older on its way; all of it within this test.
    assert ages == sorted(ages)
    assert 0 < ages[-1] < 60
    for name, least in (("cleaner", 1), ("tagger", 1), ("desk", 0)):
        assert value(told[name], "wiredesk_child_processes", "wiredesk_child_processes") >= least
    assert value(told["tagger"], "wiredesk_child_resident_memory_bytes", "wiredesk_child_resident_memory_bytes") > 2**26
