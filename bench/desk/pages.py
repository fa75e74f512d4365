"""How long the desk's pages take: one reader who asks each kind in turn, anew each time, and what a browser paints."""

import json
import random
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from importlib.util import find_spec
from shutil import which
from urllib.parse import quote

import aiohttp

from bench.desk.system import System
from bench.store.generator import HOSTS, LANGUAGES, Zipf, names, query
from bench.store.writing import BenchError

FRONT, STORY, ARTICLE, ENTITY, SEARCH = "front", "story", "article", "entity", "search"
# What people open: these are held to the target.
PAGES = (FRONT, STORY, ARTICLE, ENTITY, SEARCH)
_NAME_LAW, _HOST_LAW = Zipf(len(names()), flatter=8), Zipf(HOSTS, flatter=4)
_DRAWN = 2_000
_STORIES = "select story_id as id from stories where articles > 1 order by random() limit $1"
_ARTICLES = "select article_id as id from articles order by random() limit $1"
# What the browser takes on this machine where there is nothing to fetch and hardly anything to draw.
EMPTY = "an empty page"
_EMPTY = "data:text/html,<p>empty"
_BROWSERS = ("chromium", "chromium-browser", "google-chrome")
_PAINTED = """
() => new Promise(done => new PerformanceObserver(list => list.getEntries().forEach(
    one => one.name === 'first-contentful-paint' && done(one.startTime)
)).observe({type: 'paint', buffered: true}))
"""


@dataclass(slots=True)
class Answers:
    """Of one kind: milliseconds until the first byte of the body and until the last, and bytes as they were sent."""

    kind: str
    first: list[float] = field(default_factory=list)
    whole: list[float] = field(default_factory=list)
    sizes: list[int] = field(default_factory=list)


async def ask(system: System, rounds: int, seed: int = 1) -> list[Answers]:
    """Ask for each kind of page `rounds` times, all kinds in turn; what a browser would have kept is asked for anew.

    Raises:
        BenchError: an answer was not 200.
    """
    rng = random.Random(seed)  # noqa: S311 - for variety, not for secrets
    stories, articles = await _drawn(system)
    found: dict[str, Answers] = {}
    # As a browser asks: packed, and unpacked by it.
    headers = {"accept": "text/html", "accept-encoding": "gzip"}
    async with aiohttp.ClientSession(system.desk, headers=headers, auto_decompress=False) as session:
        for number in range(-1, rounds):
            for kind, path in _questions(rng, stories, articles):
                answer = await _answer(session, path)
                # The first of each reads templates and catalogues.
                if number < 0:
                    continue
                of = found.setdefault(kind, Answers(kind))
                for values, value in zip((of.first, of.whole, of.sizes), answer, strict=True):
                    values.append(value)  # type: ignore[attr-defined]
    return list(found.values())


async def paint(system: System, rounds: int) -> dict[str, list[float]]:
    """Return the milliseconds until a browser has painted something of each page, and of an empty one.

    Nothing where there is no browser.
    """
    browser_path = next(filter(None, map(which, _BROWSERS)), None)
    if browser_path is None or find_spec("playwright") is None:
        return {}
    from playwright.async_api import async_playwright  # noqa: PLC0415 - not everybody who measures has it

    rng = random.Random(2)  # noqa: S311 - as above
    stories, articles = await _drawn(system)
    found: dict[str, list[float]] = {kind: [] for kind in (*PAGES, EMPTY)}
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=browser_path, args=["--no-sandbox"])
        page = await browser.new_page()
        for number in range(-1, rounds):
            asked = {kind: system.desk.rstrip("/") + path for kind, path in _questions(rng, stories, articles)}
            for kind, address in {**asked, EMPTY: _EMPTY}.items():
                if kind in found:
                    await page.goto(address)
                    painted = await page.evaluate(_PAINTED)
                    if number >= 0:
                        found[kind].append(painted)
        await browser.close()
    return found


def _questions(rng: random.Random, stories: Sequence[str], articles: Sequence[str]) -> Iterator[tuple[str, str]]:
    name = quote(names()[_NAME_LAW.draw(rng, 1)[0]].name)
    words = quote(query(rng))
    host = f"paper{_HOST_LAW.draw(rng, 1)[0]}.example"
    yield FRONT, "/"
    yield "front, one language", f"/?language={rng.choice(list(LANGUAGES))}"
    yield STORY, f"/stories/{rng.choice(stories)}"
    yield ARTICLE, f"/articles/{rng.choice(articles)}"
    yield ENTITY, f"/entities/{name}"
    yield "entity, 366 days", f"/entities/{name}?days=366"
    yield SEARCH, f"/search?q={words}"
    yield "search, one outlet", f"/search?q={words}&host={host}"
    yield "most named", "/entities"
    yield "pipeline", "/pipeline"
    yield "API: a search", f"/v1/search?q={words}"
    yield "API: facets", f"/v1/search/facets?q={words}"
    yield "API: newest of an outlet", f"/v1/articles?host={host}"
    # Nothing is looked up for it: what the server and this reader take.
    yield "the style sheet", "/static/desk.css"


async def _answer(session: aiohttp.ClientSession, path: str) -> tuple[float, float, int]:
    begun = time.perf_counter()
    async with session.get(path) as answer:
        first = await answer.content.readany()
        at_first = time.perf_counter()
        rest = await answer.content.read()
        at_last = time.perf_counter()
        if answer.status != 200:
            raise BenchError(f"{path} was answered with {answer.status}: {json.dumps(str((first + rest)[:300]))}")
    return 1_000 * (at_first - begun), 1_000 * (at_last - begun), len(first) + len(rest)


async def _drawn(system: System) -> list[list[str]]:
    """Return ids of stories of several articles, and of articles."""
    return [[str(row["id"]) for row in await system.pool.fetch(one, _DRAWN)] for one in (_STORIES, _ARTICLES)]
