"""A story as a page of a news site: mark-up, structured data, pictures, teasers, scripts."""

import json
import random
from datetime import datetime
from html import escape

from bench.pipeline.corpus import furniture
from bench.pipeline.corpus.stories import Story, headlines, words_of

# Bytes of the median page, the spread of their logarithm, and the least and most of any.
MEDIAN_BYTES, SPREAD, LEAST_BYTES, MOST_BYTES = 200_000, 0.45, 80_000, 400_000
# After so many paragraphs there is something else: a prompt, an advertisement.
_INTERRUPTED = 4


def page(rng: random.Random, told: Story, url: str, host: str, at: datetime) -> str:
    """Return the page at `url` that tells `told`, published `at`; between `LEAST_BYTES` and about `MOST_BYTES`.

    A longer story makes a larger page.
    """
    words = words_of(told.language)
    article = _article(rng, told, at)
    wanted = min(max(int(rng.lognormvariate(0, SPREAD) * MEDIAN_BYTES), LEAST_BYTES), MOST_BYTES)
    code, visible = furniture.shares(max(0, wanted - len(article.encode())))
    navigation, footer = furniture.navigation(rng, words), furniture.footer(rng, words)
    cards: list[str] = []
    left = visible - len(navigation) - len(footer)
    # Headlines of a few others, as the teasers of a page repeat themselves.
    others = headlines(rng, told.language, 30)
    while left > 0:
        cards.append(furniture.teaser(rng, words, rng.choice(others)))
        left -= len(cards[-1].encode())
    blocks = list(furniture.code(rng, code * 3 // 4))
    middle, half = len(cards) // 3, len(blocks) // 2
    return "".join(
        [
            f'<!DOCTYPE html><html lang="{told.language}"><head>{_head(told, url, host, at)}',
            f"{''.join(blocks[:half])}</head>",
            f'<body class="article-page">{navigation}<aside class="rail">{"".join(cards[:middle])}</aside>',
            f'<main>{article}</main><section class="related">{"".join(cards[middle:])}</section>{footer}',
            f"{furniture.state(rng, code // 4, told.paragraphs)}{''.join(blocks[half:])}</body></html>",
        ]
    )


def _head(told: Story, url: str, host: str, at: datetime) -> str:
    stated = {
        "@context": "https://schema.org",
        "@type": "NewsArticle",
        "headline": told.headline,
        "datePublished": at.isoformat(),
        "author": [{"@type": "Person", "name": name} for name in told.authors],
        "publisher": {"@type": "Organization", "name": host.removeprefix("www.").partition(".")[0].title()},
        "mainEntityOfPage": url,
    }
    title = escape(told.headline, quote=True)
    return (
        f'<meta charset="utf-8"><title>{title} | {escape(host)}</title><link rel="canonical" href="{url}">'
        f'<meta name="description" content="{escape(told.paragraphs[0][:150], quote=True)}">'
        f'<meta property="og:type" content="article"><meta property="og:title" content="{title}">'
        f'<meta property="og:url" content="{url}"><meta property="article:published_time" content="{at.isoformat()}">'
        f'<script type="application/ld+json">{json.dumps(stated, ensure_ascii=False)}</script>'
    )


def _article(rng: random.Random, told: Story, at: datetime) -> str:
    words = words_of(told.language)
    share = "".join(f'<li><button class="share__button">{escape(one)}</button></li>' for one in words["share"])
    parts = [
        f'<article class="story"><h1 class="story__headline">{escape(told.headline)}</h1>',
        f'<p class="byline">{escape(", ".join(told.authors))}</p>',
        f'<time datetime="{at.isoformat()}">{at:%d.%m.%Y %H:%M}</time>',
        f'<ul class="share">{share}</ul>',
    ]
    captions = list(told.captions)
    for number, paragraph in enumerate(told.paragraphs):
        parts.append(f'<p class="story__text">{_linked(rng, paragraph)}</p>')
        if captions and number % 3 == 0:
            parts.append(_figure(captions.pop(), f"{words['credit'][0]}: {told.authors[0]}"))
        if number % _INTERRUPTED == _INTERRUPTED - 1:
            parts.append(f'<aside class="promo"><p>{escape(rng.choice(words["furniture"]))}</p></aside>')
    return "".join([*parts, "</article>"])


def _figure(caption: str, credit: str) -> str:
    return (
        '<figure class="figure"><img src="https://images.example/lead/960.jpg" alt="" width="960" height="540">'
        f'<figcaption>{escape(caption)} <span class="credit">{escape(credit)}</span></figcaption></figure>'
    )


def _linked(rng: random.Random, paragraph: str) -> str:
    """Return the paragraph as mark-up; in some a few words lead elsewhere."""
    words = paragraph.split(" ")
    if rng.random() > 0.3 or len(words) < 12:
        return escape(paragraph, quote=False)
    at = rng.randrange(len(words) - 4)
    before, linked, after = (
        escape(" ".join(some), quote=False) for some in (words[:at], words[at : at + 3], words[at + 3 :])
    )
    return f'{before} <a href="/topic/{rng.randrange(10**6)}">{linked}</a> {after}'.strip()
