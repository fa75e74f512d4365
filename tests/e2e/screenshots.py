"""Makes the pictures of `docs/screenshots/` from the demo: python -m tests.e2e.screenshots FOLDER."""

import asyncio
import json
import sys
import tempfile
from pathlib import Path
from typing import Literal

from playwright.async_api import Browser

from tests.e2e.desk_system import NO_BROWSER, DeskSystem, chromium, demo_system, open_browser

# Name, width and height of the window, colours, page.
PICTURES: tuple[tuple[str, int, int, Literal["dark", "light"], str], ...] = (
    ("front", 1280, 860, "light", "front"),
    ("front-dark", 1280, 860, "dark", "front"),
    ("front-phone", 390, 800, "light", "front"),
    ("story", 1280, 860, "light", "story"),
    ("article", 1280, 860, "light", "article"),
    ("article-phone", 390, 800, "dark", "article"),
    ("entity", 1280, 860, "light", "entity"),
    ("search", 1280, 860, "light", "search"),
    ("revisions", 1280, 700, "light", "revisions"),
    ("subscriptions", 1280, 860, "light", "subscriptions"),
    ("pipeline", 1280, 700, "dark", "pipeline"),
)


async def addresses(system: DeskSystem) -> dict[str, str]:
    """Return the addresses of pages that the demo has something on, by name; it is subscribed to something besides.

    Raises:
        RuntimeError: the demo has no such thing.
    """

    async def first(*arguments: str) -> dict[str, str]:
        code, out, errors = await system.type(*arguments, "--json")
        if code:
            raise RuntimeError(errors)
        found: dict[str, str] = json.loads(out.splitlines()[0])
        return found

    story = await first("stories", "--days", "3650")
    corrected = await first("search", "argentina", "--host", "127.0.0.1")
    treaty = await first("search", "river treaty", "--host", "127.0.0.1")
    source = await first("sources", "list")
    await first("subscribe", "harbours", "ferry OR port", "--country", "PT", "--topic")
    await first("subscribe", "norwegian", "--entity", "Norway", "--no-copies", "--webhook", "https://example.org/hook")
    return {
        "front": "/?days=90&order=size",
        "story": f"/stories/{story['story_id']}",
        "article": f"/articles/{treaty['article_id']}",
        "revisions": f"/articles/{corrected['article_id']}/revisions",
        "journey": f"/articles/{treaty['article_id']}/journey",
        "names": "/entities?days=90",
        "entity": "/entities/Denmark?days=90",
        "search": "/search?q=river+treaty",
        "sources": "/sources",
        "source": f"/sources/{source['source_id']}",
        "subscriptions": "/subscriptions",
        "subscribing": "/subscriptions?q=river+treaty",
        "pipeline": "/pipeline",
        "letters": "/deadletters",
        "programs": "/api",
        "login": "/login",
    }


async def take(system: DeskSystem, browser: Browser, folder: Path) -> None:
    """Write every picture into `folder`."""
    places = await addresses(system)
    for name, width, height, colours, place in PICTURES:
        context = await browser.new_context(
            viewport={"width": width, "height": height}, color_scheme=colours, base_url=system.address
        )
        page = await context.new_page()
        await page.goto(places[place])
        await page.evaluate("document.fonts.ready")
        await page.screenshot(path=folder / f"{name}.png")
        await context.close()
        sys.stdout.write(f"{folder / name}.png\n")


async def _main(folder: Path) -> None:
    with tempfile.TemporaryDirectory() as newsroom:
        async with demo_system(Path(newsroom)) as system, open_browser() as browser:
            await take(system, browser, folder)


if __name__ == "__main__":
    if chromium() is None:
        sys.exit(f"{NO_BROWSER} install one, such as Debian's: apt-get install chromium")
    Path(sys.argv[1]).mkdir(parents=True, exist_ok=True)
    asyncio.run(_main(Path(sys.argv[1])))
