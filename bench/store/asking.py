"""How long searches of the stored articles take, by the kind of filter, and which indexes answer them."""

import json
import random
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, cast

from bench.store.database import processor
from bench.store.generator import HOSTS, LANGUAGES, NEWEST, SECTIONS, Named, Zipf, names, query, vocabulary
from wiredesk.postgres.connections import Connections
from wiredesk_storage.archive import Archive
from wiredesk_storage.search.asking import Filters, Order

_DAYS = 7
# Of the 12,000 words of a language, without its stop words: those that most articles have, and those that fewest have.
_COMMON, _RARE = 20, 3_000
# As the generator names them: the first most often.
_NAME_LAW = Zipf(len(names()), flatter=8)
_HOST_LAW = Zipf(HOSTS, flatter=4)

Ask = Callable[[Archive], Awaitable[Any]]


@dataclass(slots=True)
class Asked:
    """One kind of question: milliseconds of each, and what PostgreSQL did in the plans that were looked at."""

    kind: str
    milliseconds: list[float] = field(default_factory=list)
    server_cpu: float = 0.0
    """milliseconds of the server's processor for all of them"""
    indexes: set[str] = field(default_factory=set)
    """of `articles`, by which it was read"""
    scanned: bool = False
    """whether `articles` was ever read from end to end"""
    blocks: int = 0
    """of 8 KiB, read by the statement that read most"""


def questions(rng: random.Random) -> Iterator[tuple[str, Ask]]:
    """Yield one question of each kind, drawn anew each time it is called."""
    words = query(rng)

    def search(text: str, order: Order = Order.RELEVANCE, **filters: Any) -> Ask:
        return lambda archive: archive.search(text, Filters(**filters), order=order)

    named, linked, place = (
        _named(rng),
        _named(rng, lambda one: bool(one.ids)),
        _named(rng, lambda one: one.type == "GPE"),
    )
    language = rng.choice(list(LANGUAGES))
    host = f"paper{_HOST_LAW.draw(rng, 1)[0]}.example"
    scheme, value = next(iter(linked.ids.items()))
    yield "words", search(words)
    said = vocabulary("en")[len(LANGUAGES["en"][1].split()) :]
    common, rare = rng.choice(said[:_COMMON]), rng.choice(said[-_RARE:])
    yield "a common word", search(common)
    yield "a rare word", search(rare)
    yield "a phrase of common words", search(f'"{common} {rng.choice(said[:_COMMON])}"')
    yield "words, by date", search(words, Order.DATE)
    yield "words and language", search(query(rng, language), language=language)
    yield "words and entity", search(words, entity=named.name)
    yield "entity", search("", entity=named.name)
    yield "entity by id", search("", entity=f"{scheme}:{value}")
    yield "entity and its type", search("", entity=named.name, entity_type=named.type)
    yield "words and country", search(words, country=place.in_country or rng.choice(("US", "NO")))
    yield "words and host", search(words, host=host)
    yield "host", search("", host=host)
    yield "words and section", search(words, section=rng.choice(SECTIONS))
    yield "words and source", search(words, source=f"feed {rng.randrange(40)}")
    yield "words and quality", search(words, quality=rng.choice(("partial", "poor")))
    yield "words and seven days", search(words, since=NEWEST - timedelta(days=_DAYS), until=NEWEST)
    yield "seven days", search("", since=NEWEST - timedelta(days=_DAYS), until=NEWEST)
    yield "words without copies", search(words, without_copies=True)
    yield "all without copies", search("", without_copies=True)
    yield "facets", lambda archive: archive.facets(words)
    yield ENTITY_PAGE, lambda archive: archive.entity(named.name, until=NEWEST)
    yield TOP_ENTITIES, lambda archive: archive.top_entities(until=NEWEST)


ENTITY_PAGE, TOP_ENTITIES = "entity page, 30 days", "top entities, 7 days"


def _named(rng: random.Random, is_wanted: Callable[[Named], bool] = lambda _: True) -> Named:
    while True:
        if is_wanted(one := names()[_NAME_LAW.draw(rng, 1)[0]]):
            return one


async def ask(pool: Connections, rounds: int, explained: int, seed: int = 1) -> list[Asked]:
    """Ask each kind of question `rounds` times, all kinds in turn, and look at the plans of the first `explained`."""
    rng = random.Random(seed)  # noqa: S311 - for variety, not for secrets
    found: dict[str, Asked] = {}
    archive = Archive(pool)
    # The first of a connection reads the catalogue.
    for _, question in questions(random.Random(0)):  # noqa: S311 - as above
        await question(archive)
    server = await processor(pool)
    for number in range(rounds):
        for kind, question in questions(rng):
            asked = found.setdefault(kind, Asked(kind))
            theirs, begun = server(), time.perf_counter()
            await question(archive)
            asked.milliseconds.append(1_000 * (time.perf_counter() - begun))
            asked.server_cpu += 1_000 * (server() - theirs)
            if number < explained:
                await question(Archive(cast("Connections", _Explaining(pool, asked))))
    return list(found.values())


class _Explaining:
    """A pool of connections over which each statement that is fetched is explained as it was executed, too."""

    def __init__(self, pool: Connections, asked: Asked) -> None:
        self._pool = pool
        self._asked = asked
        self._connection: Any = None

    @asynccontextmanager
    async def acquire(self) -> AsyncIterator["_Explaining"]:
        async with self._pool.acquire() as self._connection:
            yield self

    def transaction(self, **how: Any) -> Any:
        return self._connection.transaction(**how)

    async def execute(self, statement: str) -> None:
        await self._connection.execute(statement)

    async def fetch(self, statement: str, *values: Any) -> Any:
        plan = await self._connection.fetchval(f"explain (analyze, buffers, format json) {statement}", *values)
        note(json.loads(plan)[0]["Plan"], self._asked)
        return await self._connection.fetch(statement, *values)


def note(plan: Mapping[str, Any], asked: Asked) -> None:
    """Note what a plan (of `explain`, as JSON) says of the table `articles`."""
    asked.blocks = max(asked.blocks, plan["Shared Hit Blocks"] + plan["Shared Read Blocks"])
    for node in _nodes(plan):
        if node["Node Type"] == "Seq Scan" and node["Relation Name"] == "articles":
            asked.scanned = True
        if (index := node.get("Index Name", "")).startswith("articles_"):
            asked.indexes.add(index)


def _nodes(plan: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    yield plan
    for below in plan.get("Plans", ()):
        yield from _nodes(below)
