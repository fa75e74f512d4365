"""Articles to search for, and short ways to store and find them."""

import uuid

from tests.integration.storage.records import enriched, keep, received
from wiredesk.contracts.events import Entity, Mention
from wiredesk_storage.search.asking import Filters


def article(headline, text="", language="en", **fields):
    """An article with `text`, which names nobody unless `names` are given: (name, type, ids, in_country)."""
    named = tuple(
        Entity(
            name=name,
            type=kind,
            ids=ids,
            in_country=country,
            mentions=(Mention(field="text", start=0, end=1, surface=(text or headline)[:1]),),
        )
        for name, kind, ids, country in fields.pop("names", ())
    )
    fields.setdefault("url", f"https://news.example/{uuid.uuid4()}")
    # Never a copy of another, unless it says the same.
    hashed = fields.pop("content_hash", uuid.uuid4().hex)
    body = text or headline
    return enriched(
        body if len(body) > 8 else f"{body} and no more",
        headline=headline,
        in_language=language,
        entities=named,
        content_hash=hashed,
        **fields,
    )


async def put(store, *events):
    answers = await keep([received(event) for event in events], store=store)
    assert [receipt.status.value for receipt in answers] == ["inserted"] * len(events)


async def found(archive, query="", filters=None, **how):
    return [hit.headline for hit in (await archive.search(query, filters or Filters(), **how)).hits]
