"""The page of the subscriptions: made by a form, looked at, paused, removed; without a script."""

import re
from html import unescape
from typing import Any
from urllib.parse import urlencode

import pytest

from tests.e2e.hostile import ACTING, CONTROLS, PAYLOADS
from tests.integration.desk.web.server import Answer, Server, serving
from tests.integration.storage.records import enriched
from tests.wires import eventually
from wiredesk.client import admin
from wiredesk.client.settings import KafkaSettings
from wiredesk.contracts.topics import Lane
from wiredesk_desk.feed_topics import feed_topic
from wiredesk_desk.tokens import keeping
from wiredesk_desk.tokens.keeping import Scope
from wiredesk_desk.web.subscriptions import running
from wiredesk_storage.settings import StorageOptions

pytestmark = pytest.mark.broker
PAGE = "/subscriptions"
SECRET = re.compile(r"whsec_[A-Za-z0-9+/=]{44}")


@pytest.fixture(autouse=True)
def _hurry(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(running, "_LOOK_SECONDS", 0.1)


async def sent(server: Server, path: str = PAGE, *, headers: dict[str, str] | None = None, **form: str) -> Answer:
    """Send a form as a browser does from a page of the desk."""
    given = {"content-type": "application/x-www-form-urlencoded", "origin": server.address, "accept": "text/html"}
    return await server.ask("POST", path, data=urlencode(form), headers={**given, **(headers or {})})


async def shown(server: Server, path: str = PAGE) -> str:
    answer = await server.ask("GET", path, headers={"accept": "text/html"})
    assert answer.status == 200, answer.text
    return unescape(answer.text)


async def test_where_there_is_none_the_page_says_the_next_command(desk_server: Server):
    text = await shown(desk_server)
    assert "wiredesk subscribe ferries" in text
    assert '<details id="new" class="narrow" open>' in text
    assert await desk_server.get(f"{PAGE}.json") == {"subscriptions": []}


async def test_what_the_form_says_is_kept_and_shown_in_words(desk_server: Server, kafka: KafkaSettings, lane: Lane):
    answer = await sent(
        desk_server, name="ferries", q="ferry -train", entity="Denmark", type="GPE", copies="false", topic="yes"
    )
    assert (answer.status, answer.headers["location"]) == (303, f"{PAGE}#of-ferries")
    (kept,) = (await desk_server.get(f"{PAGE}.json"))["subscriptions"]
    assert kept["question"] == {"q": "ferry -train", "entity": "Denmark", "type": "GPE", "copies": "false"}
    text = await shown(desk_server)
    topic = lane.topic(feed_topic("feeds.ferries.v1"))
    for said in ("“ferry -train”, naming Denmark (GPE), without copies", 'href="/feeds/ferries"', topic, "none yet"):
        assert said in text
    async with admin.connect(kafka) as client:
        assert topic in await client.list_topics()


async def test_the_secret_of_a_webhook_is_shown_once_and_kept_by_nobody_on_the_way(desk_server: Server):
    answer = await sent(desk_server, name="ferries", webhook="http://127.0.0.1:9/hook")
    assert answer.status == 200
    assert answer.headers["cache-control"] == "no-store"
    (secret,) = SECRET.findall(unescape(answer.text))
    for path in (PAGE, f"{PAGE}.json", "/v1/subscriptions", "/v1/subscriptions/ferries"):
        again = await desk_server.ask("GET", path)
        assert secret not in unescape(again.text), path


async def test_a_secret_of_ones_own_is_taken(desk_server: Server):
    own = "whsec_" + "A" * 43 + "="
    answer = await sent(desk_server, name="ferries", webhook="http://127.0.0.1:9/hook", secret=own)
    assert own in unescape(answer.text)
    found = await desk_server.desk.subscriptions.one("ferries")
    assert found is not None
    assert found.secret == own


@pytest.mark.parametrize(
    ("form", "said"),
    [
        ({"name": "Ferries & Trains"}, "is no name for a subscription"),
        ({"name": ""}, "is no name for a subscription"),
        ({"name": "taken"}, "there is a subscription taken already"),
        ({"name": "ferries", "country": "Norway"}, "country"),
        ({"name": "ferries", "webhook": "ftp://example.org/"}, "a webhook is an http or https address"),
        ({"name": "ferries", "webhook": "http://a.example/", "secret": "short"}, "a secret is whsec_ and base64"),
        ({"name": "ferries", "q": "a\0b"}, "q"),
    ],
    ids=["name", "no-name", "taken", "country", "webhook", "secret", "nul"],
)
async def test_what_is_refused_says_why_and_keeps_what_was_typed(desk_server: Server, form: dict[str, str], said: str):
    await desk_server.post("/v1/subscriptions", {"name": "taken"}, status=201)
    answer = await sent(desk_server, PAGE, headers=None, section="world <b>", topic="yes", **form)
    text = unescape(answer.text)
    assert answer.status == 422, text
    assert re.search(rf'role="alert">[^<]*{said}', text), text
    assert 'value="world <b>"' in text
    assert [one["name"] for one in (await desk_server.get(f"{PAGE}.json"))["subscriptions"]] == ["taken"]


async def test_a_question_that_attacks_who_looks_at_it_is_text(desk_server: Server):
    question = {"q": f"{PAYLOADS[1]}{CONTROLS}\x9b", "entity": PAYLOADS[12], "section": PAYLOADS[13]}
    await desk_server.post("/v1/subscriptions", {"name": "content", "question": question}, status=201)
    for path in (PAGE, f"{PAGE}?{urlencode(question)}"):
        answer = await desk_server.ask("GET", path, headers={"accept": "text/html"})
        assert not ACTING.search(answer.text), path
        assert "<img" not in answer.text
        assert "<svg" not in answer.text
        assert answer.text.count('id="content"') == 1, "no name of a subscription is that of a part of the page"
        assert "attack(2)" in answer.text


async def test_a_name_that_is_taken_makes_no_topic(desk_server: Server, kafka: KafkaSettings, lane: Lane):
    await sent(desk_server, name="ferries")
    assert (await sent(desk_server, name="ferries", topic="yes")).status == 422
    async with admin.connect(kafka) as client:
        assert lane.topic(feed_topic("feeds.ferries.v1")) not in await client.list_topics()


async def test_a_search_fills_the_form(desk_server: Server):
    asked = "q=river+treaty&section=World&copies=False&sort=date&from=7d"
    text = await shown(desk_server, f"/search?{asked}")
    (link,) = re.findall(r'href="(/subscriptions\?[^"]*)"', text)
    assert link == "/subscriptions?q=river+treaty&section=World&copies=False#new"
    form = await shown(desk_server, link)
    assert 'name="name" maxlength="63" value="river-treaty-world"' in form
    assert re.search(r'name="q"[^>]*value="river treaty"', form)
    assert re.search(r'name="copies" value="false" checked', form)
    assert "/subscriptions?" not in await shown(desk_server, "/search?sort=date&from=7d")


async def test_one_is_paused_resumed_and_removed(desk_server: Server):
    await sent(desk_server, name="ferries")
    for action, is_paused, button in (("pause", True, "Resume"), ("resume", False, "Pause")):
        answer = await sent(desk_server, f"{PAGE}/ferries/{action}")
        assert (answer.status, answer.headers["location"]) == (303, f"{PAGE}#of-ferries")
        (one,) = (await desk_server.get(f"{PAGE}.json"))["subscriptions"]
        assert one["paused"] is is_paused
        assert f"<button>{button}" in await shown(desk_server)
    assert (await sent(desk_server, f"{PAGE}/ferries/retry")).status == 303
    assert (await sent(desk_server, f"{PAGE}/ferries/explode")).status == 404
    assert (await sent(desk_server, f"{PAGE}/ferries/remove")).headers["location"] == PAGE
    assert (await desk_server.get(f"{PAGE}.json"))["subscriptions"] == []
    for action in ("pause", "remove"):
        assert (await sent(desk_server, f"{PAGE}/ferries/{action}")).status == 404


async def test_the_page_tells_what_was_delivered_when_and_what_failed_and_why(desk_server: Server, tell: Any):
    await sent(desk_server, name="taken", topic="yes")
    await sent(desk_server, name="refused", webhook="http://127.0.0.1:9/hook")
    await tell(enriched())

    async def are_told() -> bool:
        every = {one["name"]: one for one in (await desk_server.get(f"{PAGE}.json"))["subscriptions"]}
        return bool(every["taken"]["last_delivery"] and every["taken"]["behind"] == 0 and every["refused"]["error"])

    await eventually(are_told)
    text = await shown(desk_server)
    for said in ("its webhook fails", "The webhook: ", "1 message", "just now", "at the newest receipt"):
        assert said in text
    (refused,) = [one for one in await desk_server.desk.subscriptions.every() if one.name == "refused"]
    assert refused.last_delivery is None


async def test_a_form_of_another_site_and_a_token_that_only_reads_change_nothing(
    options: StorageOptions, kafka: KafkaSettings, lane: Lane
):
    async with serving(options, kafka, lane, host="0.0.0.0") as server:
        token = await keeping.add(server.desk.pool, "ada", Scope.READ, None)
        reads = {"cookie": f"wiredesk_token={token}"}
        assert (await sent(server, name="ferries", headers=reads)).status == 403
        token = await keeping.add(server.desk.pool, "bo", Scope.WRITE, None)
        writes = {"cookie": f"wiredesk_token={token}"}
        assert (await sent(server, name="ferries", headers={**writes, "origin": "https://evil.example"})).status == 403
        assert await server.desk.subscriptions.every() == []
        assert (await sent(server, name="ferries", headers=writes)).status == 303


async def test_while_kafka_is_away_the_page_is_shown_and_what_was_typed_stays(archive_server: Server):
    answer = await sent(archive_server, name="ferries", q="ferry")
    assert answer.status == 503
    assert re.search(r'name="q"[^>]*value="ferry"', answer.text)
    assert "wiredesk doctor" in answer.text
