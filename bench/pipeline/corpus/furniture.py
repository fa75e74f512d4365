"""What stands around a story on a page of today: scripts, styles, navigation, teasers, share bars. Pure and seeded.

It weighs what such pages weigh, and is about as repetitive: nearly all of a page's bytes are no news.
"""

import json
import random
from collections.abc import Iterator, Sequence
from html import escape

from bench.pipeline.corpus.stories import Words

_SCRIPT_WORDS = (
    *("window", "document", "function", "return", "config", "queue", "push", "consent", "slot", "bid", "refresh"),
    *("track", "event", "payload", "session", "vendor", "purpose", "load", "timeout", "element", "observer", "state"),
    *("width", "height", "module", "exports", "default", "promise", "resolve", "catch", "target", "source", "index"),
)
_SCRIPTS = (
    'var {a}={{"{b}":"{n}","{c}":{k},"{a}Id":"{n}"}};',
    "function {a}{b}({c}){{if(!{c}.{b}){{return {k}}}{c}.{a}.push(['{n}',{k}]);}}",
    '{a}.{b}=({c}||[]).concat({{"id":"{n}","{c}":"{b}","w":{k}}});',
    '!function({a},{b}){{{a}.{c}={b}.{c}("{n}")||{k}}}(window,document);',
)
_STYLE = ".{a}-{b}__{c}{{display:flex;margin:{k}px {k}px 0;font:{k}px/1.4 sans-serif;color:#{n}}}"
_SECTIONS = (*("world", "politics", "business", "sport", "culture", "science", "local", "opinion"),)
# Of a page's bytes that are no story: what scripts and styles take; the rest is mark-up that a reader sees.
_CODE = 0.5


def code(rng: random.Random, size: int) -> Iterator[str]:
    """Yield script and style elements of about `size` bytes together."""
    left = size
    while left > 0:
        is_style = rng.random() < 0.25
        block = _lines(rng, min(left, rng.randint(2_000, 24_000)), [_STYLE] if is_style else _SCRIPTS)
        yield f"<style>{block}</style>" if is_style else f"<script>{block}</script>"
        left -= len(block) + 20


def state(rng: random.Random, size: int, paragraphs: Sequence[str]) -> str:
    """Return the JSON that a site's own program is started with: ids, and the beginning of the story once more."""
    about = {"page": {"id": _number(rng), "type": "article", "teaser": paragraphs[0][:200]}, "blocks": []}
    blocks = [
        {"id": _number(rng), "kind": rng.choice(_SCRIPT_WORDS), "size": rng.randint(1, 900), "url": _path(rng)}
        for _ in range(size // 90)
    ]
    return f'<script id="state" type="application/json">{json.dumps({**about, "blocks": blocks})}</script>'


def navigation(rng: random.Random, words: Words) -> str:
    """Return a menu of sections with their own sections, and the account's corner."""
    items = []
    for section in _SECTIONS:
        own = "".join(
            f'<li class="nav__item nav__item--sub"><a class="nav__link" href="/{section}/{_path(rng)}">'
            f"{escape(_label(rng, words))}</a></li>"
            for _ in range(rng.randint(3, 9))
        )
        items.append(
            f'<li class="nav__item"><a class="nav__link" href="/{section}">{section.title()}</a><ul>{own}</ul></li>'
        )
    tools = "".join(f'<button class="tool" data-id="{_number(rng)}">{escape(one)}</button>' for one in words["share"])
    menu = f'<nav class="nav"><ul>{"".join(items)}</ul></nav>'
    return f'<header class="site">{menu}<div class="tools">{tools}</div></header>'


def teaser(rng: random.Random, words: Words, headline: str) -> str:
    """Return a card that leads to another story."""
    path, number = _path(rng), _number(rng)
    sizes = ", ".join(f"https://images.example/{number}/{width}.jpg {width}w" for width in (320, 640, 960, 1280))
    return (
        f'<div class="card card--{rng.choice(_SCRIPT_WORDS)}" data-track="{number}">'
        f'<a class="card__link" href="/{path}">'
        f'<picture><source srcset="{sizes}"><img class="card__image" src="https://images.example/{number}/320.jpg" '
        f'alt="" loading="lazy" width="320" height="180"></picture><span class="card__kicker">'
        f'{rng.choice(_SECTIONS).title()}</span><h3 class="card__title">{escape(headline)}</h3></a>'
        f'<span class="card__says">{escape(words["says"][0])}</span></div>'
    )


def footer(rng: random.Random, words: Words) -> str:
    """Return the end of a page."""
    links = "".join(f'<li><a href="/{_path(rng)}">{escape(one)}</a></li>' for one in words["furniture"])
    return f'<footer class="site-footer"><ul>{links}</ul><p>© {2026} Paper Group. All rights reserved.</p></footer>'


def shares(of_bytes: int) -> tuple[int, int]:
    """Return how many bytes of code and of visible furniture a page has that is so much larger than its story."""
    return int(of_bytes * _CODE), of_bytes - int(of_bytes * _CODE)


def _lines(rng: random.Random, size: int, patterns: Sequence[str]) -> str:
    a, b, c = rng.choices(_SCRIPT_WORDS, k=3)
    parts: list[str] = []
    length = 0
    while length < size:
        # A script speaks of the same few things: one word is another in each line.
        a, b, c = b, c, _SCRIPT_WORDS[rng.getrandbits(16) % len(_SCRIPT_WORDS)]
        bits = rng.getrandbits(32)
        parts.append(patterns[bits % len(patterns)].format(a=a, b=b, c=c, n=f"{bits >> 8:06x}", k=bits % 997))
        length += len(parts[-1])
    return "".join(parts)


def _label(rng: random.Random, words: Words) -> str:
    return f"{rng.choice(words['place'])} {rng.randint(1, 99)}" if rng.random() < 0.5 else rng.choice(words["place"])


def _path(rng: random.Random) -> str:
    return f"{rng.choice(_SECTIONS)}/{'-'.join(rng.choices(_SCRIPT_WORDS, k=3))}-{rng.randrange(10**7)}"


def _number(rng: random.Random) -> str:
    return f"{rng.getrandbits(24):06x}"
