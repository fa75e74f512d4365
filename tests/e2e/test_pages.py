"""What a person sees: the desk's pages in a browser, on a system with the demo in it."""

import json
import re

import pytest
from axe_playwright_python.async_playwright import Axe
from playwright.async_api import expect

from tests.e2e import hostile
from tests.e2e.screenshots import addresses

pytestmark = [pytest.mark.broker, pytest.mark.timeout(400)]

PATIENCE = 30_000
expect.set_options(timeout=PATIENCE)
PHONE, DESKTOP = {"width": 360, "height": 740}, {"width": 1280, "height": 900}


@pytest.fixture
async def look(browser, desk):
    """Open pages of the desk; whatever a page complains of, or asks of anybody else, fails the test."""
    contexts, complaints = [], []

    async def at(path, *, viewport=DESKTOP, **options):
        context = await browser.new_context(viewport=viewport, base_url=desk.address, **options)
        context.set_default_timeout(PATIENCE)
        contexts.append(context)
        page = await context.new_page()
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on("dialog", lambda dialog: complaints.append(f"a dialog: {dialog.message}"))
        page.on("console", lambda said: complaints.append(said.text) if _is_complaint(said) else None)
        page.on("request", lambda one: complaints.extend(_elsewhere(one.url, desk.address)))
        await page.goto(path)
        return page

    yield at
    for context in contexts:
        await context.close()
    assert complaints == []


def _elsewhere(url, address):
    return [] if url.startswith((f"{address}/", "data:")) else [url]


def _is_complaint(said):
    # A desk that is started anew breaks the connections that are open.
    return said.type == "error" and not re.search(r"net::ERR_(CONNECTION|INCOMPLETE|NETWORK|EMPTY)", said.text)


@pytest.fixture(scope="module")
async def places(desk):
    """Addresses of pages that the demo has something on."""
    return await addresses(desk)


async def test_no_page_has_a_serious_barrier(look, places):
    barriers = {}
    for name, path in places.items():
        # Colours are the only thing that differs in the dark.
        for scheme in ("light", "dark") if name in ("front", "article", "subscribing", "pipeline") else ("light",):
            page = await look(path, color_scheme=scheme)
            found = await Axe().run(page)
            serious = [one["id"] for one in found.response["violations"] if one["impact"] in ("serious", "critical")]
            if serious:
                barriers[name, scheme] = serious
    assert barriers == {}


async def test_no_page_is_wider_than_a_phone(look, places):
    page = await look("/", viewport=PHONE)
    wider = {}
    for name, path in places.items():
        await page.goto(path)
        wide = await page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        if wide > 0:
            wider[name] = wide
    assert wider == {}


async def test_a_new_article_appears_on_the_front_page_without_a_reload(look, desk):
    page = await look("/")
    await expect(page.locator("#live .says")).to_have_text("live")
    await page.evaluate("window.stayed = true")
    (desk.folder / "new.txt").write_text(
        "Lighthouse of Port Ellery Lit Again After Nine Dark Years\n\n"
        "The lighthouse of Port Ellery was lit again on Tuesday, the harbour board of Port Ellery said.\n\n"
        "Maren Tolvik, who kept it until 2017, pressed the switch. About 300 people stood on the pier."
    )
    code, _, errors = await desk.type("publish", "new.txt")
    assert code == 0, errors
    await expect(page.locator("#now")).to_contain_text("Lighthouse of Port Ellery Lit Again")
    assert await page.evaluate("window.stayed")


async def test_an_article_shows_its_names_and_on_demand_what_was_set_aside(look, places):
    page = await look(places["article"])
    furniture = page.locator(".furniture").first
    await expect(furniture).to_be_hidden()
    await page.get_by_label("Show what was set aside").check()
    await expect(furniture).to_be_visible()
    assert await furniture.locator(".rule").inner_text()
    name = page.locator(".text .mark", has_text="UNECE").first
    await name.hover()
    lit = page.locator(".text .mark.lit")
    assert await lit.count() >= 2
    assert "ORG" in await name.get_attribute("title")
    await name.click()
    await expect(page.locator("h1")).to_contain_text("United Nations Economic Commission for Europe")


async def test_a_story_has_its_articles_in_order_and_folds_copies(look, places):
    page = await look(places["story"])
    times = await page.locator(".telling .at").all_inner_texts()
    assert times == sorted(times)
    assert len(times) >= 2


async def test_a_correction_is_shown_word_by_word(look, places):
    page = await look(places["revisions"])
    assert "1902" in " ".join(await page.locator("del").all_inner_texts())
    assert "1905" in " ".join(await page.locator("ins").all_inner_texts())


async def test_the_way_of_an_article_is_told_stage_by_stage(look, places):
    page = await look(places["journey"])
    stages = [text.split()[0] for text in await page.locator("tbody tr td:first-child").all_inner_texts()]
    assert stages[:5] == ["submitted", "fetched", "cleaned", "enriched", "stored"]


async def test_a_search_is_narrowed_by_a_facet_and_the_filter_taken_away_again(look):
    page = await look("/search?q=water")
    everything = await page.locator(".hit").count()
    await page.locator(".facet a", has_text="World").first.click()
    await expect(page).to_have_url(re.compile(r"section=World"))
    assert 0 < await page.locator(".hit").count() <= everything
    await page.locator(".remove").click()
    await expect(page.locator(".hit")).to_have_count(everything)


async def test_everything_but_what_is_live_is_there_without_scripts(look, places):
    for name in ("front", "story", "article", "search", "entity", "pipeline"):
        page = await look(places[name], java_script_enabled=False)
        assert len((await page.locator("main").inner_text()).split()) > 20, name
    page = await look("/", java_script_enabled=False)
    await page.locator(".find input").fill("lighthouse OR treaty")
    await page.locator(".find input").press("Enter")
    await expect(page.locator(".hit mark").first).to_be_visible()


async def test_a_keyboard_is_enough(look):
    page = await look("/")
    await page.keyboard.press("Tab")
    await expect(page.locator(".skip")).to_be_focused()
    await page.keyboard.press("Enter")
    await expect(page.locator("main")).to_be_focused()
    await page.keyboard.press("/")
    await expect(page.locator(".find input")).to_be_focused()
    await page.keyboard.type("ferry")
    await page.keyboard.press("Enter")
    await expect(page.locator(".hit").first).to_be_visible()


async def test_a_source_is_paused_and_resumed_and_what_is_no_address_is_refused(look, places):
    page = await look(places["source"])
    await page.get_by_role("button", name="Pause").click()
    await expect(page.locator(".kicker .state")).to_have_text("paused")
    await page.get_by_role("button", name="Resume").click()
    await expect(page.get_by_role("button", name="Pause")).to_be_visible()


async def test_a_search_is_subscribed_to_and_let_go_by_keyboard_and_without_scripts(look):
    page = await look("/search?q=lighthouse+keeper", viewport=PHONE, java_script_enabled=False)
    await page.get_by_role("link", name="Subscribe to this search").press("Enter")
    await expect(page.get_by_label("Words")).to_have_value("lighthouse keeper")
    await expect(page.get_by_label("Name", exact=True)).to_have_value("lighthouse-keeper")
    await page.get_by_label("Also posted to this address").fill("http://127.0.0.1:9/hook")
    await page.get_by_label("Also posted to this address").press("Enter")
    await expect(page.get_by_role("status").locator("pre")).to_contain_text("whsec_")
    mine = page.locator("#of-lighthouse-keeper")
    await expect(mine).to_contain_text("“lighthouse keeper”")
    await page.goto("/subscriptions")
    assert "whsec_" not in (await page.content()).replace('placeholder="whsec_', "")
    await mine.get_by_role("button", name="Pause").press("Enter")
    await expect(mine.locator(".state")).to_have_text("paused")
    await mine.locator("summary").press("Enter")
    await mine.get_by_role("button", name="Remove it for good").press("Enter")
    await expect(mine).to_have_count(0)


async def test_a_dead_letter_is_looked_at_tried_and_left_dead(look, desk):
    from aiokafka import AIOKafkaProducer  # noqa: PLC0415 - this test alone breaks something

    state = json.loads((desk.folder / ".wiredesk" / "state.json").read_text())
    async with AIOKafkaProducer(bootstrap_servers=state["bootstrap_servers"]) as producer:
        await producer.send_and_wait("articles.fetched.v1", b'{"broken": "<script>alert(1)</script>"', key=b"broken")
    page = await look("/pipeline")
    await expect(page.locator(".tile", has_text="dead letters open").locator("strong")).to_have_text("1")
    await page.get_by_role("link", name="dead letters open").click()
    await page.get_by_role("link", name="the youngest").click()
    await expect(page.locator("pre")).to_contain_text("<script>alert(1)</script>")
    await page.get_by_role("button", name="Would it pass now?").click()
    await expect(page.locator(".notice")).to_contain_text("It would not pass")
    await page.get_by_label("Why it is discarded").fill("it was never JSON")
    await page.get_by_role("button", name="Leave it dead").click()
    await expect(page.locator(".kicker")).to_contain_text("discarded")


async def test_when_the_connection_breaks_the_page_says_so_and_finds_back(look, desk):
    page = await look("/")
    await expect(page.locator("#live .says")).to_have_text("live")
    code, _, errors = await desk.type("restart", "desk")
    assert code == 0, errors
    await expect(page.locator("#live .says")).to_have_text("live")
    (desk.folder / "after.txt").write_text(
        "Orchard Council of Vellmark Plants 4,000 Pear Trees\n\n"
        "The orchard council of Vellmark planted 4,000 pear trees on Monday, its chair Edda Quill said.\n\n"
        "The trees stand along the old canal, where barges once carried clay to Halden."
    )
    code, _, errors = await desk.type("publish", "after.txt")
    assert code == 0, errors
    await expect(page.locator("#now")).to_contain_text("Orchard Council of Vellmark")


async def test_an_article_that_attacks_its_readers_comes_to_nothing(look, desk):
    ids = []
    for name, headline in (("evil", ""), ("huge", hostile.MEGABYTE)):
        (desk.folder / f"{name}.html").write_text(hostile.page(headline=headline))
        code, out, errors = await desk.type("publish", f"{name}.html")
        assert code == 0, errors
        ids.append(json.loads(out)["article_id"])
    articles = [f"/articles/{article_id}" for article_id in ids]
    for path in (*articles, f"{articles[0]}/journey", f"/search?q={hostile.MARKER}", "/", "/entities?days=1"):
        page = await look(path)
        # Whatever came alive would find no `attack`, and its error is a complaint.
        assert not set("\x07\x1b\u202e\u2066") & set(await page.content()), path
        assert len(await page.locator("main").inner_text()) < 400_000, path
        assert await page.evaluate("document.documentElement.scrollWidth <= innerWidth"), path
    page = await look(articles[0])
    assert "<script>attack(16)</script>" in await page.locator(".text").inner_text()
    assert await page.locator("main :is(script, iframe, img, form, style, svg[onload])").count() == 0
