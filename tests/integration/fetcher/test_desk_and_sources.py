"""What the desk reads and says of sources in a real database."""

from datetime import UTC, datetime, timedelta

import asyncpg
import pytest

from wiredesk.contracts.errors import InfrastructureError
from wiredesk_desk.commands import collection
from wiredesk_desk.config import CONTACT, DSN, SERVERS, system
from wiredesk_desk.running import Exit, Problem
from wiredesk_desk.sources import commands, contact
from wiredesk_desk.sources.adding import candidates
from wiredesk_fetcher.sources.health import Health, after
from wiredesk_fetcher.sources.polled import Poll, Saw
from wiredesk_fetcher.sources.source import Source, source_id

pytestmark = pytest.mark.broker

NOW = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
LATER = NOW + timedelta(days=1)


@pytest.fixture(autouse=True)
def _surroundings(options, monkeypatch, tmp_path):
    """A folder in which nothing runs, and a database that the environment names."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv(CONTACT, raising=False)
    monkeypatch.delenv("WIREDESK_LANE", raising=False)
    monkeypatch.setenv(SERVERS, "127.0.0.1:1")
    monkeypatch.setenv(DSN, options.dsn.get_secret_value())


async def added(store, title, reason=""):
    """Return a source that is new, or that was blocked for `reason` and is looked at in a day."""
    url = f"https://{title}.example/feed"
    one = Source(source_id(url), url, title, "rss", "", {}, NOW)
    await store.add(one)
    if reason:
        health = after(Health(), Poll(NOW, Saw.BLOCKED, reason))
        await store._set(one, health, LATER, "blocked: looked at once a day")
    return one


async def titles():
    found = await collection.read(await system())
    assert isinstance(found, list), found
    return [one.title for one in found]


async def test_status_reads_the_sources_and_makes_no_tables_for_it(store, options):
    await added(store, "delta")
    await added(store, "mill")
    assert await titles() == ["delta", "mill"]
    connection = await asyncpg.connect(options.dsn.get_secret_value())
    await connection.execute("drop schema wiredesk_fetcher cascade")
    assert await titles() == []
    assert await connection.fetchval("select to_regnamespace('wiredesk_fetcher')") is None
    await connection.close()


async def test_tables_and_rows_of_another_release_are_one_line(store, options):
    await added(store, "delta")
    connection = await asyncpg.connect(options.dsn.get_secret_value())
    await connection.execute("""update wiredesk_fetcher.sources set health = '{"state": 5}'""")
    assert "another release" in str(await collection.read(await system()))
    await connection.execute("alter table wiredesk_fetcher.sources drop column listed")
    assert "UndefinedColumnError" in str(await collection.read(await system()))
    await connection.close()


async def test_those_that_waited_for_a_contact_are_polled_when_there_is_one_and_no_others(store, monkeypatch, capsys):
    for title, reason in {"waits": "no_contact", "robots": "robots", "fresh": ""}.items():
        await added(store, title, reason)

    class Running:
        async def status(self):
            return {"contact": "desk@harbour.example"}

        async def restart(self, service):
            assert service == "fetcher"
            # Polled before, it would only be refused again.
            assert {one.title: one.next_poll for one in await store.all()}["waits"] == LATER

    async def found():
        return Running()

    monkeypatch.setattr(contact, "local_control", found)
    assert await contact.keep("desk@harbour.example") is Exit.OK
    due = {one.title: one.next_poll for one in await store.all()}
    assert due["robots"] == LATER
    assert abs(datetime.now(UTC) - due["waits"]) < timedelta(minutes=1)
    assert "polled now: 1 that had waited" in capsys.readouterr().err


async def test_before_there_is_a_contact_adding_asks_nobody_and_names_the_command(store):
    with pytest.raises(Problem, match="whom sites may write to") as caught:
        await candidates("http://93.184.216.34/", store, sure=True, as_json=True)
    assert (caught.value.todo, caught.value.code) == ("wiredesk sources contact you@example.org", Exit.CONFIGURATION)


async def test_with_a_contact_of_the_folder_adding_goes_on_to_ask(store, monkeypatch):
    await contact.keep("desk@harbour.example")
    asked = []

    async def probe(crawler, url, tell):
        asked.append((url, crawler._options.contact))
        return (), ()

    monkeypatch.setattr("wiredesk_desk.sources.adding.probe", probe)
    with pytest.raises(Problem, match="no feed or sitemap"):
        await candidates("https://harbour.example/", store, sure=True, as_json=True)
    assert asked == [("https://harbour.example/", "desk@harbour.example")]


async def test_a_list_that_is_imported_where_no_contact_is_known_says_what_is_missing(
    store, monkeypatch, tmp_path, capsys
):
    listed = tmp_path / "feeds.opml"
    listed.write_text(
        '<opml version="2.0"><body><outline type="rss" text="Delta" xmlUrl="https://delta.example/f"/></body></opml>'
    )
    told = {"contact": ""}

    class Running:
        async def status(self):
            return told

    async def found():
        return Running()

    monkeypatch.setattr(commands, "local_control", found)
    wishes = commands.Wishes({})
    await commands.import_list(listed, wishes, as_json=True)
    assert "wiredesk sources contact you@example.org" in capsys.readouterr().err
    await store.remove(source_id("https://delta.example/f"))
    told["contact"] = "desk@harbour.example"
    await commands.import_list(listed, wishes, as_json=True)
    assert "contact" not in capsys.readouterr().err


async def test_a_database_that_is_away_is_an_outage_to_the_verbs_of_sources(monkeypatch):
    monkeypatch.setenv(DSN, "postgresql://desk:hunter2@127.0.0.1:1/news")
    with pytest.raises(InfrastructureError) as caught:
        await commands.list_sources(as_json=True)
    assert "hunter2" not in str(caught.value)
