"""Pages of articles, made here: sentences of the demo's invented news in another order each time. Pure and seeded."""

import json
import random
import re
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from functools import cache

from wiredesk.contracts.events import ZoneKind
from wiredesk_local.demo.article import Article, load_articles
from wiredesk_local.demo.pages import Layout, article_page

_PARAGRAPHS, _SENTENCES = 9, 3
_HOSTS = 40
_OLDEST = datetime(2016, 1, 4, 6, tzinfo=UTC)
_SENTENCE = re.compile(r"(?<=[.!?])\s+(?=[A-Z\"])")


def page(number: int, kind: str) -> tuple[str, str]:
    """Return the URL and the HTML of article `number` of a `kind`; each has another text."""
    rng = random.Random(f"{kind} {number}")  # noqa: S311 - for variety, not for secrets
    stories = load_articles()
    told = rng.choice(stories)
    drawn = rng.sample(sentences(), _PARAGRAPHS * _SENTENCES)
    blocks = tuple((ZoneKind.BODY, " ".join(drawn[at : at + _SENTENCES])) for at in range(0, len(drawn), _SENTENCES))
    words = rng.choice(stories).headline.split()
    article = told.model_copy(
        update={
            "slug": f"{kind}-{number}",
            "headline": f"{told.headline}: {' '.join(words[:4])} {number}",
            "date_published": _OLDEST + timedelta(minutes=37 * number),
            "blocks": blocks,
            "revision": None,
        }
    )
    url = f"https://{kind}{number % _HOSTS}.example/{article.section.lower()}/{article.slug}.html"
    return url, article_page(article, rng.choice(list(Layout)), url=url, related=_related(rng, stories))


def lines(count: int, kind: str) -> Iterator[str]:
    """Yield `count` articles as `wiredesk backfill` reads them: a submission as JSON, one a line."""
    for number in range(count):
        url, html = page(number, kind)
        got = _OLDEST + timedelta(minutes=37 * number, hours=1)
        yield json.dumps({"url": url, "html": html, "fetched_at": got.isoformat()}) + "\n"


@cache
def sentences() -> Sequence[str]:
    """Return the sentences of the demo's stories."""
    texts = [text for story in load_articles() for kind, text in story.blocks if kind is ZoneKind.BODY]
    return [sentence for text in texts for sentence in _SENTENCE.split(text)]


def _related(rng: random.Random, stories: Sequence[Article]) -> Sequence[Article]:
    return rng.sample(stories, 3)
