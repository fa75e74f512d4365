"""One article with all the furniture of a page, sent in at one end and looked for at the other."""

import asyncio
from contextlib import aclosing

import asyncpg

from wiredesk.client.client import Wiredesk
from wiredesk.client.settings import KafkaSettings
from wiredesk.contracts.events import ArticleEnriched, ArticleStored, StoreStatus

HEADLINE = "Chile Opens Its Largest Desert Observatory To Night Visitors"
ARTICLE = f"""Science

{HEADLINE}

CHILE-ASTRONOMY-OBSERVATORY-TOURISM
Photo by MARTINA HOLLOWAY/AFP via Getty Images

President Gabriel Boric opened the observatory on the Cerro Paranal plateau to the public on Monday, and the first \
forty visitors spent the night there under a sky without a single street lamp.

The European Southern Observatory said it would admit two groups a week until March 2027. Entry is free, but guests \
from Chile have to book three months ahead, and everybody must bring a coat, because the desert falls below zero.

"We built these mirrors with public money, and people have a right to look through them," the director told \
reporters. Tourism in the region brought in $85 million last year.


Real Time Analytics
"""


async def travels(bootstrap_servers: str, dsn: str) -> None:
    """Publish the article; check its receipt, the enriched event and the stored row."""
    kafka = KafkaSettings(bootstrap_servers=[bootstrap_servers])
    async with Wiredesk(kafka) as wire:
        submission = await wire.publish(text=ARTICLE, source="docker tier")
        receipt = (await wire.result(submission, timeout=180)).event
        assert isinstance(receipt, ArticleStored), receipt
        assert receipt.article_id == submission.article_id
        assert receipt.status is StoreStatus.INSERTED
        async with asyncio.timeout(60), aclosing(wire.enriched(group="docker-tier")) as articles:
            async for enriched in articles:
                if enriched.article_id == submission.article_id:
                    break
    check(enriched)
    database = await asyncpg.connect(dsn)
    try:
        rows = await database.fetch("SELECT * FROM articles WHERE article_id = $1", submission.article_id)
    finally:
        await database.close()
    assert [(row["headline"], row["text"]) for row in rows] == [(HEADLINE, enriched.text)]


def check(article: ArticleEnriched) -> None:
    """The furniture is known for what it is, and the story is tagged."""
    assert article.headline == HEADLINE
    assert article.article_section == "Science"
    assert article.text.startswith("President Gabriel Boric")
    assert article.text.rstrip().endswith("$85 million last year.")
    assert any("martina holloway" in line.casefold() for line in article.credits), article.credits
    names = {entity.name for entity in article.entities}
    assert "Chile" in names
    assert not any("holloway" in name.casefold() for name in names)
