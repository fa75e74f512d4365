"""What is said of an alarm: on the log, and in the metrics."""

import logging
from datetime import UTC, datetime, timedelta

import pytest
from prometheus_client import CollectorRegistry, generate_latest

from tests.unit.cleaner.drift.hosts import NO_TEXT, START, USUAL, Site
from wiredesk.contracts.events import Content
from wiredesk.engine import metrics
from wiredesk.engine.outcomes import Received
from wiredesk_cleaner.__main__ import worker
from wiredesk_cleaner.drift import alarm as said
from wiredesk_cleaner.drift.alarm import MOST_NAMED, DriftAlarm, drift_alarm, read
from wiredesk_cleaner.drift.figures import Figure, Seen
from wiredesk_cleaner.drift.watch import LASTS, Watch
from wiredesk_cleaner.settings import CleanerSettings

FIGURES = ("last", "habit", "pages")


class Noted:
    """A watch whose pages come through an alarm, so that what `Site` publishes is said."""

    def __init__(self, hosts: int = 100) -> None:
        self.now = START
        self.watch = Watch(hosts)
        self.alarm = DriftAlarm(self.watch, lambda: self.now)
        self.registry = CollectorRegistry()
        self.registry.register(self.alarm)

    def observe(self, seen: Seen, now: datetime) -> list[object]:
        self.now = now
        self.alarm.note(seen)
        return []

    def site(self, seed: int, host: str = "harbour.example") -> Site:
        return Site(seed, self, host)  # type: ignore[arg-type]

    @property
    def metrics(self) -> str:
        return generate_latest(self.registry).decode()


def lines(caplog: pytest.LogCaptureFixture) -> list[tuple[int, str]]:
    return [(one.levelno, one.getMessage()) for one in caplog.records if one.name == said.log.name]


def test_an_alarm_is_a_warning_when_it_begins_and_a_note_when_it_is_over(caplog: pytest.LogCaptureFixture):
    caplog.set_level(logging.INFO)
    site = Noted().site(1)
    site.publish(USUAL, 200)
    assert lines(caplog) == []
    site.publish(NO_TEXT, 30)
    site.publish(USUAL, 60)
    (begun, over) = lines(caplog)
    assert begun[0] == logging.WARNING
    assert begun[1].startswith("harbour.example cleans differently: ")
    assert "of the last 20 pages had a text (habit 9" in begun[1]
    assert over[0] == logging.INFO
    assert over[1].startswith("harbour.example cleans as before again; at last ")


def test_a_change_that_lasts_and_a_host_that_is_forgotten_are_said_once(caplog: pytest.LogCaptureFixture):
    caplog.set_level(logging.INFO)
    noted = Noted(hosts=1)
    site = noted.site(2)
    site.publish(USUAL, 200)
    site.publish(NO_TEXT, LASTS + 60)
    site.publish(USUAL, 30)
    noted.site(3, "other.example").publish(USUAL, 3)
    texts = [text for _, text in lines(caplog)]
    assert texts[1].startswith("harbour.example has cleaned differently for long, that is its habit now: 0 of the last")
    assert texts[3].startswith("harbour.example is watched no longer")
    assert len(texts) == 4


def test_the_metrics_name_a_host_while_it_cleans_differently_and_no_longer():
    noted = Noted()
    site = noted.site(4)
    site.publish(USUAL, 200)
    assert "wiredesk_cleaner_drifting_hosts 0.0" in noted.metrics
    assert "harbour.example" not in noted.metrics
    site.publish(NO_TEXT, 30)
    assert "wiredesk_cleaner_drifting_hosts 1.0" in noted.metrics
    assert 'wiredesk_cleaner_drift_last{figure="text",host="harbour.example"} 0.0' in noted.metrics
    assert 'wiredesk_cleaner_drift_pages{figure="text",host="harbour.example"} 20.0' in noted.metrics
    site.publish(USUAL, 60)
    assert "wiredesk_cleaner_drifting_hosts 0.0" in noted.metrics
    assert "harbour.example" not in noted.metrics


def test_what_the_metrics_say_is_read_back():
    noted = Noted()
    site = noted.site(5)
    site.publish(USUAL, 200)
    site.publish(NO_TEXT, 30)
    hosts, (drift,) = read(noted.metrics)
    (known,) = noted.watch.drifting()
    assert (hosts, drift.host) == (1, "harbour.example")
    assert START + timedelta(minutes=200) < drift.since == known.since < START + timedelta(minutes=210)
    (text,) = drift.differences
    assert (text.figure, text.pages, text.last) == (Figure.TEXT, 20, 0.0)
    assert text.habit == known.differences[0].habit


def test_however_many_hosts_and_whatever_their_names_the_metrics_are_bounded():
    noted = Noted()
    for n in range(MOST_NAMED + 3):
        site = noted.site(n, f'{n}"\\\n.example')
        site.publish(USUAL, 60)
        site.publish(NO_TEXT, 20)
    hosts, named = read(noted.metrics)
    assert (hosts, len(named)) == (MOST_NAMED + 3, MOST_NAMED)
    assert all(drift.host.endswith('"\\\n.example') for drift in named)
    assert noted.metrics.count("wiredesk_cleaner_drift_since_seconds{") == MOST_NAMED


@pytest.mark.parametrize(
    "text",
    [
        "",
        "<html>",
        "wiredesk_records_total 5.0\n",
        'wiredesk_cleaner_drifting_hosts 1.0\nwiredesk_cleaner_drift_pages{figure="text",host="a"} 20.0\n',
        'wiredesk_cleaner_drifting_hosts 1.0\nwiredesk_cleaner_drift_since_seconds{host="a"} 20.0\n',
        "wiredesk_cleaner_drifting_hosts 1.0\n"
        + "\n".join(f'wiredesk_cleaner_drift_{name}{{figure="smell",host="a"}} 20.0' for name in FIGURES)
        + "\n",
    ],
)
def test_what_are_no_metrics_of_a_cleaner_of_this_release_is_an_error(text: str):
    with pytest.raises(ValueError, match=r"."):
        read(text)


def test_an_alarm_leaves_its_registry_when_the_service_ends():
    registry = CollectorRegistry()
    with drift_alarm(registry):
        assert read(generate_latest(registry).decode()) == (0, [])
    assert generate_latest(registry) == b""


# ---- the service ----

STORY = "The lake states agreed on Tuesday to share their water for another ten years, the ministry said. "
PAGE = f"<html><body><article><h1>Lakes Sign</h1>{f'<p>{STORY}</p>' * 5}</article></body></html>"


async def test_the_service_watches_what_becomes_of_its_pages(fetched, caplog: pytest.LogCaptureFixture):
    async def work(page: str, pages: int) -> None:
        for n in range(pages):
            event = fetched(page, Content.HTML, f"https://harbour.example/{n}")
            value = event.model_dump_json().encode()
            await cleaner.work.handle([Received(value, datetime.now(UTC), "articles.fetched.v1", 0, 0)])

    async with worker(CleanerSettings.load()) as cleaner:
        await work(PAGE, 50)
        assert read(generate_latest(metrics.REGISTRY).decode()) == (0, [])
        await work("<html><body><nav>Home</nav></body></html>", 20)
        hosts, (drift,) = read(generate_latest(metrics.REGISTRY).decode())
    assert (hosts, drift.host, drift.differences[0].last) == (1, "harbour.example", 0.0)
    assert "harbour.example cleans differently: " in caplog.text
    assert "lake states" not in caplog.text
    assert b"wiredesk_cleaner" not in generate_latest(metrics.REGISTRY)
